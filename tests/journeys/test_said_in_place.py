"""On Discord people read what they need where they look for it: nothing is left to be guessed."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sandbox.discord.seen import labels_of
from bot.workflow.services import Sessions
from db.engine import create_engine, sessions
from tests.journeys.discord_house import House, open_house
from tests.journeys.discord_story import NIGHT


@pytest.fixture
async def maker(sqlite_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(sqlite_url)
    yield sessions(engine)
    await engine.dispose()


@pytest.fixture
async def house(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[House]:
    async with open_house(maker) as opened:
        form = await opened.command(opened.boss, "playlist", action="add", playlist=NIGHT)
        await opened.fill(opened.boss, form, {})
        yield opened


async def test_a_playlists_card_says_whether_it_is_open_and_until_when(house: House) -> None:
    boss = house.boss

    shown = await house.command(boss, "playlist", action="edit")
    opened = await house.command(boss, "playlist", action="open", days=3)
    paused = await house.command(boss, "playlist", action="pause", days=3)
    closed = await house.command(boss, "playlist", action="close")

    assert "It is open." in shown.text
    assert "It is open until <t:" in opened.text
    assert "It is closed, opens <t:" in paused.text
    assert "It is closed for now." in closed.text


async def test_a_check_names_the_playlist_once_and_asks_for_no_file_it_cannot_take(
    house: House,
) -> None:
    ana = house.person("Ana")

    told = await house.command(ana, "check", link=house.stage.song("wind"))
    wrong = await house.command(ana, "check", link="x")

    assert told.text.count(NIGHT) == 1
    assert "Would take it: place 1, an answer by <t:" in told.text
    assert "send the file" not in wrong.text


async def test_a_genre_that_does_not_suit_is_said_to_be_typed_anew(house: House) -> None:
    rules = await house.command(house.boss, "playlist", action="edit")
    form = await house.select(house.boss, rules, "genres: none")
    await house.fill(house.boss, form, {"genres": "house, techno"})
    link = house.stage.song("wind")

    told = await house.command(
        house.person("Ana"), "submit", link=link, ai="No", ownership=True, genre="polka"
    )

    assert "this is polka" in told.text
    assert "for another one, type /submit anew" in told.text


async def test_more_offers_to_pin_what_is_not_pinned_and_to_unpin_what_is(house: House) -> None:
    link = house.stage.song("wind")
    await house.command(house.person("Ana"), "submit", link=link, ai="No", ownership=True)
    await house.settle()
    more = await house.click(house.boss, await house.command(house.boss, "next"), "More")
    before = labels_of(more.message)

    await house.click(house.boss, more, "Pin to the top")

    more = await house.click(house.boss, await house.command(house.boss, "next"), "More")
    after = labels_of(more.message)
    assert ("Pin to the top" in before, "Unpin" in before) == (True, False)
    assert ("Pin to the top" in after, "Unpin" in after) == (False, True)
