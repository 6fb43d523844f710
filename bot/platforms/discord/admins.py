"""The commands of who manages a server; Discord shows them to nobody else unless told to."""

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import blocklist_work, playlist_work, seed_work
from bot.chat.playlist_choice import meant
from bot.chat.replies import Reply
from bot.platforms.discord import command_texts as words
from bot.platforms.discord import setup_work
from bot.platforms.discord.choosing import Choices, playlist_choices, zone_choices
from bot.platforms.discord.earmark import Earmark
from bot.platforms.discord.reception import Visit
from bot.platforms.discord.screen import Screen
from bot.workflow.people import Person
from db.models import Platform

Interaction = discord.Interaction[Any]


class Admins(commands.Cog, name="Earmark: admins"):
    """Setup, playlist, blocklist."""

    def __init__(self, front: Earmark) -> None:
        self._front = front

    @app_commands.command(name="setup", description=words.SETUP)
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.describe(zone=words.SETUP_ZONE, code=words.SETUP_CODE)
    async def setup(
        self,
        interaction: Interaction,
        *,
        zone: str | None = None,
        code: app_commands.Range[str, 1, 40] | None = None,
    ) -> None:
        async def work(visit: Visit) -> Reply | Screen:
            if code is not None:
                return await setup_work.join(visit, code)
            if zone is not None:
                return await setup_work.set_zone(visit, zone)
            return await setup_work.show_setup(visit)

        await self._front.command(interaction, work)

    @setup.autocomplete("zone")
    async def _zones(self, interaction: Interaction, current: str) -> Choices:
        del interaction
        return zone_choices(current)

    @app_commands.command(name="playlist", description=words.PLAYLIST)
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.describe(
        action=words.PLAYLIST_ACTION,
        playlist=words.PLAYLIST_NAME,
        role=words.PLAYLIST_ROLE,
        former=words.PLAYLIST_FORMER,
        days=words.PLAYLIST_DAYS,
    )
    async def playlist(
        self,
        interaction: Interaction,
        *,
        action: Literal["add", "edit", "seeds", "open", "close", "pause"],
        playlist: str | None = None,
        role: discord.Role | None = None,
        former: discord.Role | None = None,
        days: app_commands.Range[int, 1, 365] | None = None,
    ) -> None:
        if action == "add":
            await self._front.command_form(
                interaction, lambda visit: playlist_work.open_add(visit, name=playlist or "")
            )
            return

        async def work(visit: Visit) -> Reply:
            name = await meant(visit, playlist or "")
            match action:
                case "seeds":
                    return await seed_work.show(visit, playlist=name)
                case "open":
                    return await playlist_work.let_in(visit, playlist=name, days=days)
                case "close" | "pause":
                    return await playlist_work.shut(visit, playlist=name, days=days)
            if role is not None:
                setup_work.require_narrow(visit, str(role.id))
                await playlist_work.appoint(visit, playlist=name, role_id=str(role.id))
            if former is not None:
                await playlist_work.dismiss(visit, playlist=name, role_id=str(former.id))
            return await playlist_work.show(visit, playlist=name)

        await self._front.command(interaction, work)

    @playlist.autocomplete("playlist")
    async def _playlists(self, interaction: Interaction, current: str) -> Choices:
        return await playlist_choices(self._front, interaction, current)

    @app_commands.command(name="blocklist", description=words.BLOCKLIST)
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.describe(
        action=words.BLOCKLIST_ACTION,
        user=words.BLOCKLIST_USER,
        artist=words.BLOCKLIST_ARTIST,
        reason=words.BLOCKLIST_REASON,
        days=words.BLOCKLIST_DAYS,
    )
    async def blocklist(
        self,
        interaction: Interaction,
        *,
        action: Literal["add", "remove", "list"],
        user: discord.User | None = None,
        artist: app_commands.Range[str, 1, 100] | None = None,
        reason: app_commands.Range[str, 1, 200] = "",
        days: app_commands.Range[int, 1, 3650] | None = None,
    ) -> None:
        async def work(visit: Visit) -> Reply:
            if action == "list":
                return await blocklist_work.show(visit)
            whom = blocklist_work.whom_of(_person(user), artist)
            if action == "remove":
                return await blocklist_work.remove(visit, whom=whom)
            return await blocklist_work.add(visit, whom=whom, reason=reason, days=days)

        await self._front.command(interaction, work)


def _person(user: discord.User | None) -> Person | None:
    if user is None:
        return None
    return Person(platform=Platform.DISCORD, external_id=str(user.id), name=user.display_name)
