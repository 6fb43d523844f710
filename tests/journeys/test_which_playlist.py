"""Curators who review one playlist never have to name it; who reviews several may choose."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sandbox.discord.people import Reply
from bot.sandbox.slack.seen import text_of
from bot.workflow.services import Sessions
from db.engine import create_engine, sessions
from tests.journeys.discord_house import House, open_house
from tests.journeys.slack_house import SlackHouse, open_slack_house

NIGHT, DAWN = "Night Drive", "Dawn"
_PICK = "Which playlist?"


@pytest.fixture
async def maker(sqlite_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(sqlite_url)
    yield sessions(engine)
    await engine.dispose()


@pytest.fixture
async def house(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[House]:
    """A server with two playlists; the curators' role reviews the first."""
    async with open_house(maker) as opened:
        for name in (NIGHT, DAWN):
            await added(opened, name)
        await reviewed_by_curators(opened, NIGHT)
        yield opened


@pytest.fixture
async def team(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[SlackHouse]:
    """A team with two playlists, which its boss looks after."""
    async with open_slack_house(maker) as opened:
        for name in (NIGHT, DAWN):
            await opened.opens(opened.boss, f"playlist add {name}", says="Name")
            await opened.fill(opened.boss, {}, says=name)
        yield opened


async def added(house: House, name: str) -> Reply:
    form = await house.command(house.boss, "playlist", action="add", playlist=name)
    return await house.fill(house.boss, form, {})


async def reviewed_by_curators(house: House, name: str) -> None:
    await house.command(house.boss, "playlist", action="edit", playlist=name, role=house.curators)


async def test_who_reviews_one_playlist_need_not_name_it(house: House) -> None:
    mo = house.person("Mo", curates=True)

    assert NIGHT in (await house.command(mo, "queue")).text
    assert NIGHT in (await house.command(mo, "next")).text
    assert NIGHT in (await house.command(mo, "digest", action="preview")).text


async def test_who_reviews_several_chooses_and_gets_what_was_asked_for(house: House) -> None:
    await reviewed_by_curators(house, DAWN)
    mo = house.person("Mo", curates=True)

    asked = await house.command(mo, "queue", view="maybe")
    shown = await house.select(mo, asked, DAWN, placeholder=_PICK)
    assert f"{DAWN} · 0 waiting" in shown.text
    assert "maybe" in shown.text
    asked = await house.command(mo, "next")
    assert DAWN in (await house.select(mo, asked, DAWN, placeholder=_PICK)).text
    asked = await house.command(mo, "digest", action="skip")
    assert DAWN in (await house.select(mo, asked, DAWN, placeholder=_PICK)).text
    assert house.discord.violations == []


async def test_a_choice_of_playlists_gives_no_right_to_them(house: House) -> None:
    await reviewed_by_curators(house, DAWN)
    mo = house.person("Mo", curates=True)
    asked = await house.command(mo, "queue")
    await house.command(house.boss, "playlist", action="edit", playlist=DAWN, former=house.curators)

    told = await house.select(mo, asked, DAWN, placeholder=_PICK)

    assert f"Only curators of {DAWN} may do this" in told.text


async def test_who_reviews_nothing_is_told_how_to_be_let(house: House) -> None:
    told = await house.command(house.person("Ana"), "queue")

    assert "You review no playlist here." in told.text


async def test_more_playlists_than_a_list_holds_can_still_be_named(house: House) -> None:
    for number in range(24):
        await added(house, f"Late {number:02d}")
    asked = await house.command(house.boss, "queue")

    assert "You review 26 playlists" in asked.text
    assert "write its name after the command" in asked.text
    assert NIGHT in (await house.command(house.boss, "queue", playlist=NIGHT)).text
    assert house.discord.violations == []


async def test_a_new_playlists_name_is_in_the_form_already(house: House) -> None:
    again = await added(house, NIGHT)
    assert "There is a playlist called Night Drive already" in again.text

    # Where a name is needed, all of them are named.
    told = await house.command(house.boss, "playlist", action="close")
    assert f"Say which playlist: {DAWN}, {NIGHT}." in told.text


async def test_on_slack_who_reviews_one_playlist_need_not_name_it(team: SlackHouse) -> None:
    mo = team.person("Mo", curates=True)
    # Who is in which group is asked for anew after a while.
    team.stage.clock.time += timedelta(hours=1)
    group = f"<!subteam^{team.curators.id}|@curators>"
    await team.command(
        team.boss, f"playlist curators {group} {NIGHT}", says=f"group {team.curators.id}"
    )

    shown = await team.command(mo, "queue", says="0 waiting")
    assert NIGHT in text_of(shown)


async def test_on_slack_who_reviews_several_chooses(team: SlackHouse) -> None:
    asked = await team.command(team.boss, "queue", says=_PICK)
    await team.choose(team.boss, asked, DAWN, of=_PICK, says=f"{DAWN} · 0 waiting")
    await team.opens(team.boss, "next", says=_PICK)
    await team.pick(team.boss, DAWN, of=_PICK, says=DAWN)
    asked = await team.command(team.boss, "digest skip", says=_PICK)
    await team.choose(team.boss, asked, DAWN, of=_PICK, says=DAWN)

    assert team.slack.violations == []
