"""`earmark demo --json`, run once: does its queue hold what was sent, and in the right order?"""

import io
import json
import sqlite3
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.demo_script import CURATOR, DECISIONS, PLAYLISTS, STEPS
from scoring.ranking import PAGE_SIZE, Candidate, rank, why_here
from tests.commands.console import Console, fresh_environment
from tests.journeys.processes import look

ROW = {"id", "title", "artist", "rank", "why", "score", "status"}
PNG = b"\x89PNG\r\n\x1a\n"

# The first of them plays the demo, and a busy machine takes its time for that.
pytestmark = pytest.mark.timeout(150)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A finished demo: what it printed, and where."""

    state: dict[str, Any]
    folder: Path
    database: Path
    ended: datetime
    stderr: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row for playlist in self.state["playlists"] for row in playlist["queue"]]


def play(folder: Path, *words: str) -> tuple[int, str, str]:
    """Run the demo in `folder`; return the exit status, stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as environment, redirect_stdout(out), redirect_stderr(err):
        fresh_environment(environment, folder, "sqlite:///not-this-one.db")
        # Where the demo keeps its pictures.
        environment.setattr(tempfile, "tempdir", str(folder))
        status = main(["demo", *words])
    return status, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo")
    status, out, err = play(folder, "--json")
    assert status == 0, err
    state = json.loads(out)
    return Played(
        state=state,
        folder=folder,
        database=Path(state["db"].removeprefix("sqlite:///")),
        ended=datetime.now(UTC),
        stderr=err,
    )


def test_the_demo_prints_the_promised_fields_and_nothing_else(played: Played) -> None:
    assert {"playlists", "digest", "errors", "db"} <= set(played.state)
    assert played.database.is_relative_to(played.folder)
    assert [playlist["name"] for playlist in played.state["playlists"]] == list(PLAYLISTS)
    assert all(set(row) >= ROW for row in played.rows)
    assert played.stderr == ""


def test_the_queue_holds_every_submission_that_was_not_refused(played: Played) -> None:
    refused = len(played.state["errors"])

    assert len(played.rows) == len(STEPS) - refused
    assert {row["id"] for row in played.rows} == set(look(played.database).statuses)
    assert len({row["id"] for row in played.rows}) == len(played.rows)


def test_every_row_has_a_score_from_real_audio_or_says_that_it_has_none_yet(
    played: Played,
) -> None:
    scored = [row for row in played.rows if row["score"] is not None]
    unscored = [row for row in played.rows if row["score"] is None]

    assert len(scored) >= 8
    assert [row["title"] for row in unscored] == ["Ocean"]
    assert unscored[0]["why"].startswith("not scored yet")
    for row in scored:
        score = row["score"]
        assert 0 <= score["low"] <= score["percentile"] <= score["high"] <= 100
    assert len({row["score"]["percentile"] for row in scored}) == len(scored)


def test_the_order_is_what_the_rules_make_of_what_is_printed(played: Played) -> None:
    """Rebuild each queue from the JSON alone and rank it again."""
    for playlist in played.state["playlists"]:
        rows = playlist["queue"]
        ranked = rank(
            [candidate(number, row, played.ended) for number, row in enumerate(rows)],
            now=played.ended,
        )

        assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
        assert [one.candidate.submission_id for one in ranked] == list(range(len(rows)))
        assert [why_here(one) for one in ranked] == [row["why"] for row in rows]


def candidate(number: int, row: dict[str, Any], now: datetime) -> Candidate:
    received_at = now - timedelta(days=row["waited_days"])
    return Candidate(
        submission_id=number,
        artist_key=row["artist"],
        received_at=received_at,
        due_at=received_at + timedelta(days=14),
        score=row["score"]["percentile"] if row["score"] else None,
        discovery=row["discovery"],
    )


def test_a_page_has_one_track_of_each_artist_at_most(played: Played) -> None:
    for playlist in played.state["playlists"]:
        for page in {row["page"] for row in playlist["queue"]}:
            artists = [row["artist"] for row in playlist["queue"] if row["page"] == page]
            assert len(artists) == len(set(artists)) <= PAGE_SIZE


def test_what_was_refused_is_told_with_the_reason(played: Played) -> None:
    told = {(error["kind"], error["sent"]) for error in played.state["errors"]}

    assert told == {
        ("rule", "Awakening"),
        ("link", "https://open.spotify.com/track/cutshort"),
        ("link", "https://soundcloud.com/somebody/something"),
        ("audio", "LICENCES.md"),
    }
    assert all(error["sentence"].endswith(".") for error in played.state["errors"])


def test_the_curators_answers_stand_and_the_one_taken_back_does_not(played: Played) -> None:
    statuses = {row["title"]: row["status"] for row in played.rows}

    assert statuses["Armygeddon"] == statuses["Awakening"] == "kept"
    assert statuses["Caribbean"] == "declined"
    assert statuses["War of freedom"] == "maybe"
    assert statuses["Graveyard"] == "queued"
    assert sum(one.undone for one in DECISIONS) == 1


def test_the_digests_add_up_to_what_was_decided(played: Played) -> None:
    night, loud = played.state["digest"]

    assert (night["playlist"], loud["playlist"]) == PLAYLISTS
    assert (night["kept"], night["declined"], night["reversed"]) == (1, 1, 1)
    assert (loud["kept"], loud["maybe"], loud["declined"]) == (1, 1, 0)
    waiting = [row for row in played.rows if row["status"] == "queued"]
    assert night["waiting"] + loud["waiting"] == len(waiting)


def test_every_picture_that_is_named_is_a_png_that_is_there(played: Played) -> None:
    pictures = [Path(name) for name in played.state["pictures"]]

    assert len(pictures) == len(played.rows) + len(PLAYLISTS)
    assert all(path.read_bytes().startswith(PNG) for path in pictures)


def test_a_queue_asked_for_afterwards_shows_what_still_waits(
    played: Played, earmark: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_DATABASE_URL", f"sqlite:///{played.database}")

    shown = [row for name in PLAYLISTS for row in earmark.json("queue", name)["queue"]]

    assert {row["id"] for row in shown} == look(played.database).waiting()
    for row in shown:
        then = next(one for one in played.rows if one["id"] == row["id"])
        assert then["score"] == row["score"]
        assert then["title"] == row["title"]


def test_no_audio_is_left_behind(played: Played) -> None:
    left = [path.name for path in played.folder.rglob("*") if path.is_file()]

    assert [name for name in left if not name.startswith("demo.db") and ".png" not in name] == []


def test_a_second_demo_on_the_same_database_tells_the_story_and_doubles_nothing(
    played: Played, tmp_path: Path
) -> None:
    database = copy(played, tmp_path)

    status, out, err = play(tmp_path, "--db", f"sqlite:///{database}")

    assert (status, err) == (0, "")
    assert look(database) == look(played.database)
    for words in ("Two weeks of submissions", "A fan sends LICENCES.md", "The week's digest"):
        assert words in out
    assert f'export EARMARK_DATABASE_URL="sqlite:///{database}"' in out


def test_a_demo_that_died_between_a_slip_and_its_undo_still_takes_it_back(
    played: Played, tmp_path: Path, earmark: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = copy(played, tmp_path)
    monkeypatch.setenv("EARMARK_DATABASE_URL", f"sqlite:///{database}")
    (code,) = (row["id"] for row in played.rows if row["title"] == "Graveyard")
    earmark.json("decide", code, "decline", "--as", CURATOR, "--reason", "too_long_intro")
    with sqlite3.connect(database) as connection:
        # What the demo notes after each step, but for the last decision before this one.
        connection.execute("DELETE FROM workspace_settings WHERE key LIKE 'demo graveyard %'")
    connection.close()
    assert look(database).statuses[code] == "declined"

    status, out, _ = play(tmp_path, "--db", f"sqlite:///{database}")

    assert status == 0
    assert f"{code} is already declined by {CURATOR}" in out
    assert look(database).statuses[code] == "queued"


def copy(played: Played, folder: Path) -> Path:
    """Return a copy of the demo's database, in one file."""
    with sqlite3.connect(played.database) as connection:
        connection.execute("VACUUM INTO ?", (str(folder / "copy.db"),))
    connection.close()
    return folder / "copy.db"
