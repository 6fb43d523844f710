"""Slack by signed requests: who cannot sign is sent away, and what comes twice is done once."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.platforms.slack.manifest import SCOPES
from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.refusals import NoAnswerError
from bot.sandbox.slack.signed_http import SignedHttp
from tests.journeys import slack_story
from tests.journeys.slack_house import COMMAND, SlackHouse, open_slack_house
from tests.platforms.slack.contract import CONTRACT

_DELIVERY = Service.SLACK_DELIVERY


@pytest.fixture
async def house(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[SlackHouse]:
    async with open_slack_house(maker, mode="http", contract=CONTRACT) as opened:
        yield opened


def signed(house: SlackHouse) -> SignedHttp:
    """Return how Slack signs its requests to the app, to be changed."""
    transport = house.slack.deliveries.transport
    assert isinstance(transport, SignedHttp)
    return house.slack.deliver_to(transport.url)


@pytest.mark.parametrize(("wrong", "value"), [("secret", "not ours"), ("age_s", 6 * 60)])
async def test_who_cannot_sign_and_who_repeats_an_old_request_is_sent_away(
    house: SlackHouse, wrong: str, value: object
) -> None:
    ana = house.person("Ana")
    forger = signed(house)
    setattr(forger, wrong, value)

    with pytest.raises(NoAnswerError):
        await ana.command(COMMAND, "help")

    assert forger.statuses == [401]
    assert ana.ephemerals() == []


async def test_slack_is_shown_that_the_address_is_ours(house: SlackHouse) -> None:
    assert await signed(house).verify("a challenge") == "a challenge"


TROUBLES: dict[str, list[Fault]] = {
    "every event comes twice": [
        Fault(service=_DELIVERY, kind=FaultKind.EVENT_TWICE, path="/events_api")
    ],
    "acknowledgements and answers get lost": [
        Fault(service=_DELIVERY, kind=FaultKind.ACK_LOST, path="/events_api", probability=0.3),
        Fault(service=Service.SLACK, kind=FaultKind.DROP_AFTER, probability=0.05),
        Fault(service=Service.SLACK, kind=FaultKind.SERVER_ERROR, status=502, probability=0.02),
    ],
}


@pytest.mark.parametrize("faults", TROUBLES.values(), ids=TROUBLES.keys())
async def test_trouble_fails_nothing_and_doubles_nothing(
    maker: async_sessionmaker[AsyncSession], faults: list[Fault]
) -> None:
    async with open_slack_house(maker, mode="http", faults=faults, seed=11) as house:
        await slack_story.play(house)

        assert house.slack.violations == []
        assert house.slack.deliveries.unanswered() == []


async def test_exactly_the_scopes_of_the_manifest_are_used(house: SlackHouse) -> None:
    """Each scope that is declared is needed, and nothing that is not declared was called."""
    await slack_story.play(house)
    hidden = house.slack.add_channel("G0HIDDEN", private=True)
    house.slack.person("Bea", here=hidden).say(hidden, "Artists meet in private, too.")
    await house.slack.deliveries.settled()

    assert house.slack.used_scopes == set(SCOPES)
    assert [refused for _, refused in house.slack.refusals if refused == "missing_scope"] == []
