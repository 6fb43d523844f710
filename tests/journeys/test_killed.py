"""The power fails in the middle of the demo, again and again: nobody's submission is lost."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.demo_script import DECISIONS, PLAYLISTS, STEPS
from db.types import Answer
from tests.commands.console import Console
from tests.journeys.processes import kill_when, look, start_demo

SEED = 20261123
REFUSED = 4
FILES = sum(step.file is not None for step in STEPS)
LINKS = len(STEPS) - FILES - (REFUSED - 1)


def moments(database: Path) -> list[tuple[str, Callable[[], bool]]]:
    """Return when to kill: once in each part of the story, drawn where there is a choice."""
    draw = random.Random(SEED)  # noqa: S311 - draws moments, protects nothing
    links, decisions = draw.randint(1, LINKS - 1), draw.randint(1, len(DECISIONS) - 1)
    return [
        (f"{links} links are in", lambda: len(look(database).statuses) >= links),
        (
            "a file is in, and not scored",
            lambda: "received" in look(database).statuses.values() and look(database).files > 0,
        ),
        (
            f"{decisions} tracks are answered",
            lambda: look(database).answered() >= decisions,
        ),
    ]


def shown_in_queues(earmark: Console) -> set[str]:
    """Return the ids that `earmark queue` shows; a playlist that nobody sent to is not there."""
    shown: set[str] = set()
    for name in PLAYLISTS:
        ran = earmark("queue", name, "--json")
        if ran.status == 0:
            shown |= {row["id"] for row in ran.json["queue"]}
        else:
            assert ran.json["error"]["kind"] == "not_found"
    return shown


# Four processes, each of which loads everything.
@pytest.mark.timeout(150)
def test_killed_at_any_moment_the_demo_loses_nothing_and_is_completed_by_the_next(
    earmark: Console, folder: Path
) -> None:
    database = folder / "earmark.db"
    accepted: set[str] = set()
    for name, reached in moments(database):
        assert kill_when(start_demo(database), reached), name

        seen = look(database)
        assert accepted <= set(seen.statuses)
        accepted = set(seen.statuses)
        assert shown_in_queues(earmark) == seen.waiting()
        if name.startswith("a file"):
            # Left to the next demo otherwise; here by the command that is there for it.
            done = {one["id"]: one["outcome"] for one in earmark.json("process")["processed"]}
            left = [code for code, status in seen.statuses.items() if status == "received"]
            assert [done[code] for code in left] == ["scored"]

    out, err = start_demo(database).communicate(timeout=60)

    state, seen = json.loads(out), look(database)
    assert err == ""
    assert accepted <= set(seen.statuses)
    assert len(seen.statuses) == len(STEPS) - REFUSED == len(set(seen.statuses))
    assert len(state["errors"]) == REFUSED
    assert "received" not in seen.statuses.values()
    assert shown_in_queues(earmark) == seen.waiting()
    kept = sum(digest["kept"] for digest in state["digest"])
    assert kept == sum(one.answer is Answer.KEEP for one in DECISIONS)
    assert seen.files == 0
