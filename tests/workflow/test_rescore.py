"""A new model comes into use: what is scored again, what keeps its score, what the queue shows."""

import io

import pytest
from rich.console import Console
from sqlalchemy import select

from bot.errors import (
    NoPreviewError,
    QuotaError,
    SettingsError,
    SourceDownError,
    UnusableAudioError,
    WeakMatchError,
)
from bot.messages import QueueView
from bot.platforms.console.tables import queue_table
from bot.track import Audio, Origin, Track, Verdict
from bot.workflow import queue, review
from bot.workflow.people import console_person
from bot.workflow.rescore import Rescoring, rescore, version_in_use
from db.models import Answer, Decision, Score
from scoring.analysis import Analysis
from scoring.errors import ModelError
from tests.workflow.fakes import CrashError
from tests.workflow.stage import DAY, MINUTE, NIGHT, NOW, OWN_FILE, Stage, spotify_id

NEW = "cnn-2"


async def _rescore(stage: Stage, *, limit: int | None = None) -> Rescoring:
    return await rescore(
        workspace_id=stage.workspace_id,
        sessions=stage.sessions,
        services=stage.services,
        now=stage.clock,
        limit=limit,
    )


def _new_model(stage: Stage, version: str = NEW) -> None:
    stage.hearing.model_version = version
    stage.hearing.heard.clear()
    stage.clock.time += DAY


async def _scores(stage: Stage) -> list[Score]:
    async with stage.sessions() as session:
        return list(await session.scalars(select(Score).order_by(Score.id)))


async def _shown(stage: Stage, version: str | None) -> list[tuple[str, str, float]]:
    """Return title, model and percentile of each scored row of the queue, best first."""
    view = await stage.inside(
        lambda session: queue.show_queue(
            session,
            workspace_id=stage.workspace_id,
            playlist=NIGHT,
            now=stage.clock(),
            model_version=version,
        )
    )
    return [
        (row.title.removeprefix("Title of "), row.score.model, row.score.percentile)
        for row in view.rows
        if row.score
    ]


async def _decide(stage: Stage, code: str, *, model_version: str) -> None:
    await stage.inside(
        lambda session: review.decide(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            answer=Answer.KEEP,
            person=console_person("mo"),
            model_version=model_version,
            now=stage.clock(),
        )
    )


def _drawn(view: QueueView) -> str:
    console = Console(width=120, file=io.StringIO(), record=True)
    console.print(queue_table(view))
    return console.export_text()


async def test_what_an_earlier_model_scored_is_scored_again(stage: Stage) -> None:
    await stage.send(stage.song("one", percentile=10), by="ana")
    await stage.send(stage.song("two", percentile=20), by="bo")
    _new_model(stage)

    found = await _rescore(stage)

    assert found == Rescoring(model=NEW, rescored=2, own_file=0, not_found=0, left=0)
    stored = await _scores(stage)
    assert [row.model_version for row in stored] == ["cnn-1", "cnn-1", NEW, NEW]
    assert {row.created_at for row in stored[2:]} == {stage.clock()}


async def test_scoring_again_twice_does_nothing_the_second_time(stage: Stage) -> None:
    await stage.send(stage.song("one"))
    _new_model(stage)
    await _rescore(stage)
    stage.hearing.heard.clear()

    assert await _rescore(stage) == Rescoring(
        model=NEW, rescored=0, own_file=0, not_found=0, left=0
    )
    assert stage.hearing.heard == []


async def test_an_artists_own_file_is_gone_so_its_score_stays(stage: Stage) -> None:
    accepted = await stage.submit(upload=OWN_FILE)
    await stage.process(accepted)
    _new_model(stage)

    found = await _rescore(stage)

    assert (found.rescored, found.own_file, found.left) == (0, 1, 0)
    assert (stage.hearing.heard, len(await _scores(stage))) == ([], 1)


@pytest.mark.parametrize(
    "error",
    [
        NoPreviewError("gone"),
        WeakMatchError("Deezer", title="Another", artists=("Else",)),
        UnusableAudioError("silence", reason="silent"),
    ],
)
async def test_what_is_not_surely_found_again_keeps_its_score(
    stage: Stage, error: Exception
) -> None:
    code = await stage.send(stage.song("one"))
    before = await stage.history(code)
    _new_model(stage)
    stage.troubles.once["ladder"] = error

    found = await _rescore(stage)

    assert (found.rescored, found.not_found, found.left) == (0, 1, 0)
    assert [row.model_version for row in await _scores(stage)] == ["cnn-1"]
    row = await stage.row(code)
    assert (row.unscored_reason, row.match_verdict) == (None, Verdict.ISRC_AND_TITLE)
    assert [event.id for event in await stage.history(code)] == [event.id for event in before]


@pytest.mark.parametrize(
    "error", [SourceDownError("Deezer"), QuotaError("Deezer", NOW + DAY)], ids=["down", "quota"]
)
async def test_a_service_that_is_down_ends_the_run_and_the_next_one_goes_on(
    stage: Stage, error: Exception
) -> None:
    for name in ("one", "two", "three"):
        await stage.send(stage.song(name), by=name)
    _new_model(stage)
    stage.troubles.once["hearing"] = error

    stopped = await _rescore(stage)
    after = await _rescore(stage)

    assert (stopped.rescored, stopped.left, stopped.stopped) == (0, 3, str(error))
    assert (after.rescored, after.left, after.stopped) == (3, 0, "")


async def test_a_run_that_is_killed_keeps_what_it_had(stage: Stage) -> None:
    await stage.send(stage.song("one"), by="one")
    await stage.send(stage.song("two"), by="two")
    _new_model(stage)
    await _rescore(stage, limit=1)
    stage.troubles.once["hearing"] = CrashError()

    with pytest.raises(CrashError):
        await _rescore(stage)

    assert (await _rescore(stage)).rescored == 1
    assert [row.model_version for row in await _scores(stage)].count(NEW) == 2


async def test_what_waits_comes_first_and_then_the_newest(stage: Stage) -> None:
    codes = {}
    for name in ("old", "new", "kept"):
        stage.clock.time += MINUTE
        codes[name] = await stage.send(stage.song(name), by=name)
    await stage.decide(codes["kept"])
    _new_model(stage)
    stage.ladder.asked.clear()

    found = await _rescore(stage)

    assert found.rescored == 3
    asked = [track.title.removeprefix("Title of ") for track in stage.ladder.asked]
    assert asked == ["new", "old", "kept"]


async def test_the_limit_counts_what_was_scored_not_what_was_tried(stage: Stage) -> None:
    await stage.send(stage.song("one"), by="one")
    stage.clock.time += MINUTE
    await stage.send(stage.song("gone"), by="gone")
    _new_model(stage)
    del stage.ladder.previews[spotify_id("gone")]

    found = await _rescore(stage, limit=1)

    assert (found.rescored, found.not_found, found.left) == (1, 1, 0)


async def test_what_the_artist_took_back_is_left_alone(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    await stage.withdraw(code)
    _new_model(stage)

    assert (await _rescore(stage)).left == 0
    assert stage.hearing.heard == []


async def test_a_recording_that_the_artist_confirmed_is_not_asked_about_again(
    stage: Stage,
) -> None:
    accepted = await stage.submit(stage.song("one"))
    weak = WeakMatchError("Deezer", title="One (Live)", artists=("Ana",))
    stage.troubles.once["ladder"] = weak
    await stage.process(accepted, confirmed=True)
    _new_model(stage)
    stage.troubles.once["ladder"] = weak

    found = await _rescore(stage)

    assert found.rescored == 1
    assert stage.ladder.asked[-1].title == "One (Live)"


async def test_a_preview_that_came_from_spotify_is_asked_for_there_again(stage: Stage) -> None:
    link = stage.song("one")
    known = spotify_id("one")
    stage.ladder.previews[known] = Audio(
        content=b"clip" + bytes([30]), origin=Origin.SPOTIFY, verdict=Verdict.STRONG
    )
    await stage.send(link)
    _new_model(stage)
    fresh = "https://p.scdn.co/fresh"
    stage.lookup.tracks[known] = Track(
        origin=Origin.SPOTIFY, title="One", spotify_id=known, preview_url=fresh
    )

    found = await _rescore(stage)

    assert found.rescored == 1
    assert stage.ladder.asked[-1].preview_url == fresh


async def test_the_queue_shows_old_scores_among_new_ones_and_says_whose_they_are(
    stage: Stage,
) -> None:
    await stage.send(stage.song("high", percentile=70), by="ana")
    await stage.send(stage.song("low", percentile=20), by="bo")
    _new_model(stage)
    del stage.ladder.previews[spotify_id("high")]
    await _rescore(stage)

    assert await _shown(stage, NEW) == [("high", "cnn-1", 70), ("low", NEW, 20)]
    drawn = _drawn(await stage.queue())
    assert "by cnn-1" in drawn
    assert "by cnn-2" in drawn


async def test_a_queue_of_one_model_does_not_name_it_in_each_row(stage: Stage) -> None:
    await stage.send(stage.song("one"))

    assert "cnn-1" not in _drawn(await stage.queue())


async def test_after_a_rollback_the_scores_of_the_model_in_use_count_again(stage: Stage) -> None:
    code = await stage.send(stage.song("one", percentile=20))
    stage.ladder.previews[spotify_id("one")] = Audio(
        content=b"clip" + bytes([70]), origin=Origin.DEEZER, verdict=Verdict.STRONG
    )
    _new_model(stage)
    await _rescore(stage)
    assert await _shown(stage, NEW) == [("one", NEW, 70)]

    _new_model(stage, "cnn-1")

    assert await _shown(stage, "cnn-1") == [("one", "cnn-1", 20)]
    assert await _shown(stage, None) == [("one", NEW, 70)]
    assert (await _rescore(stage)).rescored == 0
    await _decide(stage, code, model_version="cnn-1")
    async with stage.sessions() as session:
        (kept,) = await session.scalars(select(Decision))
    assert (kept.model_version, kept.score_percentile) == ("cnn-1", 20)


@pytest.mark.parametrize(
    "error", [ModelError("The model has no card."), SettingsError("No pointer.")]
)
def test_a_queue_needs_no_model(error: Exception) -> None:
    class Broken:
        @property
        def model_version(self) -> str:
            raise error

        async def score(self, content: bytes) -> Analysis:
            del content
            raise error

    assert version_in_use(Broken()) is None
