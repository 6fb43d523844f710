"""Votes and panels: who may say what, when it is decided, and how it is taken back."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyDoneError, EarmarkError, NotAllowedError, RuleError
from bot.messages import DecisionView
from bot.texts import WELCOME, decision_text
from bot.workflow.panel import Ballot, is_decided, pooled
from db import members, votes
from db.models import Answer, EventKind, Role, Status, Vote
from db.types import Welcome
from tests.workflow.stage import MINUTE, Stage

KEEP, MAYBE, DECLINE = Answer.KEEP, Answer.MAYBE, Answer.DECLINE
MUDDY, INTRO, ROOM = "mix_muddy", "too_long_intro", "no_room"


@pytest.fixture
async def panel(stage: Stage) -> Stage:
    """Night Drive asks for two keeps; mo, kim and lou vote, and boss looks after it."""
    await stage.playlist(votes_needed=2)
    await stage.appoint("kim")
    await stage.appoint("lou")
    await stage.appoint("boss", role=Role.ADMIN)
    return stage


async def test_a_panel_keeps_when_two_have_said_so(panel: Stage) -> None:
    code = await panel.send(panel.song("one"))

    first = await panel.decide(code, by="mo")
    assert (first.status, first.voted, first.votes, first.votes_needed) == ("queued", "keep", 1, 2)
    assert "Voted keep" in decision_text(first)
    assert "1 of 2 say keep" in decision_text(first)

    second = await panel.decide(code, by="kim")
    assert (second.status, second.votes) == ("kept", 2)
    assert decision_text(second).startswith("Kept: ")
    assert (await panel.row(code)).status is Status.KEPT


async def test_a_panel_is_one_curator_by_default(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))

    view = await stage.decide(code)
    assert (view.status, view.voted, view.votes_needed) == ("kept", None, 1)


async def test_two_votes_of_one_curator_are_one(panel: Stage) -> None:
    code = await panel.send(panel.song("one"))
    await panel.decide(code, DECLINE, by="mo", reasons=(MUDDY,))
    await panel.decide(code, KEEP, by="mo")

    assert (await panel.decide(code, KEEP, by="mo")).votes == 1
    assert (await panel.row(code)).status is Status.QUEUED


async def test_the_artist_is_told_the_reasons_that_most_gave(panel: Stage) -> None:
    code = await panel.send(panel.song("one"))
    await panel.decide(
        code,
        DECLINE,
        by="mo",
        reasons=(MUDDY, INTRO),
        note="Nearly!",
        welcome_next=Welcome.NEW_MIX,
    )
    await panel.decide(code, DECLINE, by="kim", reasons=(INTRO,))

    (row,) = (await panel.status()).rows
    assert row.status == "declined"
    assert [words.split()[1] for words in row.reasons] == ["intro", "mix"]
    assert row.note == "Nearly!"
    last = (await panel.history(code))[-1]
    assert last.reasons == [INTRO, MUDDY]


async def test_a_maybe_of_the_panel_stays_open(panel: Stage) -> None:
    code = await panel.send(panel.song("one"))
    await panel.decide(code, MAYBE, by="mo")
    await panel.decide(code, MAYBE, by="kim")
    assert (await panel.row(code)).status is Status.MAYBE

    assert (await panel.decide(code, MAYBE, by="lou")).status == "maybe"
    await panel.decide(code, KEEP, by="kim")
    assert (await panel.decide(code, KEEP, by="lou")).status == "kept"


async def test_votes_that_differ_wait_for_more_or_for_who_looks_after_it(panel: Stage) -> None:
    code = await panel.send(panel.song("one"))
    await panel.decide(code, KEEP, by="mo")
    await panel.decide(code, DECLINE, by="kim", reasons=(MUDDY,))
    await panel.decide(code, MAYBE, by="lou")
    assert (await panel.row(code)).status is Status.QUEUED

    with pytest.raises(NotAllowedError, match="looks after Night Drive"):
        await panel.decide(code, KEEP, by="mo", override=True)
    assert (await panel.decide(code, KEEP, by="boss", override=True)).status == "kept"


async def test_who_comes_after_the_decision_is_told_who_was_faster(panel: Stage) -> None:
    code = await panel.send(panel.song("one"))
    await panel.decide(code, by="mo")
    await panel.decide(code, by="kim")
    panel.clock.time += 2 * MINUTE

    with pytest.raises(AlreadyDoneError, match=r"already kept by kim, 2 min ago"):
        await panel.decide(code, DECLINE, by="lou", reasons=(MUDDY,))


async def test_nobody_votes_on_what_they_sent(panel: Stage) -> None:
    code = await panel.send(panel.song("one"), by="mo")

    with pytest.raises(NotAllowedError, match="is your own"):
        await panel.decide(code, by="mo")
    with pytest.raises(NotAllowedError, match="is your own"):
        await panel.decide(code, by="mo", override=False)


async def test_nobody_votes_by_way_of_a_second_account(panel: Stage) -> None:
    code = await panel.send(panel.song("one"), by="mo two")
    mo, second = await panel.appoint("mo"), await panel.appoint("mo two")

    async def join(session: AsyncSession) -> None:
        await members.link(session, workspace_id=panel.workspace_id, member_id=mo, other_id=second)

    await panel.inside(join)
    with pytest.raises(NotAllowedError, match="is your own"):
        await panel.decide(code, by="mo")


async def test_nobody_votes_on_their_artist_that_somebody_else_sent(panel: Stage) -> None:
    await panel.send(panel.song("mine", artist="Mo & the Band"), by="mo")
    code = await panel.send(panel.song("friend", artist="Mo & the Band"), by="a friend")

    with pytest.raises(NotAllowedError, match="sent as your own"):
        await panel.decide(code, by="mo")
    assert (await panel.decide(code, by="kim")).voted == "keep"


async def test_undoing_a_panels_decision_takes_the_deciding_vote_with_it(panel: Stage) -> None:
    code = await panel.send(panel.song("one"))
    await panel.decide(code, by="mo")
    panel.clock.time += MINUTE
    await panel.decide(code, by="kim")

    view = await panel.undo(code, by="lou")
    assert view.status == "queued"
    assert [vote.member.display_name for vote in await _votes(panel, code)] == ["mo"]

    again = await panel.decide(code, DECLINE, by="lou", reasons=(MUDDY,))
    assert again.status == "queued"
    assert (await panel.decide(code, by="kim")).status == "kept"


async def test_an_undecided_vote_is_taken_back_by_who_cast_it(panel: Stage) -> None:
    code = await panel.send(panel.song("one"))
    await panel.decide(code, by="mo")
    await panel.decide(code, DECLINE, by="kim", reasons=(MUDDY,))

    view = await panel.undo(code, by="kim")
    assert "Vote taken back" in decision_text(view)
    assert [vote.answer for vote in await _votes(panel, code)] == [KEEP]
    kinds = [event.kind for event in await panel.history(code)]
    assert kinds[-3:] == [EventKind.VOTED, EventKind.VOTED, EventKind.UNVOTED]

    panel.clock.time += 11 * MINUTE
    with pytest.raises(RuleError, match="more than 10 minutes"):
        await panel.undo(code, by="mo")


async def test_who_decided_without_the_panel_takes_back_only_that(panel: Stage) -> None:
    code = await panel.send(panel.song("one"))
    await panel.decide(code, by="boss")
    panel.clock.time += MINUTE
    await panel.decide(code, DECLINE, by="boss", reasons=(ROOM,), override=True)

    assert (await panel.undo(code, by="boss")).status == "queued"
    assert [vote.answer for vote in await _votes(panel, code)] == [KEEP]


async def test_undo_without_an_id_means_the_last_that_one_has_answered(panel: Stage) -> None:
    with pytest.raises(AlreadyDoneError, match="answered nothing"):
        await panel.undo(by="mo")

    await panel.playlist("Solo")
    await panel.appoint("mo", "Solo")
    one = await panel.send(panel.song("one"), playlist="Solo")
    two = await panel.send(panel.song("two"))
    await panel.decide(one, by="mo")
    panel.clock.time += MINUTE
    await panel.decide(two, by="mo")
    await panel.decide(two, DECLINE, by="kim", reasons=(MUDDY,))

    assert (await panel.undo(by="mo")).code == two
    assert (await panel.undo(by="mo")).code == one
    with pytest.raises(AlreadyDoneError, match="answered nothing"):
        await panel.undo(by="mo")


async def test_what_is_welcome_next_is_kept_with_a_decline_only(stage: Stage) -> None:
    one = await stage.send(stage.song("one"))
    two = await stage.send(stage.song("two"))

    declined = await stage.decide(one, DECLINE, reasons=(MUDDY,), welcome_next=Welcome.NEW_MIX)
    kept = await stage.decide(two, KEEP, welcome_next=Welcome.NEW_MIX)
    assert (declined.welcome_next, kept.welcome_next) == ("new_mix", None)
    assert "What is welcome next: a new mix of this song." in decision_text(declined)


def test_everything_that_may_be_welcome_has_its_words() -> None:
    assert set(WELCOME) == set(Welcome)


async def test_the_same_note_to_more_than_three_artists_warns_its_curator(stage: Stage) -> None:
    async def decline(number: int) -> DecisionView:
        code = await stage.send(stage.song(f"song{number}"), by=f"artist {number}")
        return await stage.decide(code, DECLINE, reasons=(MUDDY,), note="Not our thing, sorry!")

    views = [await decline(number) for number in range(4)]
    assert [bool(view.warning) for view in views] == [False, False, False, True]
    assert "to 4 artists" in decision_text(views[3])
    (row,) = (await stage.status("artist 3")).rows
    assert "4 artists" not in row.note


async def test_a_note_that_is_too_long_is_not_cut_but_refused(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))

    with pytest.raises(RuleError, match="has 601 characters, and 600 fit"):
        await stage.decide(code, DECLINE, reasons=(MUDDY,), note="x" * 601)
    assert (await stage.row(code)).status is Status.QUEUED


async def test_two_who_vote_at_once_decide_together(panel: Stage) -> None:
    code = await panel.send(panel.song("one"))
    await asyncio.gather(panel.decide(code, by="mo"), panel.decide(code, by="kim"))

    assert (await panel.row(code)).status is Status.KEPT


async def test_three_who_vote_at_once_decide_once(panel: Stage) -> None:
    code = await panel.send(panel.song("one"))
    done = await asyncio.gather(
        *(panel.decide(code, by=name) for name in ("mo", "kim", "lou")), return_exceptions=True
    )

    assert sum(isinstance(one, EarmarkError) for one in done) == 1
    moved = [event for event in await panel.history(code) if event.to_status is Status.KEPT]
    assert len(moved) == 1


ANSWERS = st.lists(st.sampled_from(list(Answer)), min_size=1, max_size=9)


@given(answers=ANSWERS, needed=st.integers(2, 4))
def test_one_answer_wins_and_it_has_the_votes_it_needs(answers: list[Answer], needed: int) -> None:
    for count in range(1, len(answers) + 1):
        cast = answers[:count]
        if is_decided(cast, last=cast[-1], needed=needed):
            assert cast.count(cast[-1]) == needed
            break
    else:
        assert all(answers.count(answer) < needed for answer in Answer)


@given(answers=ANSWERS, reasons=st.lists(st.sampled_from([MUDDY, INTRO, ROOM, "mastering"])))
def test_pooled_reasons_are_those_of_who_agreed(answers: list[Answer], reasons: list[str]) -> None:
    cast = [
        Ballot(answer=answer, reasons=tuple(reasons[: place % 4]))
        for place, answer in enumerate(answers)
    ]
    told = pooled(cast, last=cast[-1])

    agreed = {reason for b in cast if b.answer is cast[-1].answer for reason in b.reasons}
    assert set(told.reasons) <= agreed
    assert len(told.reasons) == min(3, len(agreed))


def test_the_artist_gets_the_note_of_the_vote_that_decided_else_the_one_before() -> None:
    early = Ballot(answer=DECLINE, note="Too long.", welcome_next=Welcome.NEW_MIX)
    other = Ballot(answer=KEEP, note="Loved it.", welcome_next=Welcome.OTHER_SONG)
    silent = Ballot(answer=DECLINE)
    spoken = Ballot(answer=DECLINE, note="Muddy.", welcome_next=Welcome.OTHER_SONG)

    told = [pooled([early, other, last], last=last) for last in (silent, spoken)]
    assert [(one.note, one.welcome_next) for one in told] == [
        ("Too long.", Welcome.NEW_MIX),
        ("Muddy.", Welcome.OTHER_SONG),
    ]


async def _votes(stage: Stage, code: str) -> list[Vote]:
    row = await stage.row(code)
    return await stage.inside(
        lambda session: votes.of(session, workspace_id=stage.workspace_id, submission_id=row.id)
    )
