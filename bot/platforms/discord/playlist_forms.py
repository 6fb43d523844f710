"""A playlist's rules: the list of all of them, and the forms that change up to five at once."""

from collections.abc import Iterable, Sequence

import discord
from discord import ui

from bot.artist_texts import AI_POLICIES
from bot.chat_texts import (
    PLAYLIST_ADD_TITLE,
    PLAYLIST_AI,
    PLAYLIST_ANSWER,
    PLAYLIST_CHANGE_PICK,
    PLAYLIST_LINK,
    PLAYLIST_LINK_HINT,
    PLAYLIST_NAME,
    PLAYLIST_VOTES,
    playlist_edit_title,
    reviewers_text,
)
from bot.messages import Card, Field, plain
from bot.platforms.discord import limits, render
from bot.platforms.discord.custom_id import CustomId
from bot.platforms.discord.forms import Filled, form, part
from bot.platforms.discord.markdown import role
from bot.platforms.discord.presses import Press
from bot.platforms.discord.screen import Screen
from bot.workflow.manage import PlaylistView, Setting
from db.models import Platform

# As many as a form has parts.
_AT_ONCE = limits.MODAL_PARTS
_INPUT = 300


def playlist_card(view: PlaylistView, *, playlist_id: int, heading: str = "") -> Screen:
    """Return all rules of a playlist, and the select that opens the form for some of them."""
    card = render.card(
        Card(
            title=view.name,
            body="\n".join(
                (*([heading] if heading else []), *(_line(one) for one in view.settings))
            ),
            fields=(Field(name="Curators", value=_reviewers(view)),),
        )
    )
    menu = ui.View(timeout=None)
    menu.add_item(_menu(view.settings, playlist_id))
    return Screen(embed=card.embed, view=menu)


def add_form() -> ui.Modal:
    """Return the form for a new playlist: what is not asked has a proposed value."""
    policy = ui.RadioGroup[ui.Modal](
        custom_id="ai_policy",
        options=[
            discord.RadioGroupOption(label=label, value=key.value, default=key.value == "declared")
            for key, label in AI_POLICIES.items()
        ],
    )
    return form(
        PLAYLIST_ADD_TITLE,
        CustomId(action="playlist_added"),
        part(PLAYLIST_NAME, _input("name", limit=100)),
        part(
            PLAYLIST_LINK,
            _input("spotify_playlist_id", required=False),
            hint=PLAYLIST_LINK_HINT,
        ),
        part(PLAYLIST_AI, policy),
        part(PLAYLIST_VOTES, _input("votes_needed", default="1", limit=2)),
        part(PLAYLIST_ANSWER, _input("answer_days", default="14", limit=3)),
    )


def added_in(filled: Filled) -> tuple[str, dict[str, str]]:
    """Return the name and the rules that stand in the form for a new playlist."""
    keys = ("spotify_playlist_id", "ai_policy", "votes_needed", "answer_days")
    said = {key: filled.text(key) for key in keys}
    return filled.text("name"), {key: text for key, text in said.items() if text}


def edit_form(view: PlaylistView, keys: Sequence[str], *, playlist_id: int) -> ui.Modal:
    """Return the form for these rules, filled in with what holds now."""
    chosen = [one for one in view.settings if one.key in keys][:_AT_ONCE]
    return form(
        playlist_edit_title(view.name),
        CustomId(action="playlist_edited", id=str(playlist_id)),
        *(
            part(
                one.key,
                _input(one.key, default=one.value, required=False),
                hint=plain(one.meaning, limit=limits.LABEL_DESCRIPTION),
            )
            for one in chosen
        ),
    )


def _menu(settings: Iterable[Setting], playlist_id: int) -> Press:
    options = [
        discord.SelectOption(
            label=plain(f"{one.key}: {one.value}", limit=limits.OPTION_LABEL),
            value=one.key,
            description=plain(one.meaning, limit=limits.OPTION_DESCRIPTION),
        )
        for one in settings
    ][: limits.SELECT_OPTIONS]
    return Press(
        ui.Select(
            custom_id=str(CustomId(action="playlist_edit", id=str(playlist_id))),
            placeholder=PLAYLIST_CHANGE_PICK,
            min_values=1,
            max_values=min(_AT_ONCE, len(options)),
            options=options,
        )
    )


def _line(one: Setting) -> str:
    return f"{one.key}: {one.value}"


def _reviewers(view: PlaylistView) -> str:
    named = [
        role(one.name) if one.platform is Platform.DISCORD else one.name for one in view.reviewers
    ]
    return reviewers_text(named)


def _input(
    name: str, *, default: str = "", required: bool = True, limit: int = _INPUT
) -> ui.TextInput[ui.Modal]:
    return ui.TextInput(
        custom_id=name, default=default[:limit] or None, required=required, max_length=limit
    )
