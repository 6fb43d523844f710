"""Who comes in: which server's desk, which person, with which press, command or form."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot.chat.custom_id import CustomId
from bot.chat.visit import Visit as AnyVisit
from bot.platforms.discord.downloads import download
from bot.platforms.discord.forms import filled
from bot.platforms.discord.markdown import unescape
from bot.workflow.desk import Desk
from bot.workflow.people import Person
from bot.workflow.places import desk_at
from db.models import Platform

# Discord repeats an event when a connection is resumed: minutes at most, so these are plenty.
_REMEMBERED = 2000

AnyInteraction = discord.Interaction[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(AnyVisit):
    """A visit with what only Discord has."""

    guild: discord.Guild | None = None
    channel_id: int | None = None
    message: discord.Message | None = None


class Reception:
    """Opens the desk of the server that somebody comes from."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._seen: OrderedDict[int, None] = OrderedDict()

    def first_time(self, interaction: AnyInteraction) -> bool:
        """Return False for an event that was delivered before."""
        if interaction.id in self._seen:
            return False
        self._seen[interaction.id] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True

    async def visit(self, interaction: AnyInteraction, carried: CustomId | None = None) -> Visit:
        return Visit(
            desk=await self._desk(interaction, carried),
            person=person_of(interaction),
            key=f"discord:{interaction.id}",
            fetch=download,
            carried=carried,
            values=_values(interaction),
            filled=filled(interaction),
            told=_told(interaction.message),
            guild=interaction.guild,
            channel_id=interaction.channel_id,
            message=interaction.message,
        )

    async def _desk(self, interaction: AnyInteraction, carried: CustomId | None) -> Desk:
        if interaction.guild_id is None:
            # In a direct message the button itself says which workspace it is about; whose the
            # submission is, the workflow checks.
            if carried is None or carried.place is None:
                raise LookupError("outside a server only buttons that name a workspace work")
            return replace(self.desk, workspace_id=carried.place)
        guild = interaction.guild
        return await desk_at(
            self.desk,
            platform=Platform.DISCORD,
            external_id=str(interaction.guild_id),
            name=guild.name if guild is not None else str(interaction.guild_id),
        )


def person_of(interaction: AnyInteraction) -> Person:
    """Return who pressed or typed, with the roles that Discord says they have at this moment."""
    user = interaction.user
    roles = user.roles if isinstance(user, discord.Member) else []
    return Person(
        platform=Platform.DISCORD,
        external_id=str(user.id),
        name=user.display_name,
        role_ids=frozenset(str(role.id) for role in roles),
        admin=interaction.guild_id is not None and interaction.permissions.manage_guild,
    )


def _values(interaction: AnyInteraction) -> tuple[str, ...]:
    data: dict[str, Any] = dict(interaction.data or {})
    found = data.get("values", [])
    return tuple(str(value) for value in found) if isinstance(found, list) else ()


def _told(message: discord.Message | None) -> Mapping[str, str]:
    embeds = message.embeds if message is not None else []
    return {
        unescape(field.name or ""): unescape(field.value or "")
        for embed in embeds
        for field in embed.fields
    }
