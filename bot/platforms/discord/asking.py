"""Asking Discord again where a request or its answer got lost on the way.

discord.py waits and repeats where Discord says so, but not after a dropped connection. Only for
requests that may be made twice: an edit, a message with a nonce, a thread on a message.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord

from bot.errors import SourceDownError

T = TypeVar("T")

# What asking again may make good: a lost connection, a server's error.
LOST = (aiohttp.ClientError, TimeoutError, OSError, discord.DiscordServerError)

_TRIES = 4
_TIMEOUT_S = 15.0
_PAUSE_S = 0.5


async def ask(request: Callable[[], Awaitable[T]]) -> T:
    """Make a request until it is answered, or raise SourceDownError; a refusal is raised as it is.

    `request` is called for each try: a file that is sent along is read only once.
    """
    for left in reversed(range(_TRIES)):
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await request()
        except LOST as error:
            if not left:
                raise SourceDownError("Discord") from error
            await asyncio.sleep(_PAUSE_S)
    raise AssertionError("the last try has returned or raised")
