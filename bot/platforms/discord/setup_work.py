"""Setting a server up: channels, role, time zone, a test post, and the check of permissions."""

import discord

from bot.chat import link_work, place_work
from bot.chat.replies import Reply
from bot.chat_texts import (
    EVERYBODY_CURATES_TEXT,
    SETUP_CHANGED_TEXT,
    TEST_POST_SENT_TEXT,
    TEST_POST_TEXT,
    TEST_POST_TITLE,
    post_failed_text,
)
from bot.errors import RuleError
from bot.messages import Card
from bot.platforms.discord import render
from bot.platforms.discord.asking import ask
from bot.platforms.discord.reception import Visit
from bot.platforms.discord.screen import Screen
from bot.platforms.discord.setup_check import look_around, text_channel
from bot.platforms.discord.setup_screens import SetupScreen, wizard
from db.workspace_settings import ChatChanges


async def show_setup(visit: Visit, *, heading: str = "") -> Screen:
    """Return the wizard as it stands now."""
    setup = await place_work.setup_of(visit)
    return wizard(
        SetupScreen(
            found=look_around(visit.guild, setup.view.chat),
            zone=setup.zone,
            playlists=setup.playlists,
            heading=heading,
        )
    )


async def choose_review(visit: Visit) -> Screen:
    return await _change(visit, {"review_channel": visit.values[0]})


async def choose_submit(visit: Visit) -> Screen:
    return await _change(visit, {"submit_channel": _one(visit)})


async def choose_role(visit: Visit) -> Screen:
    role = _one(visit)
    require_narrow(visit, role)
    return await _change(visit, {"curator_role": role})


def require_narrow(visit: Visit, role_id: str | None) -> None:
    """Raise RuleError for the role that everybody has, artists too: its id is the server's."""
    if visit.guild is not None and role_id == str(visit.guild.id):
        raise RuleError(EVERYBODY_CURATES_TEXT, rule="role")


async def choose_mention(visit: Visit) -> Screen:
    return await _change(visit, {"mention_fallback": visit.wish.arg == "on"})


async def set_zone(visit: Visit, zone: str) -> Screen:
    return await _change(visit, {}, zone=zone)


async def join(visit: Visit, code: str) -> Reply:
    """Let this server work at the desk where the code was made."""
    if visit.guild is None:
        raise RuleError("Use this in the server that is to join.", rule="setup")
    return await link_work.join(visit, code, place_id=str(visit.guild.id))


async def post_test(visit: Visit) -> Screen:
    """Post into the review channel, and say what is missing where that fails."""
    setup = await place_work.setup_of(visit)
    found = text_channel(visit.guild, setup.view.chat.review_channel)
    if found is None:
        raise RuleError("Choose a review channel first.", rule="setup")
    card = render.card(Card(title=TEST_POST_TITLE, body=TEST_POST_TEXT))
    nonce = visit.key.removeprefix("discord:")
    try:
        # Discord knows the nonce of a try that got through, and posts nothing twice.
        await ask(lambda: found.send(**card.sending(), nonce=nonce))
    except discord.HTTPException as error:
        return await show_setup(visit, heading=post_failed_text(found.name, error.text))
    return await show_setup(visit, heading=TEST_POST_SENT_TEXT)


async def _change(visit: Visit, changes: ChatChanges, *, zone: str | None = None) -> Screen:
    await place_work.change(visit, changes, zone=zone)
    return await show_setup(visit, heading=SETUP_CHANGED_TEXT)


def _one(visit: Visit) -> str | None:
    """Return what was chosen, or None where somebody took their choice back."""
    return next(iter(visit.values), None)
