"""Answers: who may give them, that they are given once, and for how long they can be taken back."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.errors import AlreadyDoneError, NotAllowedError, NotFoundError, RuleError
from bot.messages import DecisionView
from bot.workflow.people import console_person
from bot.workflow.review import UNDO_WINDOW, undo
from db import moves
from db.models import Answer, Decision, EventKind, Status
from scoring.ranking import RULE_VERSION, draw_discovery
from tests.workflow.stage import MINUTE, NIGHT, NOW, Stage, link_of, open_stage

WHY = ("mix_muddy", "no_room")


async def _code(stage: Stage, name: str = "one", *, by: str = "ana") -> str:
    return (await stage.submit(link_of(name), by=by)).receipt.code


async def _decisions(stage: Stage) -> list[Decision]:
    async with stage.sessions() as session:
        return list(await session.scalars(select(Decision).order_by(Decision.id)))


async def _status(stage: Stage, code: str) -> Status:
    return (await stage.row(code)).status


async def test_an_answer_is_shown_stored_and_in_the_history(stage: Stage) -> None:
    code = await _code(stage)
    view = await stage.decide(code, Answer.DECLINE, reasons=WHY, note=" nearly\nthere ")

    assert view == DecisionView(
        code=code,
        playlist=NIGHT,
        title=(await stage.status()).rows[0].title,
        artist="ana",
        status="declined",
        by="mo",
        reasons=(
            "the mix is muddy or out of balance",
            "we like it, but there is no room for it now",
        ),
        note="nearly there",
        undo_until=NOW + UNDO_WINDOW,
    )
    (decision,) = await _decisions(stage)
    assert (decision.answer, decision.reasons) == (Answer.DECLINE, list(WHY))
    assert (decision.note, decision.at, decision.undone_at) == ("nearly there", NOW, None)
    last = (await stage.history(code))[-1]
    assert (last.kind, last.to_status, last.note) == (
        EventKind.MOVED,
        Status.DECLINED,
        "nearly there",
    )
    assert last.reasons == list(WHY)
    assert last.actor is not None
    assert last.actor.display_name == "mo"


@pytest.mark.parametrize(
    ("answer", "status"), [(Answer.KEEP, Status.KEPT), (Answer.MAYBE, Status.MAYBE)]
)
async def test_a_yes_or_a_maybe_needs_no_reason(
    stage: Stage, answer: Answer, status: Status
) -> None:
    code = await _code(stage)

    assert (await stage.decide(code, answer)).status == status
    assert await _status(stage, code) is status


async def test_a_code_may_be_typed_in_any_case(stage: Stage) -> None:
    code = await _code(stage)

    assert (await stage.decide(code.lower().removeprefix("t-"))).code == code


@pytest.mark.parametrize(
    ("reasons", "sentence"),
    [
        ((), "needs a reason"),
        (("ugly",), "no reason called 'ugly'"),
        (("mix_muddy", "ugly"), "no reason called 'ugly'"),
        (("off_genre", "off_mood", "mastering", "no_room"), "3 reasons that matter most, not 4"),
    ],
)
async def test_a_decline_needs_one_to_three_known_reasons(
    stage: Stage, reasons: tuple[str, ...], sentence: str
) -> None:
    code = await _code(stage)

    with pytest.raises(RuleError, match=sentence) as caught:
        await stage.decide(code, Answer.DECLINE, reasons=reasons)
    assert caught.value.rule == "decline_reason"
    assert await _status(stage, code) is Status.RECEIVED
    assert await _decisions(stage) == []


async def test_a_reason_told_twice_is_one(stage: Stage) -> None:
    code = await _code(stage)
    await stage.decide(code, Answer.DECLINE, reasons=("no_room",) * 4)

    assert (await _decisions(stage))[0].reasons == ["no_room"]


async def test_an_unknown_reason_is_refused_for_a_keep_too(stage: Stage) -> None:
    with pytest.raises(RuleError, match="no reason called"):
        await stage.decide(await _code(stage), reasons=("nice",))


async def test_only_curators_of_the_playlist_answer(stage: Stage) -> None:
    await stage.playlist("Loud")
    await stage.appoint("lou", "Loud")
    code = await _code(stage)

    for stranger in ("lou", "nobody"):
        with pytest.raises(NotAllowedError, match="Only curators of Night Drive"):
            await stage.decide(code, by=stranger)
        with pytest.raises(NotAllowedError):
            await stage.undo(code, by=stranger)
    assert await _status(stage, code) is Status.RECEIVED


async def test_nobody_answers_an_own_submission_or_takes_the_answer_back(stage: Stage) -> None:
    await stage.appoint("ben")
    code = await _code(stage, by="mo")

    with pytest.raises(NotAllowedError, match="is your own"):
        await stage.decide(code)
    await stage.decide(code, Answer.DECLINE, reasons=("no_room",), by="ben")
    with pytest.raises(NotAllowedError, match="is your own"):
        await stage.undo(code)
    assert await _status(stage, code) is Status.DECLINED


async def test_a_code_of_another_workspace_is_unknown(stage: Stage) -> None:
    other = await open_stage(stage.sessions, "other")
    code = await _code(other)

    with pytest.raises(NotFoundError, match=code):
        await stage.decide(code)
    with pytest.raises(NotFoundError):
        await stage.undo(code)
    with pytest.raises(NotFoundError):
        await stage.withdraw(code)
    assert await _status(other, code) is Status.RECEIVED


async def test_the_second_curator_is_told_who_was_faster_and_when(stage: Stage) -> None:
    await stage.appoint("ben")
    code = await _code(stage)
    await stage.decide(code)
    stage.clock.time = NOW + 2 * MINUTE

    with pytest.raises(AlreadyDoneError, match=f"{code} is already kept by mo, 2 min ago"):
        await stage.decide(code, Answer.DECLINE, reasons=WHY, by="ben")
    assert len(await _decisions(stage)) == 1


async def test_a_clock_that_runs_behind_tells_no_time_to_come(stage: Stage) -> None:
    code = await _code(stage)
    await stage.decide(code)
    stage.clock.time = NOW - 5 * MINUTE

    with pytest.raises(AlreadyDoneError, match="by mo, a moment ago"):
        await stage.decide(code)


async def test_what_earmark_itself_closed_is_told_in_its_name(stage: Stage) -> None:
    accepted = await stage.submit(link_of("nothing"))
    await stage.process(accepted)

    with pytest.raises(AlreadyDoneError, match="already withdrawn by Earmark"):
        await stage.decide(accepted.receipt.code)


async def test_of_two_answers_at_once_one_wins_and_the_other_is_told(stage: Stage) -> None:
    await stage.appoint("ben")
    for number in range(4):
        code = await _code(stage, str(number))
        both = await asyncio.gather(
            stage.decide(code),
            stage.decide(code, Answer.DECLINE, reasons=WHY, by="ben"),
            return_exceptions=True,
        )

        (won,) = (one for one in both if isinstance(one, DecisionView))
        (lost,) = (one for one in both if isinstance(one, AlreadyDoneError))
        assert f"already {won.status} by {won.by}, a moment ago" in str(lost)
        assert await _status(stage, code) == won.status
    assert len(await _decisions(stage)) == 4


async def test_a_maybe_may_be_answered_but_not_said_twice(stage: Stage) -> None:
    code = await _code(stage)
    await stage.decide(code, Answer.MAYBE)

    with pytest.raises(AlreadyDoneError, match="already maybe by mo"):
        await stage.decide(code, Answer.MAYBE)
    assert (await stage.decide(code)).status == "kept"


@pytest.mark.parametrize(("discovery", "propensity"), [(True, 0.25), (False, 0.75)])
async def test_a_decision_remembers_what_the_curator_was_shown(
    stage: Stage, *, discovery: bool, propensity: float
) -> None:
    playlist = await stage.playlist(discovery_share=0.25)
    drawn = (draw_discovery(str(seed), playlist.name_key, 0.25) for seed in range(50))
    seed = list(drawn).index(discovery)
    await stage.appoint("mo")
    for name, percentile in (("one", 70), ("two", 20)):
        link = stage.song(name, percentile=percentile)
        await stage.process(await stage.submit(link, by=name, seed=seed))
    view = await stage.queue(by="mo")
    second = view.rows[1]
    await stage.decide(second.code)

    (decision,) = await _decisions(stage)
    assert second.score is not None
    assert (decision.slot, decision.rule_version) == (2, RULE_VERSION)
    assert (decision.discovery, decision.propensity) == (discovery, propensity)
    assert (decision.score_percentile, decision.model_version) == (
        second.score.percentile,
        "cnn-1",
    )
    assert (decision.score_low, decision.score_high) == (second.score.low, second.score.high)


async def test_a_decision_made_unseen_says_so(stage: Stage) -> None:
    await stage.appoint("ben")
    await stage.send(stage.song("one"))
    await stage.queue(by="ben")
    code = await _code(stage, "two")
    await stage.decide(code)

    (decision,) = await _decisions(stage)
    assert (decision.slot, decision.propensity, decision.rule_version) == (None, None, None)
    assert (decision.score_percentile, decision.model_version) == (None, None)


@pytest.mark.parametrize("answer", Answer)
async def test_an_answer_can_be_taken_back_within_ten_minutes(stage: Stage, answer: Answer) -> None:
    code = await stage.send(stage.song("one"))
    reasons = WHY if answer is Answer.DECLINE else ()
    await stage.decide(code, answer, reasons=reasons, note="hm")
    stage.clock.time = NOW + UNDO_WINDOW

    view = await stage.undo(code)
    assert (view.status, view.by, view.reasons, view.note) == ("queued", "mo", (), "")
    assert view.undo_until is None
    assert await _status(stage, code) is Status.QUEUED
    (decision,) = await _decisions(stage)
    assert decision.undone_at == NOW + UNDO_WINDOW
    last = (await stage.history(code))[-1]
    assert (last.kind, last.from_status, last.to_status) == (
        EventKind.UNDONE,
        view_status(answer),
        Status.QUEUED,
    )


def view_status(answer: Answer) -> Status:
    return {
        Answer.KEEP: Status.KEPT,
        Answer.MAYBE: Status.MAYBE,
        Answer.DECLINE: Status.DECLINED,
    }[answer]


async def test_after_ten_minutes_the_answer_stands(stage: Stage) -> None:
    code = await _code(stage)
    await stage.decide(code)
    stage.clock.time = NOW + UNDO_WINDOW + timedelta(microseconds=1)

    with pytest.raises(RuleError, match="more than 10 minutes ago") as caught:
        await stage.undo(code)
    assert caught.value.rule == "undo_window"
    assert await _status(stage, code) is Status.KEPT


async def test_another_curator_may_take_an_answer_back(stage: Stage) -> None:
    await stage.appoint("ben")
    code = await _code(stage)
    await stage.decide(code)

    assert (await stage.undo(code, by="ben")).by == "ben"


async def test_undo_brings_a_maybe_back_and_then_no_more_than_was_there(stage: Stage) -> None:
    code = await _code(stage)
    await stage.decide(code, Answer.MAYBE)
    stage.clock.time = NOW + 5 * MINUTE
    await stage.decide(code)

    assert (await stage.undo(code)).status == "maybe"
    assert (await stage.undo(code)).status == "received"
    with pytest.raises(AlreadyDoneError, match="no decision to take back"):
        await stage.undo(code)


async def test_an_old_maybe_stays_when_the_keep_after_it_is_taken_back(stage: Stage) -> None:
    code = await _code(stage)
    await stage.decide(code, Answer.MAYBE)
    stage.clock.time = NOW + 15 * MINUTE
    await stage.decide(code)
    await stage.undo(code)

    with pytest.raises(RuleError, match="more than 10 minutes ago"):
        await stage.undo(code)
    assert await _status(stage, code) is Status.MAYBE


async def test_what_is_on_the_playlist_already_cannot_be_taken_back(stage: Stage) -> None:
    code = await _code(stage)
    await stage.decide(code)
    row = await stage.row(code)
    await stage.inside(
        lambda session: moves.move(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            to=Status.PLACED,
            actor=None,
            at=NOW,
        )
    )

    with pytest.raises(AlreadyDoneError, match="already placed by Earmark"):
        await stage.undo(code)


async def test_of_two_undos_at_once_the_answer_before_is_never_lost(stage: Stage) -> None:
    """On PostgreSQL both may look at the same decision; on SQLite they come one by one."""
    for number in range(4):
        code = await _code(stage, str(number))
        await stage.decide(code, Answer.MAYBE)
        stage.clock.time += 11 * MINUTE
        await stage.decide(code)
        both = await asyncio.gather(stage.undo(code), stage.undo(code), return_exceptions=True)

        (done,) = (one for one in both if isinstance(one, DecisionView))
        assert done.status == "maybe"
        assert await _status(stage, code) is Status.MAYBE


async def test_a_decision_taken_back_may_be_made_anew(stage: Stage) -> None:
    code = await _code(stage)
    await stage.decide(code)
    await stage.undo(code)

    assert (await stage.decide(code, Answer.DECLINE, reasons=WHY)).status == "declined"
    assert [one.undone_at for one in await _decisions(stage)] == [NOW, None]


async def test_undo_is_for_this_workspace_only(stage: Stage) -> None:
    code = await _code(stage)
    await stage.decide(code)
    other = await open_stage(stage.sessions, "other")

    async with other.sessions.begin() as session:
        with pytest.raises(NotFoundError):
            await undo(
                session,
                workspace_id=other.workspace_id,
                code=code,
                person=console_person("mo"),
                now=NOW,
            )
    assert await _status(stage, code) is Status.KEPT
