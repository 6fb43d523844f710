"""Rows in the outbox, and senders that bring them."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Card
from bot.workflow.delivery import Limits, Outgoing
from bot.workflow.outbox import Sender
from db import outbox
from db.models import Delivery, OutboxMessage, Platform
from db.recipients import Recipient, channel, person
from tests.workflow.chats import FakeChat
from tests.workflow.stage import Stage

ANA, REVIEW = person(Platform.DISCORD, "11"), channel(Platform.DISCORD, "5")
LIMITS = Limits()


async def as_told(
    session: AsyncSession, row: OutboxMessage, *, posted: bool, now: object
) -> Outgoing | None:
    """Compose a card that names the newest row, and drop rows that say so."""
    if row.kind == "dropped" or (row.kind == "change" and not posted):
        return None
    return Outgoing(
        workspace_id=row.workspace_id,
        card=Card(title="over" if row.kind == "over" else row.key),
        lasting=row.kind == "board",
    )


def sender(stage: Stage, chat: FakeChat, *, worker: str = "one", limits: Limits = LIMITS) -> Sender:
    return Sender(
        sessions=stage.sessions,
        couriers={Platform.DISCORD: chat},
        compose=as_told,
        worker=worker,
        now=stage.clock,
        dice=lambda: 1.0,
        limits=limits,
    )


async def put(
    stage: Stage,
    key: str,
    *,
    to: Recipient = ANA,
    subject: str | None = None,
    kind: str = "kept",
    submission_id: int | None = None,
) -> None:
    await stage.inside(
        lambda session: outbox.put(
            session,
            workspace_id=stage.workspace_id,
            key=key,
            to=to,
            subject=subject or key,
            kind=kind,
            payload={},
            submission_id=submission_id,
            at=stage.clock(),
        )
    )


async def open_rows(stage: Stage) -> list[str]:
    rows = await stage.inside(
        lambda session: outbox.backlog(session, workspace_id=stage.workspace_id)
    )
    return [row.key for row in rows]


async def outcome(stage: Stage, key: str) -> Delivery | None:
    from sqlalchemy import select  # noqa: PLC0415

    return await stage.inside(
        lambda session: session.scalar(
            select(OutboxMessage.outcome).where(OutboxMessage.key == key)
        )
    )
