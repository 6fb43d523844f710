"""Seeds are heard in the background, after the artists, through outages, quotas and crashes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from bot.curation import SeedsDone, SeedState
from bot.errors import (
    NoPreviewError,
    QuotaError,
    SourceDownError,
    UnusableAudioError,
    WeakMatchError,
)
from bot.track import Origin, Track
from bot.workflow.chores import Kind
from bot.workflow.seeds import MAX_SEEDS
from db.models import Role
from tests.workflow.fakes import CrashError
from tests.workflow.seeding import add, hear, show, states
from tests.workflow.stage import (
    DAY,
    MINUTE,
    NOW,
    Clock,
    Stage,
    link_of,
    open_stage,
    spotify_id,
)
from tests.workflow.test_chores import chores_of, due

HOUR: Final = timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class Ticking(Clock):
    """A clock that goes on whenever somebody looks at it."""

    step: timedelta

    def __call__(self) -> datetime:
        self.time += self.step
        return self.time


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    """The stage with somebody who looks after the playlist."""
    await stage.appoint("boss", role=Role.ADMIN)
    return stage


@pytest.mark.parametrize(
    ("service", "error", "reason", "after"),
    [
        ("lookup", SourceDownError("Spotify"), "source_down", MINUTE),
        ("lookup", QuotaError("Spotify", until=NOW + 5 * HOUR), "quota", 5 * HOUR),
        ("ladder", SourceDownError("Deezer"), "source_down", MINUTE),
        ("ladder", NoPreviewError("None."), "no_preview", None),
        ("ladder", WeakMatchError("Deezer", title="B", artists=("C",)), "weak_match", None),
        ("hearing", UnusableAudioError("It is silent.", reason="silent"), "silent", None),
        ("hearing", RuntimeError("a fault of ours"), "fault", None),
    ],
)
async def test_what_is_in_the_way_is_told_and_tried_again_where_that_helps(
    stage: Stage, service: str, error: Exception, reason: str, after: timedelta | None
) -> None:
    await add(stage, stage.song("one"))
    stage.troubles.once[service] = error

    await hear(stage)
    state = "unheard" if after is None else "waiting"
    assert states(await show(stage)) == [(state, reason)]
    if after is None:
        return
    stage.clock.time += after - timedelta(seconds=1)
    assert await hear(stage) == 0
    stage.clock.time += timedelta(seconds=1)
    await hear(stage)
    assert states(await show(stage)) == [("heard", None)]


async def test_a_service_that_is_down_for_a_day_is_not_asked_for_ever(stage: Stage) -> None:
    await add(stage, stage.song("one"))
    stage.troubles.always["lookup"] = SourceDownError("Spotify")

    for _ in range(30):
        await hear(stage)
        stage.clock.time += 2 * HOUR
    assert states(await show(stage)) == [("unheard", "source_down")]
    assert stage.troubles.calls["lookup"] < 24

    stage.troubles.always.clear()
    assert (await add(stage, link_of("one"))).done == SeedsDone(most=MAX_SEEDS, retried=1)
    await hear(stage)
    assert states(await show(stage)) == [("heard", None)]


async def test_a_link_that_opens_nothing_is_named(stage: Stage) -> None:
    await add(stage, link_of("nowhere"))
    await hear(stage)
    assert states(await show(stage)) == [("unheard", "no_such_track")]


@pytest.mark.parametrize(("provisional", "state"), [(False, "unheard"), (True, "waiting")])
async def test_a_title_without_an_artist_finds_no_audio(
    stage: Stage, *, provisional: bool, state: str
) -> None:
    link = stage.song("one")
    stage.lookup.tracks[spotify_id("one")] = Track(
        origin=Origin.OEMBED, title="Title", spotify_id=spotify_id("one"), provisional=provisional
    )
    await add(stage, link)

    await hear(stage)
    reason = "source_down" if provisional else "unnamed"
    assert states(await show(stage)) == [(state, reason)]
    assert stage.ladder.asked == []


async def test_a_process_that_dies_leaves_its_seed_to_the_next(stage: Stage) -> None:
    await add(stage, stage.song("one"))
    stage.troubles.once["hearing"] = CrashError()
    with pytest.raises(CrashError):
        await hear(stage)

    stage.clock.time += 9 * MINUTE
    assert await hear(stage) == 0
    stage.clock.time += MINUTE
    assert await hear(stage) == 1
    assert states(await show(stage)) == [("heard", None)]


async def test_seeds_leave_artists_most_of_a_days_questions(stage: Stage) -> None:
    """All workspaces share one app at Spotify, and so the day's questions about seeds."""
    stage.seeds_a_day = 3
    other = replace(await open_stage(stage.sessions, "another"), seeds_a_day=3)
    await other.appoint("boss", role=Role.ADMIN)
    await add(other, other.song("elsewhere"))
    await add(stage, " ".join(stage.song(f"n{number}") for number in range(5)))
    assert await hear(other) == 1

    assert await hear(stage) == 2
    assert await due(stage, Kind.SEEDS) == []
    assert states(await show(stage)) == [("heard", None)] * 2 + [("waiting", "quota")] * 3
    stage.clock.time += DAY
    assert len(await due(stage, Kind.SEEDS)) == 1
    assert await hear(stage) == 3


async def test_an_outage_costs_one_question_and_all_wait_together(stage: Stage) -> None:
    await add(stage, " ".join(stage.song(f"n{number}") for number in range(5)))
    stage.troubles.always["lookup"] = SourceDownError("Spotify")

    assert await hear(stage) == 1
    assert stage.troubles.calls["lookup"] == 1
    assert states(await show(stage)) == [("waiting", "source_down")] * 5
    assert await due(stage, Kind.SEEDS) == []
    stage.troubles.always.clear()
    stage.clock.time += MINUTE
    assert await hear(stage) == 5


async def test_a_quota_is_waited_out_however_long_it_lasts(stage: Stage) -> None:
    """Spotify's own title page answers meanwhile, and names no artist."""
    link, until = stage.song("one"), NOW + 30 * HOUR
    known = stage.lookup.tracks[spotify_id("one")]
    stage.lookup.tracks[spotify_id("one")] = Track(
        origin=Origin.OEMBED,
        title="Title",
        spotify_id=spotify_id("one"),
        provisional=True,
        known_better_at=until,
    )
    await add(stage, link)
    await hear(stage)
    assert states(await show(stage)) == [("waiting", "quota")]

    stage.clock.time = until - MINUTE
    assert await hear(stage) == 0
    stage.clock.time = until
    stage.lookup.tracks[spotify_id("one")] = known
    # A service that is down just then is waited for like any other.
    stage.troubles.once["ladder"] = SourceDownError("Deezer")
    await hear(stage)
    stage.clock.time += MINUTE
    await hear(stage)
    assert states(await show(stage)) == [("heard", None)]


async def test_a_new_model_hears_a_seed_that_an_older_one_has_heard(stage: Stage) -> None:
    link = stage.song("one")
    await stage.playlist("Slow Morning")
    await stage.send(link, playlist="Slow Morning")
    stage.hearing.model_version = "cnn-2"
    await add(stage, link)

    await hear(stage)
    assert len(stage.hearing.heard) == 2


async def test_what_only_a_model_hears_is_told_of_one_model(stage: Stage) -> None:
    await add(stage, " ".join(stage.song(f"n{number}") for number in range(5)))
    await hear(stage)
    stage.hearing.model_version = "cnn-2"
    stage.clock.time += MINUTE
    await add(stage, stage.song("newer"))
    await hear(stage)

    assert [one.name for one in (await show(stage)).sound] == ["tempo", "loudness"]


async def test_the_tick_hears_them_and_stops_before_the_next_one(stage: Stage) -> None:
    assert await due(stage, Kind.SEEDS) == []
    await add(stage, " ".join(stage.song(f"n{number}") for number in range(9)))
    (chore,) = await due(stage, Kind.SEEDS)
    assert chore.id == f"seeds:{stage.workspace_id}:2026-11-18T12:00"

    stage.clock = Ticking(time=stage.clock.time, step=timedelta(seconds=6))
    await chores_of(stage).do(chore)
    assert 0 < (await show(stage)).count(SeedState.HEARD) < 9
    await hear(stage)
    assert (await show(stage)).count(SeedState.HEARD) == 9


async def test_none_is_begun_after_the_time_is_over(stage: Stage) -> None:
    await add(stage, stage.song("one"))
    assert await hear(stage, minutes=0) == 0
    assert await hear(stage, minutes=1) == 1
