"""Who is at work: each process says so every few seconds, and the silent ones count as dead."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Lease, Worker
from db.upsert import insert_or_skip


async def beat(
    session: AsyncSession, *, executor_id: str, host: str, pid: int, now: datetime
) -> None:
    """Say that this process is alive; the first time makes it known."""
    row = Worker(executor_id=executor_id, host=host, pid=pid, started_at=now, seen_at=now)
    if not await insert_or_skip(session, row):
        await session.execute(
            update(Worker).where(Worker.executor_id == executor_id).values(seen_at=now)
        )


async def all_known(session: AsyncSession) -> Sequence[Worker]:
    """Return every process that was not seen to end, the oldest first."""
    found = await session.scalars(select(Worker).order_by(Worker.started_at, Worker.executor_id))
    return found.all()


async def forget(session: AsyncSession, *, executor_id: str) -> None:
    """Strike a process that has ended, and whose work is taken over."""
    await session.execute(delete(Worker).where(Worker.executor_id == executor_id))


async def take_lease(
    session: AsyncSession, *, name: str, holder: str, now: datetime, until: datetime
) -> bool:
    """Take what `name` stands for until then; return False where somebody else has it.

    The holder may take it again before it ends. One guarded statement: of two exactly one wins.
    """
    await insert_or_skip(session, Lease(name=name, holder="", until=now))
    taken = await session.scalar(
        update(Lease)
        .where(Lease.name == name, (Lease.until <= now) | (Lease.holder == holder))
        .values(holder=holder, until=until)
        .returning(Lease.name)
    )
    return taken is not None
