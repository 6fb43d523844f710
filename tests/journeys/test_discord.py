"""An artist and two curators on Discord: as it should be, and as it really goes."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from tests.journeys import discord_story
from tests.journeys.discord_house import House, open_house
from tests.journeys.slow import Slowness
from tests.sandbox.discord_stand_in.contract import official_contract


def assert_discord_was_pleased(house: House) -> None:
    """Every request was one that Discord takes, and every interaction was answered in time."""
    assert [str(one) for one in house.discord.violations] == []
    assert house.discord.flaws == []


async def test_an_artist_and_two_curators_do_all_of_it(
    maker: async_sessionmaker[AsyncSession], tmp_path: Path
) -> None:
    contract = official_contract()
    async with open_house(maker, contract=contract) as house:
        await discord_story.play(house)

        assert_discord_was_pleased(house)


async def test_a_restart_between_any_two_clicks_changes_nothing(
    maker: async_sessionmaker[AsyncSession], tmp_path: Path
) -> None:
    async with open_house(maker) as house:
        house.restless = True

        await discord_story.play(house)

        assert_discord_was_pleased(house)


async def test_a_backend_that_takes_five_seconds_each_time_fails_and_doubles_nothing(
    maker: async_sessionmaker[AsyncSession], tmp_path: Path
) -> None:
    async with open_house(maker, one_clock=True) as house:
        slow = Slowness(house.discord, house.stage.clock)
        house.worker.services = slow.services(house.worker.services)
        slow.database(maker)

        await discord_story.play(house)

        assert_discord_was_pleased(house)
        assert house.discord.interactions.unanswered() == []
        assert slow.waits.keys() >= {"a track", "audio", "scoring", "the database"}


_API = Service.DISCORD
_GATEWAY = Service.DISCORD_GATEWAY
TROUBLES = {
    "requests and answers get lost": [
        Fault(service=_API, kind=FaultKind.DROP_BEFORE, probability=0.06),
        Fault(service=_API, kind=FaultKind.DROP_AFTER, probability=0.06),
        Fault(service=_API, kind=FaultKind.SERVER_ERROR, status=502, probability=0.02),
        Fault(service=_API, kind=FaultKind.RATE_LIMITED, retry_after=0.1, probability=0.06),
    ],
    "the gateway stumbles": [
        Fault(service=_GATEWAY, kind=FaultKind.EVENT_TWICE, probability=0.4),
        Fault(service=_GATEWAY, kind=FaultKind.GATEWAY_CLOSE, probability=0.06),
        Fault(service=_GATEWAY, kind=FaultKind.GATEWAY_RECONNECT, probability=0.06),
        Fault(service=_GATEWAY, kind=FaultKind.GATEWAY_INVALID, probability=0.03),
    ],
}


@pytest.mark.parametrize("faults", TROUBLES.values(), ids=TROUBLES.keys())
async def test_trouble_fails_no_interaction_and_doubles_nothing(
    maker: async_sessionmaker[AsyncSession], tmp_path: Path, faults: list[Fault]
) -> None:
    async with open_house(maker, faults=faults, seed=7) as house:
        await discord_story.play(house)

        assert_discord_was_pleased(house)
