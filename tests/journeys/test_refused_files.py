"""A file that was refused for something else need not be sent again, on Discord and on Slack."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sandbox.discord.people import Person, Reply
from bot.sandbox.discord.seen import labels_of
from bot.sandbox.upload import Upload
from bot.workflow.services import Sessions
from db.engine import create_engine, sessions
from db.models import SpooledFile, Status, Submission
from tests.journeys.discord_house import House, open_house
from tests.journeys.slack_house import SlackHouse, open_slack_house
from tests.journeys.slack_story import FILE, LINK, NIGHT, cast_of, set_up
from tests.sources.clips import WAV
from tests.workflow.stage import Stage

_AI, _OWNS = "Was it made with AI tools?", "I own or represent this track"
_BACK, _ANYWAY = "Back to the form", "Submit anyway…"
FOG = "Ana Lund - Fog.wav"


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


async def sent(stage: Stage) -> list[Submission]:
    async with stage.sessions() as session:
        return list(await session.scalars(select(Submission)))


async def spooled(stage: Stage) -> int:
    async with stage.sessions() as session:
        return await session.scalar(select(func.count()).select_from(SpooledFile)) or 0


async def refused_for_its_genre(house: House, ana: Person) -> Reply:
    rules = await house.command(house.boss, "playlist", action="edit", playlist=NIGHT)
    form = await house.select(house.boss, rules, "genres: none")
    await house.fill(house.boss, form, {"genres": "techno"})
    return await house.command(
        ana, "submit", audio=Upload.named(FOG, WAV), ai="No", ownership=True, genre="folk"
    )


async def test_a_forgotten_tick_is_mended_without_the_file(house: House) -> None:
    ana = house.person("Ana")
    told = await house.command(ana, "submit", audio=Upload.named(FOG, WAV), ai="No", note="Loud!")
    assert re.search(rf"{FOG} is kept here until <t:\d+:t>: no need", told.text)
    assert await sent(house.stage) == []
    await house.restart()
    form = await house.click(ana, told, _BACK)

    receipt = await house.fill(ana, form, {_OWNS: True})

    assert "Queued as" in receipt.text
    await house.settle()
    (row,) = await sent(house.stage)
    assert (row.status, row.upload_name, row.note) == (Status.QUEUED, FOG, "Loud!")
    assert row.unscored_reason is None
    # Heard, so it is not kept any longer.
    assert await spooled(house.stage) == 0
    assert house.discord.flaws == []
    assert house.discord.violations == []


async def test_submit_anyway_sends_the_file_that_was_refused(house: House) -> None:
    ana = house.person("Ana")
    told = await refused_for_its_genre(house, ana)
    assert _ANYWAY in labels_of(told.message)

    receipt = await house.fill(ana, await house.click(ana, told, _ANYWAY), {})

    assert "Queued as" in receipt.text
    (row,) = await sent(house.stage)
    assert (row.anyway, row.upload_name) == (True, FOG)


async def test_pressed_after_an_hour_the_form_asks_for_the_file(house: House) -> None:
    ana = house.person("Ana")
    told = await refused_for_its_genre(house, ana)
    open_still = await house.click(ana, told, _ANYWAY)
    house.stage.clock.time += timedelta(hours=2)

    late = await house.fill(ana, open_still, {})
    assert "choose it once more" in late.text
    form = await house.click(ana, late, _BACK)
    receipt = await house.fill(ana, form, {"Your audio file": Upload.named(FOG, WAV)})

    assert "Queued as" in receipt.text


async def test_two_presses_at_once_send_it_once(house: House) -> None:
    ana = house.person("Ana")
    told = await refused_for_its_genre(house, ana)
    forms = [await house.click(ana, told, _ANYWAY) for _ in range(2)]

    await asyncio.gather(*(ana.modal(form, {}) for form in forms))

    assert len(await sent(house.stage)) == 1


async def test_a_file_that_cannot_be_heard_leaves_everything_else_in_the_form(
    house: House,
) -> None:
    ana = house.person("Ana")
    text = Upload.named("Fog.wav", b"Dear curators, ...")
    told = await house.command(ana, "submit", audio=text, ai="No", ownership=True, note="Loud!")
    assert "kept here" not in told.text
    form = await house.click(ana, told, _BACK)

    receipt = await house.fill(ana, form, {"Your audio file": Upload.named(FOG, WAV)})

    assert "Queued as" in receipt.text
    assert [row.note for row in await sent(house.stage)] == ["Loud!"]


async def test_a_genre_that_was_typed_goes_along_with_the_form(house: House) -> None:
    ana = house.person("Ana")
    link = house.stage.song("wind")
    told = await house.command(ana, "submit", link=link, ai="No", genre="techno", language="de")
    assert "tick it" in told.text
    assert "Your genre: techno" in told.text
    form = await house.click(ana, told, _BACK)

    await house.fill(ana, form, {_OWNS: True})

    (row,) = await sent(house.stage)
    assert (row.genre, row.language) == ("techno", "de")


async def test_who_is_kept_out_has_no_file_kept(house: House) -> None:
    ana = house.person("Ana")
    await house.command(house.boss, "blocklist", action="add", user=ana.user, reason="spam", days=3)

    told = await house.command(ana, "submit", audio=Upload.named(FOG, WAV), ai="No", ownership=True)

    assert "spam" in told.text
    assert await spooled(house.stage) == 0


@pytest.fixture
async def team(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[SlackHouse]:
    async with open_slack_house(maker) as opened:
        yield opened


async def test_on_slack_a_forgotten_tick_is_mended_without_the_file(team: SlackHouse) -> None:
    cast = cast_of(team)
    await set_up(cast)
    await team.opens(cast.ana, says=LINK)
    unticked = {_AI: "No", FILE: Upload.named(FOG, WAV)}
    told = await team.fill(cast.ana, unticked, says=f"{FOG} is kept here until")
    form = await team.click(cast.ana, told, _BACK, says=LINK)
    assert FILE not in str(form.said)
    assert f"Your file: {FOG}" in str(form.said)

    await team.fill(cast.ana, {_OWNS: "Yes"}, says="Queued as")

    (row,) = await sent(team.stage)
    assert row.upload_name == FOG
    assert team.slack.violations == []
