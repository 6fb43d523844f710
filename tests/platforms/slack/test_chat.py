"""The chat that the settings name: connected where both tokens are good, else a clear sentence."""

import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.chats import open_chats
from bot.errors import SettingsError
from bot.sandbox.slack.server import SlackStandIn
from bot.settings import Settings
from db.models import Platform
from tests.journeys.discord_house import Worker
from tests.journeys.slack_house import desk_of
from tests.workflow.stage import open_stage

Maker = async_sessionmaker[AsyncSession]


@pytest.fixture
def maker(sqlite_sessions: Maker) -> Maker:
    return sqlite_sessions


async def test_a_team_is_connected_with_both_tokens(maker: Maker) -> None:
    stage = await open_stage(maker)
    desk = desk_of(stage, Worker(stage, stage.services))
    async with SlackStandIn.start() as slack:
        settings = Settings(
            slack_token=SecretStr(slack.token),
            slack_app_token=SecretStr(slack.app_token),
            slack_command="/tracks",
            slack_url=slack.url,
        )
        async with open_chats(settings, desk) as chats:
            await slack.socket.ready()
            ana = slack.person("Ana")
            await ana.command("/tracks", "help")
            told = await ana.ephemeral("What Earmark can do")

    assert [chat.platform for chat in chats] == [Platform.SLACK]
    assert "/tracks submit" in str(told.blocks)
    assert slack.violations == []


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        ({"slack_app_token": None}, "EARMARK_SLACK_APP_TOKEN"),
        ({"slack_token": SecretStr("xoxb-no")}, "EARMARK_SLACK_TOKEN"),
        ({"slack_app_token": SecretStr("xapp-no")}, "EARMARK_SLACK_APP_TOKEN"),
    ],
)
async def test_a_token_that_is_missing_or_wrong_is_named(
    maker: Maker, wrong: dict[str, SecretStr | None], setting: str
) -> None:
    stage = await open_stage(maker)
    desk = desk_of(stage, Worker(stage, stage.services))
    async with SlackStandIn.start() as slack:
        good = {
            "slack_token": SecretStr(slack.token),
            "slack_app_token": SecretStr(slack.app_token),
        }
        settings = Settings(slack_url=slack.url, **(good | wrong))  # type: ignore[arg-type]

        with pytest.raises(SettingsError, match=setting):
            async with open_chats(settings, desk):
                pass
