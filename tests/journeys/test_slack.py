"""The desk on Slack, played by people: as it should be, and as it really goes."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from tests.journeys import slack_story
from tests.journeys.slack_house import Mode, SlackHouse, open_slack_house
from tests.platforms.slack.contract import CONTRACT


def assert_slack_was_pleased(house: SlackHouse) -> None:
    """Every request was one that Slack takes, and everything was acknowledged in time."""
    assert house.slack.violations == []
    assert house.slack.flaws == []
    assert house.slack.deliveries.unanswered() == []


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_an_artist_and_two_curators_do_all_of_it(
    maker: async_sessionmaker[AsyncSession], mode: Mode
) -> None:
    async with open_slack_house(maker, mode=mode, contract=CONTRACT) as house:
        await slack_story.play(house)

        assert_slack_was_pleased(house)
        reviews = house.slack.in_channel(house.reviews.id)
        assert len([each for each in reviews if each.files]) == 1


async def test_a_restart_between_any_two_presses_changes_nothing(
    maker: async_sessionmaker[AsyncSession],
) -> None:
    async with open_slack_house(maker) as house:
        house.restless = True

        await slack_story.play(house)

        assert_slack_was_pleased(house)


_API, _SOCKET = Service.SLACK, Service.SLACK_DELIVERY
TROUBLES: dict[str, list[Fault]] = {
    "requests and answers get lost": [
        Fault(service=_API, kind=FaultKind.DROP_BEFORE, probability=0.05),
        Fault(service=_API, kind=FaultKind.DROP_AFTER, probability=0.05),
        Fault(service=_API, kind=FaultKind.SERVER_ERROR, status=502, probability=0.02),
    ],
    "Slack asks to slow down": [
        Fault(service=_API, kind=FaultKind.RATE_LIMITED, probability=0.05, retry_after=0),
    ],
    "the socket stumbles": [
        Fault(service=_SOCKET, kind=FaultKind.EVENT_TWICE, probability=0.4),
        Fault(service=_SOCKET, kind=FaultKind.SOCKET_REFRESH, probability=0.06),
    ],
}


@pytest.mark.parametrize("faults", TROUBLES.values(), ids=TROUBLES.keys())
async def test_trouble_fails_no_interaction_and_doubles_nothing(
    maker: async_sessionmaker[AsyncSession], faults: list[Fault]
) -> None:
    async with open_slack_house(maker, faults=faults, seed=7) as house:
        await slack_story.play(house)

        assert_slack_was_pleased(house)
