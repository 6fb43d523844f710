"""Pins: what a curator has put at the top of a queue."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db.models import Pin
from db.upsert import insert_or_change


async def put(
    session: AsyncSession, *, workspace_id: int, submission_id: int, member_id: int, at: datetime
) -> None:
    """Pin a submission; of two pins the later one stands."""
    pin = Pin(workspace_id=workspace_id, submission_id=submission_id, member_id=member_id, at=at)
    await insert_or_change(session, pin, unique={"workspace_id", "submission_id"})


async def remove(session: AsyncSession, *, workspace_id: int, submission_id: int) -> bool:
    """Take the pin away; return False where there is none."""
    removed = await session.scalar(
        delete(Pin)
        .where(Pin.workspace_id == workspace_id, Pin.submission_id == submission_id)
        .returning(Pin.submission_id)
    )
    return removed is not None


async def of_many(
    session: AsyncSession, *, workspace_id: int, submission_ids: Collection[int]
) -> dict[int, str]:
    """Return who has pinned which of these submissions, by name."""
    found = await session.scalars(
        select(Pin)
        .where(Pin.workspace_id == workspace_id, Pin.submission_id.in_(submission_ids))
        .options(selectinload(Pin.member))
        .execution_options(populate_existing=True)
    )
    return {pin.submission_id: pin.member.display_name for pin in found}
