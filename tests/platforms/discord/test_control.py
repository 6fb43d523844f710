from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.errors import SettingsError, SourceDownError
from bot.platforms.discord.control import invite, register, whoami
from bot.platforms.discord.sync import Sync
from bot.sandbox.discord.server import DiscordStandIn
from bot.workflow.desk import Desk
from bot.workflow.services import Sessions
from tests.workflow.stage import open_stage


@pytest.fixture
async def discord() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn.start() as running:
        yield running


class NoJobs:
    async def start_go(self, go: Any, *, confirmed: bool = False) -> None:
        raise NotImplementedError("nothing is submitted here")


@pytest.fixture
async def desk(sqlite_sessions: Sessions) -> Desk:
    stage = await open_stage(sqlite_sessions)
    return Desk(
        workspace_id=stage.workspace_id,
        zone="UTC",
        upload_max_mib=25,
        sessions=stage.sessions,
        services=stage.services,
        starter=NoJobs(),
        now=stage.clock,
        seed=lambda: 1,
    )


def registered(discord: DiscordStandIn) -> int:
    """Return how often the list of commands was replaced."""
    path = f"/api/v10/applications/{discord.world.app.id}/commands"
    return sum((call.method, call.path) == ("PUT", path) for call in discord.calls.made)


async def test_the_invitation_names_the_app_that_the_token_is_of(discord: DiscordStandIn) -> None:
    link = await invite(discord.token, url=discord.url)

    assert f"client_id={discord.world.app.id}" in link


async def test_the_app_is_known_by_its_name(discord: DiscordStandIn) -> None:
    assert await whoami(discord.token, url=discord.url) == "Earmark"


async def test_a_wrong_token_is_told_with_the_setting_to_mend(discord: DiscordStandIn) -> None:
    with pytest.raises(SettingsError, match="EARMARK_DISCORD_TOKEN"):
        await invite("wrong.token.here", url=discord.url)


async def test_a_discord_that_is_not_there_is_told_from_a_wrong_token() -> None:
    with pytest.raises(SourceDownError, match="Discord is not answering"):
        await invite("any.token.will", url="http://127.0.0.1:1")


async def test_commands_are_registered_once_and_again_only_when_asked(
    discord: DiscordStandIn, desk: Desk
) -> None:
    first = await register(desk, discord.token, url=discord.url)
    second = await register(desk, discord.token, url=discord.url)
    third = await register(desk, discord.token, force=True, url=discord.url)

    assert [one.outcome for one in (first, second, third)] == [
        Sync.REGISTERED,
        Sync.SAME,
        Sync.REGISTERED,
    ]
    assert registered(discord) == 2
    assert "submit" in first.names


async def test_commands_of_a_bot_that_we_are_mounted_into_are_not_deleted(
    discord: DiscordStandIn, desk: Desk
) -> None:
    discord.commands.replace(None, [{"name": "ping", "description": "pong", "type": 1}])

    synced = await register(desk, discord.token, url=discord.url)

    assert (synced.outcome, synced.foreign) == (Sync.FOREIGN, ("ping",))
    assert [one["name"] for one in discord.commands.listed(None)] == ["ping"]
