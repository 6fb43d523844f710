"""The bot that `earmark run` starts: no message is read, no member list is kept."""

import logging
from typing import Any

import aiohttp
import discord
from discord.ext import commands

from bot.platforms.discord import extension
from bot.platforms.discord.screen import NOBODY
from bot.platforms.discord.sync import Sync, sync
from bot.workflow.desk import Desk

log = logging.getLogger(__name__)


def intents() -> discord.Intents:
    """Return what Discord is to tell us: servers with their channels and roles, and no more.

    Commands, buttons and forms come without any intent.
    """
    chosen = discord.Intents.none()
    chosen.guilds = True
    return chosen


class EarmarkBot(commands.Bot):
    """A bot with our extension and nothing else. `connector` leads it to a stand-in."""

    def __init__(
        self,
        desk: Desk,
        *,
        connector: aiohttp.BaseConnector | None = None,
        sync_at_start: bool = True,
    ) -> None:
        options: dict[str, Any] = {} if connector is None else {"connector": connector}
        super().__init__(
            # It reads no messages, so this is never used; discord.py wants one.
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents(),
            allowed_mentions=NOBODY,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            **options,
        )
        self._desk = desk
        self._sync_at_start = sync_at_start

    async def setup_hook(self) -> None:
        await extension.add(self, self._desk)
        if not self._sync_at_start:
            return
        synced = await sync(self, self._desk)
        if synced.outcome is Sync.FOREIGN:
            log.warning(
                "commands are not registered, as this app has others: %s",
                ", ".join(synced.foreign),
            )
