"""A playlist's changes of status as one list: what digests are counted from."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, distinct, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Event, EventKind, Member, Status, Submission
from db.status import DECIDED


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """One event that left a submission in `to_status`, with what a digest asks of it."""

    submission_id: int
    at: datetime
    to_status: Status
    undone: bool
    received_at: datetime
    discovery: bool
    # Who did it; None is Earmark itself.
    by: str | None = None


async def of_playlist(
    session: AsyncSession, *, workspace_id: int, playlist_id: int, before: datetime
) -> list[StatusChange]:
    """Return every change of status before a moment, in the order in which they happened."""
    found = await session.execute(
        select(
            Event.submission_id,
            Event.at,
            Event.to_status,
            Event.kind,
            Submission.received_at,
            Submission.discovery,
            Member.display_name,
        )
        .join(Submission, Submission.id == Event.submission_id)
        .outerjoin(Event.actor)
        .where(
            Event.workspace_id == workspace_id,
            Submission.workspace_id == workspace_id,
            Submission.playlist_id == playlist_id,
            Event.to_status.is_not(None),
            Event.at < before,
        )
        .order_by(Event.id)
    )
    return [
        StatusChange(
            submission_id=submission_id,
            at=at,
            to_status=to_status,
            undone=kind is EventKind.UNDONE,
            received_at=received_at,
            discovery=discovery,
            by=by,
        )
        for submission_id, at, to_status, kind, received_at, discovery, by in found
        if to_status is not None
    ]


async def workload(
    session: AsyncSession, *, workspace_id: int, playlist_id: int, start: datetime, end: datetime
) -> list[tuple[str, int]]:
    """Return how many submissions each curator has answered or voted on, most first.

    What was taken back later was work all the same.
    """
    answered = or_(
        and_(Event.kind == EventKind.MOVED, Event.to_status.in_(DECIDED)),
        Event.kind == EventKind.VOTED,
    )
    tracks = func.count(distinct(Event.submission_id))
    found = await session.execute(
        select(Member.display_name, tracks)
        .select_from(Event)
        .join(Submission, Submission.id == Event.submission_id)
        .join(Event.actor)
        .where(
            Event.workspace_id == workspace_id,
            Submission.workspace_id == workspace_id,
            Submission.playlist_id == playlist_id,
            Event.at >= start,
            Event.at < end,
            answered,
        )
        .group_by(Member.id, Member.display_name)
        .order_by(tracks.desc(), Member.display_name)
    )
    return [(name, count) for name, count in found]
