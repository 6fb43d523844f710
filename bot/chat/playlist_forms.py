"""A playlist's rules: the list of all of them, and the forms that change up to five at once."""

from collections.abc import Iterable, Sequence

from bot.artist_texts import AI_POLICIES
from bot.chat import replies
from bot.chat.custom_id import CustomId
from bot.chat.forms import Choose, Filled, Form, Text, form, part
from bot.chat.replies import Reply
from bot.chat.seed_screens import seeds_part
from bot.chat_texts import (
    PLAYLIST_ADD_TITLE,
    PLAYLIST_AI,
    PLAYLIST_ANSWER,
    PLAYLIST_CHANGE_PICK,
    PLAYLIST_LINK,
    PLAYLIST_LINK_HINT,
    PLAYLIST_NAME,
    playlist_edit_title,
    reviewers_text,
)
from bot.marks import role
from bot.messages import Button, Card, Field, Option, Select
from bot.seed_texts import SEEDS_BUTTON
from bot.workflow.manage import PlaylistView, Setting
from db.models import Platform

# As many as a form has parts.
_AT_ONCE = 5
_INPUT = 300


def playlist_card(
    view: PlaylistView, *, playlist_id: int, platform: Platform, heading: str = ""
) -> Reply:
    """Return all rules of a playlist, and the select that opens the form for some of them."""
    return replies.card(
        Card(
            title=view.name,
            body="\n".join(
                (*([heading] if heading else []), *(_line(one) for one in view.settings))
            ),
            fields=(Field(name="Curators", value=_reviewers(view, platform)),),
            buttons=(Button(action="seeds", label=SEEDS_BUTTON, argument=str(playlist_id)),),
            select=_menu(view.settings, playlist_id),
        )
    )


def add_form(*, name: str = "") -> Form:
    """Return the form for a new playlist: what is not asked has a proposed value."""
    policy = Choose(
        name="ai_policy",
        options=tuple(Option(value=key.value, label=label) for key, label in AI_POLICIES.items()),
        default="declared",
    )
    return form(
        PLAYLIST_ADD_TITLE,
        CustomId(action="playlist_added"),
        part(PLAYLIST_NAME, _input("name", default=name, limit=100)),
        part(
            PLAYLIST_LINK,
            _input("spotify_playlist_id", required=False),
            hint=PLAYLIST_LINK_HINT,
        ),
        seeds_part(required=False),
        part(PLAYLIST_AI, policy),
        part(PLAYLIST_ANSWER, _input("answer_days", default="14", limit=3)),
    )


def added_in(filled: Filled) -> tuple[str, dict[str, str]]:
    """Return the name and the rules that stand in the form for a new playlist."""
    keys = ("spotify_playlist_id", "ai_policy", "answer_days")
    said = {key: filled.text(key) for key in keys}
    return filled.text("name"), {key: text for key, text in said.items() if text}


def edit_form(view: PlaylistView, keys: Sequence[str], *, playlist_id: int) -> Form:
    """Return the form for these rules, filled in with what holds now."""
    chosen = [one for one in view.settings if one.key in keys][:_AT_ONCE]
    return form(
        playlist_edit_title(view.name),
        CustomId(action="playlist_edited", id=str(playlist_id)),
        *(
            part(
                one.key,
                _input(one.key, default=one.value, required=False),
                hint=one.meaning,
            )
            for one in chosen
        ),
    )


def _menu(settings: Iterable[Setting], playlist_id: int) -> Select:
    return Select(
        action="playlist_edit",
        placeholder=PLAYLIST_CHANGE_PICK,
        options=tuple(
            Option(value=one.key, label=f"{one.key}: {one.value}", description=one.meaning)
            for one in settings
        ),
        argument=str(playlist_id),
        most=_AT_ONCE,
    )


def _line(one: Setting) -> str:
    return f"{one.key}: {one.value}"


def _reviewers(view: PlaylistView, platform: Platform) -> str:
    named = [role(one.name) if one.platform is platform else one.name for one in view.reviewers]
    return reviewers_text(named)


def _input(name: str, *, default: str = "", required: bool = True, limit: int = _INPUT) -> Text:
    return Text(name=name, limit=limit, default=default[:limit], required=required)
