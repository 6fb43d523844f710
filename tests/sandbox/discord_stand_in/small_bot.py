"""A small bot on a stock discord.py: one of each kind of command, component and modal."""

import asyncio
from typing import Any

import discord
from discord import app_commands

from bot.sandbox.discord.server import DiscordStandIn

PLAYLISTS = ("Night Drive", "Night Shift", "Morning")
NUMBERS = {name: f"p{number}" for number, name in enumerate(PLAYLISTS)}


class Form(discord.ui.Modal, title="Submit a track"):
    link = discord.ui.Label[Any](
        text="Link", component=discord.ui.TextInput(custom_id="link", max_length=200)
    )
    playlist = discord.ui.Label[Any](
        text="Playlist",
        component=discord.ui.Select(
            custom_id="playlist",
            options=[discord.SelectOption(label=name, value=name.lower()) for name in PLAYLISTS],
        ),
    )
    made_with_ai = discord.ui.Label[Any](
        text="AI",
        component=discord.ui.RadioGroup(
            custom_id="ai",
            options=[discord.RadioGroupOption(label=name) for name in ("No", "Partly")],
        ),
    )
    ticks = discord.ui.Label[Any](
        text="Ticks",
        component=discord.ui.CheckboxGroup(
            custom_id="ticks",
            required=False,
            options=[discord.CheckboxGroupOption(label="I own this", value="own")],
        ),
    )
    file = discord.ui.Label[Any](
        text="File", component=discord.ui.FileUpload(custom_id="file", required=False)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        parts: list[Any] = [
            part.component
            for part in (self.link, self.playlist, self.made_with_ai, self.ticks, self.file)
        ]
        link, playlist, ai, ticks, file = parts
        heard = [await each.read() for each in file.values]
        said = f"{link.value} {playlist.values} {ai.value} {ticks.values} {heard}"
        await interaction.response.send_message(said, ephemeral=True)


class Card(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Keep", custom_id="keep")
    async def keep(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.edit_message(content="kept", view=None)

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="later")

    @discord.ui.button(label="Form", custom_id="form")
    async def form(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.send_modal(Form())

    @discord.ui.button(label="Off", custom_id="off", disabled=True)
    async def off(self, _: discord.Interaction, __: discord.ui.Button[Any]) -> None:
        raise AssertionError

    @discord.ui.select(
        custom_id="order",
        placeholder="Order",
        options=[discord.SelectOption(label="Oldest first", value="oldest")],
    )
    async def order(self, interaction: discord.Interaction, menu: discord.ui.Select[Any]) -> None:
        await interaction.response.send_message(menu.values[0], ephemeral=True)

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="who", placeholder="Who")
    async def who(self, interaction: discord.Interaction, menu: discord.ui.UserSelect[Any]) -> None:
        names = [each.display_name for each in menu.values]
        await interaction.response.send_message(f"{names}", ephemeral=True)


class SmallBot(discord.Client):
    def __init__(self, stand_in: DiscordStandIn) -> None:
        super().__init__(
            intents=discord.Intents.default(),
            connector=stand_in.connector(),
            guild_ready_timeout=0.01,
        )
        self.tree = app_commands.CommandTree(self)
        self.go_on = asyncio.Event()
        self.failed: asyncio.Queue[discord.HTTPException] = asyncio.Queue()
        _add_commands(self)

    async def setup_hook(self) -> None:
        self.add_view(Card())
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once: discord.py waits five seconds before it does so again."""


def _add_commands(bot: SmallBot) -> None:
    tree = bot.tree

    @tree.command(description="Submit a track")
    @app_commands.choices(ai=[app_commands.Choice(name=name, value=name) for name in ("No", "Yes")])
    async def submit(  # noqa: PLR0917 - a command's options are its parameters
        interaction: discord.Interaction,
        link: str,
        playlist: str = "",
        ai: str = "",
        audio: discord.Attachment | None = None,
        friend: discord.Member | None = None,
    ) -> None:
        heard = b"" if audio is None else await audio.read()
        name = "" if friend is None else friend.display_name
        said = f"{link} {playlist} {ai} {heard!r} {name}"
        await interaction.response.send_message(said, ephemeral=True)

    @submit.autocomplete("playlist")
    async def playlists(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        fitting = [name for name in PLAYLISTS if name.startswith(typed)]
        return [app_commands.Choice(name=name, value=NUMBERS[name]) for name in fitting]

    @tree.command(description="Answer later")
    async def slow(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await bot.go_on.wait()
        try:
            await interaction.followup.send("first")
            await interaction.followup.send("second", ephemeral=True)
            await interaction.delete_original_response()
        except discord.HTTPException as error:
            bot.failed.put_nowait(error)

    @tree.command(description="Answer when told")
    async def late(interaction: discord.Interaction) -> None:
        await bot.go_on.wait()
        try:
            await interaction.response.send_message("too late")
        except discord.HTTPException as error:
            bot.failed.put_nowait(error)

    @tree.command(description="Show a card")
    async def card(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("undecided", view=Card())

    @tree.command(description="Only for managers")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def setup(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("set up")

    @tree.context_menu(name="Submit this track")
    async def menu(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"read {message.content}", ephemeral=True)
