"""A playlist's seed tracks: the card that shows them, and the forms that change them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.chat import replies
from bot.chat.custom_id import CustomId
from bot.chat.forms import Form, Part, Text, form, part
from bot.chat.replies import Reply
from bot.chat_texts import RULES_BUTTON
from bot.curation import SeedLine, SeedState, SeedsView
from bot.messages import Button, ButtonStyle, Card, Field, Option, Select
from bot.seed_texts import (
    NO_SEEDS_TEXT,
    SEEDS_ADD_BUTTON,
    SEEDS_ADD_TITLE,
    SEEDS_AGAIN_BUTTON,
    SEEDS_HINT,
    SEEDS_LABEL,
    SEEDS_OUT_PICK,
    SEEDS_REMOVE_BUTTON,
    SEEDS_REMOVE_HINT,
    SEEDS_REMOVE_LABEL,
    SEEDS_REMOVE_TITLE,
    count_text,
    done_text,
    more_text,
    seed_text,
    seeds_title,
    sound_text,
    state_text,
)

# What Discord takes; Slack's forms take 3,000. A link is 54 characters with its line.
_PASTE = 4000
# More would push the rest of the card off a phone.
_MOST_ROWS = 8
# Half of a field of Discord's: each character may need another one before it.
_MOST_TEXT = 500
# A list of a chat's holds so many.
_MOST_OPTIONS = 25
_ORDER = (SeedState.UNHEARD, SeedState.WAITING, SeedState.HEARD)


def seeds_card(view: SeedsView, *, playlist_id: int) -> Reply:
    """Return what a playlist holds already, how far it was heard, and what it sounds like."""
    told = count_text(view) if view.rows else NO_SEEDS_TEXT
    return replies.card(
        Card(
            title=seeds_title(view.playlist),
            body="\n".join(line for line in (done_text(view.done), told) if line),
            fields=tuple(_fields(view)),
            buttons=tuple(_buttons(view, playlist_id)),
            select=_taking_out(view, playlist_id) if view.rows else None,
        )
    )


def seeds_part(*, required: bool, default: str = "") -> Part:
    """Return the part of a form into which a playlist's tracks are pasted."""
    return part(
        SEEDS_LABEL,
        Text(name="seeds", limit=_PASTE, default=default[:_PASTE], required=required, long=True),
        hint=SEEDS_HINT,
    )


def add_form(playlist_id: int) -> Form:
    return form(
        SEEDS_ADD_TITLE,
        CustomId(action="seeds_added", id=str(playlist_id)),
        seeds_part(required=True),
    )


def remove_form(playlist_id: int) -> Form:
    return form(
        SEEDS_REMOVE_TITLE,
        CustomId(action="seeds_removed", id=str(playlist_id)),
        part(
            SEEDS_REMOVE_LABEL,
            Text(name="seeds", limit=_PASTE, long=True),
            hint=SEEDS_REMOVE_HINT,
        ),
    )


def _fields(view: SeedsView) -> Iterator[Field]:
    if not view.rows:
        return
    yield Field(name="What it sounds like", value=sound_text(view))
    # Together what stands for the same reason: it is said once.
    for state in _ORDER:
        rows = sorted((row for row in view.rows if row.state is state), key=state_text)
        for told, alike in groupby(rows, key=state_text):
            name = told[:1].upper() + told[1:]
            yield Field(name=name, value="\n".join(_lines(list(alike))))


def _lines(rows: Sequence[SeedLine]) -> Iterator[str]:
    """Yield the first rows, and how many more there are."""
    room = _MOST_TEXT
    for shown, row in enumerate(rows):
        line = seed_text(row)
        room -= len(line)
        if shown == _MOST_ROWS or room < 0:
            yield more_text(len(rows) - shown)
            return
        yield line


def _taking_out(view: SeedsView, playlist_id: int) -> Select:
    """Return the list to take some out by name; what could not be heard comes first."""
    rows = sorted(view.rows, key=lambda row: _ORDER.index(row.state))
    return Select(
        action="seeds_out",
        placeholder=SEEDS_OUT_PICK,
        options=tuple(
            Option(value=row.spotify_id, label=seed_text(row), description=state_text(row))
            for row in rows[:_MOST_OPTIONS]
        ),
        argument=str(playlist_id),
        most=min(len(rows), _MOST_OPTIONS),
    )


def _buttons(view: SeedsView, playlist_id: int) -> Iterator[Button]:
    argument = str(playlist_id)
    yield Button(
        action="seeds_add",
        label=SEEDS_ADD_BUTTON,
        argument=argument,
        style=ButtonStyle.PLAIN if view.rows else ButtonStyle.PRIMARY,
    )
    if view.rows:
        yield Button(action="seeds_remove", label=SEEDS_REMOVE_BUTTON, argument=argument)
    if view.count(SeedState.WAITING):
        yield Button(action="seeds", label=SEEDS_AGAIN_BUTTON, argument=argument)
    yield Button(action="playlist", label=RULES_BUTTON, argument=argument)
