"""The set-up of a server: what is there, what is missing, and where to give it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot.chat.custom_id import CustomId
from bot.chat_texts import (
    ADD_PLAYLIST_BUTTON,
    CHECK_AGAIN_BUTTON,
    JOIN_DESKS_BUTTON,
    MENTION_OFF_BUTTON,
    MENTION_ON_BUTTON,
    SETUP_CHANNEL_HINT,
    SETUP_DONE_TEXT,
    SETUP_EXPOSED,
    SETUP_GONE,
    SETUP_LOOK_TEXT,
    SETUP_NO_PLAYLIST,
    SETUP_NOTHING,
    SETUP_REVIEW_PICK,
    SETUP_ROLE_PICK,
    SETUP_SUBMIT_PICK,
    SETUP_TITLE,
    TEST_POST_BUTTON,
    missing_text,
    setup_zone_text,
)
from bot.curation import Seeded
from bot.marks import channel, role
from bot.messages import Button, Card, Field
from bot.platforms.discord import render
from bot.platforms.discord.permissions import Missing
from bot.platforms.discord.presses import Press
from bot.platforms.discord.screen import Screen
from bot.platforms.discord.setup_check import Found
from bot.seed_texts import seeded_text

_TEXT_CHANNELS = [discord.ChannelType.text, discord.ChannelType.news]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupScreen:
    """What the wizard shows; `heading` is what was just done."""

    found: Found
    zone: str
    playlists: tuple[Seeded, ...]
    heading: str = ""


def wizard(shown: SetupScreen) -> Screen:
    """Return the wizard: it can be left and taken up again, each press stands for itself."""
    chosen, there = shown.found.chosen, shown.found.there
    review = _drawn(channel, chosen.review_channel, there.review_channel)
    submit = _drawn(channel, chosen.submit_channel, there.submit_channel)
    fields = [
        Field(name="Review channel", value=review),
        Field(name="Submit channel", value=submit),
        Field(name="Curators", value=_drawn(role, chosen.curator_role, there.curator_role)),
        Field(name="Time zone", value=setup_zone_text(shown.zone)),
        Field(name="Playlists", value=seeded_text(shown.playlists, nothing=SETUP_NO_PLAYLIST)),
    ]
    if shown.found.missing:
        fields.append(Field(name="Permissions", value=_missing(shown.found.missing)))
    if shown.found.exposed:
        fields.append(Field(name=SETUP_EXPOSED, value=shown.found.exposed))
    card = render.card(
        Card(title=SETUP_TITLE, body=shown.heading or _next_step(shown), fields=tuple(fields))
    )
    return Screen(embed=card.embed, view=_controls(shown))


def _next_step(shown: SetupScreen) -> str:
    if not (shown.found.there.review_channel and shown.playlists):
        return SETUP_CHANNEL_HINT
    return SETUP_DONE_TEXT if shown.found.flawless else SETUP_LOOK_TEXT


def _drawn(draw: Callable[[str], str], chosen: str | None, there: str | None) -> str:
    if there is not None:
        return draw(there)
    return SETUP_NOTHING if chosen is None else SETUP_GONE


def _missing(missing: Sequence[Missing]) -> str:
    return "\n".join(missing_text(one.channel, one.permissions) for one in missing)


def _controls(shown: SetupScreen) -> ui.View:
    chat = shown.found.there
    view = ui.View(timeout=None)
    for number, item in enumerate(
        (
            _channel_select("setup_review", SETUP_REVIEW_PICK, chat.review_channel, least=1),
            _channel_select("setup_submit", SETUP_SUBMIT_PICK, chat.submit_channel, least=0),
            _role_select(chat.curator_role),
        )
    ):
        item.row = number
        view.add_item(item)
    mention = (
        Button(action="setup_mention", label=MENTION_OFF_BUTTON, argument="|off")
        if chat.mention_fallback
        else Button(action="setup_mention", label=MENTION_ON_BUTTON, argument="|on")
    )
    for button in (
        Button(action="playlist_add", label=ADD_PLAYLIST_BUTTON),
        Button(action="setup_test", label=TEST_POST_BUTTON),
        mention,
        Button(action="setup_code", label=JOIN_DESKS_BUTTON),
        Button(action="setup", label=CHECK_AGAIN_BUTTON),
    ):
        item = render.button(button)
        item.row = 3
        view.add_item(item)
    return view


def _channel_select(action: str, placeholder: str, chosen: str | None, *, least: int) -> Press:
    """Return a select of channels; with `least` 0 the choice can be taken back."""
    default = []
    if chosen is not None:
        default.append(
            discord.SelectDefaultValue(id=int(chosen), type=discord.SelectDefaultValueType.channel)
        )
    return Press(
        ui.ChannelSelect(
            custom_id=str(CustomId(action=action)),
            placeholder=placeholder,
            channel_types=_TEXT_CHANNELS,
            min_values=least,
            default_values=default,
        )
    )


def _role_select(chosen: str | None) -> Press:
    default = []
    if chosen is not None:
        default.append(
            discord.SelectDefaultValue(id=int(chosen), type=discord.SelectDefaultValueType.role)
        )
    return Press(
        ui.RoleSelect(
            custom_id=str(CustomId(action="setup_role")),
            placeholder=SETUP_ROLE_PICK,
            min_values=0,
            default_values=default,
        )
    )
