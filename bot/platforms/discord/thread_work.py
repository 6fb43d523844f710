"""A thread about one submission: made when somebody wants to talk, and only one of them.

The card is posted where curators review, and the thread hangs on it. Discord gives the thread the
number of that message, so a second try finds what the first one made.
"""

import logging
from typing import Final

import discord

from bot.chat import review_screens
from bot.chat_texts import NO_REVIEW_CHANNEL_TEXT, THREAD_TEXT, missing_text, post_failed_text
from bot.curator_texts import card_title
from bot.errors import RuleError
from bot.marks import channel
from bot.platforms.discord import limits
from bot.platforms.discord.asking import ask
from bot.platforms.discord.permissions import missing_for_thread
from bot.platforms.discord.reception import Visit
from bot.platforms.discord.render import sentence
from bot.platforms.discord.screen import Screen
from bot.platforms.discord.setup_check import text_channel
from bot.platforms.discord.shown import screen_of
from bot.workflow import card, notices, talk
from bot.workflow.places import show_setup
from bot.workflow.rescore import version_in_use
from bot.workflow.review import find_submission
from db import recipients
from db.models import Platform

log = logging.getLogger(__name__)

# A thread hangs on this message already.
_HAS_THREAD = 160004
# Discord hides a thread after so long without a word; a new word brings it back.
_QUIET_MINUTES: Final = 10080


async def open_thread(visit: Visit) -> Screen:
    """Return where people talk about the submission; open that place if there is none."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        shown = await card.review_card(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=visit.person,
            now=desk.now(),
            model_version=version_in_use(desk.services.hearing),
        )
        setup = await show_setup(session, workspace_id=desk.workspace_id, platform=Platform.DISCORD)
    if shown.thread_id is not None and await _exists(visit.guild, shown.thread_id):
        return _there(shown.thread_id)
    place = text_channel(visit.guild, setup.chat.review_channel)
    if place is None:
        raise RuleError(NO_REVIEW_CHANNEL_TEXT, rule="setup")
    if missing := missing_for_thread(place, place.guild.me):
        raise RuleError(missing_text(missing.channel, missing.permissions), rule="setup")
    if shown.thread_id is not None:
        await _forget(visit, shown.thread_id)
    thread_id = await _open(visit, place)
    return _there(await _remember(visit, place, thread_id))


async def _exists(guild: discord.Guild | None, thread_id: str) -> bool:
    """Return False where somebody has deleted the thread."""
    if guild is None:
        return True
    try:
        await ask(lambda: guild.fetch_channel(int(thread_id)))
    except discord.NotFound:
        return False
    except discord.Forbidden:
        # It is there, and hidden from this bot.
        return True
    return True


async def _forget(visit: Visit, thread_id: str) -> None:
    """Forget a thread that was deleted, and take away its card: the next one brings its own."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        channel_id = await talk.forget_thread(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            platform=Platform.DISCORD,
            thread_id=thread_id,
        )
    place = text_channel(visit.guild, channel_id)
    if place is None:
        return
    try:
        await ask(lambda: place.get_partial_message(int(thread_id)).delete())
    except discord.NotFound:
        log.debug("the card of thread %s was deleted as well", thread_id)


async def _open(visit: Visit, place: discord.TextChannel) -> int:
    """Post the card as everybody may see it, hang a thread on it, and return its number."""
    desk = visit.desk
    async with desk.sessions() as session:
        shown = await card.review_card(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=None,
            platform=Platform.DISCORD,
            now=desk.now(),
            model_version=version_in_use(desk.services.hearing),
        )
    nonce = visit.key.removeprefix("discord:")
    screen = screen_of(review_screens.shared_card(shown))
    # Discord knows the nonce of a try that got through, and posts nothing twice.
    try:
        message = await ask(lambda: place.send(**screen.sending(), nonce=nonce))
    except discord.Forbidden as error:
        raise RuleError(post_failed_text(place.name, error.text), rule="setup") from error
    name = card_title(shown)[: limits.THREAD_NAME]
    try:
        await ask(lambda: message.create_thread(name=name, auto_archive_duration=_QUIET_MINUTES))
    except discord.HTTPException as error:
        if error.code != _HAS_THREAD:
            # A card that nobody asked for would stay there, and another one come with each press.
            await ask(message.delete)
            raise RuleError(post_failed_text(place.name, error.text), rule="setup") from error
    return message.id


async def _remember(visit: Visit, place: discord.TextChannel, thread_id: int) -> str:
    """Note thread and card; where somebody was faster, theirs counts and ours goes."""
    desk = visit.desk
    async with desk.sessions.begin() as session:
        thread = await talk.open_thread(
            session,
            workspace_id=desk.workspace_id,
            code=visit.wish.id,
            person=visit.person,
            channel_id=str(place.id),
            thread_id=str(thread_id),
            now=desk.now(),
        )
        if thread.thread_id == str(thread_id):
            submission = await find_submission(session, desk.workspace_id, visit.wish.id)
            await notices.card_posted(
                session,
                workspace_id=desk.workspace_id,
                submission_id=submission.id,
                channel=recipients.channel(Platform.DISCORD, str(place.id)),
                message_id=str(thread_id),
                at=desk.now(),
            )
    if thread.thread_id != str(thread_id):
        await ask(lambda: place.get_partial_message(thread_id).delete())
    return thread.thread_id


def _there(thread_id: str) -> Screen:
    return sentence(THREAD_TEXT.format(thread=channel(thread_id)))
