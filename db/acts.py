"""What a member has done and what is in their name, row by row: for a copy of their own data."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Block, Event, JoinCode, Pin, Submission, WeekDigest


async def events_by(session: AsyncSession, *, workspace_id: int, member_id: int) -> list[Event]:
    """Return what a member did to submissions, oldest first."""
    found = await session.scalars(
        select(Event)
        .where(Event.workspace_id == workspace_id, Event.actor_id == member_id)
        .order_by(Event.id)
    )
    return list(found)


async def pins_by(session: AsyncSession, *, workspace_id: int, member_id: int) -> list[Pin]:
    """Return what a member has put at the top of a queue, oldest first."""
    found = await session.scalars(
        select(Pin)
        .where(Pin.workspace_id == workspace_id, Pin.member_id == member_id)
        .order_by(Pin.at, Pin.submission_id)
    )
    return list(found)


async def claimed_by(
    session: AsyncSession, *, workspace_id: int, member_id: int
) -> list[Submission]:
    """Return what a member has in hand, by number."""
    found = await session.scalars(
        select(Submission)
        .where(Submission.workspace_id == workspace_id, Submission.claimed_by == member_id)
        .order_by(Submission.id)
    )
    return list(found)


async def blocks_by(session: AsyncSession, *, workspace_id: int, member_id: int) -> list[Block]:
    """Return whom a member keeps out, oldest first."""
    found = await session.scalars(
        select(Block)
        .where(Block.workspace_id == workspace_id, Block.created_by == member_id)
        .order_by(Block.id)
    )
    return list(found)


async def digests_by(
    session: AsyncSession, *, workspace_id: int, member_id: int
) -> list[WeekDigest]:
    """Return which weeks' digests a member has sent or skipped, oldest first."""
    found = await session.scalars(
        select(WeekDigest)
        .where(WeekDigest.workspace_id == workspace_id, WeekDigest.member_id == member_id)
        .order_by(WeekDigest.at, WeekDigest.playlist_id)
    )
    return list(found)


async def codes_of(session: AsyncSession, *, workspace_id: int, member_id: int) -> list[JoinCode]:
    """Return a member's one-time codes, of which only hashes are kept, oldest first."""
    found = await session.scalars(
        select(JoinCode)
        .where(JoinCode.workspace_id == workspace_id, JoinCode.member_id == member_id)
        .order_by(JoinCode.id)
    )
    return list(found)
