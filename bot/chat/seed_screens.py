"""A playlist's seed tracks: the card that shows them, and the forms that change them."""

from collections.abc import Iterator

from bot.chat import replies
from bot.chat.custom_id import CustomId
from bot.chat.forms import Form, Part, Text, form, part
from bot.chat.replies import Reply
from bot.chat_texts import RULES_BUTTON
from bot.curation import SeedState, SeedsView
from bot.messages import Button, ButtonStyle, Card, Field
from bot.seed_texts import (
    NO_SEEDS_TEXT,
    SEEDS_ADD_BUTTON,
    SEEDS_ADD_TITLE,
    SEEDS_AGAIN_BUTTON,
    SEEDS_HINT,
    SEEDS_LABEL,
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
# With the longest names they just fit into a field of Discord's.
_MOST_ROWS = 8


def seeds_card(view: SeedsView, *, playlist_id: int, failed: str = "") -> Reply:
    """Return what a playlist holds already, how far it was heard, and what it sounds like.

    `failed` is what kept a change from being made.
    """
    told = [line for line in (failed, done_text(view)) if line]
    body = [*told, count_text(view) if view.rows else NO_SEEDS_TEXT]
    return replies.card(
        Card(
            title=seeds_title(view.playlist),
            body="\n".join(body),
            fields=tuple(_fields(view)),
            buttons=tuple(_buttons(view, playlist_id)),
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
    for name, state in (
        ("Could not be heard", SeedState.UNHEARD),
        ("Still to be heard", SeedState.WAITING),
        ("Heard", SeedState.HEARD),
    ):
        rows = [row for row in view.rows if row.state is state]
        if rows:
            lines = [
                seed_text(row) + (f": {state_text(row)}" if row.reason else "")
                for row in rows[:_MOST_ROWS]
            ]
            if more := len(rows) - len(lines):
                lines.append(more_text(more))
            yield Field(name=name, value="\n".join(lines))


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
