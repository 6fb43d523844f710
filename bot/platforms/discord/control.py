"""What an operator does with the app from outside: invite it, register its commands, try its token.

Discord's REST alone is used here, so a bot that runs meanwhile is not disturbed.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import discord

from bot.errors import SettingsError, SourceDownError
from bot.platforms.discord.client import EarmarkBot, intents
from bot.platforms.discord.courier import DiscordCourier
from bot.platforms.discord.permissions import invite_url
from bot.platforms.discord.sync import Synced, sync
from bot.workflow.desk import Desk

_OFFICIAL = "https://discord.com"
_API_HOST, _GATEWAY_HOST = "discord.com", "gateway.discord.gg"


class Elsewhere(aiohttp.TCPConnector):
    """Takes to a stand-in what is meant for Discord.

    discord.py has Discord's address in class attributes; changing those would change every client
    of the process, and a bot that we are mounted into has clients of its own.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._there = urlsplit(url)

    async def connect(self, req: Any, *args: Any, **more: Any) -> Any:
        if req.url.host in {_API_HOST, _GATEWAY_HOST}:
            if req.url.host == _GATEWAY_HOST:
                req.url = req.url.with_path("/gateway", keep_query=True)
            there = req.url.with_scheme("http").with_host(self._there.hostname or "")
            req.url = there.with_port(self._there.port)
        return await super().connect(req, *args, **more)


def connector(url: str) -> aiohttp.BaseConnector | None:
    """Return what leads a client to `url`, or None where that is Discord itself."""
    return None if url == _OFFICIAL else Elsewhere(url)


async def invite(token: str, *, url: str = _OFFICIAL) -> str:
    """Return the link that adds this app to a server, or raise SettingsError or SourceDownError."""
    async with _asking(token, url) as client:
        return invite_url((await client.application_info()).id)


async def whoami(token: str, *, url: str = _OFFICIAL) -> str:
    """Return the app's name, or raise SettingsError or SourceDownError."""
    async with _asking(token, url) as client:
        return (await client.application_info()).name


async def register(desk: Desk, token: str, *, force: bool = False, url: str = _OFFICIAL) -> Synced:
    """Register the commands where they changed; see `sync`."""
    bot = EarmarkBot(desk, connector=connector(url), sync_at_start=False)
    async with _logged_in(bot, token):
        return await sync(bot, desk, force=force)


@asynccontextmanager
async def _asking(token: str, url: str) -> AsyncIterator[discord.Client]:
    """Open a client for a question or two. It never listens, so it needs no intent."""
    leading = connector(url)
    options: dict[str, Any] = {} if leading is None else {"connector": leading}
    client = discord.Client(intents=intents(), **options)
    async with _logged_in(client, token):
        yield client


@asynccontextmanager
async def open_bot(
    desk: Desk, token: str, *, url: str = _OFFICIAL
) -> AsyncIterator[tuple[Callable[[], Coroutine[Any, Any, None]], DiscordCourier]]:
    """Log the bot in; yield what makes it listen, and what sends with it.

    The commands are registered first where they changed. SettingsError or SourceDownError where
    Discord does not let us in.
    """
    bot = EarmarkBot(desk, connector=connector(url))
    async with _logged_in(bot, token):
        yield bot.connect, DiscordCourier(bot)


@asynccontextmanager
async def _logged_in(client: discord.Client, token: str) -> AsyncIterator[None]:
    try:
        async with client:
            await client.login(token)
            yield
    except discord.LoginFailure as error:
        raise SettingsError(
            "Discord does not know that token. Copy it again from the app's page, under Bot, into"
            " EARMARK_DISCORD_TOKEN."
        ) from error
    except (aiohttp.ClientError, discord.DiscordServerError, OSError) as error:
        raise SourceDownError("Discord") from error
