"""A submission without a score is tried again because somebody asks, or left as it is."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyDoneError
from bot.workflow import notices
from bot.workflow.people import Person, member_of, require_curator
from bot.workflow.review import find_submission
from db import goes, moves
from db.goes import Go
from db.models import Submission
from db.status import WAITING, Status

_CANCELLED = "cancelled"


async def retry(
    session: AsyncSession, *, workspace_id: int, code: str, person: Person, now: datetime
) -> int:
    """Have a curator's submission without a score tried again, and return its id.

    Begin the go after the commit. Raises NotFoundError, NotAllowedError or AlreadyDoneError.
    """
    submission = await find_submission(session, workspace_id, code)
    member = await member_of(session, workspace_id, person, now=now)
    await require_curator(session, submission.playlist, member, person)
    await again(session, submission)
    return submission.id


async def again(session: AsyncSession, submission: Submission) -> None:
    """Begin a new day of tries, or raise AlreadyDoneError where nothing is to be tried."""
    if submission.status not in WAITING:
        raise AlreadyDoneError(f"{submission.code} is answered already.")
    if submission.status is Status.QUEUED and submission.unscored_reason is None:
        raise AlreadyDoneError(f"{submission.code} is scored already.")
    await goes.begin_anew(
        session, workspace_id=submission.workspace_id, submission_id=submission.id
    )


async def leave(session: AsyncSession, go: Go, *, now: datetime) -> bool:
    """Let a go count as over without a score; return False where it was over before."""
    left = await goes.settle(
        session,
        workspace_id=go.workspace_id,
        submission_id=go.submission_id,
        number=go.number,
        at=now,
        unscored_reason=_CANCELLED,
    )
    if left:
        await moves.move(
            session,
            workspace_id=go.workspace_id,
            submission_id=go.submission_id,
            to=Status.QUEUED,
            actor=None,
            at=now,
        )
        await notices.changed(
            session, workspace_id=go.workspace_id, submission_id=go.submission_id, at=now
        )
    return left
