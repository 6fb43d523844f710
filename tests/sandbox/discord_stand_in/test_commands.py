"""A stock discord.py registers commands one by one and all at once, everywhere and for a server."""

from typing import Any

import discord
import pytest
from discord import app_commands

from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.refusals import RefusedError
from tests.sandbox.discord_stand_in.conftest import Place, running
from tests.sandbox.discord_stand_in.small_bot import SmallBot


def _command(name: str, **more: object) -> Any:
    return {"name": name, "description": "Does it", "type": 1, **more}


async def test_commands_are_added_changed_and_taken_away_one_by_one(
    stand_in: DiscordStandIn, client: discord.Client
) -> None:
    app = stand_in.world.app.id
    made = await client.http.upsert_global_command(app, _command("check"))
    again = await client.http.upsert_global_command(app, _command("check", nsfw=True))
    edited = await client.http.edit_global_command(app, made["id"], {"description": "Checks"})
    read = await client.http.get_global_command(app, made["id"])
    await client.http.delete_global_command(app, made["id"])
    with pytest.raises(discord.NotFound) as missing:
        await client.http.get_global_command(app, made["id"])

    assert made["id"] == again["id"] == edited["id"]
    assert (read["description"], read["nsfw"]) == ("Checks", True)
    assert missing.value.code == 10063
    assert [
        (each.created, each.changed, each.deleted) for each in stand_in.commands.registrations
    ] == [
        (("check",), (), ()),
        ((), ("check",), ()),
        ((), ("check",), ()),
        ((), (), ("check",)),
    ]


async def test_a_servers_own_commands_hide_those_of_the_same_name(
    stand_in: DiscordStandIn, place: Place, client: discord.Client
) -> None:
    app = stand_in.world.app.id
    await client.http.bulk_upsert_global_commands(app, [_command("check"), _command("calls")])
    await client.http.bulk_upsert_guild_commands(app, place.guild.id, [_command("check")])
    seen = stand_in.commands.seen_in(place.guild.id)

    assert [(each["name"], "guild_id" in each) for each in seen] == [
        ("check", True),
        ("calls", False),
    ]
    assert [each["name"] for each in stand_in.commands.seen_in(None)] == ["check", "calls"]


async def test_a_bad_name_is_refused(stand_in: DiscordStandIn, client: discord.Client) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await client.http.bulk_upsert_global_commands(
            stand_in.world.app.id, [_command("My Submissions")]
        )

    assert refused.value.code == 50035
    assert stand_in.violations


async def test_the_commands_of_another_app_are_not_there(client: discord.Client) -> None:
    with pytest.raises(discord.NotFound) as refused:
        await client.http.get_global_commands(1)

    assert refused.value.code == 10002


class GroupBot(SmallBot):
    """Has a group of commands, of which one takes whatever a command can take."""

    def __init__(self, stand_in: DiscordStandIn) -> None:
        super().__init__(stand_in)
        group = app_commands.Group(name="playlist", description="Playlists")

        @group.command(description="Add one")
        async def add(  # noqa: PLR0917 - a command's options are its parameters
            interaction: discord.Interaction,
            role: discord.Role,
            channel: discord.TextChannel,
            cap: app_commands.Range[int, 1, 40],
            name: app_commands.Range[str, 2, 10] = "Night",
            open_now: bool = True,  # noqa: FBT001, FBT002 - an option
        ) -> None:
            said = f"{role.name} {channel.name} {cap} {name} {open_now}"
            await interaction.response.send_message(said)

        self.tree.add_command(group)


async def test_a_subcommand_takes_roles_channels_numbers_and_switches(
    stand_in: DiscordStandIn, place: Place
) -> None:
    curators = stand_in.world.add_role(place.guild, "Curators")
    given: dict[str, Any] = {"role": curators, "channel": place.channel}
    async with running(GroupBot(stand_in), stand_in):
        ana = stand_in.person_of(place.ana, here=place.channel)
        reply = await ana.command("playlist add", **given, cap=40, open_now=False)

        assert reply.text == "Curators review 40 Night False"
        with pytest.raises(RefusedError, match="has only add"):
            await ana.command("playlist remove", **given)
        with pytest.raises(RefusedError, match="cap takes min_value 1 to max_value 40"):
            await ana.command("playlist add", **given, cap=41)
        with pytest.raises(RefusedError, match="name takes min_length 2"):
            await ana.command("playlist add", **given, cap=1, name="x")
        with pytest.raises(RefusedError, match="is no user, role or channel"):
            await ana.command("playlist add", role="Curators", channel=place.channel, cap=1)
    assert stand_in.violations == []
