"""The set-up of a Discord server: what it warns of, what it refuses, and how it is taken back."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.chat_texts import SETUP_REVIEW_PICK, SETUP_ROLE_PICK, SETUP_SUBMIT_PICK
from bot.platforms.discord import limits
from bot.sandbox.discord.people import Reply
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.world import Overwrite
from tests.journeys.discord_house import House, open_house
from tests.journeys.discord_story import NIGHT


@pytest.fixture
async def house(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[House]:
    async with open_house(maker) as opened:
        yield opened


async def choose(house: House, *choices: object, of: str) -> Reply:
    """Open the wizard and choose in one of its selects."""
    wizard = await house.command(house.boss, "setup")
    return await house.select(house.boss, wizard, *choices, placeholder=of)


async def add_playlist(house: House) -> Reply:
    form = await house.command(house.boss, "playlist", action="add", playlist=NIGHT)
    return await house.fill(house.boss, form, {})


async def hide_reviews(house: House, *, also_from_bot: bool) -> None:
    """Make the review channel a private one."""
    house.reviews.overwrites.append(Overwrite(id=house.guild.id, deny=Permission.VIEW_CHANNEL))
    if not also_from_bot:
        own = house.guild.members[house.discord.world.app.id].roles[0]
        house.reviews.overwrites.append(Overwrite(id=own, allow=Permission.VIEW_CHANNEL))
    await house.restart()


async def test_the_role_that_everybody_has_is_not_taken_for_the_curators(house: House) -> None:
    await add_playlist(house)
    everybody = house.guild.roles[house.guild.id]

    told = await choose(house, everybody, of=SETUP_ROLE_PICK)
    edited = await house.command(house.boss, "playlist", action="edit", role=everybody)

    assert "Everybody here has that role" in told.text
    assert "Everybody here has that role" in edited.text
    queue = await house.command(house.person("Ben"), "queue", playlist=NIGHT)
    assert "Only curators of Night Drive may do this" in queue.text


async def test_a_private_channel_that_the_bot_cannot_see_lacks_that_first(house: House) -> None:
    await hide_reviews(house, also_from_bot=True)

    wizard = await choose(house, house.reviews, of=SETUP_REVIEW_PICK)

    assert "In #reviews this bot lacks View Channel (" in wizard.text
    assert "Send Messages" not in wizard.text


async def test_every_missing_permission_of_two_channels_is_named(house: House) -> None:
    await hide_reviews(house, also_from_bot=False)
    own = house.guild.members[house.discord.world.app.id].roles[0]
    (mine,) = [one for one in house.reviews.overwrites if one.id == own]
    mine.deny = ~Permission.VIEW_CHANNEL
    house.reviews.name = "reviews-" * 11
    house.music.overwrites.append(Overwrite(id=own, deny=Permission.SEND_MESSAGES))
    await house.restart()
    await choose(house, house.music, of=SETUP_SUBMIT_PICK)

    wizard = await choose(house, house.reviews, of=SETUP_REVIEW_PICK)

    (field,) = [one for one in wizard.message.embeds[0]["fields"] if one["name"] == "Permissions"]
    review, submit = field["value"].splitlines()
    assert all(name in review for name in ("Send Messages (", "Pin Messages (", "Embed Links ("))
    assert "Send Messages (" in submit
    assert submit.endswith("in the channel's settings, under Permissions.")
    assert len(field["value"]) < limits.EMBED_FIELD_VALUE


async def test_a_review_channel_that_artists_can_read_is_warned_of(house: House) -> None:
    await add_playlist(house)
    await choose(house, house.reviews, of=SETUP_REVIEW_PICK)
    await choose(house, house.curators, of=SETUP_ROLE_PICK)

    wizard = await house.command(house.boss, "setup")

    assert "Everybody here can read #reviews" in wizard.text
    assert "Almost there: something below needs a look." in wizard.text
    await hide_reviews(house, also_from_bot=False)
    assert "All is in place" in (await house.command(house.boss, "setup")).text


async def test_one_channel_for_curators_and_artists_is_warned_of(house: House) -> None:
    await choose(house, house.music, of=SETUP_REVIEW_PICK)

    wizard = await choose(house, house.music, of=SETUP_SUBMIT_PICK)

    assert "The review channel is the submit channel" in wizard.text


async def test_a_channel_or_role_that_was_deleted_has_to_be_chosen_again(house: House) -> None:
    await add_playlist(house)
    await hide_reviews(house, also_from_bot=False)
    await choose(house, house.reviews, of=SETUP_REVIEW_PICK)
    await choose(house, house.curators, of=SETUP_ROLE_PICK)
    house.discord.delete_channel(house.reviews)
    del house.guild.roles[house.curators.id]
    await house.restart()

    wizard = await house.command(house.boss, "setup")

    assert wizard.text.count("deleted, or hidden from this bot; please choose again") == 2
    assert "All is in place" not in wizard.text


@pytest.mark.parametrize("of", [SETUP_SUBMIT_PICK, SETUP_ROLE_PICK])
async def test_a_choice_can_be_taken_back(house: House, of: str) -> None:
    chosen = house.curators if of == SETUP_ROLE_PICK else house.music
    before = await choose(house, chosen, of=of)
    assert before.text.count("not chosen yet") == 2

    wizard = await choose(house, of=of)

    assert wizard.text.count("not chosen yet") == 3


async def test_after_a_playlist_was_added_the_set_up_is_one_press_away(house: House) -> None:
    wizard = await house.command(house.boss, "setup")
    form = await house.click(house.boss, wizard, "Add a playlist…")
    rules = await house.fill(house.boss, form, {"Name": NIGHT})

    again = await house.click(house.boss, rules, "Back to the set-up")

    assert "Setting up Earmark" in again.text
    assert NIGHT in again.text


async def test_who_names_a_playlist_where_there_is_none_reads_where_to_add_one(
    house: House,
) -> None:
    told = await house.command(house.boss, "playlist", action="pause", playlist="nope")

    assert "No playlist is set up here yet" in told.text
    assert "/setup" in told.text
