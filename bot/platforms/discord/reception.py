"""Who comes in: which server's desk, which person, with which press, command or form."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot.platforms.discord.custom_id import CustomId
from bot.platforms.discord.forms import Filled, filled
from bot.workflow.desk import Desk
from bot.workflow.people import Person
from bot.workflow.places import desk_at
from db.models import Platform

# Discord repeats an event when a connection is resumed: minutes at most, so these are plenty.
_REMEMBERED = 2000

AnyInteraction = discord.Interaction[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One person with one wish. `key` is Discord's id of it: told twice, done once.

    `values` are the chosen options of a select, `filled` is what stands in a form.
    """

    desk: Desk
    person: Person
    key: str
    carried: CustomId | None = None
    values: tuple[str, ...] = ()
    filled: Filled | None = None
    guild: discord.Guild | None = None
    channel_id: int | None = None
    message: discord.Message | None = None

    @property
    def wish(self) -> CustomId:
        """What the pressed button carries."""
        if self.carried is None:
            raise LookupError("nothing was pressed")
        return self.carried

    @property
    def form(self) -> Filled:
        if self.filled is None:
            raise LookupError("no form was sent")
        return self.filled


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
            carried=carried,
            values=_values(interaction),
            filled=filled(interaction),
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
