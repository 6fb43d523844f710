import pytest
from discord import ui
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Button, ButtonStyle, Card, Field, Image, Option, Select
from bot.platforms.discord.render import card, sentence
from bot.platforms.discord.screen import Screen
from tests.platforms.discord.payloads import assert_discord_takes, new_message

NASTY = "@everyone <@&1> [x](y) *z*"
LONG_CJK = "夜" * 100
CARD = Card(
    title="Second Wind - Ana Lund",
    url="https://open.spotify.com/track/6rqhFgbbKwnb9MLmUQDhG6",
    body="fit",
    fields=(Field(name="Why here", value="overdue 9 d"),),
    image=Image(png=b"\x89PNG", alt="A spectrogram"),
    buttons=(
        Button(action="keep", label="Keep", style=ButtonStyle.GOOD, argument="T-4F7K"),
        Button(action="decline", label="Decline…", style=ButtonStyle.DANGER, argument="T-4F7K"),
    ),
    select=Select(
        action="snooze",
        placeholder="Snooze",
        options=(Option(value="1", label="a day", description="until tomorrow"),),
        argument="T-4F7K",
    ),
    footer="T-4F7K",
)


def test_a_card_becomes_one_message_with_everything_on_it() -> None:
    assert new_message(card(CARD, player=True)) == {
        "content": "https://open.spotify.com/track/6rqhFgbbKwnb9MLmUQDhG6",
        "tts": False,
        "embeds": [
            {
                "type": "rich",
                "title": "Second Wind - Ana Lund",
                "url": "https://open.spotify.com/track/6rqhFgbbKwnb9MLmUQDhG6",
                "description": "fit",
                "fields": [{"name": "Why here", "value": "overdue 9 d", "inline": False}],
                "footer": {"text": "T-4F7K"},
                "image": {"url": "attachment://picture.png"},
                "flags": 0,
            }
        ],
        "attachments": [{"id": 0, "filename": "picture.png", "description": "A spectrogram"}],
        "components": [
            {
                "type": 1,
                "components": [
                    {
                        "type": 2,
                        "style": 3,
                        "label": "Keep",
                        "disabled": False,
                        "custom_id": "q1|keep|T-4F7K|",
                    },
                    {
                        "type": 2,
                        "style": 4,
                        "label": "Decline…",
                        "disabled": False,
                        "custom_id": "q1|decline|T-4F7K|",
                    },
                ],
            },
            {
                "type": 1,
                "components": [
                    {
                        "type": 3,
                        "custom_id": "q1|snooze|T-4F7K|",
                        "min_values": 1,
                        "max_values": 1,
                        "placeholder": "Snooze",
                        "disabled": False,
                        "required": True,
                        "options": [
                            {
                                "label": "a day",
                                "value": "1",
                                "default": False,
                                "description": "until tomorrow",
                            }
                        ],
                    }
                ],
            },
        ],
        "allowed_mentions": {"parse": []},
    }


def test_a_nasty_title_pings_nobody_and_breaks_nothing() -> None:
    shown = card(Card(title=NASTY, body=NASTY, fields=(Field(name=NASTY, value=NASTY),)))

    payload = new_message(shown)
    assert_discord_takes(payload)
    (embed,) = payload["embeds"]
    # In the title `plain` has put other characters in the place of those that open a mention.
    assert embed["description"] == r"\@everyone \<@&1> \[x\](y) \*z\*"
    assert embed["fields"][0]["value"] == embed["description"]
    assert embed["title"] == "\uff20everyone \u2039@&1> \\[x\\](y) \\*z\\*"


def test_the_buttons_of_a_direct_message_say_which_workspace_they_are_about() -> None:
    shown = card(
        Card(title="x", buttons=(Button(action="resubmit", label="Again", argument="T-4F7K"),)),
        place=12,
    )

    (row,) = new_message(shown)["components"]
    assert row["components"][0]["custom_id"] == "q1|resubmit|T-4F7K@12|"


_WILD = st.text(max_size=300) | st.just("*" * 3000) | st.just(LONG_CJK * 50)


@given(
    title=_WILD,
    body=_WILD,
    footer=_WILD,
    names=st.lists(st.tuples(_WILD, _WILD), max_size=30),
    labels=st.lists(_WILD.filter(str.isprintable).map(lambda text: f"x{text}"), max_size=20),
)
def test_every_card_stays_within_every_limit(
    title: str, body: str, footer: str, names: list[tuple[str, str]], labels: list[str]
) -> None:
    shown = Card(
        title=title,
        body=body,
        footer=footer,
        fields=tuple(Field(name=name, value=value) for name, value in names),
        buttons=tuple(
            Button(action="keep", label=label, argument=f"T-{number}")
            for number, label in enumerate(labels)
        ),
        select=Select(
            action="view",
            placeholder=title,
            options=tuple(
                Option(value=str(number), label=label, description=label)
                for number, label in enumerate(["x", *labels])
            ),
        ),
    )

    assert_discord_takes(new_message(card(shown)))


def test_more_buttons_than_rows_are_a_mistake_of_ours() -> None:
    many = tuple(Button(action="keep", label="x", argument=str(n)) for n in range(26))

    with pytest.raises(ValueError, match="26 buttons"):
        card(Card(title="x", buttons=many))


def test_a_refusal_is_one_plain_sentence() -> None:
    assert new_message(sentence("*Night Drive* is full.")) == {
        "content": r"\*Night Drive\* is full.",
        "tts": False,
        "allowed_mentions": {"parse": []},
    }


def test_an_older_picture_goes_when_the_new_message_has_none() -> None:
    editing = sentence("Done.").editing()

    assert editing["attachments"] == []
    assert editing["embeds"] == []
    assert editing["view"] is None


def test_a_message_of_components_holds_nothing_else() -> None:
    with pytest.raises(ValueError, match="nothing else"):
        Screen(content="x", layout=ui.LayoutView(timeout=None))
