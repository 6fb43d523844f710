"""Who sends to a recipient right now, when sending may go on, and whether it is any use."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Mailbox
from db.outbox import Box
from db.upsert import insert_or_skip


async def lease(
    session: AsyncSession, *, box: Box, worker: str, now: datetime, until: datetime
) -> Mailbox | None:
    """Take a box for `worker`, or keep it longer; None where another one has it or it must rest.

    One guarded UPDATE: of two workers that ask at once exactly one gets it.
    """
    await insert_or_skip(
        session,
        Mailbox(workspace_id=box.workspace_id, platform=box.to.platform, recipient=box.to.address),
    )
    return await session.scalar(
        update(Mailbox)
        .where(
            *_is(box),
            or_(
                Mailbox.leased_by == worker,
                Mailbox.leased_until.is_(None),
                Mailbox.leased_until <= now,
            ),
            or_(Mailbox.not_before.is_(None), Mailbox.not_before <= now),
        )
        .values(leased_by=worker, leased_until=until, served_at=now)
        .returning(Mailbox)
        .execution_options(populate_existing=True)
    )


async def release(session: AsyncSession, *, box: Box, worker: str) -> None:
    """Give a box back; one that another worker has taken over stays with it."""
    await session.execute(
        update(Mailbox)
        .where(*_is(box), Mailbox.leased_by == worker)
        .values(leased_by=None, leased_until=None)
    )


async def rest(session: AsyncSession, *, box: Box, until: datetime, failed: bool = False) -> None:
    """Let nobody send to a box before `until`; with `failed`, count a failure."""
    values: dict[str, object] = {"not_before": until}
    if failed:
        values["failures"] = Mailbox.failures + 1
    await session.execute(update(Mailbox).where(*_is(box)).values(**values))


async def opened(session: AsyncSession, *, box: Box, rest_until: datetime) -> None:
    """Note that a message got through: neither failures nor a refusal count any more."""
    await session.execute(
        update(Mailbox)
        .where(*_is(box))
        .values(failures=0, closed_at=None, closed_reason=None, not_before=rest_until)
    )


async def closed(session: AsyncSession, *, box: Box, reason: str, at: datetime) -> None:
    """Note that the platform refuses for good, and why."""
    await session.execute(
        update(Mailbox).where(*_is(box)).values(closed_at=at, closed_reason=reason, failures=0)
    )


async def get(session: AsyncSession, *, box: Box) -> Mailbox | None:
    return await session.scalar(
        select(Mailbox).where(*_is(box)).execution_options(populate_existing=True)
    )


async def refusing(
    session: AsyncSession, *, workspace_id: int, now: datetime, within: timedelta
) -> list[Mailbox]:
    """Return the boxes that refused us for good not longer than `within` ago."""
    found = await session.scalars(
        select(Mailbox)
        .where(Mailbox.workspace_id == workspace_id, Mailbox.closed_at > now - within)
        .order_by(Mailbox.closed_at)
    )
    return list(found)


def _is(box: Box) -> tuple[ColumnElement[bool], ...]:
    return (
        Mailbox.workspace_id == box.workspace_id,
        Mailbox.platform == box.to.platform,
        Mailbox.recipient == box.to.address,
    )
