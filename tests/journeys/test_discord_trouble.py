"""What people on Discord are told when the desk is slow, and what an artist is never told."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.util import await_only

from bot.sandbox.discord.people import Person
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.seen import labels_of
from bot.sandbox.discord.world import EPHEMERAL, Message, Overwrite
from tests.journeys import discord_story
from tests.journeys.discord_house import House, open_house

# As whole words: the desk may well be said to listen "for scoring".
_NOT_FOR_ARTISTS = re.compile(
    r"\b(score|scores|band|percentile|rank|ranked|vote|votes|fit|confidence|discovery pick)\b"
    r"|of 100\b",
    re.IGNORECASE,
)


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
    assert await artist.autocomplete("submit", "playlist", "night") == [discord_story.NIGHT]
    sent = [json.dumps(_payload(one), ensure_ascii=False) for one in _seen_by(house, artist)]
    sent += [
        json.dumps(shown, ensure_ascii=False)
        for one in house.discord.interactions.every
        for shown in (one.modal, one.choices)
        if one.user is ana and shown
    ]
    assert len(sent) > 15
    assert any("decisions_made" in one for one in sent), "the story holds no copy of her data"
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
    files = [
        [one.filename, one.description, one.content.decode("utf-8", errors="replace")]
        for one in message.attachments
    ]
    return [message.content, message.embeds, message.parts, files]


async def test_a_missing_permission_is_named_with_the_channel_and_where_to_give_it(
    house: House,
) -> None:
    own = house.guild.members[house.discord.world.app.id].roles[0]
    house.reviews.overwrites.append(Overwrite(id=own, deny=Permission.PIN_MESSAGES))
    await house.restart()
    wizard = await house.command(house.boss, "setup")
    pick = "Review channel: cards, board and digest"
    wizard = await house.select(house.boss, wizard, house.reviews, placeholder=pick)

    assert "In #reviews this bot lacks Pin Messages (to pin the live board)." in wizard.text
    assert "in the channel's settings, under Permissions" in wizard.text


async def test_only_who_manages_the_server_may_press_what_sets_it_up(house: House) -> None:
    wizard = await house.command(house.boss, "setup")
    stored = wizard.message
    ana = house.person("Ana")
    # Somebody else's private message is nowhere to be pressed on; a public one would be.
    stored.ephemeral_to = None
    stored.flags &= ~EPHEMERAL

    told = await ana.click(stored, label="Test post")

    assert "Only who manages this server may do this." in told.text
    assert told.ephemeral


async def add_panel(house: House) -> None:
    """Add a playlist for which two curators have to agree."""
    form = await house.command(house.boss, "playlist", action="add")
    rules = await house.fill(house.boss, form, {"Name": "Night Drive"})
    form = await house.select(house.boss, rules, "votes_needed: 1")
    await house.fill(house.boss, form, {"votes_needed": "2"})


async def test_a_panel_votes_blind_and_sees_scores_afterwards(house: House) -> None:
    mo, kim = house.person("Mo", curates=True), house.person("Kim", curates=True)
    await add_panel(house)
    wizard = await house.command(house.boss, "setup")
    pick = "Role that reviews every playlist"
    await house.select(house.boss, wizard, house.curators, placeholder=pick)
    link = house.stage.song("wind")
    await house.command(house.person("Ana"), "submit", link=link, ai="No", ownership=True)
    await house.settle()

    first = await house.command(mo, "next", playlist="Night Drive")
    voted = await house.click(mo, first, "Keep")
    second = await house.command(kim, "next", playlist="Night Drive")

    assert "of 100" not in first.text
    assert "of 100" not in second.text
    assert "Mo: keep" not in second.text
    seen = await house.click(mo, voted, "Show the card")
    assert "of 100" in seen.text
    assert "Mo: keep" in seen.text
    kept = await house.click(kim, second, "Keep")
    assert "Kept" in kept.text


async def test_who_looks_after_a_playlist_decides_where_a_panel_does_not_agree(
    house: House,
) -> None:
    mo, boss = house.person("Mo", curates=True), house.boss
    await add_panel(house)
    wizard = await house.command(boss, "setup")
    pick = "Role that reviews every playlist"
    await house.select(boss, wizard, house.curators, placeholder=pick)
    link = house.stage.song("wind")
    await house.command(house.person("Ana"), "submit", link=link, ai="No", ownership=True)
    await house.settle()
    voted = await house.click(mo, await house.command(mo, "next", playlist="Night Drive"), "Keep")
    assert "1 of 2 say keep" in voted.text
    more = await house.click(mo, await house.click(mo, voted, "Show the card"), "More")
    assert "Decline without the panel…" not in labels_of(more.message)
    theirs = await house.click(
        boss, await house.command(boss, "next", playlist="Night Drive"), "More"
    )
    form = await house.click(boss, theirs, "Decline without the panel…")

    why = {"Why? Choose one to three.": ["the mix is muddy or out of balance"]}
    told = await house.fill(boss, form, why)

    assert told.text.startswith("Declined:")


async def test_a_role_reviews_a_playlist_until_it_is_taken_away(house: House) -> None:
    mo = house.person("Mo", curates=True)
    form = await house.command(house.boss, "playlist", action="add")
    await house.fill(house.boss, form, {"Name": "Night Drive"})
    edit = {"action": "edit", "playlist": "Night Drive"}
    shown = await house.command(house.boss, "playlist", **edit, role=house.curators)
    assert f"<@&{house.curators.id}>" in shown.text
    assert "0 waiting" in (await house.command(mo, "queue", playlist="Night Drive")).text

    shown = await house.command(house.boss, "playlist", **edit, former=house.curators)

    assert f"<@&{house.curators.id}>" not in shown.text
    refused = await house.command(mo, "queue", playlist="Night Drive")
    assert "Only curators of Night Drive may do this" in refused.text


async def test_nothing_that_was_shown_is_kept_in_memory(house: House) -> None:
    ana = house.person("Ana")
    form = await house.command(house.boss, "playlist", action="add")
    await house.fill(house.boss, form, {"Name": "Night Drive"})
    for _ in range(3):
        await house.command(ana, "calls")
        await house.command(ana, "submit")
        await house.command(ana, "mysubs")

    assert house.kept_views() == 0


async def test_lists_open_while_people_type_and_show_what_is_theirs(house: House) -> None:
    ana, mo = house.person("Ana"), house.person("Mo", curates=True)
    wizard = await house.command(house.boss, "setup")
    pick = "Role that reviews every playlist"
    await house.select(house.boss, wizard, house.curators, placeholder=pick)
    for name in ("Night Drive", "Morning"):
        form = await house.command(house.boss, "playlist", action="add")
        await house.fill(house.boss, form, {"Name": name})
    await house.command(
        ana,
        "submit",
        link=house.stage.song("wind"),
        playlist="Night Drive",
        ai="No",
        ownership=True,
    )

    assert await ana.autocomplete("submit", "playlist", "night") == ["Night Drive"]
    assert await ana.autocomplete("check", "playlist") == ["Morning", "Night Drive"]
    assert await house.boss.autocomplete("setup", "zone", "berl") == ["Europe/Berlin"]
    (offered,) = await mo.autocomplete("track", "id")
    assert "Title of wind" in offered or "Spotify track" in offered
    assert await ana.autocomplete("track", "id") == []


async def test_lists_and_forms_open_while_somebody_else_writes(house: House) -> None:
    form = await house.command(house.boss, "playlist", action="add")
    rules = await house.fill(house.boss, form, {"Name": "Night Drive"})
    ana = house.person("Ana")

    async with nobody_else_writes(house):
        edit = await house.boss.select(rules, "answer_days: 14")
        assert edit.modal is not None
        assert await ana.autocomplete("submit", "playlist", "n") == ["Night Drive"]
        assert (await ana.command("submit")).modal is not None
        assert "Night Drive" in (await ana.command("calls")).text


_SLOW_S = 5.0


def slow_down(house: House) -> None:
    """Let every transaction that begins now wait until five seconds have gone by."""
    loop = asyncio.get_running_loop()
    end = loop.time() + _SLOW_S

    @event.listens_for(house.stage.sessions.kw["bind"].sync_engine, "begin")
    def wait(_: object) -> None:
        if (left := end - loop.time()) > 0:
            await_only(asyncio.sleep(left))


async def test_nobody_notices_more_of_a_desk_that_takes_five_seconds_than_the_wait(
    house: House,
) -> None:
    ana, ben, mo = house.person("Ana"), house.person("Ben"), house.person("Mo", curates=True)
    form = await house.command(house.boss, "playlist", action="add")
    await house.fill(house.boss, form, {"Name": "Night Drive"})
    wizard = await house.command(house.boss, "setup")
    pick = "Role that reviews every playlist"
    await house.select(house.boss, wizard, house.curators, placeholder=pick)
    link, other = house.stage.song("wind"), house.stage.song("rain")
    await house.command(ana, "submit", link=link, ai="No", ownership=True)
    await house.settle()
    card = await house.command(mo, "next", playlist="Night Drive")
    queue = await house.command(mo, "queue", playlist="Night Drive")
    form = await house.command(ben, "submit")
    said = {"Spotify link of one track": other, "Was it made with AI tools?": "No"}

    for person in (ana, ben, mo, house.boss):
        person.patience_s = 4 * _SLOW_S

    slow_down(house)
    told = await asyncio.gather(
        house.command(ana, "mysubs"),
        house.command(ana, "calls"),
        house.command(ana, "check", link=other),
        house.command(ana, "privacy", action="export"),
        house.fill(ben, form, said | {"I own or represent this track": True}),
        house.select(mo, queue, "Oldest first"),
        house.press(mo, card, "Keep"),
        house.command(house.boss, "setup"),
        ana.command("submit"),
        mo.click(card, label="Decline…"),
    )

    expected = (
        "waiting for a curator",
        "Open calls",
        "Would not take it",
        "everything that is kept",
        "Queued as",
        " waiting",
        "Kept:",
        "Setting up Earmark",
        "busy at the moment",
        "busy at the moment",
    )
    assert [part for part, one in zip(expected, told, strict=True) if part not in one.text] == []
    assert house.discord.flaws == []


async def test_a_message_without_a_link_opens_no_empty_form(house: House) -> None:
    await add_panel(house)
    ana = house.person("Ana")
    told = await ana.message_menu("Submit this track", house.boss.say("great song last night!"))
    assert "There is no Spotify link in that message." in told.text

    single = house.boss.say(f"out now: spotify:album:{'a' * 22}")
    form = await ana.message_menu("Submit this track", single)
    assert f"https://open.spotify.com/album/{'a' * 22}" in str(form.interaction.modal)
