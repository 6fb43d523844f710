"""Who is kept out of a workspace: who sends, or who plays."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Block


async def put(
    session: AsyncSession,
    *,
    workspace_id: int,
    name: str,
    reason: str,
    now: datetime,
    until: datetime | None = None,
    member_id: int | None = None,
    artist_key: str | None = None,
    created_by: int | None = None,
) -> Block:
    """Keep a member or an artist out, in place of an older block of theirs; name one of both."""
    await remove(session, workspace_id=workspace_id, member_id=member_id, artist_key=artist_key)
    block = Block(
        workspace_id=workspace_id,
        member_id=member_id,
        artist_key=artist_key,
        name=name,
        reason=reason,
        created_at=now,
        until=until,
        created_by=created_by,
    )
    session.add(block)
    await session.flush()
    return block


async def in_force(
    session: AsyncSession,
    *,
    workspace_id: int,
    now: datetime,
    member_id: int | None = None,
    artist_key: str | None = None,
) -> Block | None:
    """Return the block that keeps this member or this artist out, the one that lasts longest."""
    found = await session.scalars(
        select(Block).where(
            Block.workspace_id == workspace_id,
            _whose(member_id, artist_key),
            or_(Block.until.is_(None), Block.until > now),
        )
    )
    blocks = list(found)
    return max(blocks, key=lambda block: (block.until is None, block.until or now), default=None)


async def list_all(session: AsyncSession, *, workspace_id: int, now: datetime) -> list[Block]:
    """Return the blocks in force, the newest first."""
    found = await session.scalars(
        select(Block)
        .where(Block.workspace_id == workspace_id, or_(Block.until.is_(None), Block.until > now))
        .order_by(Block.created_at.desc(), Block.id.desc())
    )
    return list(found)


async def remove(
    session: AsyncSession,
    *,
    workspace_id: int,
    member_id: int | None = None,
    artist_key: str | None = None,
) -> bool:
    """Let a member or an artist in again; return False where nothing kept them out."""
    removed = await session.scalars(
        delete(Block)
        .where(Block.workspace_id == workspace_id, _whose(member_id, artist_key))
        .returning(Block.id)
    )
    return bool(removed.all())


def _whose(member_id: int | None, artist_key: str | None) -> ColumnElement[bool]:
    named = []
    if member_id is not None:
        named.append(Block.member_id == member_id)
    # "" is the key of a track whose artist nobody knows.
    if artist_key:
        named.append(Block.artist_key == artist_key)
    if not named:
        raise ValueError("a block is a member's or an artist's; both are missing")
    return or_(*named)
