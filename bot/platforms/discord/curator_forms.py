"""The forms in which curators write: a decline with its reasons, a note, a question."""

import discord
from discord import ui

from bot.chat_texts import (
    ASK_TITLE,
    DECLINE_NOTE,
    DECLINE_NOTE_HINT,
    DECLINE_REASONS_HINT,
    DECLINE_REASONS_LABEL,
    DECLINE_TITLE,
    DECLINE_WELCOME,
    NOTE_TITLE,
    WELCOME_LABELS,
)
from bot.messages import plain
from bot.platforms.discord import limits
from bot.platforms.discord.custom_id import CustomId
from bot.platforms.discord.forms import form, part
from bot.texts import DECLINE_REASONS, NOTE_LIMIT

_MOST_REASONS = 3


def decline_form(code: str) -> ui.Modal:
    """Return the form: one to three of ten reasons, a note, and what may come next."""
    reasons = ui.CheckboxGroup[ui.Modal](
        custom_id="reasons",
        min_values=1,
        max_values=_MOST_REASONS,
        options=[
            discord.CheckboxGroupOption(
                label=plain(words, limit=limits.OPTION_LABEL), value=str(reason)
            )
            for reason, words in DECLINE_REASONS.items()
        ],
    )
    welcome = ui.RadioGroup[ui.Modal](
        custom_id="welcome",
        required=False,
        options=[
            discord.RadioGroupOption(label=label, value=key.value)
            for key, label in WELCOME_LABELS.items()
        ],
    )
    return form(
        DECLINE_TITLE,
        CustomId(action="declined", id=code),
        part(DECLINE_REASONS_LABEL, reasons, hint=DECLINE_REASONS_HINT),
        part(DECLINE_NOTE, _paragraph("note", required=False), hint=DECLINE_NOTE_HINT),
        part(DECLINE_WELCOME, welcome),
    )


def note_form(code: str) -> ui.Modal:
    """Return the form for a note that only curators read."""
    return _writing(NOTE_TITLE, CustomId(action="noted", id=code))


def ask_form(code: str) -> ui.Modal:
    """Return the form for a question that the artist gets."""
    return _writing(ASK_TITLE, CustomId(action="asked", id=code))


def _writing(title: str, carried: CustomId) -> ui.Modal:
    return form(title, carried, part(title, _paragraph("text", required=True)))


def _paragraph(name: str, *, required: bool) -> ui.TextInput[ui.Modal]:
    return ui.TextInput(
        custom_id=name,
        style=discord.TextStyle.paragraph,
        required=required,
        max_length=NOTE_LIMIT,
    )
