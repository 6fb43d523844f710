"""A courier on a stock slack_sdk brings messages to the stand-in, and tells what went wrong."""

from collections.abc import AsyncIterator

import pytest

from bot.errors import (
    DeliveryError,
    MalformedMessageError,
    MessageGoneError,
    RefusedMessageError,
    SlowDownError,
)
from bot.messages import Button, Card
from bot.platforms.slack.courier import SlackCourier, sending_client
from bot.sandbox.calls import Service
from bot.sandbox.clock import HandClock
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.slack.server import SlackStandIn
from bot.workflow.delivery import Outgoing
from db.models import Platform
from db.recipients import channel, person
from tests.platforms.slack.contract import CONTRACT

ANA, REVIEW = person(Platform.SLACK, "U0ANA"), channel(Platform.SLACK, "C0REVIEW")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def slack(clock: HandClock) -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn.start(clock=clock, contract=CONTRACT) as running:
        running.add_user("U0ANA")
        running.add_channel("C0REVIEW")
        yield running
        assert running.violations == []


@pytest.fixture
def courier(slack: SlackStandIn) -> SlackCourier:
    return courier_at(slack)


def courier_at(slack: SlackStandIn, *, token: str | None = None) -> SlackCourier:
    client = sending_client(token or slack.token, base_url=slack.url)

    async def client_of(workspace_id: int) -> object:
        return client

    return SlackCourier(client_of)  # type: ignore[arg-type]  # the one client for all


def outgoing(title: str = "Night Drive keeps One", *, lasting: bool = False) -> Outgoing:
    buttons = (Button(action="mine", label="Status", argument="T-4F7K"),)
    card = Card(title=title, body="<!channel> *hello*", buttons=buttons)
    return Outgoing(workspace_id=7, card=card, lasting=lasting)


async def test_a_person_gets_a_direct_message_with_only_our_id_in_its_metadata(
    slack: SlackStandIn, courier: SlackCourier
) -> None:
    await courier.post(ANA, outgoing(), nonce="7.1")
    (message,) = slack.in_channel("D0ANA")

    assert message.title == "Night Drive keeps One"
    assert message.texts == ["Night Drive keeps One\n&lt;!channel&gt; *hello*"]
    assert message.metadata == {
        "event_type": "earmark_message",
        "event_payload": {"nonce": "7.1"},
    }


async def test_a_message_is_changed_and_deleted_twice_without_harm(
    slack: SlackStandIn, courier: SlackCourier
) -> None:
    message_id = await courier.post(REVIEW, outgoing(), nonce="7.1")
    await courier.edit(REVIEW, message_id, outgoing("Changed"))
    (message,) = slack.in_channel("C0REVIEW")
    for _ in range(2):
        await courier.delete(REVIEW, message_id, workspace_id=7)

    assert message.title == "Changed"
    assert message.metadata["event_payload"] == {"nonce": "7.1"}
    assert slack.in_channel("C0REVIEW") == []


async def test_a_message_is_pinned_and_unpinned_twice_without_harm(
    slack: SlackStandIn, courier: SlackCourier
) -> None:
    message_id = await courier.post(REVIEW, outgoing(), nonce="7.1")
    for pinned in (True, True, False, False):
        assert await courier.pin(REVIEW, message_id, workspace_id=7, pinned=pinned) is pinned
        (message,) = slack.in_channel("C0REVIEW")
        assert message.pinned is pinned


async def test_a_second_message_within_a_second_is_told_to_wait(
    slack: SlackStandIn, courier: SlackCourier, clock: HandClock
) -> None:
    await courier.post(REVIEW, outgoing(), nonce="7.1")
    with pytest.raises(SlowDownError) as slow:
        await courier.post(REVIEW, outgoing(), nonce="7.2")
    clock.forward(courier.pace.total_seconds())
    await courier.post(REVIEW, outgoing(), nonce="7.2")

    assert (slow.value.retry_after_s, slow.value.everywhere) == (1, False)
    assert len(slack.in_channel("C0REVIEW")) == 2


@pytest.mark.parametrize("kind", [FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER])
async def test_slack_sdk_does_not_post_again_by_itself(
    slack: SlackStandIn, courier: SlackCourier, kind: FaultKind
) -> None:
    slack.faults.set(Fault(service=Service.SLACK, kind=kind))

    with pytest.raises(DeliveryError, match="Slack is not answering"):
        await courier.post(REVIEW, outgoing(), nonce="7.1")
    assert len(slack.calls.made) == 1


async def test_a_server_error_is_for_now(slack: SlackStandIn, courier: SlackCourier) -> None:
    slack.faults.set(Fault(service=Service.SLACK, kind=FaultKind.SERVER_ERROR))

    with pytest.raises(DeliveryError) as failed:
        await courier.post(REVIEW, outgoing(), nonce="7.1")
    assert not isinstance(failed.value, MalformedMessageError)


async def refusal(courier: SlackCourier, *, to: str = "channel") -> tuple[str, bool]:
    with pytest.raises(RefusedMessageError) as refused:
        await courier.post(REVIEW if to == "channel" else ANA, outgoing(), nonce="7.1")
    return refused.value.reason, refused.value.mendable


async def test_closed_direct_messages_a_bot_and_a_former_colleague_are_told_apart(
    slack: SlackStandIn,
) -> None:
    ana = slack.users["U0ANA"]
    ana.closed = True
    told = [await refusal(courier_at(slack), to="person")]
    ana.closed, ana.bot = False, True
    told.append(await refusal(courier_at(slack), to="person"))
    ana.bot, ana.present = False, False
    told.append(await refusal(courier_at(slack), to="person"))

    assert told == [("closed", False), ("closed", False), ("gone", False)]


async def test_what_an_admin_can_mend_is_waited_for(
    slack: SlackStandIn, courier: SlackCourier
) -> None:
    there = slack.channels["C0REVIEW"]
    there.member = False
    told = [await refusal(courier)]
    there.member, there.archived = True, True
    told.append(await refusal(courier))
    there.archived = False
    slack.scopes.discard("chat:write")
    told.append(await refusal(courier))

    assert told == [("forbidden", True)] * 3


async def test_a_deleted_channel_and_a_deleted_message_are_told_apart(
    slack: SlackStandIn, courier: SlackCourier
) -> None:
    with pytest.raises(MessageGoneError):
        await courier.edit(REVIEW, "1.2", outgoing())
    slack.channels.clear()

    assert await refusal(courier) == ("gone", False)


async def test_a_token_that_was_revoked_is_no_fault_of_the_message(slack: SlackStandIn) -> None:
    with pytest.raises(DeliveryError) as failed:
        await courier_at(slack, token="xoxb-old").post(REVIEW, outgoing(), nonce="7.1")  # noqa: S106

    assert type(failed.value) is DeliveryError
