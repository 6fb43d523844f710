"""Which deadlines are near or past, and of which the curators were reminded already."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Reminder, Submission
from db.status import UNANSWERED
from db.submissions import in_full
from db.upsert import insert_or_skip


async def unanswered(
    session: AsyncSession, *, workspace_id: int, due_before: datetime
) -> list[Submission]:
    """Return what nobody has answered and is due by then, the most urgent first."""
    found = await session.scalars(
        in_full()
        .where(
            Submission.workspace_id == workspace_id,
            Submission.status.in_(UNANSWERED),
            Submission.due_at <= due_before,
        )
        .order_by(Submission.due_at, Submission.id)
    )
    return list(found)


async def days_reminded(
    session: AsyncSession, *, workspace_id: int, submission_ids: list[int]
) -> dict[int, int]:
    """Return the latest day on which curators were reminded of each of these."""
    found = await session.scalars(
        select(Reminder)
        .where(Reminder.workspace_id == workspace_id, Reminder.submission_id.in_(submission_ids))
        .order_by(Reminder.day)
    )
    return {reminder.submission_id: reminder.day for reminder in found}


async def note(
    session: AsyncSession, *, workspace_id: int, submission_id: int, day: int, at: datetime
) -> bool:
    """Note a reminder; return False where another process has sent it."""
    reminder = Reminder(workspace_id=workspace_id, submission_id=submission_id, day=day, at=at)
    return await insert_or_skip(session, reminder)
