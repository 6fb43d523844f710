"""The chats that the settings name: each listens, and brings what the outbox holds."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from bot.settings import Settings
from bot.slack_way import SlackWay, slack_way
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
        if (way := slack_way(settings)) is not None:
            chats.append(await stack.enter_async_context(_slack(settings, desk, way)))
        yield chats


# Both libraries take half a second to load, and a desk may have neither chat.


@asynccontextmanager
async def _discord(settings: Settings, desk: Desk) -> AsyncIterator[Chat]:
    from bot.platforms.discord.control import open_bot  # noqa: PLC0415

    token = _told(settings.discord_token)
    async with open_bot(desk, token, url=settings.discord_url) as (listen, courier):
        yield Chat(platform=Platform.DISCORD, courier=courier, listen=listen)


@asynccontextmanager
async def _slack(settings: Settings, desk: Desk, way: SlackWay) -> AsyncIterator[Chat]:
    from bot.platforms.slack import service  # noqa: PLC0415
    from bot.platforms.slack.installs import Door  # noqa: PLC0415

    token = _told(settings.slack_token)
    shared = {"command": settings.slack_command, "url": settings.slack_url}
    if way is SlackWay.INSTALL:
        door = Door(
            client_id=settings.slack_client_id or "",
            client_secret=_told(settings.slack_client_secret),
            signing_secret=_told(settings.slack_signing_secret),
            public_url=settings.slack_public_url or "",
            key=_told(settings.secret_key).encode(),
        )
        app, courier = service.installable_app(desk, door, **shared)
    else:
        await service.whoami(token, url=settings.slack_url)
        secret = _told(settings.slack_signing_secret) if way is SlackWay.HTTP else ""
        app, courier = service.own_app(desk, token=token, signing_secret=secret, **shared)
    async with AsyncExitStack() as stack:
        if way is SlackWay.SOCKET:
            connected = service.by_socket(app, _told(settings.slack_app_token))
            listen = await stack.enter_async_context(connected)
        else:
            served = service.by_http(app, host=settings.slack_host, port=settings.slack_port)
            listen, _ = await stack.enter_async_context(served)
        yield Chat(platform=Platform.SLACK, courier=courier, listen=listen)


def _told(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()
