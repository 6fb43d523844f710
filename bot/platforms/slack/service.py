"""The Slack app that `earmark run` starts: by Socket Mode, or by signed HTTP."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_server import AsyncSlackAppServer
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SettingsError, SourceDownError
from bot.platforms.slack.app import register
from bot.platforms.slack.clients import URL, answering_client
from bot.platforms.slack.courier import SlackCourier, sending_client
from bot.platforms.slack.manifest import EVENTS_PATH
from bot.platforms.slack.text import COMMAND
from bot.workflow.desk import Desk
from bot.workflow.notice_cards import compose
from bot.workflow.outbox import Sender
from db.models import Platform

Listen = Callable[[], Coroutine[Any, Any, None]]

_ANY: Final = re.compile(".*")
# What Slack answers where a token is not good.
_BAD_TOKEN: Final = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
)


def own_app(
    desk: Desk,
    *,
    token: str,
    signing_secret: str = "",
    command: str = COMMAND,
    url: str = URL,
) -> tuple[AsyncApp, SlackCourier]:
    """Return an app of one team that is Earmark and nothing else, and its courier."""
    courier = SlackCourier(_same(sending_client(token, base_url=url)))
    app = AsyncApp(
        client=answering_client(token, url=url),
        signing_secret=signing_secret,
        # Without a secret there is Socket Mode, which Slack alone can talk through.
        request_verification_enabled=bool(signing_secret),
        # That a message of ours stands in the chat is an event by ourselves.
        ignoring_self_events_enabled=False,
    )
    sender = Sender(
        sessions=desk.sessions,
        couriers={Platform.SLACK: courier},
        compose=compose,
        worker="slack",
        now=desk.now,
    )
    register(app, desk, command=command, saw=sender.saw)
    # `register` hears beside the listeners. Without one Bolt would warn of every event.
    app.event(_ANY)(_heard_already)
    return app, courier


async def _heard_already() -> None:
    """Do nothing: what is to be done was begun before."""


def _same(client: AsyncWebClient) -> Callable[[int], Coroutine[Any, Any, AsyncWebClient]]:
    async def client_of(workspace_id: int) -> AsyncWebClient:
        del workspace_id
        return client

    return client_of


@asynccontextmanager
async def open_app(
    desk: Desk, *, token: str, app_token: str, command: str = COMMAND, url: str = URL
) -> AsyncIterator[tuple[Listen, SlackCourier]]:
    """Connect an app of one team by Socket Mode; yield what listens, and what sends.

    SettingsError or SourceDownError where Slack does not let us in.
    """
    await whoami(token, url=url)
    app, courier = own_app(desk, token=token, command=command, url=url)
    async with by_socket(app, app_token) as listen:
        yield listen, courier


@asynccontextmanager
async def by_socket(app: AsyncApp, app_token: str) -> AsyncIterator[Listen]:
    """Connect to Slack; what is yielded goes on until it is cancelled."""
    handler = AsyncSocketModeHandler(app, app_token)
    try:
        await _connect(handler)
        yield _for_ever
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt has no types here


async def _connect(handler: AsyncSocketModeHandler) -> None:
    socket = handler.client
    try:
        # `connect` would try a token that is not good for ever.
        socket.wss_uri = await socket.issue_new_wss_url()
        await handler.connect_async()  # type: ignore[no-untyped-call]  # as above
    except SlackApiError as error:
        raise SettingsError(
            "Slack does not know the app-level token. Make one with connections:write on the app's"
            " page, under Basic Information, and put it into EARMARK_SLACK_APP_TOKEN."
        ) from error
    except (aiohttp.ClientError, OSError) as error:
        raise SourceDownError("Slack") from error


@asynccontextmanager
async def by_http(app: AsyncApp, *, host: str, port: int) -> AsyncIterator[tuple[Listen, int]]:
    """Listen for Slack's signed requests; a proxy in front of it brings https.

    Yields the port beside, which the system chooses for `port` 0.
    """
    server = AsyncSlackAppServer(port=port, path=EVENTS_PATH, app=app, host=host)
    runner = web.AppRunner(server.web_app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield _for_ever, int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def whoami(token: str, *, url: str = URL) -> str:
    """Return what Slack calls the app and its team, or raise SettingsError or SourceDownError."""
    try:
        told = await answering_client(token, url=url).auth_test()
    except SlackApiError as error:
        if error.response.get("error") in _BAD_TOKEN:
            raise SettingsError(
                "Slack does not know that token. Copy the bot token again from the app's page,"
                " under OAuth & Permissions, into EARMARK_SLACK_TOKEN."
            ) from error
        raise SourceDownError("Slack") from error
    except (aiohttp.ClientError, OSError) as error:
        raise SourceDownError("Slack") from error
    return f"{told['user']} in {told['team']}"
