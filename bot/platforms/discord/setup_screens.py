"""The set-up of a server: what is there, what is missing, and where to give it."""

from collections.abc import Sequence
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
from bot.seed_texts import seeded_text
from bot.workflow.places import SetupView

_TEXT_CHANNELS = [discord.ChannelType.text, discord.ChannelType.news]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupScreen:
    """What the wizard shows; `missing` are permissions, `heading` what was just done."""

    view: SetupView
    zone: str
    playlists: tuple[Seeded, ...]
    missing: tuple[Missing, ...]
    heading: str = ""


def wizard(shown: SetupScreen) -> Screen:
    """Return the wizard: it can be left and taken up again, each press stands for itself."""
    chat = shown.view.chat
    fields = [
        Field(name="Review channel", value=_channel(chat.review_channel)),
        Field(name="Submit channel", value=_channel(chat.submit_channel)),
        Field(
            name="Curators", value=role(chat.curator_role) if chat.curator_role else SETUP_NOTHING
        ),
        Field(name="Time zone", value=setup_zone_text(shown.zone)),
        Field(name="Playlists", value=seeded_text(shown.playlists, nothing=SETUP_NO_PLAYLIST)),
    ]
    if shown.missing:
        fields.append(Field(name="Permissions", value=_missing(shown.missing)))
    card = render.card(
        Card(title=SETUP_TITLE, body=shown.heading or _next_step(shown), fields=tuple(fields))
    )
    return Screen(embed=card.embed, view=_controls(shown))


def _next_step(shown: SetupScreen) -> str:
    chat = shown.view.chat
    done = chat.review_channel and shown.playlists and not shown.missing
    return SETUP_DONE_TEXT if done else SETUP_CHANNEL_HINT


def _channel(channel_id: str | None) -> str:
    return channel(channel_id) if channel_id else SETUP_NOTHING


def _missing(missing: Sequence[Missing]) -> str:
    return "\n".join(missing_text(one.channel, one.permissions) for one in missing)


def _controls(shown: SetupScreen) -> ui.View:
    chat = shown.view.chat
    view = ui.View(timeout=None)
    for number, item in enumerate(
        (
            _channel_select("setup_review", SETUP_REVIEW_PICK, chat.review_channel),
            _channel_select("setup_submit", SETUP_SUBMIT_PICK, chat.submit_channel),
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


def _channel_select(action: str, placeholder: str, chosen: str | None) -> Press:
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
            default_values=default,
        )
    )
