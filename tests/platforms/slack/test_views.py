"""Modals are ones that Slack takes, and what was typed comes back from them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.views import View

from bot.chat.curator_forms import ask_form, decline_form, note_form
from bot.chat.custom_id import CustomId, parse
from bot.chat.drafts import Choice, Draft, submit_form
from bot.chat.forms import Filled, Form
from bot.chat.playlist_forms import add_form
from bot.chat.replies import Page, Row, Sentence
from bot.marks import channel, command, moment, role
from bot.messages import Button
from bot.platforms.slack import limits
from bot.platforms.slack.render import reply_blocks
from bot.platforms.slack.text import words
from bot.platforms.slack.views import answer_view, filled, form_view, loading, refused
from tests.platforms.slack.contract import problems
from tests.workflow.stage import NOW

SUBMIT = submit_form(
    Draft(link="https://open.spotify.com/track/x", note="Hi"),
    [Choice(playlist_id=7, name="Night Drive"), Choice(playlist_id=8, name="*Day*")],
)
FORMS = [SUBMIT, decline_form("T-4F7K"), note_form("T-4F7K"), ask_form("T-4F7K"), add_form()]


def assert_slack_takes(view: dict[str, Any]) -> None:
    View(**view).validate_json()
    assert problems(view["blocks"]) == []
    assert 1 <= len(view["blocks"]) <= limits.VIEW_BLOCKS
    assert len(view["title"]["text"]) <= limits.MODAL_TITLE


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_a_modal_that_slack_takes(form: Form) -> None:
    view = form_view(form, refusal="Night Drive is full until Monday.")

    assert_slack_takes(view)
    assert parse(view["callback_id"]) == form.carried


def test_the_loading_view_and_answers_are_modals_that_slack_takes() -> None:
    assert_slack_takes(loading())
    assert_slack_takes(answer_view(Sentence(text="<!channel> & *bold*")))


def chosen(value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": value}, "value": value}


def test_a_form_says_back_what_was_typed_into_it() -> None:
    values = {
        "link": {"link": {"type": "plain_text_input", "value": "spotify:track:1"}},
        "playlist": {"playlist": {"type": "static_select", "selected_option": chosen("8")}},
        "ai": {"ai": {"type": "radio_buttons", "selected_option": chosen("no")}},
        "note": {"note": {"type": "plain_text_input", "value": None}},
        "owns": {"owns": {"type": "checkboxes", "selected_options": [chosen("yes")]}},
    }

    told = filled({"state": {"values": values}})

    assert told == Filled(
        texts={"link": "spotify:track:1", "playlist": "8", "ai": "no"},
        chosen={"playlist": ("8",), "ai": ("no",)},
        ticked=frozenset({"owns"}),
    )
    again = refused(form_view(SUBMIT) | {"state": {"values": values}}, "It is full.")
    assert_slack_takes(again)
    inputs = {block["block_id"]: block["element"] for block in again["blocks"][1:]}
    assert inputs["link"]["initial_value"] == "spotify:track:1"
    assert inputs["playlist"]["initial_option"]["value"] == "8"
    assert inputs["ai"]["initial_option"]["value"] == "no"
    assert "initial_value" not in inputs["note"]
    assert inputs["owns"]["initial_options"][0]["value"] == "yes"


def test_a_file_that_was_handed_in_is_told_with_its_address() -> None:
    file = {"id": "F1", "name": "song.wav", "size": 12, "url_private_download": "https://f/1"}
    values = {"file": {"file": {"type": "file_input", "files": [file]}}}

    upload = filled({"state": {"values": values}}).upload("file")

    assert upload is not None
    assert (upload.filename, upload.size, upload.url) == ("song.wav", 12, "https://f/1")


def test_a_time_is_each_readers_own_and_nothing_else_in_the_text_has_a_meaning() -> None:
    told = words(f"*Bold* <!channel> :skull: by {moment(NOW)}", 3000).to_dict()

    assert told == {
        "type": "mrkdwn",
        "verbatim": True,
        "text": "\u2217Bold\u2217 &lt;!channel\u203a \u2236skull\u2236 by "
        "<!date^1795003200^{date_short}|18 Nov 2026, 12.00 UTC>",
    }


def test_a_command_is_called_as_the_team_calls_it_and_no_group_is_called() -> None:
    told = words(f"{role('S1')}: {command('submit')}", 100, command="/demos").to_dict()
    place = words(f"in {channel('C1')}", 100).to_dict()

    assert told["text"] == "group S1: /demos submit"
    assert place["text"] == "in <#C1>"


@given(st.text(), st.integers(1, 80))
def test_a_text_with_a_time_is_never_longer_than_it_may_be(text: str, limit: int) -> None:
    assert len(words(f"{text}{moment(NOW)}{text}", limit).to_dict()["text"]) <= limit


@given(
    st.lists(st.text(max_size=300), min_size=10, max_size=10), st.sampled_from(["", moment(NOW)])
)
def test_a_page_of_ten_rows_is_one_that_slack_takes(titles: list[str], since: str) -> None:
    facts = f"waits {since}"
    rows = tuple(
        Row(
            number=f"#{number}",
            title=title,
            artist=title,
            facts=facts,
            opens=Button(action="open", label="Open", argument=f"T-{number:04d}"),
        )
        for number, title in enumerate(titles)
    )

    blocks = reply_blocks(Page(heading="Night Drive", rows=rows, below="No more."))

    assert problems(blocks) == []
    assert len(blocks) <= limits.BLOCKS


def test_a_button_in_a_message_carries_what_it_carries_on_every_chat() -> None:
    blocks = reply_blocks(
        Sentence(text="Done.", buttons=(Button(action="queue", label="Next", argument="7|mine.2"),))
    )

    carried = parse(blocks[1]["elements"][0]["action_id"])

    assert carried == CustomId(action="queue", id="7", arg="mine.2")
