"""A stand-in with a small stock app, told by Socket Mode and by signed HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.sandbox.clock import HandClock
from bot.sandbox.slack.server import SlackStandIn
from bot.sandbox.slack.world import SlackChannel
from tests.platforms.slack.contract import CONTRACT
from tests.sandbox.slack_stand_in.small_app import SmallApp, small_app


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def slack(clock: HandClock) -> AsyncIterator[SlackStandIn]:
    """A stand-in alone; a test with this ends with nothing wrong."""
    async with SlackStandIn.start(clock=clock, contract=CONTRACT) as running:
        yield running
        assert (running.violations, running.flaws) == ([], [])


@pytest.fixture
def review(slack: SlackStandIn) -> SlackChannel:
    return slack.add_channel("C0REVIEW")


@asynccontextmanager
async def by_socket(slack: SlackStandIn, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """Let an app listen by Socket Mode; a short ping, for a client that goes looks that often."""
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt says no types
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]  # as above


@asynccontextmanager
async def by_http(slack: SlackStandIn, app: AsyncApp) -> AsyncIterator[str]:
    """Let an app listen on a port of its own, and Slack tell it there."""
    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    slack.deliver_to(url)
    try:
        yield url
    finally:
        await runner.cleanup()


@pytest.fixture(params=["socket", "http"])
async def app(request: pytest.FixtureRequest, slack: SlackStandIn) -> AsyncIterator[SmallApp]:
    """The small app, once by either way."""
    made = small_app(slack)
    way = by_socket if request.param == "socket" else by_http
    async with way(slack, made):
        yield made
        await slack.deliveries.settled()
