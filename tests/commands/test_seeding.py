"""`earmark playlist seeds`: what a playlist holds is pasted, heard at once, and taken out again."""

from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.commands.console import Console
from tests.commands.desk_commands import NIGHT, link_to


@pytest.fixture
def links(sandbox: Sandbox, folder: Path) -> Path:
    file = folder / "tracks.txt"
    titles = [song.title for song in sandbox.catalogue.songs[:2]]
    file.write_text("\n".join(link_to(sandbox, title) for title in titles))
    return file


def test_seeds_are_heard_at_once_shown_and_taken_out(earmark: Console, links: Path) -> None:
    earmark.json("playlist", "add", NIGHT, "--as", "mo")
    out = earmark("playlist", "seeds", NIGHT, "--as", "mo").out
    assert "No seed tracks yet" in out
    assert "Ctrl+A and Ctrl+C" in out

    ran = earmark("playlist", "seeds", NIGHT, "--add", links, "--as", "mo")
    assert (ran.status, ran.err) == (0, "")
    assert "2 tracks added." in ran.out
    assert "2 heard" in ran.out
    shown = earmark.json("playlist", "seeds", NIGHT, "--as", "mo")
    assert [row["state"] for row in shown["seeds"]] == ["heard", "heard"]

    gone = earmark.json("playlist", "seeds", NIGHT, "--remove", links, "--as", "mo")
    assert (gone["done"]["removed"], gone["seeds"]) == (2, [])


def test_the_listening_can_be_left_to_the_desk_that_runs(earmark: Console, links: Path) -> None:
    earmark.json("playlist", "add", NIGHT, "--as", "mo")

    told = earmark.json("playlist", "seeds", NIGHT, "--add", links, "--later", "--as", "mo")
    assert (told["done"]["added"], [row["state"] for row in told["seeds"]]) == (2, ["waiting"] * 2)
    told = earmark.json("playlist", "seeds", NIGHT, "--clear", "--as", "mo")
    assert (told["done"]["removed"], told["seeds"]) == (2, [])


def test_a_file_without_links_says_how_to_make_one(earmark: Console, folder: Path) -> None:
    earmark.json("playlist", "add", NIGHT, "--as", "mo")
    file = folder / "tracks.txt"
    file.write_bytes(b"\xff\xfe no links")

    ran = earmark("playlist", "seeds", NIGHT, "--add", file, "--as", "mo")
    assert ran.status == 1
    assert ran.complaint.startswith("There is no link of a Spotify track in that.")
    ran = earmark("playlist", "seeds", NIGHT, "--add", file, "--clear", "--as", "mo")
    assert ran.status == 2
