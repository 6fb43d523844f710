"""A stock discord.py looks at servers, channels, threads, members and roles, and changes them."""

import asyncio
from typing import Any

import discord
import pytest

from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.discord.world import Overwrite
from tests.sandbox.discord_stand_in.conftest import Place, running
from tests.sandbox.discord_stand_in.small_bot import SmallBot


async def test_a_server_is_fetched_with_its_channels_roles_and_members(
    stand_in: DiscordStandIn, place: Place, client: discord.Client
) -> None:
    curators = stand_in.world.add_role(place.guild, "Curators")
    place.guild.members[place.ana.id].roles.append(curators.id)
    guild = await client.fetch_guild(place.guild.id)
    member = await guild.fetch_member(place.ana.id)
    roles = await guild.fetch_roles()

    assert (guild.name, guild.approximate_member_count) == ("Night Drive", 3)
    assert [each.name for each in await guild.fetch_channels()] == ["review"]
    assert [role.name for role in roles] == ["@everyone", "Earmark", "Curators"]
    assert (member.display_name, [role.id for role in member.roles][-1]) == ("Ana", curators.id)
    assert stand_in.violations == []


async def test_the_bot_knows_its_servers(client: discord.Client, place: Place) -> None:
    assert [guild.name async for guild in client.fetch_guilds()] == [place.guild.name]


@pytest.mark.parametrize(
    ("ids", "code"), [((1, 1), 10004), ((None, 1), 10013), ((None, None), 10007)]
)
async def test_who_is_not_there_has_a_code(
    stand_in: DiscordStandIn,
    place: Place,
    client: discord.Client,
    ids: tuple[int | None, int | None],
    code: int,
) -> None:
    stranger = stand_in.world.add_user("Stranger")
    guild_id, user_id = ids[0] or place.guild.id, ids[1] or stranger.id
    with pytest.raises(discord.NotFound) as missing:
        await client.http.get_member(guild_id, user_id)

    assert missing.value.code == code


async def test_members_come_in_pages(
    stand_in: DiscordStandIn, place: Place, client: discord.Client
) -> None:
    page = await client.http.get_members(place.guild.id, 2, None)
    rest = await client.http.get_members(place.guild.id, 2, page[-1]["user"]["id"])

    assert [len(page), len(rest)] == [2, 1]


async def test_an_unknown_channel_and_a_number_that_is_none_are_refused(
    client: discord.Client,
) -> None:
    with pytest.raises(discord.NotFound) as missing:
        await client.fetch_channel(1)
    with pytest.raises(discord.HTTPException) as invalid:
        await client.http.get_channel("review")

    assert (missing.value.code, invalid.value.code) == (10003, 50035)


async def test_roles_are_given_and_taken_below_the_bots_own(
    stand_in: DiscordStandIn, place: Place, client: discord.Client
) -> None:
    low = stand_in.world.add_role(place.guild, "Artists")
    high = stand_in.world.add_role(place.guild, "Admins")
    own = place.guild.roles[place.guild.members[stand_in.world.app.id].roles[0]]
    low.position, own.position, high.position = 1, 2, 3
    own.permissions |= Permission.MANAGE_ROLES
    guild_id, ana = place.guild.id, place.ana.id
    await client.http.add_role(guild_id, ana, low.id)
    given = list(place.guild.members[ana].roles)
    await client.http.remove_role(guild_id, ana, low.id)
    with pytest.raises(discord.Forbidden) as refused:
        await client.http.add_role(guild_id, ana, high.id)

    assert (given, place.guild.members[ana].roles) == ([low.id], [])
    assert refused.value.code == 50013


async def test_a_channel_is_made_only_with_the_permission(
    stand_in: DiscordStandIn, place: Place
) -> None:
    own = place.guild.roles[place.guild.members[stand_in.world.app.id].roles[0]]
    async with running(SmallBot(stand_in), stand_in) as bot:
        guild = bot.get_guild(place.guild.id)
        assert guild is not None
        with pytest.raises(discord.Forbidden):
            await guild.create_text_channel("queue")
        own.permissions |= Permission.MANAGE_CHANNELS
        assert guild.self_role is not None
        hidden: dict[discord.Role | discord.Member | discord.Object, Any] = {
            guild.default_role: discord.PermissionOverwrite(view_channel=False),
            guild.self_role: discord.PermissionOverwrite(view_channel=True),
        }
        made = await guild.create_text_channel("queue", topic="what waits", overwrites=hidden)
        changed = await made.edit(topic="what still waits")
        assert changed is not None
        ana = stand_in.person_of(place.ana, here=stand_in.world.channels[made.id])

        assert changed.topic == "what still waits"
        assert not ana.read()
        assert ana.commands() == []
        await made.delete()
        assert made.id not in stand_in.world.channels
    assert stand_in.violations == []


async def test_a_thread_of_its_own_is_private_and_can_be_filled_locked_and_closed(
    stand_in: DiscordStandIn, place: Place
) -> None:
    own = place.guild.roles[place.guild.members[stand_in.world.app.id].roles[0]]
    own.permissions |= Permission.CREATE_PRIVATE_THREADS
    async with running(SmallBot(stand_in), stand_in) as bot:
        channel = bot.get_channel(place.channel.id)
        assert isinstance(channel, discord.TextChannel)
        thread = await channel.create_thread(name="Ana's track")
        await thread.add_user(discord.Object(place.ana.id))
        await thread.send("only for us")
        closed = await thread.edit(archived=True, locked=True)
        guild = bot.get_guild(place.guild.id)
        assert guild is not None
        active = await guild.active_threads()
        with pytest.raises(discord.HTTPException) as locked:
            await thread.send("too late")

        assert stand_in.world.channels[thread.id].members >= {place.ana.id}
        assert (closed.archived, closed.locked, active) == (True, True, [])
        assert locked.value.code == 160005
    assert stand_in.violations == []


async def test_a_thread_needs_a_name_and_a_known_time(
    stand_in: DiscordStandIn, place: Place, client: discord.Client
) -> None:
    minutes: Any = 7
    with pytest.raises(discord.HTTPException):
        await client.http.start_thread_without_message(
            place.channel.id, name="", auto_archive_duration=minutes, type=11
        )

    assert stand_in.violations


async def test_the_bot_hears_of_a_channel_that_comes_and_goes(
    stand_in: DiscordStandIn, place: Place
) -> None:
    async with running(SmallBot(stand_in), stand_in) as bot:
        names = ("guild_channel_create", "guild_channel_delete")
        come, gone = [asyncio.create_task(bot.wait_for(name, timeout=5)) for name in names]
        await asyncio.sleep(0)
        made = stand_in.add_channel(place.guild, "submit")
        stand_in.delete_channel(made)

        assert [(await come).name, (await gone).name] == ["submit", "submit"]


def test_overwrites_go_from_everybody_over_roles_to_oneself(
    stand_in: DiscordStandIn, place: Place
) -> None:
    world, ana = stand_in.world, place.ana
    curators = world.add_role(place.guild, "Curators")
    place.guild.members[ana.id].roles.append(curators.id)
    seen = Permission.VIEW_CHANNEL
    rules = [
        Overwrite(id=place.guild.id, deny=seen),
        Overwrite(id=curators.id, allow=seen),
        Overwrite(id=ana.id, is_member=True, deny=seen),
    ]
    sees = []
    for count in range(4):
        place.channel.overwrites = rules[:count]
        sees.append(bool(world.permissions(place.channel, ana)))

    assert sees == [True, False, True, False]
    assert world.permissions(place.channel, world.add_user("Stranger")) == Permission.NONE
    assert Permission.ADMINISTRATOR in world.permissions(place.channel, place.mo)
