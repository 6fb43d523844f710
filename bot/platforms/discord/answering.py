"""Answers: the first within a second, whatever happens after it; a failure is one sentence.

Discord gives three seconds to the first answer and calls the interaction failed afterwards. So
everything that takes work is acknowledged first and shown when it is done, and every request that
got lost is repeated: the acknowledgement is refused if it came through before, and an edit may be
made twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord
from discord import ui

from bot.chat_texts import SLOW_TEXT, STUMBLED_TEXT
from bot.errors import EarmarkError, SourceDownError
from bot.platforms.discord.asking import LOST, ask
from bot.platforms.discord.layouts import notice
from bot.platforms.discord.patience import Patience
from bot.platforms.discord.reception import AnyInteraction
from bot.platforms.discord.render import sentence
from bot.platforms.discord.screen import Screen

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[], Awaitable[Screen]]

# The tries of the first answer, in seconds: together less than Discord's three. discord.py waits a
# second by itself after a server's error.
_FIRST_TRIES = (1.2, 0.8, 0.6)
# A form is the first answer itself, so making one may take less.
_FORM_S = 1.0

_ANSWERED_BEFORE = 40060


def _always() -> bool:
    return True


async def respond(
    interaction: AnyInteraction,
    work: Work,
    *,
    in_place: bool = False,
    is_wanted: Callable[[], bool] = _always,
) -> None:
    """Acknowledge, do `work`, and show what it returns, or what went wrong in one sentence.

    `in_place` puts it where the pressed button is; else it is a new message for this person alone.
    `is_wanted` turns false where something newer will stand there.
    """
    if await acknowledge(interaction, in_place=in_place):
        screen = await screen_of(work, layout=in_place and is_layout(interaction))
        await show(interaction, screen, is_wanted=is_wanted)


async def open_form(
    interaction: AnyInteraction, make: Callable[[], Awaitable[ui.Modal]], *, patience: Patience
) -> None:
    """Show a form at once: it can be nothing but the first answer.

    Where making it takes too long, or fails, the person reads why.
    """
    made = await _attempt(lambda: patience.within(_FORM_S, make), sentence)
    if isinstance(made, ui.Modal):
        # It must not be kept in memory: what comes back is read from the event alone.
        made.stop()
        await _first(lambda: interaction.response.send_modal(made))
    elif await acknowledge(interaction, in_place=False):
        await show(interaction, made)


async def acknowledge(interaction: AnyInteraction, *, in_place: bool) -> bool:
    """Tell Discord that an answer is coming; False where somebody else has answered."""
    return await _first(lambda: interaction.response.defer(ephemeral=True, thinking=not in_place))


async def _first(answer: Callable[[], Awaitable[object]]) -> bool:
    for number, seconds in enumerate(_FIRST_TRIES):
        try:
            async with asyncio.timeout(seconds):
                await answer()
        except LOST as error:
            log.info("first answer lost, try %d: %s", number + 1, type(error).__name__)
        except discord.HTTPException as error:
            # After a lost try this says that the try came through after all.
            if error.code == _ANSWERED_BEFORE:
                return number > 0
            raise
        else:
            return True
    log.warning("the first answer did not get through")
    return False


async def show(
    interaction: AnyInteraction, screen: Screen, *, is_wanted: Callable[[], bool] = _always
) -> None:
    """Put `screen` where the acknowledgement stands, as long as it is wanted there."""

    async def edit() -> None:
        # A try that was lost may have got through, and the person may have pressed on since.
        if is_wanted():
            await interaction.edit_original_response(**screen.editing())

    try:
        await ask(edit)
    except SourceDownError:
        log.warning("an answer could not be shown, as Discord does not answer")


async def screen_of(work: Work, *, layout: bool = False) -> Screen:
    """Return what `work` returns, or the sentence of what went wrong.

    With `layout` the sentence is for a message of components alone.
    """
    return await _attempt(work, notice if layout else sentence)


async def _attempt(work: Callable[[], Awaitable[T]], say: Callable[[str], Screen]) -> T | Screen:
    try:
        return await work()
    except EarmarkError as error:
        return say(str(error))
    except TimeoutError:
        return say(SLOW_TEXT)
    except Exception:
        log.exception("an interaction failed")
        return say(STUMBLED_TEXT)


def is_layout(interaction: AnyInteraction) -> bool:
    message = interaction.message
    return message is not None and message.flags.components_v2
