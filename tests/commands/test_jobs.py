"""`earmark jobs`: what is in hand, shown, stopped and begun again."""

import asyncio
from pathlib import Path

import pytest

from bot import settings
from bot.sandbox.server import Sandbox
from bot.serve import open_queue
from db.goes import Go
from tests.commands.console import Console


def _begin(submission_id: int) -> None:
    """Ask for the work behind a submission, as a chat does; nobody is there to do it."""

    async def begin() -> None:
        async with open_queue(settings.load()) as queue:
            await queue.start_go(Go(workspace_id=1, submission_id=submission_id, number=1))

    asyncio.run(begin())


def test_no_work_says_how_to_see_more(earmark: Console) -> None:
    assert "earmark jobs list --all" in earmark("jobs", "list").out
    assert earmark.json("jobs", "list")["jobs"] == []


def test_waiting_work_is_listed_and_shown(earmark: Console) -> None:
    _begin(7)

    (job,) = earmark.json("jobs", "list")["jobs"]
    assert (job["id"], job["state"]) == ("score:7:1", "waiting")
    assert "score:7:1" in earmark("jobs", "list").out
    assert earmark.json("jobs", "show", "score:7:1")["steps"] == []
    assert earmark("jobs", "show", "score:7:1").out.startswith("score:7:1: waiting, begun")


def test_cancelled_work_is_over_until_it_is_retried(earmark: Console) -> None:
    _begin(7)

    assert earmark("jobs", "cancel", "score:7:1").out == "score:7:1 is cancelled.\n"
    assert earmark("jobs", "cancel", "score:7:1").complaint == "score:7:1 is cancelled already."
    assert earmark.json("jobs", "list")["jobs"] == []
    assert earmark("jobs", "retry", "score:7:1").status == 0
    (job,) = earmark.json("jobs", "list")["jobs"]
    assert job["state"] == "waiting"
    refused = earmark("jobs", "retry", "score:7:1")
    assert refused.complaint == "score:7:1 has neither failed nor been cancelled."


@pytest.mark.parametrize("words", [("show",), ("cancel",)])
def test_a_job_that_is_not_there_is_named(earmark: Console, words: tuple[str, ...]) -> None:
    refused = earmark("jobs", *words, "score:99:1")

    assert refused.status == 1
    assert refused.complaint.startswith("There is no job called 'score:99:1'.")


def test_cancelling_leaves_the_submission_unscored_and_its_code_retries_it(
    earmark: Console, sandbox: Sandbox, folder: Path
) -> None:
    del folder
    song = next(song for song in sandbox.catalogue.songs if song.clip is None)
    sent = earmark.json("submit", song.spotify_url, "--playlist", "Night Drive", "--as", "ana")

    assert sent["outcome"] == "unscored"
    assert earmark("jobs", "retry", sent["id"]).out == f"{sent['id']} will be tried again.\n"
    (job,) = earmark.json("jobs", "list")["jobs"]
    assert job["id"] == "score:1:2"
    assert earmark("jobs", "cancel", "score:1:2").status == 0
    (row,) = earmark.json("queue", "Night Drive")["queue"]
    assert row["unscored_reason"] == "cancelled"
