"""A sender dies on either side of a send to Slack, which compares no nonces.

Slack tells of each message of ours, at the latest when the app is back. After that nothing stands
there twice, whether it tells before or after the next try.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.messages import Card
from bot.platforms.slack.courier import SlackCourier, sending_client
from bot.sandbox.clock import HandClock
from bot.sandbox.slack.server import SlackStandIn
from bot.workflow.delivery import Limits, Outgoing
from bot.workflow.outbox import Sender
from bot.workflow.services import Sessions
from db import outbox, workspaces
from db.models import OutboxMessage, Platform
from db.outbox import Box
from db.recipients import Recipient, channel, person

LIMITS = Limits()
RECIPIENTS = (channel(Platform.SLACK, "C0REVIEW"), person(Platform.SLACK, "U0ANA"))
# What Slack calls the direct channel of the stand-in's Ana.
PLACES = {"C0REVIEW": RECIPIENTS[0], "D0ANA": RECIPIENTS[1]}


async def as_told(session: object, row: OutboxMessage, *, posted: bool, now: datetime) -> Outgoing:
    return Outgoing(workspace_id=row.workspace_id, card=Card(title=row.key))


@dataclass(slots=True, kw_only=True)
class Desk:
    """Everything that lives on when a process dies; `dies` is what kills the next one."""

    maker: Sessions
    slack: SlackStandIn
    clock: HandClock
    workspace_id: int
    dies_before: bool | None = None
    at_it: asyncio.Event = field(default_factory=asyncio.Event)

    def sender(self, worker: str) -> Sender:
        client = _client(self.slack)

        async def client_of(workspace_id: int) -> AsyncWebClient:
            return client

        return Sender(
            sessions=self.maker,
            couriers={Platform.SLACK: Mortal(desk=self, real=SlackCourier(client_of))},
            compose=as_told,
            worker=worker,
            now=self.clock,
            limits=LIMITS,
        )

    async def put(self, key: str, *, to: Recipient, subject: str) -> None:
        async with self.maker.begin() as session:
            await outbox.put(
                session,
                workspace_id=self.workspace_id,
                key=key,
                to=to,
                subject=subject,
                kind="kept",
                payload={},
                at=self.clock(),
            )

    async def die(self, *, before: bool) -> None:
        """Let a process begin to send, and kill it in the middle of its first call."""
        self.dies_before = before
        task = asyncio.create_task(self.sender("dead").deliver_due())
        async with asyncio.timeout(20):
            await self.at_it.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        self.dies_before = None

    async def deliver(self) -> None:
        """Send until nothing is left, with the pauses that Slack's pace needs."""
        self.clock.forward(LIMITS.lease.total_seconds())
        work = self.sender("next")
        for _ in range(4):
            await work.deliver_due()
            self.clock.forward(2)

    async def hear(self) -> None:
        """Take what Slack tells of our messages, each of them twice, as it repeats events."""
        work = self.sender("next")
        told = [each for each in self.slack.events if each["type"] == "message_metadata_posted"]
        for event in [*told, *told]:
            to = PLACES[event["channel_id"]]
            await work.saw(
                box=Box(workspace_id=self.workspace_id, to=to),
                nonce=event["metadata"]["event_payload"]["nonce"],
                message_id=event["message_ts"],
            )

    def titles(self) -> list[str]:
        return sorted(message.title for message in self.slack.messages.values())


@dataclass(slots=True, kw_only=True)
class Mortal:
    """A courier whose process may be killed before Slack is asked, or before it has heard."""

    desk: Desk
    real: SlackCourier
    pace: timedelta = timedelta(seconds=1.1)

    async def post(self, to: Recipient, message: Outgoing, *, nonce: str) -> str:
        await self._live(before=True)
        message_id = await self.real.post(to, message, nonce=nonce)
        await self._live(before=False)
        return message_id

    async def edit(self, to: Recipient, message_id: str, message: Outgoing) -> None:
        await self.real.edit(to, message_id, message)

    async def delete(self, to: Recipient, message_id: str, *, workspace_id: int) -> None:
        await self.real.delete(to, message_id, workspace_id=workspace_id)

    async def pin(self, to: Recipient, message_id: str, *, workspace_id: int, pinned: bool) -> bool:
        return await self.real.pin(to, message_id, workspace_id=workspace_id, pinned=pinned)

    async def _live(self, *, before: bool) -> None:
        if self.desk.dies_before is before:
            self.desk.at_it.set()
            await asyncio.Event().wait()


def _client(slack: SlackStandIn) -> AsyncWebClient:
    return sending_client(slack.token, base_url=slack.url)


@pytest.fixture
async def desk(make_session: Sessions) -> AsyncIterator[Desk]:
    clock = HandClock()
    async with make_session.begin() as session:
        workspace = await workspaces.ensure(session, name="desk", now=clock())
    async with SlackStandIn.start(clock=clock) as slack:
        slack.add_user("U0ANA")
        slack.add_channel("C0REVIEW")
        yield Desk(maker=make_session, slack=slack, clock=clock, workspace_id=workspace.id)
        assert slack.violations == []


@pytest.mark.parametrize("to", RECIPIENTS, ids=["channel", "person"])
@pytest.mark.parametrize("hears_first", [True, False])
@pytest.mark.parametrize("before", [True, False])
async def test_a_sender_that_dies_leaves_nothing_doubled_or_lost(
    desk: Desk, to: Recipient, *, hears_first: bool, before: bool
) -> None:
    await desk.put("first", to=to, subject="one")
    await desk.put("other", to=to, subject="two")
    await desk.die(before=before)
    await desk.put("newer", to=to, subject="one")
    if hears_first:
        await desk.hear()
    await desk.deliver()
    await desk.hear()
    await desk.put("last", to=to, subject="one")
    await desk.deliver()

    assert desk.titles() == ["last", "other"]


async def test_what_slack_told_in_time_is_not_posted_a_second_time(desk: Desk) -> None:
    await desk.put("first", to=RECIPIENTS[0], subject="one")
    await desk.die(before=False)
    await desk.hear()
    await desk.deliver()
    posts = [call for call in desk.slack.calls.made if call.path.endswith("chat.postMessage")]

    assert len(posts) == 1
    assert desk.titles() == ["first"]
