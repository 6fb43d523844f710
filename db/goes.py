"""Goes at scoring a submission: each has a number and is settled once, and some are due again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db import events
from db.models import EventKind, Submission
from db.status import WAITING, Status

# One look takes at most so many; what is left is found a minute later.
_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """The next go at a submission; `number` counts from 1."""

    workspace_id: int
    submission_id: int
    number: int


async def settle(
    session: AsyncSession,
    *,
    workspace_id: int,
    submission_id: int,
    number: int,
    at: datetime,
    audio_origin: str | None = None,
    match_verdict: str | None = None,
    unscored_reason: str | None = None,
    since: datetime | None = None,
    retry_at: datetime | None = None,
) -> bool:
    """Note how go `number` ended; return False where another worker has settled it before.

    Without an `unscored_reason` the submission is scored. `since` and `retry_at` tell since when a
    passing trouble lasts, and when to try again.
    """
    settled = await session.scalar(
        update(Submission)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.id == submission_id,
            Submission.tries < number,
        )
        .values(
            tries=number,
            tries_since=since,
            retry_at=retry_at,
            audio_origin=audio_origin,
            match_verdict=match_verdict,
            unscored_reason=unscored_reason,
        )
        .returning(Submission.id)
        .execution_options(synchronize_session="fetch")
    )
    if settled is None:
        return False
    await events.add(
        session,
        workspace_id=workspace_id,
        submission_id=submission_id,
        kind=EventKind.SCORED if unscored_reason is None else EventKind.UNSCORED,
        at=at,
    )
    return True


async def find(session: AsyncSession, *, submission_id: int, number: int) -> Go | None:
    """Return a go by the number of its submission alone, as the operator's jobs are named."""
    workspace_id = await session.scalar(
        select(Submission.workspace_id).where(Submission.id == submission_id)
    )
    if workspace_id is None:
        return None
    return Go(workspace_id=workspace_id, submission_id=submission_id, number=number)


async def begin_anew(session: AsyncSession, *, workspace_id: int, submission_id: int) -> None:
    """Forget since when a trouble lasts: somebody wants it tried now."""
    await session.execute(
        update(Submission)
        .where(Submission.workspace_id == workspace_id, Submission.id == submission_id)
        .values(tries_since=None, retry_at=None)
    )


async def due_again(session: AsyncSession, *, now: datetime) -> Sequence[Go]:
    """Return the goes of all workspaces whose time has come, the longest due first."""
    return await _goes(
        session,
        Submission.retry_at <= now,
        Submission.status.in_(WAITING),
        order=Submission.retry_at,
    )


async def forgotten(session: AsyncSession, *, before: datetime) -> Sequence[Go]:
    """Return what was taken in before then and never looked at, the oldest first.

    A process that is killed between the commit and the start of the job leaves such rows.
    """
    return await _goes(
        session,
        Submission.status == Status.RECEIVED,
        Submission.received_at <= before,
        order=Submission.received_at,
    )


async def _goes(
    session: AsyncSession, *conditions: ColumnElement[bool], order: InstrumentedAttribute[Any]
) -> Sequence[Go]:
    found = await session.execute(
        select(Submission.workspace_id, Submission.id, Submission.tries)
        .where(*conditions)
        .order_by(order, Submission.id)
        .limit(_BATCH)
    )
    return [
        Go(workspace_id=row.workspace_id, submission_id=row.id, number=row.tries + 1)
        for row in found
    ]
