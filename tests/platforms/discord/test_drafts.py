from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.curator_forms import ask_form, decline_form, note_form
from bot.chat.custom_id import parse
from bot.chat.drafts import Choice, Draft, draft_of, refused, submit_form
from bot.chat.forms import Form
from bot.chat.playlist_forms import add_form
from bot.platforms.discord import limits
from bot.platforms.discord.forms import modal_of
from bot.platforms.discord.shown import screen_of
from db.types import AiUse
from tests.platforms.discord.payloads import assert_discord_takes, new_message

_DRAFTS = st.builds(
    Draft,
    link=st.just(""),
    note=st.just(""),
    playlist_id=st.none() | st.integers(1, 10**9),
    ai_use=st.none() | st.sampled_from(list(AiUse)),
    owns=st.booleans(),
    replaces=st.sampled_from(["", "T-4F7K", "T-4F7KABCD"]),
    anyway=st.booleans(),
    by_file=st.booleans(),
    place=st.none() | st.integers(1, 10**9),
)


def assert_discord_shows(form: dict[str, Any]) -> None:
    """Hold a form to every count and length that `limits` knows."""
    assert parse(form["custom_id"]) is not None
    assert 1 <= len(form["title"]) <= limits.MODAL_TITLE
    assert 1 <= len(form["components"]) <= limits.MODAL_PARTS
    for part in form["components"]:
        assert part["type"] == 18
        assert 1 <= len(part["label"]) <= limits.LABEL_TEXT
        assert len(part.get("description", "")) <= limits.LABEL_DESCRIPTION
        inside = part["component"]
        assert len(inside.get("placeholder") or "") <= limits.TEXT_PLACEHOLDER
        assert len(inside.get("value") or "") <= inside.get("max_length", limits.TEXT_INPUT)
        assert len(inside.get("options", [])) <= limits.SELECT_OPTIONS
        for option in inside.get("options", []):
            assert 1 <= len(option["label"]) <= limits.OPTION_LABEL
            assert 1 <= len(option["value"]) <= limits.OPTION_VALUE


@given(_DRAFTS)
def test_a_draft_comes_back_from_what_its_form_carries(draft: Draft) -> None:
    assert draft_of(draft.carried("form"), {}) == draft


def test_the_form_asks_for_link_playlist_ai_note_and_ownership() -> None:
    form = modal_of(submit_form(Draft(), [Choice(playlist_id=7, name="Night Drive")])).to_dict()

    assert_discord_shows(form)
    assert [(part["label"], part["component"]["type"]) for part in form["components"]] == [
        ("Spotify link of one track", 4),
        ("Playlist", 3),
        ("Was it made with AI tools?", 21),
        ("Note for the curators", 4),
        ("I own or represent this track", 23),
    ]
    # The only playlist there is need not be chosen.
    assert form["components"][1]["component"]["options"][0]["default"] is True


def test_the_form_of_a_new_version_of_a_file_asks_for_a_file() -> None:
    draft = Draft(by_file=True, replaces="T-4F7K", playlist_id=7, note="x" * 500)
    form = modal_of(submit_form(draft, [Choice(playlist_id=7, name="Night Drive")])).to_dict()

    assert_discord_shows(form)
    assert form["components"][0]["component"]["type"] == 19


@given(
    st.lists(st.text(min_size=1, max_size=150), min_size=1, max_size=40),
    st.text(max_size=700),
    st.text(max_size=700),
)
def test_the_form_is_one_that_discord_shows_whatever_stands_in_it(
    names: list[str], link: str, note: str
) -> None:
    choices = [Choice(playlist_id=number, name=name) for number, name in enumerate(names, 1)]
    wanted = len(names)
    draft = Draft(link=link, note=note, playlist_id=wanted)

    form = modal_of(submit_form(draft, choices)).to_dict()

    assert_discord_shows(form)
    options = form["components"][1]["component"]["options"]
    assert [one["value"] for one in options if one["default"]] == [str(wanted)]


@pytest.mark.parametrize(
    "form", [decline_form("T-4F7K"), note_form("T-4F7K"), ask_form("T-4F7K"), add_form()]
)
def test_the_other_forms_are_ones_that_discord_shows(form: Form) -> None:
    assert_discord_shows(modal_of(form).to_dict())


def test_a_decline_takes_one_to_three_of_ten_reasons() -> None:
    reasons = modal_of(decline_form("T-4F7K")).to_dict()["components"][0]["component"]

    assert (reasons["min_values"], reasons["max_values"], len(reasons["options"])) == (1, 3, 10)


@given(st.text(max_size=300), st.text(max_size=200))
def test_a_refusal_keeps_link_and_note(link: str, note: str) -> None:
    draft = Draft(link=link, note=note, playlist_id=7, ai_use=AiUse.PARTLY, owns=True)

    screen = screen_of(refused("Night Drive is full.", draft, may_insist=True))

    payload = new_message(screen)
    assert_discord_takes(payload)
    (row,) = payload["components"]
    assert [one["label"] for one in row["components"]] == ["Back to the form", "Submit anyway…"]
