"""What people on Discord are told when the desk is slow, and what an artist is never told."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sandbox.discord.people import Person
from bot.sandbox.discord.world import Message
from bot.workflow.services import Sessions
from db.engine import create_engine, sessions
from tests.journeys import discord_story
from tests.journeys.discord_house import House, open_house

# As whole words: the desk may well be said to listen "for scoring".
_NOT_FOR_ARTISTS = re.compile(
    r"\b(score|scores|band|percentile|rank|ranked|vote|votes|fit|confidence|discovery pick)\b"
    r"|of 100\b",
    re.IGNORECASE,
)


@pytest.fixture
async def maker(sqlite_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(sqlite_url)
    yield sessions(engine)
    await engine.dispose()


@pytest.fixture
async def house(maker: async_sessionmaker[AsyncSession], tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(maker) as opened:
        await opened.command(opened.boss, "setup", zone="Europe/Berlin")
        yield opened


@asynccontextmanager
async def nobody_else_writes(house: House) -> AsyncIterator[None]:
    """Hold the database's only pen, so that everything that has to write waits."""
    async with house.stage.sessions() as session:
        await session.execute(text("UPDATE workspaces SET name = name"))
        yield
        await session.rollback()


async def test_who_waits_for_a_slow_desk_is_answered_at_once_and_again_when_it_is_done(
    house: House,
) -> None:
    ana = house.person("Ana")
    async with nobody_else_writes(house):
        waiting = await ana.command("mysubs", settle=False)
        assert waiting.deferred
        assert waiting.message.loading

    await house.discord.changes.until(
        lambda: waiting.interaction.settled, what="the answer that was promised"
    )
    assert "nothing here yet" in waiting.text


async def test_a_form_that_a_slow_desk_cannot_show_in_time_is_no_failed_interaction(
    house: House,
) -> None:
    ana = house.person("Ana")
    async with nobody_else_writes(house):
        told = await ana.command("submit")

    assert "busy at the moment" in told.text


async def test_a_fault_of_ours_is_told_in_one_sentence(house: House) -> None:
    async with house.stage.sessions.begin() as session:
        await session.execute(text("DROP TABLE workspace_accounts"))

    told = await house.person("Ana").command("mysubs")

    assert "stumbled over itself" in told.text
    assert "workspace_accounts" not in told.text


async def test_no_artist_is_ever_sent_a_score_a_band_a_rank_or_a_vote(house: House) -> None:
    await discord_story.play(house)

    (ana,) = [user for user in house.discord.world.users.values() if user.name == "Ana"]
    artist = house.discord.person_of(ana, here=house.music)
    sent = [json.dumps(_payload(one), ensure_ascii=False) for one in _seen_by(house, artist)]
    sent += [
        json.dumps(one.modal, ensure_ascii=False)
        for one in house.discord.interactions.every
        if one.user is ana and one.modal is not None
    ]
    assert len(sent) > 15
    assert [found[0] for one in sent if (found := _NOT_FOR_ARTISTS.search(one))] == []


def _seen_by(house: House, person: Person) -> Iterator[Message]:
    """Return what was written to one person alone, and what stands where artists are."""
    world = house.discord.world
    direct = world.direct(person.user).id
    for channel_id, messages in world.messages.items():
        for message in messages.values():
            alone = message.ephemeral_to == person.id
            public = message.ephemeral_to is None and channel_id in {direct, house.music.id}
            if alone or public:
                yield message


def _payload(message: Message) -> list[object]:
    return [message.content, message.embeds, message.parts]
