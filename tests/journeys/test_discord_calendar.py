"""What reaches an artist on Discord without anybody pressing anything, and what they do then."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sandbox.discord.seen import text_of
from bot.workflow import deadlines
from db.models import Status, Submission
from tests.journeys.discord_house import House, open_house
from tests.journeys.discord_story import code_in

NIGHT = "Night Drive"


@pytest.fixture
async def house(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[House]:
    """A server with a playlist, a review channel and a submit channel; artists may be called."""
    async with open_house(maker) as opened:
        boss = opened.boss
        wizard = await opened.command(boss, "setup", zone="Europe/Berlin")
        for pick, where in (
            ("Review channel: cards, board and digest", opened.reviews),
            ("Submit channel, where artists are", opened.music),
        ):
            wizard = await opened.select(boss, wizard, where, placeholder=pick)
        wizard = await opened.click(boss, wizard, "Mention artists with closed DMs")
        form = await opened.click(boss, wizard, "Add a playlist…")
        await opened.fill(boss, form, {"Name": NIGHT})
        yield opened


async def expire(house: House) -> None:
    """Let the promised day come, as the tick would, and tell everybody."""
    house.stage.clock.time += timedelta(days=14)
    async with house.stage.sessions.begin() as session:
        (workspace_id,) = set(await session.scalars(select(Submission.workspace_id)))
        await deadlines.expire(session, workspace_id=workspace_id, now=house.stage.clock())
    await house.settle()


async def test_the_board_stands_there_before_anything_was_sent(house: House) -> None:
    await house.settle()

    (board,) = house.boss.pinned(house.reviews)
    assert NIGHT in text_of(board)
    assert "0 waiting" in text_of(board)


async def test_who_was_not_answered_gets_an_apology_and_sends_again_in_two_clicks(
    house: House,
) -> None:
    ana, link = house.person("Ana"), house.stage.song("wind")
    first = await house.command(ana, "submit", link=link, note="for you", ai="No", ownership=True)
    await house.settle()
    await expire(house)

    (letter,) = [one for one in ana.direct() if "did not answer you in time" in text_of(one)]
    assert "We are sorry" in text_of(letter)
    form = await house.click(ana, letter, "Send again…")
    # Only the tick is asked for again; link, answer and note stand there already.
    again = await house.fill(ana, form, {"I own or represent this track": True})
    await house.settle()

    assert "Queued as" in again.text
    async with house.stage.sessions() as session:
        old, new = (await session.scalars(select(Submission).order_by(Submission.id))).all()
    assert (old.code, old.status, new.status) == (code_in(first), Status.EXPIRED, Status.QUEUED)
    assert (new.replaces_id, new.link, new.note) == (old.id, link, "for you")


async def test_who_takes_no_messages_is_called_and_reads_it_in_the_list(house: House) -> None:
    ana = house.person("Ana")
    ana.user.closed_dms = True
    link = house.stage.song("wind")
    await house.command(ana, "submit", link=link, ai="No", ownership=True)
    await house.settle()
    await expire(house)
    await house.settle()

    (called,) = [one for one in ana.read(house.music) if f"<@{ana.id}>" in text_of(one)]
    assert "direct messages are closed" in text_of(called)
    assert "wind" not in text_of(called)
    mine = await house.command(ana, "mysubs")
    assert "we could not write to you" in mine.text
