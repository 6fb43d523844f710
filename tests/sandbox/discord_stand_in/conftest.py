"""A running Discord stand-in with one server in it, and a stock discord.py for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import discord
import pytest

from bot.sandbox.clock import HandClock
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.discord.world import Channel, Guild, User
from tests.sandbox.discord_stand_in.contract import official_contract

BOT_MAY = (
    Permission.everyday()
    | Permission.PIN_MESSAGES
    | Permission.MANAGE_MESSAGES
    | Permission.MANAGE_THREADS
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """One server with one channel, and two people in it."""

    guild: Guild
    channel: Channel
    ana: User
    mo: User


@pytest.fixture
async def stand_in(clock: HandClock) -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn.start(clock=clock, contract=official_contract()) as running:
        yield running
        assert running.flaws == []


@pytest.fixture
def place(stand_in: DiscordStandIn) -> Place:
    world = stand_in.world
    mo, ana = world.add_user("Mo"), world.add_user("Ana")
    guild = world.add_guild("Night Drive", owner=mo, bot_permissions=BOT_MAY)
    world.join(guild, ana)
    return Place(guild=guild, channel=world.add_channel(guild, "review"), ana=ana, mo=mo)


@pytest.fixture
async def client(stand_in: DiscordStandIn) -> AsyncIterator[discord.Client]:
    """A client that is logged in, without the gateway."""
    async with discord.Client(
        intents=discord.Intents.default(), connector=stand_in.connector()
    ) as client:
        await client.login(stand_in.token)
        yield client


@pytest.fixture
def channel(client: discord.Client, place: Place) -> discord.PartialMessageable:
    return client.get_partial_messageable(place.channel.id, guild_id=place.guild.id)


ClientT = TypeVar("ClientT", bound=discord.Client)


@asynccontextmanager
async def running(client: ClientT, stand_in: DiscordStandIn) -> AsyncIterator[ClientT]:
    """A client on the gateway, ready, until the block ends."""
    async with client:
        task = asyncio.create_task(client.start(stand_in.token))
        ready = asyncio.create_task(client.wait_until_ready())
        done, _ = await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if task in done:
            ready.cancel()
            await task
        yield client
        await client.close()
        await task
