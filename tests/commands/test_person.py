"""What a person decides about themselves, by command."""

import json
from pathlib import Path

from tests.commands.console import Console

LINK = "https://open.spotify.com/track/4PTG3Z6ehGkBFwjybzWkR8"


def test_a_copy_is_printed_or_written_and_a_deletion_empties_it(
    earmark: Console, folder: Path
) -> None:
    earmark("submit", LINK, "--playlist", "Night", "--note", "Live!", "--as", "Lia")

    told = earmark("privacy", "export", "--as", "Lia").json
    assert [one["your_note"] for one in told["submissions"]] == ["Live!"]
    ran = earmark("privacy", "export", "--to", folder / "lia.json", "--as", "Lia")
    assert "Everything that is kept of you is in" in ran.out
    assert json.loads((folder / "lia.json").read_text())["name"] == "Lia"

    gone = earmark.json("privacy", "delete", "--yes", "--as", "Lia")
    assert (gone["submissions"], gone["withdrawn"]) == (1, 1)
    assert earmark("privacy", "export", "--as", "Lia").json == {"name": "Lia"}
    again = earmark("privacy", "delete", "--yes", "--as", "Lia")
    assert again.complaint.startswith("Nothing is kept of you")


def test_messages_are_turned_off_and_on(earmark: Console) -> None:
    assert "no direct messages" in earmark("privacy", "dm-off", "--as", "Lia").out
    assert earmark.json("privacy", "dm-on", "--as", "Lia") == {"name": "Lia", "dm_allowed": True}


def test_two_accounts_become_one_person(earmark: Console) -> None:
    code = earmark.json("link", "--as", "Lia")["code"]

    joined = earmark.json("link", code.lower(), "--as", "lia_on_the_phone")
    assert {one["id"] for one in joined["accounts"]} == {"lia", "lia_on_the_phone"}
    assert "That code is not good" in earmark("link", code, "--as", "ben").complaint
    assert "Your code is" in earmark("link", "--as", "ben").out


def test_one_own_submission_is_opened(earmark: Console) -> None:
    code = earmark.json("submit", LINK, "--playlist", "Night", "--as", "Lia")["id"]

    shown = earmark("status", code, "--as", "Lia").out
    assert "you sent it" in shown
    assert "You may withdraw it." in shown
    assert earmark.json("status", code, "--as", "Lia")["may_withdraw"] is True
    assert earmark("status", code, "--as", "ben").complaint == f"{code} is not yours."


def test_the_operator_has_old_names_forgotten(earmark: Console) -> None:
    earmark("submit", LINK, "--playlist", "Night", "--as", "Lia")

    assert "lost their sender's name: 0." in earmark("privacy", "retire").out
