"""Slack's rules for blocks, one broken at a time, and against slack_sdk's own checks."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.blocks import block_problems
from bot.sandbox.slack.server import SlackStandIn
from bot.sandbox.slack.world import SlackChannel
from tests.platforms.slack.contract import CONTRACT, needs_contract
from tests.sandbox.slack_stand_in.small_app import AI, FILE, LINK, NOTE, button, client_of, plain

Json = dict[str, Any]

DIVIDER = {"type": "divider"}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(**more: Any) -> Json:
    return {"type": "section"} | more


def options(count: int, *, text: str = "x", value: str = "v") -> list[Json]:
    return [{"text": plain(text), "value": f"{value}{number}"} for number in range(count)]


def choice(kind: str, offered: list[Json], **more: Any) -> Json:
    return {"type": kind, "action_id": "a", "options": offered} | more


GOOD = [
    {"type": "header", "text": plain("x" * 150)},
    section(text={"type": "mrkdwn", "text": "x" * 3000}, accessory=button("One", "one")),
    section(fields=[plain("x" * 2000)] * 10),
    actions(*[button("x" * 75, f"{number}" * 100, "v" * 2000) for number in range(10, 35)]),
    actions(choice("static_select", options(100, text="x" * 75))),
    actions(choice("overflow", options(5))),
    actions(choice("radio_buttons", options(10), initial_option=options(10)[3])),
    actions(choice("checkboxes", options(10), initial_options=options(10)[:2])),
    {"type": "context", "elements": [plain("x")] * 10},
    {"type": "image", "image_url": "https://example.org/x.png", "alt_text": "x"},
    DIVIDER,
    LINK,
    NOTE,
    AI,
]

BAD = [
    ([DIVIDER] * 51, "51 blocks are more than 50"),
    ([DIVIDER | {"block_id": "x"}] * 2, "block_id 'x' is there 2 times"),
    ([DIVIDER | {"block_id": "x" * 256}], "a block_id is too long"),
    ([{"type": "poem"}], "'poem' is no block"),
    ([{"type": "header", "text": plain("x" * 151)}], "the text of a header is too long"),
    ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "must be plain_text"),
    ([section(text=plain("x" * 3001))], "the text of a section is too long"),
    ([section(text=plain(""))], "more than 0 characters"),
    ([section()], "a section needs a text or fields"),
    ([section(fields=[plain("x")] * 11)], "11 fields of a section"),
    ([section(fields=[plain("x" * 2001)])], "a field of a section is too long"),
    ([{"type": "context", "elements": [plain("x")] * 11}], "11 elements of a context"),
    ([actions(*[button("x", f"{n}") for n in range(26)])], "26 elements of an actions"),
    ([actions(button("x", "a"), button("y", "a"))], "action_id 'a' is 2 times in a block"),
    ([actions(button("x" * 76, "a"))], "the text of a button is too long"),
    ([actions(button("x", "a" * 256))], "an action_id is too long"),
    ([actions(button("x", "a", "v" * 2001))], "the value of a button is too long"),
    ([actions(button("x", "a") | {"style": "green"})], "no style 'green'"),
    ([actions(choice("overflow", options(6)))], "6 options of an overflow menu"),
    ([actions(choice("checkboxes", options(11)))], "11 options of checkboxes"),
    ([actions(choice("radio_buttons", options(0)))], "0 options of radio_buttons"),
    ([actions(choice("static_select", options(101)))], "101 options of a select"),
    ([actions(choice("static_select", options(1, text="x" * 76)))], "the text of an option is too"),
    (
        [actions(choice("static_select", options(1, value="x" * 150)))],
        "the value of an option is too",
    ),
    (
        [actions(choice("static_select", options(2), initial_option=options(3)[2]))],
        "an initial option of a static_select is not among its options",
    ),
    (
        [actions(choice("static_select", options(1), placeholder=plain("x" * 151)))],
        "a placeholder is too long",
    ),
    ([{"type": "image", "image_url": "https://example.org"}], "a picture needs an alt_text"),
    ([FILE], "a file_input is only for modals"),
    ([section(text=plain("x"), accessory={"type": "dial"})], "'dial' is no element"),
]


def test_what_is_just_within_the_limits_breaks_no_rule() -> None:
    assert list(block_problems(GOOD)) == []
    assert CONTRACT.block_problems(GOOD) == []


@pytest.mark.parametrize(("blocks", "rule"), BAD, ids=[rule for _, rule in BAD])
async def test_blocks_that_break_a_rule_are_refused_and_written_down(
    slack: SlackStandIn, review: SlackChannel, blocks: list[Json], rule: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client_of(slack).chat_postMessage(channel=review.id, text="x", blocks=blocks)

    assert refused.value.response["error"] == "invalid_blocks"
    assert any(rule in each for each in slack.violations)
    assert slack.in_channel(review.id) == []
    slack.violations.clear()


@needs_contract
@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "header"}],
        [actions(button("x", "a") | {"colour": "green"})],
        [section(text="x")],
        [{"type": "input", "label": plain("x")}],
    ],
)
def test_slacks_own_types_refuse_wrong_shapes(blocks: list[Json]) -> None:
    assert CONTRACT.block_problems(blocks) != []


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "x", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"text": "x", "thread_ts": "1.2"}, "thread_not_found"),
    ],
)
async def test_a_message_that_cannot_be_is_refused(
    slack: SlackStandIn, review: SlackChannel, said: Json, error: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client_of(slack).api_call("chat.postMessage", json={"channel": review.id} | said)

    assert refused.value.response["error"] == error
    slack.violations.clear()
