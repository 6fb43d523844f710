"""The set-up of a Slack team: what it warns of, and the way back to it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.chat_texts import SETUP_REVIEW_PICK, SETUP_SUBMIT_PICK
from bot.sandbox.slack.seen import text_of
from tests.journeys.slack_house import SlackHouse, open_slack_house
from tests.journeys.slack_story import NIGHT


@pytest.fixture
async def house(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[SlackHouse]:
    async with open_slack_house(maker) as opened:
        yield opened


async def test_one_channel_for_curators_and_artists_is_warned_of(house: SlackHouse) -> None:
    wizard = await house.command(house.boss, "setup", says="Setting up Earmark")
    wizard = await house.choose(house.boss, wizard, house.music, of=SETUP_REVIEW_PICK, says="Kept.")
    assert "Who reads along" not in text_of(wizard)

    await house.choose(
        house.boss,
        wizard,
        house.music,
        of=SETUP_SUBMIT_PICK,
        says="The review channel is the submit channel",
    )


async def test_after_a_playlist_was_added_the_set_up_is_one_press_away(house: SlackHouse) -> None:
    boss = house.boss
    wizard = await house.command(boss, "setup", says="Setting up Earmark")
    await house.click(boss, wizard, "Add a playlist…", says="Days until artists get an answer")
    rules = await house.fill(boss, {"Name": NIGHT}, says="These are the rules now")

    again = await house.click(boss, rules, "Back to the set-up", says="Setting up Earmark")

    assert NIGHT in text_of(again)
    picked = await house.pick(boss, house.reviews, of=SETUP_REVIEW_PICK, says="Kept.")
    assert "C0REVIEWS" in text_of(picked)
    await house.click(boss, picked, "Add a playlist…", says="Days until artists get an answer")
