"""The views of a queue: which rows, in which order, for whom, and what they hide."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import NotAllowedError, RuleError
from bot.messages import QueueView
from bot.queue_texts import empty_queue_text, page_text, queue_header, row_facts
from bot.workflow.queue import View
from db import moves, pins
from db.models import Answer, Exposure
from tests.workflow.stage import DAY, NIGHT, NOW, Stage


async def _fill(stage: Stage, count: int, *, share: float = 0.0) -> list[str]:
    """Send songs of as many artists, an hour apart, the oldest with the lowest score."""
    await stage.playlist(discovery_share=share)
    codes = []
    for number in range(count):
        stage.clock.time = NOW + number * timedelta(hours=1)
        link = stage.song(f"s{number}", percentile=10 + number)
        accepted = await stage.submit(link, by=f"artist {number}", seed=number)
        await stage.process(accepted)
        codes.append(accepted.receipt.code)
    return codes


def _codes(view: QueueView) -> list[str]:
    return [row.code for row in view.rows]


async def test_pages_of_ten_are_numbered_through(stage: Stage) -> None:
    await _fill(stage, 12)
    for view in (View.SUGGESTED, View.OLDEST):
        whole = await stage.queue(view=view)
        first, second = [await stage.queue(view=view, page=page) for page in (1, 2)]

        assert _codes(first) + _codes(second) == _codes(whole)
        assert [row.rank for row in second.rows] == [11, 12]
        assert (first.pages, first.found, len(first.rows)) == (2, 12, 10)
        assert page_text(second) == "page 2 of 2"
        assert (await stage.queue(view=view, page=99)).page == 2


async def test_the_oldest_view_is_by_age_whatever_the_score(stage: Stage) -> None:
    codes = await _fill(stage, 5)

    assert _codes(await stage.queue(view=View.OLDEST)) == codes
    assert _codes(await stage.queue()) == codes[::-1]


async def test_the_discovery_view_has_the_picks_only(stage: Stage) -> None:
    await _fill(stage, 12, share=0.4)
    view = await stage.queue(view=View.DISCOVERY)

    whole = await stage.queue()
    assert _codes(view) == [row.code for row in whole.rows if row.discovery]
    assert 0 < len(view.rows) < 12


async def test_what_needs_my_vote_is_neither_mine_nor_voted_on(stage: Stage) -> None:
    await stage.playlist(votes_needed=2)
    one, two, _ = await _fill(stage, 3)
    own = await stage.send(stage.song("own"), by="mo")
    await stage.decide(one, Answer.KEEP, by="mo")

    rest = _codes(await stage.queue(view=View.NEEDS_VOTE, by="mo"))
    assert two in rest
    assert one not in rest
    assert own not in rest
    with pytest.raises(RuleError, match="who looks"):
        await stage.queue(view=View.NEEDS_VOTE)


async def test_mine_is_what_i_claimed_and_still_hold(stage: Stage) -> None:
    one, two = await _fill(stage, 2)
    mo, kim = await stage.appoint("mo"), await stage.appoint("kim")
    for code, member_id in ((one, mo), (two, kim)):
        row = await stage.row(code)
        await stage.inside(
            lambda session, row=row, member_id=member_id: moves.claim(  # type: ignore[misc]
                session,
                workspace_id=stage.workspace_id,
                submission_id=row.id,
                member_id=member_id,
                at=stage.clock(),
                stale_before=stage.clock(),
            )
        )

    assert _codes(await stage.queue(view=View.MINE, by="mo")) == [one]
    stage.clock.time += timedelta(hours=25)
    assert _codes(await stage.queue(view=View.MINE, by="mo")) == []
    assert [row.claimed_by for row in (await stage.queue()).rows] == [None, None]


async def test_maybes_have_a_view_of_their_own(stage: Stage) -> None:
    one, two = await _fill(stage, 2)
    await stage.decide(one, Answer.MAYBE)

    assert _codes(await stage.queue(view=View.MAYBE)) == [one]
    assert _codes(await stage.queue()) == [two]


async def test_a_pin_stands_on_top_with_who_pinned_it(stage: Stage) -> None:
    codes = await _fill(stage, 3)
    mo = await stage.appoint("mo")
    row = await stage.row(codes[0])
    await stage.inside(
        lambda session: pins.put(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            member_id=mo,
            at=stage.clock(),
        )
    )

    top = (await stage.queue()).rows[0]
    assert top.code == codes[0]
    assert top.why.startswith("pinned by mo")


async def test_what_is_snoozed_stands_aside_until_its_day(stage: Stage) -> None:
    one, two = await _fill(stage, 2)
    mo = await stage.appoint("mo")
    row = await stage.row(one)
    await stage.inside(
        lambda session: moves.snooze(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            member_id=mo,
            until=stage.clock() + 2 * DAY,
            at=stage.clock(),
        )
    )

    view = await stage.queue()
    assert (_codes(view), view.waiting, view.snoozed) == ([two], 2, 1)
    assert queue_header(view) == "2 waiting · oldest 1 h · 1 snoozed"
    stage.clock.time += 3 * DAY
    assert set(_codes(await stage.queue())) == {one, two}


async def test_a_panel_hides_scores_until_one_has_voted(stage: Stage) -> None:
    await stage.playlist(votes_needed=2)
    (code,) = await _fill(stage, 1)

    (before,) = (await stage.queue(by="mo")).rows
    assert (before.score, before.score_hidden) == (None, True)
    assert "score hidden until you have voted" in row_facts(before)
    assert "0 of 2 votes" in row_facts(before)

    await stage.decide(code, by="mo")
    (after,) = (await stage.queue(by="mo")).rows
    assert after.score is not None
    assert "1 of 2 votes" in row_facts(after)
    (other,) = (await stage.queue()).rows
    assert other.score is not None


async def test_who_sent_a_track_never_sees_its_score_in_the_queue(stage: Stage) -> None:
    await stage.send(stage.song("own"), by="mo")
    await stage.send(stage.song("other"), by="ana")

    rows = {row.title: row for row in (await stage.queue(by="mo")).rows}
    assert rows["Title of own"].score is None
    assert rows["Title of other"].score is not None


async def test_only_curators_look_at_a_queue(stage: Stage) -> None:
    await _fill(stage, 1)

    with pytest.raises(NotAllowedError, match="Only curators of Night Drive"):
        await stage.queue(by="ana")


async def test_another_order_is_written_down_as_another_rule(stage: Stage) -> None:
    await _fill(stage, 2)
    await stage.queue(view=View.OLDEST, by="mo", page=1)

    async with stage.sessions() as session:
        shown = list(await session.scalars(select(Exposure).order_by(Exposure.slot)))
    assert {row.rule_version for row in shown} == {"rank-2 oldest"}
    assert [(row.page, row.slot, row.why) for row in shown] == [(1, 1, "score"), (1, 2, "score")]


@pytest.mark.parametrize("view", list(View))
async def test_every_view_says_what_its_emptiness_means(stage: Stage, view: View) -> None:
    empty = await stage.queue(view=view, by="mo")

    assert (empty.rows, empty.pages, empty.found) == ((), 0, 0)
    assert "Night Drive" in empty_queue_text(NIGHT, empty.view)
