"""Living inside a bot that somebody runs already: desk, jobs and sender come and go with us.

Here is the one place that reaches upwards: a host bot loads this package alone, so nothing above it
has put a desk together.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from discord.ext import commands

from bot.platforms.discord.courier import DiscordCourier
from bot.settings import Settings, load
from bot.workflow.desk import Desk
from db.models import Platform

if TYPE_CHECKING:
    from bot.chats import Chat

log = logging.getLogger(__name__)


class Household:
    """A whole desk in the host's process, from `open` to `close`.

    It has a task of its own, as what is opened in a task must be closed in the same one.
    """

    def __init__(self, bot: commands.Bot) -> None:
        self._bot = bot
        self._stop = asyncio.Event()
        self._desk: asyncio.Future[Desk] = asyncio.get_running_loop().create_future()
        self._living: asyncio.Task[None] | None = None

    async def open(self) -> Desk:
        """Open the desk that the settings name, or raise SettingsError or DatabaseError."""
        self._living = asyncio.create_task(self._live(load()), name="earmark")
        either: set[asyncio.Future[Any]] = {self._living, self._desk}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not self._desk.done():
            # It ended before there was a desk, so this raises why.
            await self._living
        return self._desk.result()

    async def close(self) -> None:
        self._stop.set()
        if self._living is not None:
            await self._living

    async def _live(self, settings: Settings) -> None:
        from bot.serve import Role, open_service  # noqa: PLC0415 - see above

        async with open_service(settings, Role.ALL, chats=self._chats) as tasks:
            stopped = asyncio.create_task(self._stop.wait())
            await asyncio.wait({stopped, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
        for task in tasks:
            if not task.cancelled() and (error := task.exception()):
                log.error("a part of Earmark has stopped", exc_info=error)

    @asynccontextmanager
    async def _chats(self, settings: Settings, desk: Desk) -> AsyncIterator["list[Chat]"]:
        """Talk by way of the host's own client; it listens anyway."""
        from bot.chats import Chat  # noqa: PLC0415 - see above

        del settings
        self._desk.set_result(desk)
        courier = DiscordCourier(self._bot)
        yield [Chat(platform=Platform.DISCORD, courier=courier, listen=self._until_stopped)]

    async def _until_stopped(self) -> None:
        await self._stop.wait()
