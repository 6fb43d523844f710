"""Messages to send, written in the commit of what they tell, so that none is lost or invented."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, delete, event, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from db import recipients
from db.models import Delivery, Mailbox, OutboxMessage, Platform
from db.recipients import Recipient
from db.upsert import insert_or_skip

WAKE = "outbox_wake"
"""Where a session's `info` may hold a function to call once a new message is committed."""

_SAME_BOX = and_(
    Mailbox.workspace_id == OutboxMessage.workspace_id,
    Mailbox.platform == OutboxMessage.platform,
    Mailbox.recipient == OutboxMessage.recipient,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One recipient of one workspace: what is sent in order, by one worker at a time."""

    workspace_id: int
    to: Recipient


async def put(
    session: AsyncSession,
    *,
    workspace_id: int,
    key: str,
    to: Recipient,
    subject: str,
    kind: str,
    payload: Mapping[str, object],
    at: datetime,
    due_at: datetime | None = None,
    submission_id: int | None = None,
) -> bool:
    """Add a message to send from `due_at` on; return False where one with this `key` was added.

    `payload` holds ids only. Whoever watches the outbox is woken after the commit.
    """
    message = OutboxMessage(
        workspace_id=workspace_id,
        key=key,
        platform=to.platform,
        recipient=to.address,
        subject=subject,
        kind=kind,
        payload=dict(payload),
        submission_id=submission_id,
        created_at=at,
        due_at=due_at or at,
    )
    added = await insert_or_skip(session, message)
    if added:
        _wake_after_commit(session.sync_session)
    return added


async def waiting_boxes(
    session: AsyncSession, *, platforms: Collection[Platform], now: datetime, limit: int
) -> list[Box]:
    """Return boxes of any workspace in which something is due and nobody is at work.

    The one that was served longest ago comes first, so that a full box starves no other.
    """
    found = await session.execute(
        select(OutboxMessage.workspace_id, OutboxMessage.platform, OutboxMessage.recipient)
        .outerjoin(Mailbox, _SAME_BOX)
        .where(
            OutboxMessage.done_at.is_(None),
            OutboxMessage.platform.in_(platforms),
            OutboxMessage.due_at <= now,
            or_(Mailbox.leased_until.is_(None), Mailbox.leased_until <= now),
            or_(Mailbox.not_before.is_(None), Mailbox.not_before <= now),
        )
        .group_by(OutboxMessage.workspace_id, OutboxMessage.platform, OutboxMessage.recipient)
        .order_by(func.max(Mailbox.served_at).asc().nulls_first(), func.min(OutboxMessage.due_at))
        .limit(limit)
    )
    return [
        Box(workspace_id=workspace_id, to=recipients.parse(platform, address))
        for workspace_id, platform, address in found
    ]


async def next_moment(session: AsyncSession, *, platforms: Collection[Platform]) -> datetime | None:
    """Return when the next message may be sent, in any workspace, or None where there is none.

    What another worker has leased counts from the end of its lease on.
    """
    free: ColumnElement[datetime] = case(
        (Mailbox.not_before > OutboxMessage.due_at, Mailbox.not_before),
        else_=OutboxMessage.due_at,
    )
    moment: ColumnElement[datetime] = case(
        (Mailbox.leased_until > free, Mailbox.leased_until), else_=free
    )
    return await session.scalar(
        select(func.min(moment))
        .select_from(OutboxMessage)
        .outerjoin(Mailbox, _SAME_BOX)
        .where(OutboxMessage.done_at.is_(None), OutboxMessage.platform.in_(platforms))
    )


async def next_up(session: AsyncSession, *, box: Box, now: datetime) -> list[OutboxMessage]:
    """Return the rows that the box's next message is made of, oldest first; none if none is due.

    All that wait with the same subject are one message: each brings it to what holds now.
    """
    query = (
        select(OutboxMessage)
        .where(*_in(box), OutboxMessage.done_at.is_(None), OutboxMessage.due_at <= now)
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .execution_options(populate_existing=True)
    )
    first = await session.scalar(query.limit(1))
    if first is None:
        return []
    return list(await session.scalars(query.where(OutboxMessage.subject == first.subject)))


async def begin(session: AsyncSession, *, box: Box, ids: Collection[int]) -> None:
    """Note that a try begins: after a crash it shows that its end is not known."""
    await _change(session, box, ids, attempts=OutboxMessage.attempts + 1)


async def not_begun(session: AsyncSession, *, box: Box, ids: Collection[int]) -> None:
    """Take a try back that the platform has surely not taken."""
    await _change(session, box, ids, attempts=OutboxMessage.attempts - 1)


async def settle(
    session: AsyncSession,
    *,
    box: Box,
    ids: Collection[int],
    outcome: Delivery,
    at: datetime,
    error: str | None = None,
) -> None:
    """Note what became of messages; what is settled already stays as it is."""
    await _change(session, box, ids, done_at=at, outcome=outcome, last_error=error)


async def note_failure(
    session: AsyncSession, *, box: Box, ids: Collection[int], error: str
) -> None:
    """Note why sending failed for now; when to go on is the mailbox's."""
    await _change(session, box, ids, last_error=error)


async def stop(
    session: AsyncSession, *, workspace_id: int, platform: Platform, at: datetime, error: str
) -> None:
    """Send nothing more of what waits for a platform where we are not any longer."""
    await session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.workspace_id == workspace_id,
            OutboxMessage.platform == platform,
            OutboxMessage.done_at.is_(None),
        )
        .values(done_at=at, outcome=Delivery.REFUSED, last_error=error)
        .execution_options(synchronize_session=False)
    )


async def get(session: AsyncSession, *, workspace_id: int, message_id: int) -> OutboxMessage | None:
    return await session.scalar(
        select(OutboxMessage).where(
            OutboxMessage.workspace_id == workspace_id, OutboxMessage.id == message_id
        )
    )


async def undelivered(
    session: AsyncSession,
    *,
    workspace_id: int,
    submission_ids: Collection[int],
    kinds: Collection[str],
) -> set[int]:
    """Return which submissions have news of these kinds that could not be delivered."""
    found = await session.scalars(
        select(OutboxMessage.submission_id).where(
            OutboxMessage.workspace_id == workspace_id,
            OutboxMessage.submission_id.in_(submission_ids),
            OutboxMessage.kind.in_(kinds),
            OutboxMessage.outcome == Delivery.REFUSED,
        )
    )
    return {submission_id for submission_id in found if submission_id is not None}


async def backlog(session: AsyncSession, *, workspace_id: int) -> list[OutboxMessage]:
    """Return what is still to be sent, oldest first."""
    found = await session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.workspace_id == workspace_id, OutboxMessage.done_at.is_(None))
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
    )
    return list(found)


async def sweep(session: AsyncSession, *, done_before: datetime) -> int:
    """Delete what was settled before then, in any workspace, and return how many rows it was."""
    deleted = await session.scalars(
        delete(OutboxMessage).where(OutboxMessage.done_at < done_before).returning(OutboxMessage.id)
    )
    return len(deleted.all())


async def _change(session: AsyncSession, box: Box, ids: Collection[int], **values: object) -> None:
    await session.execute(
        update(OutboxMessage)
        .where(*_in(box), OutboxMessage.id.in_(ids), OutboxMessage.done_at.is_(None))
        .values(**values)
        # The rows in hand show what was read, not what a later step writes.
        .execution_options(synchronize_session=False)
    )


def _in(box: Box) -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxMessage.workspace_id == box.workspace_id,
        OutboxMessage.platform == box.to.platform,
        OutboxMessage.recipient == box.to.address,
    )


def _wake_after_commit(session: Session) -> None:
    wake: Callable[[], None] | None = session.info.get(WAKE)
    if wake is not None:
        event.listen(session, "after_commit", lambda _: wake(), once=True)
