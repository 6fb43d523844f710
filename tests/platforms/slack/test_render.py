"""What Slack is sent: whole payloads, and limits that no card can break."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Button, ButtonStyle, Card, Field, Option, Select
from bot.platforms.slack.render import fallback, to_blocks
from bot.platforms.slack.text import escape
from bot.sandbox.slack.blocks import block_problems
from tests.platforms.slack.contract import needs_contract, problems

KEPT = Card(
    title="Night Drive keeps One - Ana",
    url="https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC",
    body="It will be added to the playlist.",
    fields=(Field(name="Night Drive", value="3 waiting"),),
    buttons=(
        Button(action="mine", label="Status", argument="T-4F7K"),
        Button(action="withdraw", label="Withdraw", style=ButtonStyle.DANGER, argument="T-4F7K"),
    ),
    footer="T-4F7K for Night Drive",
)

NASTY = "<!channel> <@U1> @everyone *x* _y_ [x](y) <https://evil.example|click> & :skull: `z`"

texts = st.text(max_size=3200) | st.sampled_from(
    ["", " ", NASTY, "音" * 4000, "א" * 200, "🎵" * 90]
)
buttons = st.builds(
    Button,
    action=st.sampled_from(["keep", "mine"]),
    label=texts,
    style=st.sampled_from(ButtonStyle),
    argument=st.text(alphabet="T-ABC2345", min_size=1, max_size=32),
)
options = st.builds(Option, value=st.text(min_size=1, max_size=300), label=texts, description=texts)
cards = st.builds(
    Card,
    title=texts,
    url=st.none() | st.sampled_from([KEPT.url, "https://evil.example/|x>", "javascript:x"]),
    body=texts,
    fields=st.lists(st.builds(Field, name=texts, value=texts), max_size=25).map(tuple),
    buttons=st.lists(
        buttons, max_size=25, unique_by=lambda button: (button.action, button.argument)
    ).map(tuple),
    select=st.none()
    | st.builds(
        Select,
        action=st.just("view"),
        placeholder=texts,
        options=st.lists(options, min_size=1, max_size=30).map(tuple),
    ),
    footer=texts,
)


def test_a_card_becomes_blocks() -> None:
    assert to_blocks(KEPT) == [
        {
            "type": "header",
            "text": {"type": "plain_text", "emoji": False, "text": "Night Drive keeps One - Ana"},
        },
        {
            "type": "section",
            "text": {
                "type": "plain_text",
                "emoji": False,
                "text": "It will be added to the playlist.",
            },
        },
        {
            "type": "section",
            "text": {
                "type": "mrkdwn",
                "text": "<https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC|Listen on Spotify>",
            },
        },
        {
            "type": "section",
            "fields": [{"type": "plain_text", "emoji": False, "text": "Night Drive\n3 waiting"}],
        },
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "text": {"type": "plain_text", "emoji": False, "text": "Status"},
                    "action_id": "q1|mine|T-4F7K|",
                    "value": "T-4F7K",
                },
                {
                    "type": "button",
                    "text": {"type": "plain_text", "emoji": False, "text": "Withdraw"},
                    "action_id": "q1|withdraw|T-4F7K|",
                    "value": "T-4F7K",
                    "style": "danger",
                },
            ],
        },
        {
            "type": "context",
            "elements": [{"type": "plain_text", "emoji": False, "text": "T-4F7K for Night Drive"}],
        },
    ]


@given(card=cards)
def test_no_card_breaks_a_limit_of_slacks(card: Card) -> None:
    blocks = to_blocks(card, calls="U0ANA")

    assert list(block_problems(blocks)) == []
    assert problems(blocks) == []
    assert len(json.dumps(blocks)) < 200_000


@needs_contract
def test_the_contract_is_looked_at_where_it_is_there() -> None:
    blocks = to_blocks(KEPT)
    blocks[0]["colour"] = "red"

    assert problems(blocks) != []


@given(card=cards)
def test_nothing_that_people_wrote_is_read_as_markup(card: Card) -> None:
    marked = [
        block["text"]["text"]
        for block in to_blocks(card)
        if block["type"] == "section" and block.get("text", {}).get("type") == "mrkdwn"
    ]

    assert set(marked) <= {
        "<https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC|Listen on Spotify>"
    }
    assert not {"<", ">"} & set(fallback(card))


def test_only_an_id_can_be_called() -> None:
    called = to_blocks(Card(title="News"), calls="U0ANA")[0]
    nobody = to_blocks(Card(title="News"), calls="!channel")

    assert called["text"]["text"] == "<@U0ANA>"
    assert [block["type"] for block in nobody] == ["header"]


def test_markup_is_escaped_in_notifications() -> None:
    assert escape("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
