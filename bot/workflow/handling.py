"""Who has a submission in hand, what stands aside for a while, and what a curator puts on top."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.curation import Act, ActView
from bot.curator_texts import in_hands_text
from bot.errors import AlreadyDoneError, RuleError
from bot.texts import day
from bot.workflow import notices, panel
from bot.workflow.line import CLAIM_LASTS, claimer_of
from bot.workflow.naming import track_label
from bot.workflow.people import (
    Person,
    known_member,
    member_of,
    require_curator,
    require_playlist_admin,
)
from bot.workflow.review import already_done, find_submission
from db import events, moves, pins
from db.models import Member, Submission
from db.status import UNANSWERED
from db.types import EventKind


async def claim(
    session: AsyncSession, *, workspace_id: int, code: str, person: Person, now: datetime
) -> ActView:
    """Take a submission in hand for CLAIM_LASTS, so that others leave it alone.

    It is a courtesy among curators: it takes the track out of their next ones, but from nobody the
    right to answer. Claiming again starts the time anew. AlreadyDoneError says who was faster.
    """
    submission, member = await curated(session, workspace_id, code, person, now=now)
    await panel.require_another(session, submission, member)
    claimed = await moves.claim(
        session,
        workspace_id=workspace_id,
        submission_id=submission.id,
        member_id=member.id,
        at=now,
        stale_before=now - CLAIM_LASTS,
    )
    if not claimed:
        raise await _in_other_hands(session, workspace_id, code, now=now)
    return await _done(session, submission, member, Act.CLAIMED, until=now + CLAIM_LASTS, now=now)


async def release(
    session: AsyncSession, *, workspace_id: int, code: str, person: Person, now: datetime
) -> ActView:
    """Give a submission back to everybody; only who has it in hand."""
    submission, member = await curated(session, workspace_id, code, person, now=now)
    released = await moves.release(
        session,
        workspace_id=workspace_id,
        submission_id=submission.id,
        member_id=member.id,
        at=now,
    )
    if not released:
        fresh = await find_submission(session, workspace_id, code)
        if claimer_of(fresh, now=now) is None:
            raise AlreadyDoneError(f"Nobody has {fresh.code} in hand.")
        raise await _in_other_hands(session, workspace_id, code, now=now)
    return await _done(session, submission, member, Act.RELEASED, now=now)


async def snooze(
    session: AsyncSession,
    *,
    workspace_id: int,
    code: str,
    person: Person,
    until: datetime,
    now: datetime,
) -> ActView:
    """Set a submission aside for everybody; it comes back by itself, and before it is due."""
    submission, member = await curated(session, workspace_id, code, person, now=now)
    await panel.require_another(session, submission, member)
    if until <= now:
        raise RuleError("Choose a day that is still to come.", rule="snooze")
    if until >= submission.due_at:
        raise RuleError(
            f"{submission.code} has to be answered by {day(submission.due_at)}. Choose an earlier"
            " day, or answer it.",
            rule="snooze",
            possible_at=submission.due_at,
        )
    await _set_aside(session, submission, member, until=until, now=now)
    return await _done(session, submission, member, Act.SNOOZED, until=until, now=now)


async def wake(
    session: AsyncSession, *, workspace_id: int, code: str, person: Person, now: datetime
) -> ActView:
    """Bring a snoozed submission back at once."""
    submission, member = await curated(session, workspace_id, code, person, now=now)
    if submission.snoozed_until is None or submission.snoozed_until <= now:
        raise AlreadyDoneError(f"{submission.code} is not snoozed.")
    await _set_aside(session, submission, member, until=now, now=now)
    return await _done(session, submission, member, Act.WOKEN, now=now)


async def pin(
    session: AsyncSession, *, workspace_id: int, code: str, person: Person, now: datetime
) -> ActView:
    """Put a submission at the top of its queue, after the overdue ones; the row says who did."""
    submission, member = await curated(session, workspace_id, code, person, now=now)
    # Who pins an own track would jump the queue.
    await panel.require_another(session, submission, member)
    await _require_open(session, submission, now=now)
    await pins.put(
        session,
        workspace_id=workspace_id,
        submission_id=submission.id,
        member_id=member.id,
        at=now,
    )
    await _note(session, submission, member, EventKind.PINNED, now=now)
    return await _done(session, submission, member, Act.PINNED, now=now)


async def unpin(
    session: AsyncSession, *, workspace_id: int, code: str, person: Person, now: datetime
) -> ActView:
    """Take a pin away, whoever made it."""
    submission, member = await curated(session, workspace_id, code, person, now=now)
    if not await pins.remove(session, workspace_id=workspace_id, submission_id=submission.id):
        raise AlreadyDoneError(f"{submission.code} is not pinned.")
    await _note(session, submission, member, EventKind.UNPINNED, now=now)
    return await _done(session, submission, member, Act.UNPINNED, now=now)


async def require_reviewer(
    session: AsyncSession,
    *,
    workspace_id: int,
    code: str,
    person: Person,
    alone: bool = False,
    answers: bool = False,
) -> None:
    """Raise NotFoundError or NotAllowedError where a person may not do it; nothing is written.

    `alone`: without the panel, which takes who looks after the playlist. Whoever `answers` may not
    judge an own track.
    """
    submission = await find_submission(session, workspace_id, code)
    member = await known_member(session, workspace_id=workspace_id, person=person)
    if alone:
        await require_playlist_admin(session, submission.playlist, member, person)
    else:
        await require_curator(session, submission.playlist, member, person)
    if answers and member is not None:
        await panel.require_another(session, submission, member)


async def curated(
    session: AsyncSession, workspace_id: int, code: str, person: Person, *, now: datetime
) -> tuple[Submission, Member]:
    """Return the submission and who acts, or raise NotFoundError or NotAllowedError."""
    submission = await find_submission(session, workspace_id, code)
    member = await member_of(session, workspace_id, person, now=now)
    await require_curator(session, submission.playlist, member, person)
    return submission, member


def act_view(
    submission: Submission,
    member: Member,
    act: Act,
    *,
    until: datetime | None = None,
    text: str = "",
) -> ActView:
    title, artist = track_label(submission)
    return ActView(
        act=act,
        code=submission.code,
        playlist=submission.playlist.name,
        title=title,
        artist=artist,
        by=member.display_name,
        until=until,
        text=text,
    )


async def _done(
    session: AsyncSession,
    submission: Submission,
    member: Member,
    act: Act,
    *,
    now: datetime,
    until: datetime | None = None,
) -> ActView:
    await notices.changed(
        session, workspace_id=submission.workspace_id, submission_id=submission.id, at=now
    )
    return act_view(submission, member, act, until=until)


async def _set_aside(
    session: AsyncSession, submission: Submission, member: Member, *, until: datetime, now: datetime
) -> None:
    done = await moves.snooze(
        session,
        workspace_id=submission.workspace_id,
        submission_id=submission.id,
        member_id=member.id,
        until=until,
        at=now,
    )
    if not done:
        raise await already_done(session, submission.workspace_id, submission.code, now=now)


async def _require_open(session: AsyncSession, submission: Submission, *, now: datetime) -> None:
    if submission.status not in UNANSWERED:
        raise await already_done(session, submission.workspace_id, submission.code, now=now)


async def _note(
    session: AsyncSession, submission: Submission, member: Member, kind: EventKind, *, now: datetime
) -> None:
    await events.add(
        session,
        workspace_id=submission.workspace_id,
        submission_id=submission.id,
        kind=kind,
        at=now,
        actor=member.id,
    )


async def _in_other_hands(
    session: AsyncSession, workspace_id: int, code: str, *, now: datetime
) -> AlreadyDoneError:
    """Return the error that says who has it and since when, or who has answered it meanwhile."""
    fresh = await find_submission(session, workspace_id, code)
    if fresh.status not in UNANSWERED or fresh.claimer is None or fresh.claimed_at is None:
        return await already_done(session, workspace_id, code, now=now)
    days_ago = max(0.0, (now - fresh.claimed_at) / timedelta(days=1))
    return AlreadyDoneError(
        in_hands_text(fresh.code, by=fresh.claimer.display_name, days_ago=days_ago)
    )
