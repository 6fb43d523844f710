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

# Of Discord's three seconds for the first answer these are ours; the rest is for the way. One try
# is given more than the second that discord.py waits by itself after a server's error.
_FIRST_S, _ONE_TRY_S, _PAUSE_S = 2.6, 1.2, 0.05
# A form is the first answer itself, and whoever waits is to read why there is none within a second.
_FORM_S = 0.8

# Discord's codes, as listed under "JSON error codes" in its documentation.
_TOO_LATE, _ANSWERED_BEFORE = 10062, 40060
# Who has closed the message does not want to see it changed.
_CLOSED = 10008


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
        await _first(lambda: interaction.response.send_modal(made), seconds=_FIRST_S - _FORM_S)
    elif await acknowledge(interaction, in_place=False):
        await show(interaction, made)


async def acknowledge(interaction: AnyInteraction, *, in_place: bool) -> bool:
    """Tell Discord that an answer is coming; False where somebody else has answered."""
    return await _first(lambda: interaction.response.defer(ephemeral=True, thinking=not in_place))


async def _first(answer: Callable[[], Awaitable[object]], *, seconds: float = _FIRST_S) -> bool:
    """Give the first answer, again where it got lost; return False where it is not ours to go on.

    Nothing was done yet, so whoever gets no answer may press again.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    lost = False
    while (left := end - loop.time()) > 0:
        try:
            async with asyncio.timeout(min(left, _ONE_TRY_S)):
                await answer()
        except LOST as error:
            log.info("a first answer got lost: %s", type(error).__name__)
            lost = True
            await asyncio.sleep(_PAUSE_S)
        except discord.HTTPException as error:
            if error.code not in {_ANSWERED_BEFORE, _TOO_LATE}:
                raise
            # After a lost try the first of these says that the try came through after all.
            return lost and error.code == _ANSWERED_BEFORE
        else:
            return True
    log.warning("a first answer did not get through in time")
    return False


async def show(
    interaction: AnyInteraction, screen: Screen, *, is_wanted: Callable[[], bool] = _always
) -> None:
    """Put `screen` where the acknowledgement stands, as long as it is wanted there."""

    async def edit(shown: Screen) -> None:
        # A try that was lost may have got through, and the person may have pressed on since.
        if is_wanted():
            await interaction.edit_original_response(**shown.editing())

    try:
        await ask(lambda: edit(screen))
    except SourceDownError:
        log.warning("an answer could not be shown, as Discord does not answer")
    except discord.HTTPException as error:
        if error.code == _CLOSED:
            return
        # Nobody is left waiting for an answer that Discord does not take.
        log.exception("Discord refused an answer")
        say = notice if screen.layout is not None else sentence
        await ask(lambda: edit(say(STUMBLED_TEXT)))


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
