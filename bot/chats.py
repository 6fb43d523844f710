"""The chats that the settings name: each listens, and brings what the outbox holds."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from bot.errors import SettingsError
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
    async with AsyncExitStack() as stack:
        chats = []
        if settings.discord_token is not None:
            chats.append(await stack.enter_async_context(_discord(settings, desk)))
        if settings.slack_token is not None:
            chats.append(await stack.enter_async_context(_slack(settings, desk)))
        yield chats


# Both libraries take half a second to load, and a desk may have neither chat.


@asynccontextmanager
async def _discord(settings: Settings, desk: Desk) -> AsyncIterator[Chat]:
    from bot.platforms.discord.control import open_bot  # noqa: PLC0415

    token = _told(settings.discord_token)
    async with open_bot(desk, token, url=settings.discord_url) as (listen, courier):
        yield Chat(platform=Platform.DISCORD, courier=courier, listen=listen)


@asynccontextmanager
async def _slack(settings: Settings, desk: Desk) -> AsyncIterator[Chat]:
    from bot.platforms.slack.service import open_app  # noqa: PLC0415

    if settings.slack_app_token is None:
        raise SettingsError(
            "Slack needs a second token to talk to us: make an app-level token with"
            " connections:write on the app's page, under Basic Information, and put it into"
            " EARMARK_SLACK_APP_TOKEN."
        )
    async with open_app(
        desk,
        token=_told(settings.slack_token),
        app_token=_told(settings.slack_app_token),
        command=settings.slack_command,
        url=settings.slack_url,
    ) as (listen, courier):
        yield Chat(platform=Platform.SLACK, courier=courier, listen=listen)


def _told(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()
