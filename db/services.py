"""How often we may call a service, until when it refuses us, and what it said.

No workspace here: all workspaces share one set of credentials (see `db.tables.services`).
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import CachedReply, ServiceBlock, ServiceCall
from db.upsert import insert_or_change, insert_or_skip


async def blocked_until(session: AsyncSession, *, service: str, now: datetime) -> datetime | None:
    """Return until when a service refuses us, or None where it does not."""
    return await session.scalar(
        select(ServiceBlock.blocked_until).where(
            ServiceBlock.service == service, ServiceBlock.blocked_until > now
        )
    )


async def block(session: AsyncSession, *, service: str, until: datetime) -> None:
    """Note that a service refuses us until then; a longer block stays."""
    await insert_or_skip(session, ServiceBlock(service=service))
    await session.execute(
        update(ServiceBlock)
        .where(
            ServiceBlock.service == service,
            ServiceBlock.blocked_until.is_(None) | (ServiceBlock.blocked_until < until),
        )
        .values(blocked_until=until)
    )


async def take_budget(
    session: AsyncSession, *, service: str, now: datetime, limit: int, window: timedelta
) -> datetime | None:
    """Note one call and return None, or return when the next call fits in.

    At most `limit` calls are made within any `window`. Commit before the call: a crash after it
    must not forget it.
    """
    # The row is the lock: PostgreSQL lets two transactions count at once otherwise.
    await insert_or_skip(session, ServiceBlock(service=service))
    await session.execute(
        select(ServiceBlock.service).where(ServiceBlock.service == service).with_for_update()
    )
    recent = (
        await session.scalars(
            select(ServiceCall.at)
            .where(ServiceCall.service == service, ServiceCall.at > now - window)
            .order_by(ServiceCall.at.desc())
            .limit(limit)
        )
    ).all()
    if len(recent) >= limit:
        return recent[-1] + window
    session.add(ServiceCall(service=service, at=now))
    await session.flush()
    return None


async def calls_since(session: AsyncSession, *, service: str, since: datetime) -> int:
    """Return how many calls of a service were made after `since`."""
    counted = await session.scalar(
        select(func.count())
        .select_from(ServiceCall)
        .where(ServiceCall.service == service, ServiceCall.at > since)
    )
    return counted or 0


async def cached(session: AsyncSession, *, service: str, key: str, now: datetime) -> str | None:
    """Return a remembered reply that has not expired."""
    return await session.scalar(
        select(CachedReply.body).where(
            CachedReply.service == service, CachedReply.key == key, CachedReply.expires_at > now
        )
    )


async def remember(
    session: AsyncSession,
    *,
    service: str,
    key: str,
    body: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Remember a reply, in place of an older one."""
    reply = CachedReply(service=service, key=key, body=body, fetched_at=now, expires_at=expires_at)
    await insert_or_change(session, reply, unique={"service", "key"})


async def sweep(session: AsyncSession, *, now: datetime, calls_before: datetime) -> int:
    """Delete expired replies and calls older than any budget; return how many rows went."""
    replies = await session.scalars(
        delete(CachedReply).where(CachedReply.expires_at <= now).returning(CachedReply.key)
    )
    calls = await session.scalars(
        delete(ServiceCall).where(ServiceCall.at < calls_before).returning(ServiceCall.id)
    )
    return len(replies.all()) + len(calls.all())
