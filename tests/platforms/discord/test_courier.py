"""A courier on a stock discord.py brings messages to the stand-in, and tells what went wrong."""

from collections.abc import AsyncIterator

import pytest

from bot.errors import (
    DeliveryError,
    MalformedMessageError,
    MessageGoneError,
    RefusedMessageError,
    SlowDownError,
)
from bot.messages import Button, Card, Image
from bot.platforms.discord.courier import DiscordCourier, open_courier
from bot.platforms.discord.screen import Screen
from bot.sandbox.calls import Service
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.discord.world import Channel, Guild, Message, Overwrite, User
from bot.sandbox.faults import Fault, FaultKind
from bot.workflow.delivery import Outgoing
from db.models import Platform
from db.recipients import Recipient, channel, person
from tests.sandbox.discord_stand_in.contract import official_contract

PNG = b"\x89PNG\r\n\x1a\n"
BUTTON = Button(action="mine", label="Status", argument="T-4F7K")


@pytest.fixture
async def stand_in() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn.start(contract=official_contract()) as running:
        yield running
        assert running.flaws == []


@pytest.fixture
def mo(stand_in: DiscordStandIn) -> User:
    return stand_in.world.add_user("Mo")


@pytest.fixture
def guild(stand_in: DiscordStandIn, mo: User) -> Guild:
    may = Permission.everyday() | Permission.PIN_MESSAGES
    return stand_in.world.add_guild("Night Drive", owner=mo, bot_permissions=may)


@pytest.fixture
def review(stand_in: DiscordStandIn, guild: Guild) -> Channel:
    return stand_in.world.add_channel(guild, "review")


@pytest.fixture
async def courier(stand_in: DiscordStandIn) -> AsyncIterator[DiscordCourier]:
    async with open_courier(stand_in.token, connector=stand_in.connector()) as opened:
        yield opened


def outgoing(
    title: str = "Night Drive keeps One",
    *,
    calls: str | None = None,
    lasting: bool = False,
    image: Image | None = None,
    buttons: tuple[Button, ...] = (BUTTON,),
) -> Outgoing:
    card = Card(title=title, body="@everyone *hello*", buttons=buttons, image=image)
    return Outgoing(workspace_id=7, card=card, calls=calls, lasting=lasting)


def to_channel(review: Channel) -> Recipient:
    return channel(Platform.DISCORD, str(review.id))


def to_person(user: User) -> Recipient:
    return person(Platform.DISCORD, str(user.id))


def shown(stand_in: DiscordStandIn) -> list[Message]:
    return [
        message
        for messages in stand_in.world.messages.values()
        for message in messages.values()
        if message.kind == 0
    ]


async def test_a_person_gets_a_direct_message_whose_buttons_name_the_workspace(
    stand_in: DiscordStandIn, courier: DiscordCourier, mo: User
) -> None:
    await courier.post(to_person(mo), outgoing(), nonce="1.1")
    (message,) = shown(stand_in)

    assert stand_in.world.channels[message.channel_id].recipient_id == mo.id
    assert message.embeds[0]["title"] == "Night Drive keeps One"
    assert message.parts[0]["components"][0]["custom_id"] == "q1|mine|T-4F7K@7|"
    assert message.pings.people == frozenset()
    assert stand_in.violations == []


async def test_the_same_nonce_posts_nothing_twice(
    stand_in: DiscordStandIn, courier: DiscordCourier, review: Channel
) -> None:
    posted = [await courier.post(to_channel(review), outgoing(), nonce="1.1") for _ in range(2)]

    assert posted[0] == posted[1]
    assert len(shown(stand_in)) == 1


async def test_a_message_is_changed_with_its_picture_and_deleted_twice_without_harm(
    stand_in: DiscordStandIn, courier: DiscordCourier, review: Channel
) -> None:
    to = to_channel(review)
    message_id = await courier.post(to, outgoing(), nonce="1.1")
    picture = Image(png=PNG, alt="Bars of the attributes.")
    await courier.edit(to, message_id, outgoing("Changed", image=picture, buttons=()))
    (message,) = shown(stand_in)
    seen = (message.embeds[0]["title"], message.parts, len(message.attachments))
    for _ in range(2):
        await courier.delete(to, message_id, workspace_id=7)

    assert seen == ("Changed", [], 1)
    assert shown(stand_in) == []
    assert stand_in.violations == []


async def test_only_the_one_who_is_called_is_called(
    stand_in: DiscordStandIn, courier: DiscordCourier, review: Channel, mo: User, guild: Guild
) -> None:
    ana = stand_in.world.add_user("Ana")
    stand_in.world.join(guild, ana)
    await courier.post(to_channel(review), outgoing(calls=str(ana.id)), nonce="1.1")
    (message,) = shown(stand_in)

    assert message.content == f"<@{ana.id}>"
    assert message.pings.people == {ana.id}
    assert not message.pings.everyone


async def test_a_message_is_pinned_and_unpinned_twice_without_harm(
    stand_in: DiscordStandIn, courier: DiscordCourier, review: Channel
) -> None:
    to = to_channel(review)
    message_id = await courier.post(to, outgoing(lasting=True), nonce="1.1")
    for pinned in (True, True, False, False):
        assert await courier.pin(to, message_id, workspace_id=7, pinned=pinned) is pinned
        (message,) = shown(stand_in)
        assert (message.pinned is not None) is pinned


async def test_a_message_that_may_not_be_pinned_is_there_all_the_same(
    stand_in: DiscordStandIn, courier: DiscordCourier, mo: User
) -> None:
    guild = stand_in.world.add_guild("Other", owner=mo, bot_permissions=Permission.everyday())
    there = stand_in.world.add_channel(guild, "review")
    for role in guild.roles.values():
        role.permissions &= ~Permission.PIN_MESSAGES
    to = to_channel(there)
    message_id = await courier.post(to, outgoing(lasting=True), nonce="1.1")

    assert not await courier.pin(to, message_id, workspace_id=7, pinned=True)
    assert [message.pinned for message in shown(stand_in)] == [None]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(FaultKind.DROP_BEFORE, DeliveryError), (FaultKind.RATE_LIMITED_OVERALL, SlowDownError)],
)
async def test_a_pin_that_got_lost_is_told_apart_from_one_that_is_not_allowed(
    stand_in: DiscordStandIn,
    courier: DiscordCourier,
    review: Channel,
    kind: FaultKind,
    expected: type[DeliveryError],
) -> None:
    to = to_channel(review)
    message_id = await courier.post(to, outgoing(lasting=True), nonce="1.1")
    stand_in.set_fault(Fault(service=Service.DISCORD, kind=kind, retry_after=60.0))

    with pytest.raises(expected):
        await courier.pin(to, message_id, workspace_id=7, pinned=True)


async def test_closed_direct_messages_are_told_as_closed(
    stand_in: DiscordStandIn, courier: DiscordCourier, mo: User
) -> None:
    mo.closed_dms = True

    with pytest.raises(RefusedMessageError) as refused:
        await courier.post(to_person(mo), outgoing(), nonce="1.1")
    assert (refused.value.reason, refused.value.mendable) == ("closed", False)


async def test_a_person_who_is_gone_is_told_as_gone(courier: DiscordCourier) -> None:
    with pytest.raises(RefusedMessageError) as refused:
        await courier.post(person(Platform.DISCORD, "4"), outgoing(), nonce="1.1")
    assert refused.value.reason == "gone"


async def test_a_deleted_channel_and_a_deleted_message_are_told_apart(
    stand_in: DiscordStandIn, courier: DiscordCourier, review: Channel
) -> None:
    with pytest.raises(MessageGoneError):
        await courier.edit(to_channel(review), "4", outgoing())
    del stand_in.world.channels[review.id]
    with pytest.raises(RefusedMessageError) as refused:
        await courier.post(to_channel(review), outgoing(), nonce="1.1")
    assert (refused.value.reason, refused.value.mendable) == ("gone", False)


async def test_a_missing_permission_can_be_mended(
    stand_in: DiscordStandIn, courier: DiscordCourier, guild: Guild, review: Channel
) -> None:
    review.overwrites.append(Overwrite(id=guild.id, deny=Permission.VIEW_CHANNEL))

    with pytest.raises(RefusedMessageError) as refused:
        await courier.post(to_channel(review), outgoing(), nonce="1.1")
    assert (refused.value.reason, refused.value.mendable) == ("forbidden", True)


@pytest.mark.parametrize("kind", [FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER])
async def test_a_dropped_connection_can_be_tried_again_and_doubles_nothing(
    stand_in: DiscordStandIn, courier: DiscordCourier, review: Channel, kind: FaultKind
) -> None:
    stand_in.set_fault(Fault(service=Service.DISCORD, kind=kind, method="POST", times=1))
    with pytest.raises(DeliveryError, match="Discord is not answering"):
        await courier.post(to_channel(review), outgoing(), nonce="1.1")
    await courier.post(to_channel(review), outgoing(), nonce="1.1")

    assert len(shown(stand_in)) == 1


async def test_opening_direct_channels_too_fast_asks_for_patience(
    stand_in: DiscordStandIn, courier: DiscordCourier, mo: User
) -> None:
    stand_in.set_fault(Fault(service=Service.DISCORD, kind=FaultKind.DMS_TOO_FAST))

    with pytest.raises(SlowDownError) as slow:
        await courier.post(to_person(mo), outgoing(), nonce="1.1")
    assert slow.value.retry_after_s == 60


async def test_a_message_that_breaks_discords_rules_is_told_as_malformed(
    stand_in: DiscordStandIn, review: Channel
) -> None:
    def too_long(message: Outgoing) -> Screen:
        return Screen(content="x" * 2001)

    async with open_courier(
        stand_in.token, connector=stand_in.connector(), show=too_long
    ) as courier:
        with pytest.raises(MalformedMessageError):
            await courier.post(to_channel(review), outgoing(), nonce="1.1")
