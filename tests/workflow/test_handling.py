"""Claims, snoozes, pins, notes, questions, threads: who may, who was faster, what comes back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.curation import Act, ActView
from bot.curator_texts import act_text
from bot.errors import AlreadyDoneError, EarmarkError, NotAllowedError, NotFoundError, RuleError
from bot.workflow import handling, talk
from bot.workflow.people import Person, console_person
from db.models import Answer, EventKind, Platform
from tests.workflow.stage import DAY, MINUTE, Stage


class _Action(Protocol):
    def __call__(
        self,
        session: AsyncSession,
        *,
        workspace_id: int,
        code: str,
        person: Person,
        now: datetime,
    ) -> Awaitable[ActView]: ...


async def _do(stage: Stage, action: _Action, code: str, *, by: str = "mo") -> ActView:
    return await stage.inside(
        lambda session: action(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person(by),
            now=stage.clock(),
        )
    )


async def _snooze(stage: Stage, code: str, until: datetime, *, by: str = "mo") -> ActView:
    return await stage.inside(
        lambda session: handling.snooze(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person(by),
            until=until,
            now=stage.clock(),
        )
    )


async def _say(
    stage: Stage, action: Callable[..., Awaitable[object]], code: str, text: str, *, by: str
) -> object:
    return await stage.inside(
        lambda session: action(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person(by),
            text=text,
            now=stage.clock(),
        )
    )


@pytest.fixture
async def code(stage: Stage) -> str:
    await stage.appoint("kim")
    return await stage.send(stage.song("one"))


async def test_the_second_who_claims_is_told_who_has_it_and_since_when(
    stage: Stage, code: str
) -> None:
    view = await _do(stage, handling.claim, code)
    assert (view.act, view.by, view.until) == (Act.CLAIMED, "mo", stage.clock() + DAY)
    stage.clock.time += 5 * MINUTE

    with pytest.raises(AlreadyDoneError, match=rf"mo has {code} in hand, for 5 min now"):
        await _do(stage, handling.claim, code, by="kim")
    with pytest.raises(AlreadyDoneError, match="mo has"):
        await _do(stage, handling.release, code, by="kim")


async def test_of_two_who_claim_at_once_one_wins(stage: Stage, code: str) -> None:
    done = await asyncio.gather(
        _do(stage, handling.claim, code, by="mo"),
        _do(stage, handling.claim, code, by="kim"),
        return_exceptions=True,
    )

    assert sum(isinstance(one, ActView) for one in done) == 1
    assert sum(isinstance(one, EarmarkError) for one in done) == 1


async def test_a_claim_ends_by_itself_and_by_a_release(stage: Stage, code: str) -> None:
    await _do(stage, handling.claim, code)
    await _do(stage, handling.release, code)
    with pytest.raises(AlreadyDoneError, match="Nobody has"):
        await _do(stage, handling.release, code)

    await _do(stage, handling.claim, code)
    stage.clock.time += timedelta(hours=24, seconds=1)
    assert (await _do(stage, handling.claim, code, by="kim")).by == "kim"


async def test_a_claim_takes_nobody_the_right_to_answer(stage: Stage, code: str) -> None:
    await _do(stage, handling.claim, code)

    assert (await stage.decide(code, by="kim")).status == "kept"
    with pytest.raises(AlreadyDoneError, match="already kept by kim"):
        await _do(stage, handling.claim, code)


@pytest.mark.parametrize("action", [handling.claim, handling.pin])
async def test_an_own_track_is_neither_claimed_nor_pinned(stage: Stage, action: _Action) -> None:
    own = await stage.send(stage.song("own"), by="mo")

    with pytest.raises(NotAllowedError, match="is your own"):
        await _do(stage, action, own)


@pytest.mark.parametrize(
    "action", [handling.claim, handling.release, handling.wake, handling.pin, handling.unpin]
)
async def test_only_curators_handle_what_waits(stage: Stage, code: str, action: _Action) -> None:
    with pytest.raises(NotAllowedError, match="Only curators"):
        await _do(stage, action, code, by="somebody")
    with pytest.raises(NotFoundError):
        await _do(stage, action, "T-0000")


async def test_a_snooze_ends_before_the_answer_is_due(stage: Stage, code: str) -> None:
    now = stage.clock()
    with pytest.raises(RuleError, match="still to come"):
        await _snooze(stage, code, now)
    with pytest.raises(RuleError, match=f"{code} has to be answered by"):
        await _snooze(stage, code, now + 14 * DAY)

    assert (await _snooze(stage, code, now + 3 * DAY)).until == now + 3 * DAY
    assert (await stage.queue()).rows == ()
    await _do(stage, handling.wake, code)
    assert [row.code for row in (await stage.queue()).rows] == [code]
    with pytest.raises(AlreadyDoneError, match="is not snoozed"):
        await _do(stage, handling.wake, code)


async def test_what_is_answered_is_neither_snoozed_nor_pinned(stage: Stage, code: str) -> None:
    await stage.decide(code, Answer.KEEP, by="kim")

    with pytest.raises(AlreadyDoneError, match="already kept by kim"):
        await _snooze(stage, code, stage.clock() + DAY)
    with pytest.raises(AlreadyDoneError, match="already kept by kim"):
        await _do(stage, handling.pin, code)


async def test_a_pin_is_in_the_history_and_taken_away_by_anybody(stage: Stage, code: str) -> None:
    await _do(stage, handling.pin, code)
    assert (await stage.queue()).rows[0].why.startswith("pinned by mo")
    await _do(stage, handling.unpin, code, by="kim")
    with pytest.raises(AlreadyDoneError, match="is not pinned"):
        await _do(stage, handling.unpin, code)

    assert [event.kind for event in (await stage.history(code))[-2:]] == [
        EventKind.PINNED,
        EventKind.UNPINNED,
    ]


async def test_a_note_is_the_curators_and_never_the_artists(stage: Stage, code: str) -> None:
    view = await _say(stage, talk.note, code, "Chorus is @everyone's best", by="mo")
    assert isinstance(view, ActView)
    assert "Chorus is \N{FULLWIDTH COMMERCIAL AT}everyone's best" in act_text(view)

    assert "Chorus" not in repr(await stage.status())
    with pytest.raises(NotAllowedError):
        await _say(stage, talk.note, code, "Mine is great", by="ana")
    with pytest.raises(RuleError, match="601 characters"):
        await _say(stage, talk.note, code, "x" * 601, by="mo")
    with pytest.raises(RuleError, match="nothing in that"):
        await _say(stage, talk.note, code, " \u200b ", by="mo")


async def test_a_question_goes_to_the_artist_and_its_answer_back(stage: Stage, code: str) -> None:
    async def open_question() -> str | None:
        row = await stage.row(code)
        return await stage.inside(lambda session: talk.question_to(session, row))

    assert await open_question() is None
    await _say(stage, talk.ask, code, "Is there a radio edit?", by="mo")
    assert await open_question() == "Is there a radio edit?"
    with pytest.raises(AlreadyDoneError, match="a question to answer already"):
        await _say(stage, talk.ask, code, "And a clean version?", by="kim")
    with pytest.raises(NotAllowedError, match="not yours"):
        await _say(stage, talk.answer_question, code, "No", by="kim")

    await _say(stage, talk.answer_question, code, "Yes, 2:58", by="ana")
    assert await open_question() is None
    with pytest.raises(AlreadyDoneError, match="no open question"):
        await _say(stage, talk.answer_question, code, "Yes", by="ana")
    told = [(event.kind, event.note) for event in (await stage.history(code))[-2:]]
    assert told == [
        (EventKind.ASKED, "Is there a radio edit?"),
        (EventKind.ANSWERED, "Yes, 2:58"),
    ]


async def test_two_who_open_a_thread_at_once_use_the_first(stage: Stage, code: str) -> None:
    async def open_thread(thread_id: str) -> str:
        person = Person(platform=Platform.CONSOLE, external_id="mo", name="mo")

        async def work(session: AsyncSession) -> str:
            thread = await talk.open_thread(
                session,
                workspace_id=stage.workspace_id,
                code=code,
                person=person,
                channel_id="9",
                thread_id=thread_id,
                now=stage.clock(),
            )
            return thread.thread_id

        return await stage.inside(work)

    assert set(await asyncio.gather(open_thread("1"), open_thread("2"))) < {"1", "2"}


@pytest.mark.parametrize("act", list(Act))
def test_every_act_has_a_sentence(act: Act) -> None:
    view = ActView(
        act=act,
        code="T-1",
        playlist="Night Drive",
        title="Night",
        artist="Ann",
        by="mo",
        until=datetime.fromisoformat("2026-12-04T12:00:00+00:00"),
        text="why?",
    )

    assert "Night - Ann (T-1 for Night Drive)" in act_text(view)
    assert "mo" in act_text(view)
