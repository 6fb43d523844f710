"""The digest of a playlist's week, from the database."""

from datetime import UTC, datetime
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from bot.digest_texts import digest_lines
from bot.errors import NotFoundError, RuleError
from bot.messages import DigestView, Meter
from db import moves
from db.models import Answer, Status
from tests.workflow.stage import DAY, MINUTE, Stage, link_of, open_stage

BERLIN = ZoneInfo("Europe/Berlin")
UTC_ZONE = ZoneInfo("UTC")


async def _codes(stage: Stage, count: int) -> list[str]:
    return [await stage.send(stage.song(f"s{i}"), by=f"artist {i}") for i in range(count)]


async def _place(stage: Stage, code: str) -> None:
    row = await stage.row(code)
    await stage.inside(
        lambda session: moves.move(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            to=Status.PLACED,
            actor=None,
            at=stage.clock(),
        )
    )


async def test_an_empty_week_is_all_noughts(stage: Stage) -> None:
    view = await stage.digest()

    assert view == DigestView(
        playlist="Night Drive",
        iso_week="2026-W47",
        starts_at=datetime(2026, 11, 13, 17, tzinfo=UTC_ZONE),
        ends_at=datetime(2026, 11, 20, 17, tzinfo=UTC_ZONE),
        kept=0,
        maybe=0,
        declined=0,
        reversed=0,
        expired=0,
        waiting=0,
        median_wait_days=None,
        discovery=Meter(keeps=0, decided=0),
        rest=Meter(keeps=0, decided=0),
    )


async def test_a_week_tells_what_became_of_each(stage: Stage) -> None:
    await stage.playlist(zone="Europe/Berlin", discovery_share=0.0)
    await stage.appoint("ben")
    one, two, three, four, *_ = await _codes(stage, 6)
    stage.clock.time += DAY
    await stage.decide(two, by="ben")
    stage.clock.time += DAY
    await stage.decide(one)
    await stage.decide(three, Answer.DECLINE, reasons=("no_room",))
    await stage.decide(four)
    await stage.undo(four)

    view = await stage.digest()
    assert (view.iso_week, view.starts_at.tzinfo) == ("2026-W47", BERLIN)
    assert [(row.code, row.title, row.by) for row in view.added] == [
        (two, "Title of s1", "ben"),
        (one, "Title of s0", "mo"),
    ]
    assert view.added[0].url == link_of("s1")
    assert (view.kept, view.maybe, view.declined, view.reversed) == (2, 0, 1, 1)
    assert (view.waiting, view.expired) == (3, 0)
    assert view.median_wait_days == median([1.0, 2.0, 2.0])
    assert (view.rest, view.discovery) == (
        Meter(keeps=2, decided=3),
        Meter(keeps=0, decided=0),
    )


async def test_the_discovery_picks_are_those_drawn_at_arrival(stage: Stage) -> None:
    await stage.playlist(discovery_share=1.0)
    (code,) = await _codes(stage, 1)
    await stage.playlist(discovery_share=0.0)
    await stage.decide(code)

    assert (await stage.digest()).discovery == Meter(keeps=1, decided=1)


async def test_a_past_week_is_told_as_it_was_whatever_came_after(stage: Stage) -> None:
    one, two, three = await _codes(stage, 3)
    await stage.decide(one)
    before = await stage.digest()
    stage.clock.time += 7 * DAY
    await _place(stage, one)
    await stage.decide(two, Answer.MAYBE)
    await stage.withdraw(three, by="artist 2")

    assert await stage.digest("2026-W47") == before
    assert (before.waiting, [row.by for row in before.added]) == (2, ["mo"])
    now = await stage.digest()
    assert (now.iso_week, now.kept, now.maybe, now.waiting) == ("2026-W48", 0, 1, 0)


async def test_a_reversal_belongs_to_the_week_in_which_it_was_made(stage: Stage) -> None:
    (code,) = await _codes(stage, 1)
    stage.clock.time = datetime(2026, 11, 20, 16, 55, tzinfo=UTC)
    await stage.decide(code)
    stage.clock.time += 6 * MINUTE
    await stage.undo(code)

    past, now = await stage.digest("2026-W47"), await stage.digest("2026-W48")
    assert (past.kept, past.reversed, past.waiting) == (1, 0, 0)
    assert (now.kept, now.reversed, now.waiting) == (0, 1, 1)


async def test_the_week_is_the_one_of_the_playlists_zone(stage: Stage) -> None:
    (code,) = await _codes(stage, 1)
    stage.clock.time = datetime(2026, 11, 20, 18, tzinfo=UTC)
    await stage.decide(code)

    await stage.playlist(zone="America/New_York")
    assert (await stage.digest()).iso_week == "2026-W47"
    assert (await stage.digest()).kept == 1
    await stage.playlist(zone="Europe/Berlin")
    assert (await stage.digest()).iso_week == "2026-W48"


async def test_other_playlists_and_workspaces_are_not_counted(stage: Stage) -> None:
    await stage.playlist("Loud")
    other = await open_stage(stage.sessions, "other")
    await other.decide(await other.send(other.song("theirs")))
    await stage.submit(stage.song("loud"), playlist="Loud")

    view = await stage.digest()
    assert (view.kept, view.waiting) == (0, 0)
    assert (await stage.digest(playlist="Loud")).waiting == 1
    assert (await other.digest()).kept == 1


async def test_a_digest_of_nothing_known_is_refused(stage: Stage) -> None:
    with pytest.raises(NotFoundError):
        await stage.digest(playlist="Day Drive")
    with pytest.raises(RuleError):
        await stage.digest("2026-W60")


async def test_a_digest_tells_who_has_heard_how_much(stage: Stage) -> None:
    await stage.playlist(votes_needed=2)
    await stage.appoint("kim")
    one, two, three = await _codes(stage, 3)
    await stage.decide(one, by="mo")
    await stage.decide(one, by="kim")
    await stage.decide(two, by="kim")
    await stage.undo(two, by="kim")
    await stage.decide(three, Answer.MAYBE, by="kim")
    await stage.decide(three, Answer.KEEP, by="kim")

    view = await stage.digest()
    assert [(one.by, one.tracks) for one in view.workload] == [("kim", 3), ("mo", 1)]
    assert "heard by: kim 3, mo 1" in digest_lines(view)


async def test_a_closed_playlist_says_when_it_opens(stage: Stage) -> None:
    opens_at = stage.clock() + 5 * DAY
    await stage.playlist(opens_at=opens_at, zone="Europe/Berlin")

    view = await stage.digest()
    assert view.opens_at == opens_at
    assert "opens to submissions again on Mon 23 Nov 2026" in digest_lines(view)
    stage.clock.time += 6 * DAY
    assert (await stage.digest()).opens_at is None
