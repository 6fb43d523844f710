"""The queue as curators see it: ranked by the one rule, explained, and written down."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import NoPreviewError, NotFoundError
from bot.messages import QueueView
from db.models import Answer, Exposure
from scoring.ranking import RULE_VERSION, Candidate, rank, why_here
from tests.workflow.stage import DAY, MINUTE, NIGHT, NOW, Stage, link_of, open_stage

LATER = NOW + timedelta(hours=6)


async def _fill(stage: Stage, percentiles: dict[str, int | None], *, share: float = 0.0) -> None:
    """Send one song of each artist, an hour apart."""
    await stage.playlist(discovery_share=share)
    for number, (name, percentile) in enumerate(percentiles.items()):
        stage.clock.time = NOW + number * timedelta(minutes=30)
        link = stage.song(name, percentile=percentile)
        await stage.process(await stage.submit(link, by=name, seed=number))
    stage.clock.time = LATER


def _titles(view: QueueView) -> list[str]:
    return [row.title.removeprefix("Title of ") for row in view.rows]


async def _exposures(stage: Stage) -> list[Exposure]:
    async with stage.sessions() as session:
        return list(await session.scalars(select(Exposure).order_by(Exposure.id)))


async def test_an_empty_queue_is_empty(stage: Stage) -> None:
    view = await stage.queue()

    assert (view.rows, view.waiting, view.overdue, view.oldest_days) == ((), 0, 0, None)
    assert await _exposures(stage) == []


async def test_an_unknown_playlist_has_no_queue(stage: Stage) -> None:
    with pytest.raises(NotFoundError, match="Night Drive"):
        await stage.queue("Day Drive")


async def test_higher_scores_come_first_and_no_score_is_the_middle(stage: Stage) -> None:
    await _fill(stage, {"low": 10, "none": None, "mid": 50, "high": 79, "lowest": 5})

    view = await stage.queue()
    assert _titles(view) == ["high", "mid", "none", "low", "lowest"]
    assert [row.rank for row in view.rows] == [1, 2, 3, 4, 5]
    (unscored,) = (row for row in view.rows if row.score is None)
    assert unscored.unscored_reason == "no_preview"
    assert unscored.why == "not scored yet, waited 5 h"
    assert view.rows[0].why == "by score, waited 4 h"
    assert view.cold_start


async def test_the_order_is_that_of_the_ranking(stage: Stage) -> None:
    scores = {"a": 10, "b": None, "c": 50, "d": 79, "e": 5, "f": 30, "g": 31, "h": 70}
    await _fill(stage, scores, share=0.5)
    view = await stage.queue(page_size=3)
    rows = [await stage.row(row.code) for row in view.rows]

    expected = rank(
        [
            Candidate(
                submission_id=row.id,
                artist_key=str(row.id),
                received_at=row.received_at,
                due_at=row.due_at,
                score=scores[row.member.display_name],
                discovery=row.discovery,
                discovery_share=0.5,
            )
            for row in rows
        ],
        now=LATER,
        page_size=3,
    )
    assert [one.candidate.submission_id for one in expected] == [row.id for row in rows]
    assert [(one.page, why_here(one)) for one in expected] == [
        (row.page, row.why) for row in view.rows
    ]
    assert {row.discovery for row in view.rows} == {True, False}


async def test_waiting_lifts_as_fast_as_the_playlist_says(stage: Stage) -> None:
    await stage.playlist(answer_days=60)
    await stage.send(stage.song("old", percentile=50), by="ben")
    stage.clock.time = NOW + 10 * DAY
    await stage.send(stage.song("new", percentile=58), by="cleo")

    await stage.playlist(days_per_point=2.0)
    assert _titles(await stage.queue()) == ["new", "old"]
    await stage.playlist(days_per_point=1.0)
    assert _titles(await stage.queue()) == ["old", "new"]


async def test_overdue_tracks_come_first_and_are_counted(stage: Stage) -> None:
    await stage.playlist(answer_days=7)
    await stage.send(stage.song("late", percentile=5), by="ben")
    stage.clock.time = NOW + 9 * DAY
    await stage.send(stage.song("good", percentile=79), by="cleo")

    view = await stage.queue()
    assert _titles(view) == ["late", "good"]
    assert (view.waiting, view.overdue, view.oldest_days) == (2, 1, 9.0)
    assert view.rows[0].why == "overdue 2 d"


@pytest.mark.parametrize(("answer_days", "quiet_days"), [(14, 10), (7, 5), (30, 26)])
async def test_what_expires_soon_has_its_turn_before_that(
    stage: Stage, answer_days: int, quiet_days: int
) -> None:
    await stage.playlist(answer_days=answer_days)
    await stage.send(stage.song("late", percentile=5), by="ben")
    stage.clock.time = NOW + quiet_days * DAY - MINUTE
    await stage.send(stage.song("good", percentile=79), by="cleo")
    before = await stage.queue()
    stage.clock.time += MINUTE
    after = await stage.queue()

    assert (_titles(before), before.due_soon) == (["good", "late"], 0)
    assert (_titles(after), after.due_soon, after.overdue) == (["late", "good"], 1, 0)
    assert after.rows[0].why == f"answer due in {answer_days - quiet_days} d"


async def test_one_page_shows_one_track_of_an_artist(stage: Stage) -> None:
    for name in ("one", "two"):
        await stage.send(stage.song(name, artist="The Band"), by=name)
    await stage.send(stage.song("three"), by="cleo")

    view = await stage.queue(page_size=2)
    assert [(row.page, row.artist) for row in view.rows] == [
        (1, "The Band"),
        (1, "Artist of three"),
        (2, "The Band"),
    ]


async def test_until_it_is_looked_up_a_track_counts_as_its_senders(stage: Stage) -> None:
    for name, by in (("one", "ana"), ("two", "ana"), ("three", "ben")):
        await stage.submit(link_of(name), by=by)

    assert [row.artist for row in (await stage.queue(page_size=2)).rows] == ["ana", "ben", "ana"]


async def test_a_page_is_what_the_whole_queue_shows_there(stage: Stage) -> None:
    await _fill(stage, {"a": 10, "b": 20, "c": 30, "d": 40, "e": 50})
    whole = await stage.queue(page_size=2)

    pages = [await stage.queue(page=page, page_size=2) for page in (1, 2, 3)]
    assert [len(page.rows) for page in pages] == [2, 2, 1]
    assert tuple(row for page in pages for row in page.rows) == whole.rows
    assert {page.waiting for page in pages} == {5}


async def test_a_page_is_written_down_as_it_was_shown(stage: Stage) -> None:
    await _fill(stage, {"a": 10, "b": 20, "c": 30}, share=0.25)
    viewer_id = await stage.appoint("mo")
    view = await stage.queue(page=2, page_size=2, by="mo")

    (shown,) = await _exposures(stage)
    (row,) = view.rows
    stored = await stage.row(row.code)
    assert (shown.submission_id, shown.member_id) == (stored.id, viewer_id)
    assert (shown.page, shown.slot, shown.at) == (2, 3, LATER)
    assert shown.why == ("discovery" if stored.discovery else "score")
    assert shown.discovery == stored.discovery
    assert shown.propensity == (0.25 if stored.discovery else 0.75)
    assert (shown.rule_version, shown.seed) == (RULE_VERSION, None)


async def test_a_whole_queue_is_written_down_page_by_page(stage: Stage) -> None:
    await _fill(stage, {"a": 10, "b": 20, "c": 30})
    await stage.queue(page_size=2)

    assert [(one.page, one.slot, one.member_id) for one in await _exposures(stage)] == [
        (1, 1, None),
        (1, 2, None),
        (2, 3, None),
    ]


async def test_what_is_answered_waits_no_more(stage: Stage) -> None:
    await _fill(stage, {"a": 10, "b": 20, "c": 30, "d": 40})
    codes = [row.code for row in (await stage.queue()).rows]
    await stage.decide(codes[0], Answer.KEEP)
    await stage.decide(codes[1], Answer.MAYBE)
    await stage.decide(codes[2], Answer.DECLINE, reasons=("off_mood",))

    assert [row.code for row in (await stage.queue()).rows] == [codes[3]]


async def test_another_workspace_or_playlist_is_never_shown(stage: Stage) -> None:
    other = await open_stage(stage.sessions, "other")
    await other.send(other.song("theirs"))
    await stage.playlist("Loud")
    await stage.send(stage.song("loud"), playlist="Loud")
    await stage.send(stage.song("ours"))

    assert _titles(await stage.queue(NIGHT)) == ["ours"]
    assert _titles(await stage.queue("Loud")) == ["loud"]
    assert _titles(await other.queue(NIGHT)) == ["theirs"]


async def test_a_row_has_what_a_review_card_needs(stage: Stage) -> None:
    stage.troubles.once["ladder"] = NoPreviewError("none")
    code = await stage.send(stage.song("one"), by="ben")

    (row,) = (await stage.queue()).rows
    assert (row.code, row.title, row.artist) == (code, "Title of one", "Artist of one")
    assert (row.status, row.url, row.claimed_by) == ("queued", link_of("one"), None)
    assert row.unscored_reason == "no_preview"
