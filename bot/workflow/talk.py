"""What is said about a submission: curators' notes, a question to the artist, the thread."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.curation import Act, ActView
from bot.errors import AlreadyDoneError, NotAllowedError, RuleError
from bot.texts import NOTE_LIMIT
from bot.workflow import notices
from bot.workflow.handling import act_view, curated
from bot.workflow.naming import typed
from bot.workflow.people import Person, member_of
from bot.workflow.review import already_done, find_submission
from db import events, threads
from db.models import Event, Platform, Submission, Thread
from db.status import UNANSWERED
from db.types import EventKind


async def note(
    session: AsyncSession,
    *,
    workspace_id: int,
    code: str,
    person: Person,
    text: str,
    now: datetime,
) -> ActView:
    """Write a note for the other curators; its artist never sees it."""
    submission, member = await curated(session, workspace_id, code, person, now=now)
    # Else who sent the track would read and write among its judges.
    if submission.member_id == member.id:
        raise NotAllowedError(f"{submission.code} is your own; its notes are the curators'.")
    said = _said(text)
    await _add(session, submission, EventKind.NOTED, actor=member.id, text=said, now=now)
    return act_view(submission, member, Act.NOTED, text=said)


async def ask(
    session: AsyncSession,
    *,
    workspace_id: int,
    code: str,
    person: Person,
    text: str,
    now: datetime,
) -> ActView:
    """Ask the artist something; one question at a time, so that its answer is an answer to it."""
    submission, member = await curated(session, workspace_id, code, person, now=now)
    if submission.member_id == member.id:
        raise NotAllowedError(f"{submission.code} is your own; there is nobody else to ask.")
    if submission.status not in UNANSWERED:
        raise await already_done(session, workspace_id, code, now=now)
    if await question_to(session, submission) is not None:
        raise AlreadyDoneError(f"The artist of {submission.code} has a question to answer already.")
    said = _said(text)
    await _add(session, submission, EventKind.ASKED, actor=member.id, text=said, now=now)
    return act_view(submission, member, Act.ASKED, text=said)


async def answer_question(
    session: AsyncSession,
    *,
    workspace_id: int,
    code: str,
    person: Person,
    text: str,
    now: datetime,
) -> str:
    """Answer what a curator has asked of an own submission; return the code of the submission."""
    submission = await find_submission(session, workspace_id, code)
    member = await member_of(session, workspace_id, person, now=now)
    if submission.member_id != member.id:
        raise NotAllowedError(f"{submission.code} is not yours, so the question is not for you.")
    if await question_to(session, submission) is None:
        raise AlreadyDoneError(f"There is no open question about {submission.code}.")
    await _add(session, submission, EventKind.ANSWERED, actor=member.id, text=_said(text), now=now)
    return submission.code


async def question_to(session: AsyncSession, submission: Submission) -> str | None:
    """Return what the artist has been asked and has not answered yet; it may be shown to them."""
    return open_question(
        await events.of(session, workspace_id=submission.workspace_id, submission_id=submission.id)
    )


def open_question(history: Sequence[Event]) -> str | None:
    """Return the last question of a history, or None where it is answered or was never asked."""
    talk = [event for event in history if event.kind in {EventKind.ASKED, EventKind.ANSWERED}]
    return talk[-1].note if talk and talk[-1].kind is EventKind.ASKED else None


async def open_thread(
    session: AsyncSession,
    *,
    workspace_id: int,
    code: str,
    person: Person,
    channel_id: str,
    thread_id: str,
    now: datetime,
) -> Thread:
    """Note the thread that a platform has opened, and return the one to use.

    Where two curators open one at once, the first counts; the caller deletes the other.
    """
    submission, _ = await curated(session, workspace_id, code, person, now=now)
    return await threads.remember(
        session,
        workspace_id=workspace_id,
        submission_id=submission.id,
        platform=person.platform,
        channel_id=channel_id,
        thread_id=thread_id,
        at=now,
    )


async def forget_thread(
    session: AsyncSession, *, workspace_id: int, code: str, platform: Platform, thread_id: str
) -> str | None:
    """Forget a thread that was deleted on its platform, and return the channel it was in.

    None where somebody else was faster, and may have opened another one since.
    """
    thread = await thread_of(session, workspace_id=workspace_id, code=code, platform=platform)
    if thread is None or thread.thread_id != thread_id:
        return None
    channel_id = thread.channel_id
    forgotten = await threads.forget(
        session, workspace_id=workspace_id, platform=platform, thread_id=thread_id
    )
    return channel_id if forgotten else None


async def thread_of(
    session: AsyncSession, *, workspace_id: int, code: str, platform: Platform
) -> Thread | None:
    """Return the platform's thread about a submission, if there is one."""
    submission = await find_submission(session, workspace_id, code)
    return await threads.of(
        session, workspace_id=workspace_id, submission_id=submission.id, platform=platform
    )


async def _add(
    session: AsyncSession,
    submission: Submission,
    kind: EventKind,
    *,
    actor: int,
    text: str,
    now: datetime,
) -> None:
    await events.add(
        session,
        workspace_id=submission.workspace_id,
        submission_id=submission.id,
        kind=kind,
        at=now,
        actor=actor,
        note=text,
    )
    await notices.changed(
        session, workspace_id=submission.workspace_id, submission_id=submission.id, at=now
    )


def _said(text: str) -> str:
    """Return what was typed as it may be stored, or raise RuleError where it is empty or long."""
    if len(text.strip()) > NOTE_LIMIT:
        told = f"That has {len(text.strip())} characters, and {NOTE_LIMIT} fit."
        raise RuleError(f"{told} Please shorten it.", rule="note_length")
    said = typed(text, limit=NOTE_LIMIT)
    if said is None:
        raise RuleError("There is nothing in that to read. Please write a sentence.", rule="empty")
    return said
