"""A Bolt app that has its own listeners takes Earmark in, and both work."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.platforms.slack.app import register
from bot.platforms.slack.manifest import manifest
from bot.platforms.slack.service import by_socket
from bot.sandbox.slack.config import AppConfig
from bot.sandbox.slack.server import SlackStandIn
from tests.journeys.discord_house import Worker
from tests.journeys.slack_house import COMMAND, desk_of
from tests.platforms.slack.contract import CONTRACT
from tests.workflow.stage import Stage, open_stage


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def stage(make_session: async_sessionmaker[AsyncSession]) -> Stage:
    return await open_stage(make_session)


@pytest.fixture
async def slack(stage: Stage) -> AsyncIterator[SlackStandIn]:
    told = manifest()
    told["features"]["slash_commands"].append({"command": "/ping", "should_escape": False})
    config = AppConfig.from_manifest(told)
    async with SlackStandIn.start(clock=stage.clock, config=config, contract=CONTRACT) as running:
        yield running
        assert running.violations == []
        assert running.deliveries.unanswered() == []


async def test_a_host_and_earmark_share_one_app(slack: SlackStandIn, stage: Stage) -> None:
    heard = asyncio.Queue[str]()
    app = AsyncApp(
        client=AsyncWebClient(token=slack.token, base_url=slack.url),
        request_verification_enabled=False,
    )

    @app.command("/ping")
    async def ping(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack("pong")

    @app.event("message")
    async def said(event: dict[str, Any]) -> None:
        heard.put_nowait(event["text"])

    register(app, desk_of(stage, Worker(stage, stage.services)))
    lounge = slack.add_channel("C0LOUNGE")
    ana = slack.person("Ana", here=lounge)
    async with by_socket(app, slack.app_token):
        await ana.command("/ping")
        await ana.ephemeral("pong")
        await ana.command(COMMAND, "help")
        await ana.ephemeral(f"{COMMAND} submit")
        await ana.shortcut("Submit a track")
        await ana.modal("playlist")
        ana.say(lounge, "hello, host")
        assert await asyncio.wait_for(heard.get(), timeout=10) == "hello, host"
