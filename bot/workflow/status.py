"""What an artist may know of own submissions, and taking one back.

No score, fit, rank or vote is read here at all, so none can leak. The place is by age.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyDoneError, NotAllowedError, WeakMatchError
from bot.messages import StatusRow, StatusView, plain
from bot.texts import DECLINE_REASONS, artist_can_help, reason_words, status_words
from bot.workflow import notices
from bot.workflow.admission import expectation
from bot.workflow.naming import track_label
from bot.workflow.people import Person, member_of
from bot.workflow.review import find_submission, last_change
from db import events, members, moves, outbox, submissions
from db.models import Event, Submission
from db.status import UNANSWERED, Status


async def show_status(
    session: AsyncSession, *, workspace_id: int, person: Person, now: datetime
) -> StatusView:
    """Return the person's submissions, the newest first; nobody else's."""
    member = await members.by_identity(
        session,
        workspace_id=workspace_id,
        platform=person.platform,
        external_id=person.external_id,
    )
    if member is None:
        return StatusView(artist=plain(person.name), rows=())
    own = await submissions.of_member(session, workspace_id=workspace_id, member_id=member.id)
    return StatusView(
        artist=member.display_name, rows=tuple([await row_of(session, row, now=now) for row in own])
    )


async def withdraw(
    session: AsyncSession, *, workspace_id: int, code: str, person: Person, now: datetime
) -> StatusRow:
    """Take an own submission out of the queue, or raise NotAllowedError or AlreadyDoneError."""
    submission = await find_submission(session, workspace_id, code)
    member = await member_of(session, workspace_id, person, now=now)
    if submission.member_id != member.id:
        raise NotAllowedError(f"{submission.code} is not yours, so you cannot withdraw it.")
    moved = await moves.move(
        session,
        workspace_id=workspace_id,
        submission_id=submission.id,
        to=Status.WITHDRAWN,
        actor=member.id,
        at=now,
    )
    if not moved:
        fresh = await find_submission(session, workspace_id, code)
        raise AlreadyDoneError(f"{fresh.code} is already over: {status_words(fresh.status)}.")
    await notices.changed(session, workspace_id=workspace_id, submission_id=submission.id, at=now)
    return await row_of(session, await find_submission(session, workspace_id, code), now=now)


async def row_of(session: AsyncSession, submission: Submission, *, now: datetime) -> StatusRow:
    """Return what its artist may know of a submission."""
    title, artist = track_label(submission)
    history = await events.of(
        session, workspace_id=submission.workspace_id, submission_id=submission.id
    )
    last = last_change(history)
    reason = submission.unscored_reason
    helps = artist_can_help(submission.status, reason)
    # A maybe is the curators' own: what they wrote to it is not for the artist.
    answer = None if submission.status in UNANSWERED else last
    place, expected_at = await expectation(session, submission, now=now)
    return StatusRow(
        code=submission.code,
        playlist=submission.playlist.name,
        title=title,
        artist=artist,
        status=status_words(submission.status, submission.unscored_reason),
        place=place,
        answer_by=submission.due_at if submission.status in UNANSWERED else None,
        expected_at=expected_at,
        reasons=_reasons(answer),
        note=(answer.note if answer else None) or "",
        undelivered=bool(
            await outbox.undelivered(
                session,
                workspace_id=submission.workspace_id,
                submission_ids=[submission.id],
                kinds=notices.FOR_ARTISTS,
            )
        ),
        wants_file=helps,
        wants_yes=helps and reason == WeakMatchError.kind,
    )


def _reasons(answer: Event | None) -> tuple[str, ...]:
    # What Earmark itself refuses has a key for programs, and says why in the note.
    known = [reason for reason in answer.reasons if reason in DECLINE_REASONS] if answer else []
    return tuple(reason_words(reason) for reason in known)
