"""The chats that the settings name: each listens, and brings what the outbox holds."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.settings import Settings
from bot.workflow.delivery import Courier
from bot.workflow.desk import Desk
from db.models import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """`listen` goes on until it is cancelled, or fails for good."""

    platform: Platform
    courier: Courier
    listen: Callable[[], Coroutine[Any, Any, None]]


OpenChats = Callable[[Settings, Desk], AbstractAsyncContextManager[list[Chat]]]


@asynccontextmanager
async def open_chats(settings: Settings, desk: Desk) -> AsyncIterator[list[Chat]]:
    """Log in wherever the settings have a token, or raise SettingsError or SourceDownError."""
    if settings.discord_token is None:
        yield []
        return
    # discord.py takes half a second to load, and a desk may have no Discord at all.
    from bot.platforms.discord.control import open_bot  # noqa: PLC0415

    token = settings.discord_token.get_secret_value()
    async with open_bot(desk, token, url=settings.discord_url) as (listen, courier):
        yield [Chat(platform=Platform.DISCORD, courier=courier, listen=listen)]
