"""A sender dies on either side of a send to Discord, and nobody notices anything twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.messages import Card
from bot.platforms.discord.courier import DiscordCourier, open_courier
from bot.sandbox.calls import Service
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.faults import Fault, FaultKind
from bot.workflow.delivery import Courier, Limits, Outgoing
from bot.workflow.outbox import Sender
from bot.workflow.services import Sessions
from db import outbox, workspaces
from db.models import OutboxMessage, Platform
from db.recipients import Recipient, channel, person

# A lease that is over at once: whoever comes after the dead one need not wait for it.
LIMITS = Limits(lease=timedelta(0), first_pause=timedelta(0))


async def as_told(session: object, row: OutboxMessage, *, posted: bool, now: datetime) -> Outgoing:
    return Outgoing(workspace_id=row.workspace_id, card=Card(title=row.key))


@pytest.fixture
def maker(make_session: Sessions) -> Sessions:
    return make_session


@pytest.fixture
async def stand_in() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn.start() as running:
        yield running
        assert running.violations == []


@pytest.fixture
async def courier(stand_in: DiscordStandIn) -> AsyncIterator[DiscordCourier]:
    async with open_courier(stand_in.token, connector=stand_in.connector()) as opened:
        yield opened


def sender(maker: Sessions, courier: Courier, worker: str) -> Sender:
    return Sender(
        sessions=maker,
        couriers={Platform.DISCORD: courier},
        compose=as_told,
        worker=worker,
        now=lambda: datetime.now(UTC),
        limits=LIMITS,
    )


def recipients_in(stand_in: DiscordStandIn) -> list[Recipient]:
    mo = stand_in.world.add_user("Mo")
    guild = stand_in.world.add_guild("Here", owner=mo, bot_permissions=Permission.everyday())
    review = stand_in.world.add_channel(guild, "review")
    return [channel(Platform.DISCORD, str(review.id)), person(Platform.DISCORD, str(mo.id))]


def titles(stand_in: DiscordStandIn) -> list[str]:
    return sorted(
        message.embeds[0]["title"]
        for messages in stand_in.world.messages.values()
        for message in messages.values()
        if message.embeds
    )


async def put(maker: Sessions, key: str, *, to: Recipient, subject: str) -> None:
    now = datetime.now(UTC)
    async with maker.begin() as session:
        workspace = await workspaces.ensure(session, name="desk", now=now)
        await outbox.put(
            session,
            workspace_id=workspace.id,
            key=key,
            to=to,
            subject=subject,
            kind="kept",
            payload={},
            at=now,
        )


@dataclass(slots=True, kw_only=True)
class Dying:
    """A courier whose process is killed before the platform is asked, or before it has heard."""

    real: DiscordCourier
    before: bool
    at_it: asyncio.Event = field(default_factory=asyncio.Event)
    pace: timedelta = timedelta(0)

    async def post(self, to: Recipient, message: Outgoing, *, nonce: str) -> str:
        if not self.before:
            await self.real.post(to, message, nonce=nonce)
        return await self._die()

    async def edit(self, to: Recipient, message_id: str, message: Outgoing) -> None:
        if not self.before:
            await self.real.edit(to, message_id, message)
        await self._die()

    async def delete(self, to: Recipient, message_id: str, *, workspace_id: int) -> None:
        raise NotImplementedError("nothing is deleted here")

    async def pin(self, to: Recipient, message_id: str, *, workspace_id: int, pinned: bool) -> bool:
        raise NotImplementedError("nothing is pinned here")

    async def _die(self) -> str:
        self.at_it.set()
        await asyncio.Event().wait()
        raise AssertionError


async def die(maker: Sessions, courier: DiscordCourier, *, before: bool) -> None:
    """Let a sender begin, and kill it in the middle of its first call."""
    dying = Dying(real=courier, before=before)
    task = asyncio.create_task(sender(maker, dying, "dead").deliver_due())
    async with asyncio.timeout(20):
        await dying.at_it.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("place", [0, 1])
async def test_a_sender_that_dies_posts_nothing_twice_and_loses_nothing(
    maker: Sessions,
    stand_in: DiscordStandIn,
    courier: DiscordCourier,
    place: int,
    *,
    before: bool,
) -> None:
    to = recipients_in(stand_in)[place]
    await put(maker, "first", to=to, subject="one")
    await put(maker, "other", to=to, subject="two")
    await die(maker, courier, before=before)
    # News about the same message come while nobody is there.
    await put(maker, "newer", to=to, subject="one")
    await sender(maker, courier, "next").deliver_due()

    assert titles(stand_in) == ["newer", "other"]


@pytest.mark.parametrize("before", [True, False])
async def test_a_sender_that_dies_in_a_change_leaves_the_newest_words(
    maker: Sessions, stand_in: DiscordStandIn, courier: DiscordCourier, *, before: bool
) -> None:
    to, _ = recipients_in(stand_in)
    await put(maker, "first", to=to, subject="one")
    await sender(maker, courier, "one").deliver_due()
    await put(maker, "second", to=to, subject="one")
    await die(maker, courier, before=before)
    await sender(maker, courier, "next").deliver_due()

    assert titles(stand_in) == ["second"]


async def test_three_workers_and_dropped_connections_post_each_message_once(
    maker: Sessions, stand_in: DiscordStandIn, courier: DiscordCourier
) -> None:
    for kind in (FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER):
        stand_in.set_fault(
            Fault(service=Service.DISCORD, kind=kind, method="POST", times=4, probability=0.3)
        )
    to = recipients_in(stand_in)
    for number in range(10):
        await put(maker, f"{number}", to=to[number % 2], subject=f"{number}")
    workers = [sender(maker, courier, str(number)) for number in range(3)]
    async with asyncio.timeout(30):
        while len(titles(stand_in)) < 10:
            await asyncio.gather(*(worker.deliver_due() for worker in workers))
    await asyncio.gather(*(worker.deliver_due() for worker in workers))

    assert titles(stand_in) == [str(number) for number in range(10)]
