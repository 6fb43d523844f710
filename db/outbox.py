"""Messages to send, written in the commit of what they tell, so that none is lost or invented."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import OutboxMessage, Platform
from db.upsert import insert_or_skip


async def put(
    session: AsyncSession,
    *,
    workspace_id: int,
    key: str,
    platform: Platform,
    recipient: str,
    kind: str,
    payload: Mapping[str, object],
    at: datetime,
) -> bool:
    """Add a message to send at once; return False where one with this `key` was added before."""
    message = OutboxMessage(
        workspace_id=workspace_id,
        key=key,
        platform=platform,
        recipient=recipient,
        kind=kind,
        payload=dict(payload),
        created_at=at,
        due_at=at,
    )
    return await insert_or_skip(session, message)


async def due(
    session: AsyncSession, *, workspace_id: int, now: datetime, limit: int = 50
) -> list[OutboxMessage]:
    """Return unsent messages whose time has come, oldest first."""
    found = await session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.workspace_id == workspace_id,
            OutboxMessage.sent_at.is_(None),
            OutboxMessage.due_at <= now,
        )
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(limit)
    )
    return list(found)


async def mark_sent(
    session: AsyncSession, *, workspace_id: int, message_id: int, at: datetime
) -> bool:
    """Note that a message was sent; return False where that is noted already."""
    return await _change(session, workspace_id, message_id, sent_at=at, last_error=None)


async def mark_failed(
    session: AsyncSession, *, workspace_id: int, message_id: int, error: str, retry_at: datetime
) -> bool:
    """Note that sending failed and when to try again; return False where it is sent already."""
    return await _change(session, workspace_id, message_id, due_at=retry_at, last_error=error)


async def _change(
    session: AsyncSession, workspace_id: int, message_id: int, **values: object
) -> bool:
    changed = await session.scalar(
        update(OutboxMessage)
        .where(
            OutboxMessage.workspace_id == workspace_id,
            OutboxMessage.id == message_id,
            OutboxMessage.sent_at.is_(None),
        )
        .values(attempts=OutboxMessage.attempts + 1, **values)
        .returning(OutboxMessage.id)
    )
    return changed is not None
