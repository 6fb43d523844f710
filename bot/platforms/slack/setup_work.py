"""Setting a team up: channels, the group of curators, the time zone, and a test post."""

from collections.abc import Iterator, Mapping
from typing import Final

from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ConversationFilter,
    ConversationSelectElement,
    InteractiveElement,
    StaticSelectElement,
)

from bot.chat import place_work
from bot.chat.custom_id import CustomId
from bot.chat_texts import (
    ADD_PLAYLIST_BUTTON,
    CHECK_AGAIN_BUTTON,
    JOIN_DESKS_BUTTON,
    MENTION_OFF_BUTTON,
    MENTION_ON_BUTTON,
    SETUP_CHANGED_TEXT,
    SETUP_CHANNEL_HINT,
    SETUP_DONE_TEXT,
    SETUP_EXPOSED,
    SETUP_GROUP_PICK,
    SETUP_LOOK_TEXT,
    SETUP_NO_PLAYLIST,
    SETUP_NOTHING,
    SETUP_REVIEW_PICK,
    SETUP_SAME_CHANNEL_TEXT,
    SETUP_SUBMIT_PICK,
    SETUP_TITLE,
    TEST_POST_BUTTON,
    TEST_POST_SENT_TEXT,
    TEST_POST_TEXT,
    TEST_POST_TITLE,
    invite_text,
    post_failed_text,
    setup_zone_text,
)
from bot.errors import RuleError
from bot.marks import channel
from bot.messages import Button, Card, Field, Option
from bot.platforms.slack import limits
from bot.platforms.slack.raw import Raw
from bot.platforms.slack.reception import Visit
from bot.platforms.slack.render import button_element, fallback, option, to_blocks
from bot.platforms.slack.text import flat
from bot.seed_texts import seeded_text
from bot.workflow.places import SetupView
from db.workspace_settings import ChatChanges

# What Slack answers where the app has not been let into a channel.
_OUTSIDE: Final = frozenset({"not_in_channel", "channel_not_found"})


async def show_setup(visit: Visit, *, heading: str = "") -> Raw:
    """Return the wizard as it stands now: it can be left and taken up again."""
    setup = await place_work.setup_of(visit)
    groups = await _groups(visit)
    chat = setup.view.chat
    shared = chat.review_channel is not None and chat.review_channel == chat.submit_channel
    done = SETUP_LOOK_TEXT if shared else SETUP_DONE_TEXT
    is_whole = chat.review_channel and setup.playlists
    fields = (
        Field(name="Review channel", value=_channel(chat.review_channel)),
        Field(name="Submit channel", value=_channel(chat.submit_channel)),
        Field(name="Curators", value=groups.get(chat.curator_role or "", SETUP_NOTHING)),
        Field(name="Time zone", value=setup_zone_text(setup.zone)),
        Field(name="Playlists", value=seeded_text(setup.playlists, nothing=SETUP_NO_PLAYLIST)),
        *([Field(name=SETUP_EXPOSED, value=SETUP_SAME_CHANNEL_TEXT)] if shared else []),
    )
    card = Card(
        title=SETUP_TITLE,
        body=heading or (done if is_whole else SETUP_CHANNEL_HINT),
        fields=fields,
    )
    controls = [block.to_dict() for block in _controls(setup.view, groups)]
    return Raw(text=fallback(card), blocks=[*to_blocks(card), *controls])


async def choose_review(visit: Visit) -> Raw:
    return await _change(visit, {"review_channel": visit.values[0]})


async def choose_submit(visit: Visit) -> Raw:
    return await _change(visit, {"submit_channel": visit.values[0]})


async def choose_group(visit: Visit) -> Raw:
    return await _change(visit, {"curator_role": visit.values[0]})


async def choose_mention(visit: Visit) -> Raw:
    return await _change(visit, {"mention_fallback": visit.wish.arg == "on"})


async def set_zone(visit: Visit, zone: str) -> Raw:
    return await _change(visit, {}, zone=zone)


async def post_test(visit: Visit) -> Raw:
    """Post into the review channel, and say what to do where that fails."""
    where = (await place_work.setup_of(visit)).view.chat.review_channel
    if where is None:
        raise RuleError("Choose a review channel first.", rule="setup")
    card = Card(title=TEST_POST_TITLE, body=TEST_POST_TEXT)
    try:
        await visit.client.chat_postMessage(
            channel=where, text=fallback(card), blocks=to_blocks(card)
        )
    except SlackApiError as error:
        return await show_setup(visit, heading=_why(where, str(error.response.get("error"))))
    return await show_setup(visit, heading=TEST_POST_SENT_TEXT)


async def _change(visit: Visit, changes: ChatChanges, *, zone: str | None = None) -> Raw:
    await place_work.change(visit, changes, zone=zone)
    return await show_setup(visit, heading=SETUP_CHANGED_TEXT)


async def _groups(visit: Visit) -> Mapping[str, str]:
    told = await visit.client.usergroups_list()
    return {str(one["id"]): str(one["name"]) for one in told["usergroups"]}


def _why(where: str, code: str) -> str:
    return (
        invite_text(channel(where)) if code in _OUTSIDE else post_failed_text(channel(where), code)
    )


def _channel(channel_id: str | None) -> str:
    return channel(channel_id) if channel_id else SETUP_NOTHING


def _controls(view: SetupView, groups: Mapping[str, str]) -> Iterator[Block]:
    chat = view.chat
    picks: list[InteractiveElement] = [
        _pick("setup_review", SETUP_REVIEW_PICK, chat.review_channel),
        _pick("setup_submit", SETUP_SUBMIT_PICK, chat.submit_channel),
    ]
    if groups:
        picks.append(_group_pick(groups, chat.curator_role))
    yield ActionsBlock(elements=picks)
    mention = (
        Button(action="setup_mention", label=MENTION_OFF_BUTTON, argument="|off")
        if chat.mention_fallback
        else Button(action="setup_mention", label=MENTION_ON_BUTTON, argument="|on")
    )
    yield ActionsBlock(
        elements=[
            button_element(Button(action="playlist_add", label=ADD_PLAYLIST_BUTTON)),
            button_element(Button(action="setup_test", label=TEST_POST_BUTTON)),
            button_element(mention),
            button_element(Button(action="setup_code", label=JOIN_DESKS_BUTTON)),
            button_element(Button(action="setup", label=CHECK_AGAIN_BUTTON)),
        ]
    )


def _pick(action: str, placeholder: str, chosen: str | None) -> ConversationSelectElement:
    return ConversationSelectElement(
        placeholder=flat(placeholder, limits.PLACEHOLDER),
        action_id=str(CustomId(action=action)),
        initial_conversation=chosen,
        filter=ConversationFilter(include=["public", "private"], exclude_bot_users=True),
    )


def _group_pick(groups: Mapping[str, str], chosen: str | None) -> StaticSelectElement:
    options = [
        option(Option(value=group, label=name))
        for group, name in list(groups.items())[: limits.SELECT_OPTIONS]
    ]
    return StaticSelectElement(
        placeholder=flat(SETUP_GROUP_PICK, limits.PLACEHOLDER),
        action_id=str(CustomId(action="setup_role")),
        options=options,
        initial_option=next((one for one in options if one.value == chosen), None),
    )
