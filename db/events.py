"""The history of submissions. Rows are added and read, never changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db.models import Event, EventKind, Status, Submission


async def add(
    session: AsyncSession,
    *,
    workspace_id: int,
    submission_id: int,
    kind: EventKind,
    at: datetime,
    actor: int | None = None,
    from_status: Status | None = None,
    to_status: Status | None = None,
    reasons: Sequence[str] = (),
    note: str | None = None,
) -> Event:
    """Add what happened; `actor` is a member's id, or None for Earmark itself."""
    event = Event(
        workspace_id=workspace_id,
        submission_id=submission_id,
        kind=kind,
        at=at,
        actor_id=actor,
        from_status=from_status,
        to_status=to_status,
        reasons=list(reasons),
        note=note,
    )
    session.add(event)
    await session.flush()
    return event


async def of(session: AsyncSession, *, workspace_id: int, submission_id: int) -> list[Event]:
    """Return what happened to a submission, oldest first, with who did it."""
    found = await session.scalars(
        select(Event)
        .where(Event.workspace_id == workspace_id, Event.submission_id == submission_id)
        .order_by(Event.id)
        .options(selectinload(Event.actor))
        .execution_options(populate_existing=True)
    )
    return list(found)


async def between(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    start: datetime,
    end: datetime,
) -> list[Event]:
    """Return what happened to a playlist's submissions from `start` to before `end`."""
    found = await session.scalars(
        select(Event)
        .join(Submission, Submission.id == Event.submission_id)
        .where(
            Event.workspace_id == workspace_id,
            Submission.workspace_id == workspace_id,
            Submission.playlist_id == playlist_id,
            Event.at >= start,
            Event.at < end,
        )
        .order_by(Event.id)
        .options(selectinload(Event.actor))
        .execution_options(populate_existing=True)
    )
    return list(found)
