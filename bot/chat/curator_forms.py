"""The forms in which curators write: a decline with its reasons, a note, a question."""

from bot.chat.custom_id import CustomId
from bot.chat.forms import Checks, Choose, Form, Text, form, part
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
from bot.messages import Option
from bot.texts import DECLINE_REASONS, NOTE_LIMIT

_MOST_REASONS = 3


def decline_form(code: str, *, how: str = "") -> Form:
    """Return the form: one to three of ten reasons, a note, and what may come next.

    `how` is handed on to what is done with it.
    """
    reasons = Checks(
        name="reasons",
        most=_MOST_REASONS,
        options=tuple(
            Option(value=str(reason), label=words) for reason, words in DECLINE_REASONS.items()
        ),
    )
    welcome = Choose(
        name="welcome",
        required=False,
        options=tuple(
            Option(value=key.value, label=label) for key, label in WELCOME_LABELS.items()
        ),
    )
    return form(
        DECLINE_TITLE,
        CustomId(action="declined", id=code, arg=how),
        part(DECLINE_REASONS_LABEL, reasons, hint=DECLINE_REASONS_HINT),
        part(DECLINE_NOTE, _paragraph("note", required=False), hint=DECLINE_NOTE_HINT),
        part(DECLINE_WELCOME, welcome),
    )


def note_form(code: str) -> Form:
    """Return the form for a note that only curators read."""
    return _writing(NOTE_TITLE, CustomId(action="noted", id=code))


def ask_form(code: str) -> Form:
    """Return the form for a question that the artist gets."""
    return _writing(ASK_TITLE, CustomId(action="asked", id=code))


def _writing(title: str, carried: CustomId) -> Form:
    return form(title, carried, part(title, _paragraph("text", required=True)))


def _paragraph(name: str, *, required: bool) -> Text:
    return Text(name=name, limit=NOTE_LIMIT, required=required, long=True)
