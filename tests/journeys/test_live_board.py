"""The live board: pinned as soon as it may be, and never left behind where curators have gone."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.platforms.discord.courier import DiscordCourier
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.seen import text_of
from bot.sandbox.discord.world import Channel, Message
from bot.sandbox.slack.seen import text_of as slack_text
from bot.workflow.services import Sessions
from db.engine import create_engine, sessions
from db.models import Platform
from tests.journeys.discord_house import House, open_house
from tests.journeys.slack_house import slack_house
from tests.journeys.test_both_chats import _CODE

_REVIEW = "Review channel: cards, board and digest"
NIGHT, TITLE, MOVED = "Night Drive", "Queues at a glance", "The board has moved"


@pytest.fixture
async def maker(sqlite_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(sqlite_url)
    yield sessions(engine)
    await engine.dispose()


@pytest.fixture
async def house(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[House]:
    async with open_house(maker) as opened:
        yield opened


async def review_in(house: House, channel: Channel) -> None:
    wizard = await house.command(house.boss, "setup")
    await house.select(house.boss, wizard, channel, placeholder=_REVIEW)
    await house.settle()


async def add_playlist(house: House, name: str) -> None:
    form = await house.command(house.boss, "playlist", action="add", playlist=name)
    await house.fill(house.boss, form, {})
    await house.settle()


def boards(house: House, channel: Channel) -> list[Message]:
    own = [one for one in house.boss.read(channel) if one.author is house.discord.world.app]
    return [one for one in own if one.ephemeral_to is None]


def is_pinned(message: Message) -> bool:
    return message.pinned is not None


async def test_a_board_is_pinned_at_its_next_change_once_the_bot_may(house: House) -> None:
    (own,) = [role for role in house.guild.roles.values() if role.bot_id is not None]
    own.permissions &= ~Permission.PIN_MESSAGES
    await review_in(house, house.reviews)
    (board,) = boards(house, house.reviews)
    assert not is_pinned(board)
    own.permissions |= Permission.PIN_MESSAGES

    await add_playlist(house, NIGHT)

    assert boards(house, house.reviews) == [board]
    assert is_pinned(board)
    assert NIGHT in text_of(board)


async def test_the_old_board_says_where_it_went_and_is_pinned_no_longer(house: House) -> None:
    await review_in(house, house.reviews)
    (old,) = boards(house, house.reviews)
    elsewhere = house.discord.add_channel(house.guild, "crate")

    await review_in(house, elsewhere)

    (new,) = boards(house, elsewhere)
    assert is_pinned(new)
    assert TITLE in text_of(new)
    assert not is_pinned(old)
    assert MOVED in text_of(old)
    assert f"Curators work in <#{elsewhere.id}> now" in text_of(old)
    await review_in(house, house.reviews)
    assert TITLE in text_of(old)
    assert is_pinned(old)
    assert not is_pinned(new)


async def test_a_team_that_joins_a_desk_keeps_its_one_board(
    maker: async_sessionmaker[AsyncSession],
) -> None:
    async with (
        open_house(maker) as server,
        slack_house(server.stage, server.desk, server.worker) as team,
    ):
        await add_playlist(server, NIGHT)
        shown = await team.command(team.boss, "setup", says="Setting up Earmark")
        await team.choose(team.boss, shown, team.reviews, of=_REVIEW, says="Kept.")
        await team.settle({Platform.DISCORD: DiscordCourier(server.bot())})
        (board,) = team.slack.in_channel(team.reviews.id)
        wizard = await server.command(server.boss, "setup")
        found = _CODE.search((await server.click(server.boss, wizard, "Join another place")).text)
        assert found is not None

        await team.command(team.boss, f"setup link {found[0]}", says="one queue, seen from both")
        await team.settle({Platform.DISCORD: DiscordCourier(server.bot())})

        (same,) = team.slack.in_channel(team.reviews.id)
        assert same.ts == board.ts
        assert same.pinned
        assert NIGHT in slack_text(same)
        assert team.slack.violations == []
