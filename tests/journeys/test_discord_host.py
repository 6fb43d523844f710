"""A bot that has its own commands takes Earmark in, uses it, and lets it go again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import ui
from discord.ext import commands

from bot.platforms.discord.permissions import needed
from bot.sandbox.discord.people import Person
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.discord.world import Guild

EXTENSION = "bot.platforms.discord"
NOWHERE = "http://127.0.0.1:9"


class Hello(ui.View):
    """A button of the host's own."""

    @ui.button(label="Hello", custom_id="host:hello")
    async def hello(self, interaction: discord.Interaction[Any], _: ui.Button[Any]) -> None:
        await interaction.response.send_message("Hello back.")


class Host(commands.Bot):
    """Somebody's bot: a command, a button, a cog."""

    def __init__(self, stand_in: DiscordStandIn) -> None:
        super().__init__(
            command_prefix="!",
            intents=discord.Intents(guilds=True),
            connector=stand_in.connector(),
        )
        self.there = asyncio.Event()

    async def setup_hook(self) -> None:
        @self.tree.command(name="ping", description="Is it there?")
        async def ping(interaction: discord.Interaction[Any]) -> None:
            await interaction.response.send_message("pong", view=Hello(timeout=None))

        self.add_view(Hello(timeout=None))
        await self.load_extension(EXTENSION)
        await self.tree.sync()

    async def on_guild_available(self, _: discord.Guild) -> None:
        self.there.set()


@pytest.fixture
async def stand_in() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn.start() as running:
        yield running


@pytest.fixture
def guild(stand_in: DiscordStandIn) -> Guild:
    nina = stand_in.world.add_user("Nina")
    permissions = Permission(needed().value)
    guild = stand_in.world.add_guild("Fans", owner=nina, bot_permissions=permissions)
    stand_in.world.add_channel(guild, "music")
    return guild


@pytest.fixture
async def host(
    stand_in: DiscordStandIn,
    guild: Guild,
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Host]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EARMARK_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("EARMARK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("EARMARK_AUDIO_SOURCES", "upload")
    for service in ("SPOTIFY_API_URL", "SPOTIFY_TOKEN_URL", "SPOTIFY_OEMBED_URL", "DEEZER_URL"):
        monkeypatch.setenv(f"EARMARK_{service}", NOWHERE)
    host = Host(stand_in)
    running = asyncio.create_task(host.start(stand_in.token))
    async with asyncio.timeout(30):
        await asyncio.wait(
            {running, asyncio.create_task(host.there.wait())},
            return_when=asyncio.FIRST_COMPLETED,
        )
    yield host
    await host.close()
    await running


async def test_a_host_bot_takes_earmark_in_uses_it_and_lets_it_go(
    host: Host, stand_in: DiscordStandIn, guild: Guild
) -> None:
    nina = stand_in.person_of(
        stand_in.world.users[guild.owner_id], here=next(stand_in.world.in_guild(guild))
    )
    before = set(host.cogs), {command.name for command in host.tree.get_commands()}

    await use_both(nina)
    await host.unload_extension(EXTENSION)

    assert host.cogs == {}
    assert [command.name for command in host.tree.get_commands()] == ["ping"]
    assert host.tree.translator is None
    assert (await nina.command("ping")).text.startswith("pong")
    # What it left behind can be taken in again, and knows everything that it knew.
    await host.load_extension(EXTENSION)
    assert (set(host.cogs), {one.name for one in host.tree.get_commands()}) == before
    assert "Night Drive" in (await nina.command("calls")).text
    assert [str(one) for one in stand_in.violations] == []


async def use_both(nina: Person) -> None:
    pong = await nina.command("ping")
    assert (await nina.click(pong, label="Hello")).text == "Hello back."
    form = await nina.command("playlist", action="add")
    made = await nina.modal(form, {"Name": "Night Drive"})
    assert "Night Drive" in made.text
    link = "https://open.spotify.com/track/11dFghVXANMlKmJXsNCbNl"
    sent = await nina.command("submit", link=link, ai="No", ownership=True)
    assert "Queued as T-" in sent.text


async def test_a_desk_that_cannot_be_opened_leaves_nothing_behind(
    stand_in: DiscordStandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EARMARK_DATABASE_URL", "garbage")
    host = Host(stand_in)

    with pytest.raises(commands.ExtensionFailed, match="database URL"):
        await host.load_extension(EXTENSION)

    assert host.cogs == {}
    assert host.tree.get_commands() == []
    await host.close()
