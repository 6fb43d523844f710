"""Buttons and selects that work after a restart and a week later: all they need is their id."""

import re
from typing import Any, Protocol, Self, runtime_checkable

import discord
from discord import ui

from bot.chat.custom_id import PATTERN, CustomId, parse


@runtime_checkable
class Takes(Protocol):
    """The cog that our buttons belong to, wherever the bot comes from."""

    async def take_press(
        self, interaction: discord.Interaction[Any], carried: CustomId, /
    ) -> None: ...


COG = "Earmark"


class Press(ui.DynamicItem[ui.Item[Any]], template=PATTERN):
    """A button or a select of ours, as it was sent or as it comes back."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        del interaction, match
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        carried = parse(self.custom_id)
        cog = interaction.client.get_cog(COG)
        # Between unloading and loading again there is nobody to take it.
        if carried is not None and isinstance(cog, Takes):
            await cog.take_press(interaction, carried)
