"""On Discord a list that is longer than its place says so, and all of it can be reached."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sandbox.discord.people import Reply
from bot.sandbox.discord.seen import labels_of
from bot.sandbox.discord.world import EPHEMERAL
from bot.sandbox.slack.seen import text_of as slack_text
from bot.workflow.services import Sessions
from db import playlists, workspaces
from db.engine import create_engine, sessions
from db.models import Platform
from tests.journeys.discord_house import House, open_house
from tests.journeys.slack_house import open_slack_house

_COUNT = 30
_LAST = f"Playlist {_COUNT - 1}"


@pytest.fixture
async def maker(sqlite_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(sqlite_url)
    yield sessions(engine)
    await engine.dispose()


@pytest.fixture
async def house(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[House]:
    """A server with more playlists than a list of Discord holds."""
    async with open_house(maker) as opened:
        stage = opened.stage
        async with stage.sessions.begin() as session:
            here = await workspaces.ensure_account(
                session,
                platform=Platform.DISCORD,
                external_id=str(opened.guild.id),
                name=opened.guild.name,
                now=stage.clock(),
            )
            for number in range(_COUNT):
                await playlists.add(
                    session,
                    workspace_id=here.id,
                    name=f"Playlist {number:02d}",
                    now=stage.clock(),
                )
        yield opened


def offered(form: Reply) -> list[str]:
    """Return the names of the playlists that a form offers, the chosen one with a star."""
    (component,) = [
        part["component"] for part in form.modal["components"] if part["label"] == "Playlist"
    ]
    return [one["label"] + "*" * one.get("default", False) for one in component["options"]]


async def test_a_playlist_beyond_the_list_is_chosen_where_it_was_typed(house: House) -> None:
    ana = house.person("Ana")
    form = await house.command(ana, "submit", playlist=_LAST)
    link = house.stage.song("wind")
    said = {"Spotify link of one track": link, "Was it made with AI tools?": "No"}

    refused = await house.fill(ana, form, said)
    again = await house.click(ana, refused, "Back to the form")

    assert f"{_LAST}*" in offered(form)
    assert f"{_LAST}*" in offered(again)
    told = await house.fill(ana, again, {"I own or represent this track": True})
    assert f"for {_LAST}" in told.text
    assert house.discord.violations == []


async def test_a_form_says_how_to_name_a_playlist_that_it_does_not_list(house: House) -> None:
    form = await house.command(house.person("Ana"), "submit")

    assert len(offered(form)) == 25
    assert "write its name after the command" in str(form.modal["components"])


async def test_all_calls_can_be_reached_page_by_page(house: House) -> None:
    ana = house.person("Ana")
    page = await house.command(ana, "calls")
    seen = page.text
    for _ in range(3):
        page = await house.click(ana, page, "Next")
        seen += page.text

    assert "page 4 of 4" in page.text
    assert [n for n in range(_COUNT) if f"Playlist {n:02d}" not in seen] == []
    assert "Next" not in labels_of(page.message)
    assert "page 3 of 4" in (await house.click(ana, page, "Previous")).text


async def test_a_check_says_that_there_are_more_playlists_than_it_shows(house: House) -> None:
    told = await house.command(house.person("Ana"), "check", link=house.stage.song("wind"))

    assert "Playlist 07" in told.text
    assert "Of 22 more playlists, name the one you mean after the command." in told.text
    assert house.discord.violations == []


async def test_who_has_to_name_one_of_many_hears_how_many_more_there_are(house: House) -> None:
    told = await house.command(house.boss, "playlist", action="edit")

    assert "Playlist 14, or one of 15 more: /calls shows all." in told.text


async def test_the_whole_blocklist_can_be_read(house: House) -> None:
    boss, why = house.boss, "w" * 200
    for number in range(12):
        name = f"Band {number:02d}"
        await house.command(boss, "blocklist", action="add", artist=name, reason=why)

    first = await house.command(boss, "blocklist", action="list")
    both = first.text
    second = await house.click(boss, first, "Next")
    both += second.text

    assert "page 1 of 2" in both
    assert [n for n in range(12) if f"Band {n:02d}" not in both] == []
    assert "Next" not in labels_of(second.message)
    ana = house.person("Ana")
    first.message.ephemeral_to = None
    first.message.flags &= ~EPHEMERAL
    assert "Only who manages" in (await house.click(ana, first.message, "Previous")).text


async def test_on_slack_the_whole_blocklist_can_be_read(
    maker: async_sessionmaker[AsyncSession],
) -> None:
    async with open_slack_house(maker) as team:
        boss = team.boss
        for number in range(12):
            await team.command(
                boss, f"blocklist add Band {number:02d}: spam", says=f"Band {number:02d}"
            )

        first = await team.command(boss, "blocklist list", says="page 1 of 2")
        both = slack_text(first)
        both += slack_text(await team.press(boss, first, "Next", says="page 2 of 2"))

        assert [n for n in range(12) if f"Band {n:02d}" not in both] == []
        assert team.slack.violations == []
