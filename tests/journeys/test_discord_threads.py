"""Threads about a track on Discord: where the bot may not open one, and where one was deleted."""

import re
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sandbox.discord.people import Person, Reply
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.seen import labels_of
from bot.sandbox.discord.world import Channel, Overwrite
from tests.journeys.discord_house import House, open_house
from tests.journeys.discord_story import NIGHT


@pytest.fixture
async def house(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[House]:
    async with open_house(maker) as opened:
        boss = opened.boss
        wizard = await opened.command(boss, "setup")
        pick = "Role that reviews every playlist"
        wizard = await opened.select(boss, wizard, opened.curators, placeholder=pick)
        pick = "Review channel: cards, board and digest"
        await opened.select(boss, wizard, opened.reviews, placeholder=pick)
        form = await opened.command(boss, "playlist", action="add", playlist=NIGHT)
        await opened.fill(boss, form, {})
        link = opened.stage.song("wind")
        await opened.command(opened.person("Ana"), "submit", link=link, ai="No", ownership=True)
        await opened.settle()
        yield opened


def deny(house: House, permission: Permission) -> None:
    """Take a permission in the review channel from the bot, which hears of it at its next start."""
    own = house.guild.members[house.discord.world.app.id].roles[0]
    house.reviews.overwrites.append(Overwrite(id=own, deny=permission))


async def press_thread(house: House, mo: Person) -> Reply:
    return await house.click(mo, await house.command(mo, "next"), "Thread")


def thread_in(house: House, told: Reply) -> Channel:
    found = re.search(r"<#(\d+)>", told.text)
    assert found is not None
    return house.discord.world.channels[int(found[1])]


def cards(house: House) -> int:
    """Count the review cards that stand in the review channel."""
    every = house.discord.world.messages[house.reviews.id].values()
    return sum("Decline…" in labels_of(each) for each in every if each.ephemeral_to is None)


@pytest.mark.parametrize(
    ("permission", "named"),
    [
        (Permission.CREATE_PUBLIC_THREADS, "Create Public Threads"),
        (Permission.SEND_MESSAGES, "Send Messages"),
        (Permission.VIEW_CHANNEL, "View Channel"),
    ],
)
async def test_a_thread_that_the_bot_may_not_open_is_refused_with_the_permission_it_lacks(
    house: House, permission: Permission, named: str
) -> None:
    mo = house.person("Mo", curates=True)
    deny(house, permission)
    await house.restart()

    told = await press_thread(house, mo)

    assert f"In #reviews this bot lacks {named} (" in told.text
    assert cards(house) == 0


async def test_a_card_whose_thread_discord_refuses_does_not_stay(house: House) -> None:
    mo = house.person("Mo", curates=True)
    deny(house, Permission.CREATE_PUBLIC_THREADS)

    told = await press_thread(house, mo)

    assert "Nothing could be posted in #reviews" in told.text
    assert cards(house) == 0


async def test_after_a_thread_was_deleted_another_one_can_be_opened(house: House) -> None:
    mo = house.person("Mo", curates=True)
    gone = thread_in(house, await press_thread(house, mo))
    house.discord.delete_channel(gone)

    told = await press_thread(house, mo)

    assert thread_in(house, told).id != gone.id
    assert cards(house) == 1
    assert (await press_thread(house, mo)).text == told.text
    await house.settle()
    assert house.discord.flaws == []


async def test_after_a_thread_was_deleted_with_its_card_another_one_can_be_opened(
    house: House,
) -> None:
    mo = house.person("Mo", curates=True)
    gone = thread_in(house, await press_thread(house, mo))
    house.discord.delete_channel(gone)
    del house.discord.world.messages[house.reviews.id][gone.id]

    told = await press_thread(house, mo)

    assert thread_in(house, told).id != gone.id
    assert cards(house) == 1
