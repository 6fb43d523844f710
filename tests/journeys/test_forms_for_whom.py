"""On Discord a form opens for nobody who may not send it: nobody writes what is refused anyway."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sandbox.discord.people import Person, Reply
from bot.sandbox.discord.world import EPHEMERAL, Message
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
    """A server with one playlist, which the curators' role reviews, and one track in its queue."""
    async with open_house(maker) as opened:
        form = await opened.command(opened.boss, "playlist", action="add", playlist=NIGHT)
        await opened.fill(opened.boss, form, {})
        await opened.command(
            opened.boss, "playlist", action="edit", playlist=NIGHT, role=opened.curators
        )
        link = opened.stage.song("wind")
        await opened.command(opened.person("Ben"), "submit", link=link, ai="No", ownership=True)
        await opened.settle()
        yield opened


def public(reply: Reply) -> Message:
    """Let everybody see and press what one person was shown; a message can be anywhere."""
    message = reply.message
    message.ephemeral_to = None
    message.flags &= ~EPHEMERAL
    return message


async def refused(house: House, who: Person, where: Message, label: str) -> str:
    told = await house.click(who, where, label)
    assert told.interaction.modal is None, f"{label} opened a form"
    return told.text


async def test_who_reviews_nothing_gets_no_form_of_a_review_card(house: House) -> None:
    ana, mo = house.person("Ana"), house.person("Mo", curates=True)
    card = public(await house.command(mo, "next"))
    more = public(await house.click(mo, card, "More"))

    for where, label in ((card, "Decline…"), (card, "Ask artist…"), (more, "Note…")):
        told = await refused(house, ana, where, label)
        assert f"Only curators of {NIGHT} may do this, and Ana is not one." in told


async def test_only_who_looks_after_a_playlist_gets_the_forms_that_change_it(house: House) -> None:
    mo, boss = house.person("Mo", curates=True), house.boss
    rules = public(await house.command(boss, "playlist", action="edit", playlist=NIGHT))
    form = await boss.click(await boss.click(rules, label="Seed tracks"), label="Add tracks…")
    told = await house.fill(boss, form, {"Tracks that it holds already": house.stage.song("a")})
    seeds = public(told)

    for label in ("Add tracks…", "Take tracks out…"):
        why = await refused(house, mo, seeds, label)
        assert f"Only who looks after {NIGHT} may do this, and Mo does not." in why
    edit = await house.select(mo, rules, "answer_days: 14")
    assert edit.interaction.modal is None
    assert "Only who looks after" in edit.text


async def test_the_forms_open_while_somebody_else_writes(house: House) -> None:
    mo, boss = house.person("Mo", curates=True), house.boss
    card = await house.command(mo, "next")
    rules = await house.command(boss, "playlist", action="edit", playlist=NIGHT)
    seeds = await house.click(boss, rules, "Seed tracks")

    async with house.stage.sessions() as session:
        # The database's only pen is taken.
        await session.execute(text("UPDATE workspaces SET name = name"))
        opened = [
            await mo.click(card, label="Decline…"),
            await mo.click(card, label="Ask artist…"),
            await boss.click(seeds, label="Add tracks…"),
        ]
        await session.rollback()

    assert [one.interaction.modal is not None for one in opened] == [True, True, True]


async def test_without_the_panel_only_who_looks_after_it_gets_the_form(house: House) -> None:
    mo, boss = house.person("Mo", curates=True), house.boss
    rules = await house.command(boss, "playlist", action="edit", playlist=NIGHT)
    form = await house.select(boss, rules, "votes_needed: 1")
    await house.fill(boss, form, {"votes_needed": "2"})
    theirs = public(await house.click(boss, await house.command(boss, "next"), "More"))

    told = await refused(house, mo, theirs, "Decline without the panel…")

    assert "Only who looks after" in told


async def test_nobody_gets_the_form_to_decline_an_own_track(house: House) -> None:
    mo = house.person("Mo", curates=True)
    card = public(await house.command(house.boss, "next"))
    link = house.stage.song("rain")
    await house.command(mo, "submit", link=link, ai="No", ownership=True)
    await house.settle()
    theirs = public(await house.click(house.boss, card, "Skip"))

    assert "is your own" in await refused(house, mo, theirs, "Decline…")
