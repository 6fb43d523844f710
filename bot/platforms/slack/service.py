"""The Slack app that `earmark run` starts: by Socket Mode, by signed HTTP, or for any team."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
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
from bot.platforms.slack.events import Gone
from bot.platforms.slack.installs import Door, Teams, install_flow
from bot.platforms.slack.manifest import EVENTS_PATH, SCOPES
from bot.platforms.slack.text import COMMAND
from bot.workflow.desk import Desk
from bot.workflow.notice_cards import compose
from bot.workflow.outbox import Sender
from db.models import Platform

Listen = Callable[[], Coroutine[Any, Any, None]]

HEALTH_PATH: Final = "/health"
# Every request is answered within a second, so a stop need not wait longer for them.
_LAST_ANSWERS_S: Final = 2
UNKNOWN_APP: Final = (
    "Slack does not know the app-level token. Make one with connections:write on the app's page,"
    " under Basic Information, and put it into EARMARK_SLACK_APP_TOKEN."
)
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
    _make_earmark(app, desk, courier, command=command)
    return app, courier


def installable_app(
    desk: Desk, door: Door, *, command: str = COMMAND, url: str = URL
) -> tuple[AsyncApp, SlackCourier]:
    """Return an app that any team may install, and the courier to all that have."""
    teams = Teams(desk, door.key, url=url)
    courier = SlackCourier(teams.sending_client)
    app = AsyncApp(
        client=answering_client(url=url),
        signing_secret=door.signing_secret,
        oauth_flow=install_flow(desk, door, teams, url=url),
        ignoring_self_events_enabled=False,
    )

    _make_earmark(app, desk, courier, command=command, gone=teams.forget)
    return app, courier


def _make_earmark(
    app: AsyncApp, desk: Desk, courier: SlackCourier, *, command: str, gone: Gone | None = None
) -> None:
    sender = Sender(
        sessions=desk.sessions,
        couriers={Platform.SLACK: courier},
        compose=compose,
        worker="slack",
        now=desk.now,
    )
    register(app, desk, command=command, saw=sender.saw, gone=gone)
    # `register` hears beside the listeners. Without one Bolt would warn of every event.
    app.event(_ANY)(_heard_already)


async def _heard_already() -> None:
    """Do nothing: what is to be done was begun before."""


def _same(client: AsyncWebClient) -> Callable[[int], Coroutine[Any, Any, AsyncWebClient]]:
    async def client_of(workspace_id: int) -> AsyncWebClient:
        del workspace_id
        return client

    return client_of


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
        raise SettingsError(UNKNOWN_APP) from error
    except (aiohttp.ClientError, OSError) as error:
        raise SourceDownError("Slack") from error


@asynccontextmanager
async def by_http(app: AsyncApp, *, host: str, port: int) -> AsyncIterator[tuple[Listen, int]]:
    """Listen for Slack's signed requests; a proxy in front of it brings https.

    Yields the port beside, which the system chooses for `port` 0. SettingsError where it is taken.
    """
    server = AsyncSlackAppServer(port=port, path=EVENTS_PATH, app=app, host=host)
    server.web_app.router.add_get(HEALTH_PATH, _healthy)
    runner = web.AppRunner(server.web_app, access_log=None, shutdown_timeout=_LAST_ANSWERS_S)
    await runner.setup()
    try:
        await _bind(runner, host, port)
        yield _for_ever, int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _bind(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise SettingsError(
            f"Nothing can listen at {host}:{port}: {error.strerror}. Check EARMARK_SLACK_HOST and"
            " EARMARK_SLACK_PORT."
        ) from error


async def _healthy(request: web.Request) -> web.Response:
    """Answer a proxy or an orchestrator that asks whether we are here."""
    del request
    return web.Response(text="ok")


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def whoami(token: str, *, url: str = URL, every_scope: bool = False) -> str:
    """Return what Slack calls the app and its team, or raise SettingsError or SourceDownError.

    With `every_scope` it must have been granted all that the manifest asks for.
    """
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
    name = f"{told['user']} in {told['team']}"
    if every_scope:
        _require_scopes(told.headers, name)
    return name


def _require_scopes(headers: Mapping[str, str], name: str) -> None:
    granted = {key.lower(): value for key, value in headers.items()}.get("x-oauth-scopes")
    if granted is None:
        # Slack always tells. Where a proxy keeps it back, the first use tells.
        return
    lacking = set(SCOPES) - {scope.strip() for scope in granted.split(",")}
    if lacking:
        raise SettingsError(
            f"Slack does not let {name} do everything: {', '.join(sorted(lacking))} is missing."
            " Paste the manifest again (earmark slack manifest), and install the app once more."
        )
