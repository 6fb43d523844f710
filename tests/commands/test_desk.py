"""The desk at the console: submit, queue, decide, undo, digest."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.commands.console import Console
from tests.commands.desk_commands import NIGHT, SHORT, link_to, submit

PNG = b"\x89PNG\r\n\x1a\n"


def test_a_link_is_looked_up_and_scored_at_once(earmark: Console, sandbox: Sandbox) -> None:
    sent = submit(earmark, link_to(sandbox, "Awakening"))

    assert sent["title"] == "Awakening"
    assert sent["artist"] == "Max McCracken"
    assert sent["playlist"] == NIGHT
    assert sent["place"] == 1
    assert sent["outcome"] == "scored"
    assert sent["new_playlist"] is True
    assert datetime.fromisoformat(sent["answer_by"]) > datetime.now(UTC)


def test_a_file_is_named_by_its_own_name_and_forgotten_once_scored(
    earmark: Console, folder: Path
) -> None:
    shutil.copy(SHORT, folder / "Ana Lund - Second Wind.ogg")

    sent = submit(earmark, "Ana Lund - Second Wind.ogg")

    assert (sent["artist"], sent["title"]) == ("Ana Lund", "Second Wind")
    assert sent["outcome"] == "scored"
    assert not [path for path in (folder / "data").rglob("*") if path.is_file()]


def test_typed_words_win_over_the_name_of_the_file(earmark: Console) -> None:
    sent = submit(earmark, SHORT, "--title", "Tide", "--artist", "Lia Noor", "--ai", "no")

    assert (sent["artist"], sent["title"]) == ("Lia Noor", "Tide")


def test_an_own_file_scores_a_link_that_no_service_has_audio_of(
    earmark: Console, sandbox: Sandbox
) -> None:
    sent = submit(earmark, link_to(sandbox, "Ocean"), "--audio", str(SHORT), "--i-own-it")

    assert (sent["title"], sent["outcome"]) == ("Ocean", "scored")


def test_a_track_without_audio_waits_unscored_until_its_artist_attaches_a_file(
    earmark: Console, sandbox: Sandbox
) -> None:
    sent = submit(earmark, link_to(sandbox, "Ocean"))
    before = earmark.json("queue", NIGHT)["queue"][0]
    attached = earmark.json("attach", sent["id"], SHORT, "--as", "Lia")
    after = earmark.json("queue", NIGHT)["queue"][0]

    assert (sent["outcome"], sent["reason"]) == ("unscored", "no_preview")
    assert (before["score"], before["unscored_reason"]) == (None, "no_preview")
    assert attached["outcome"] == "scored"
    assert after["score"]["percentile"] >= 0


def test_a_doubtful_match_is_scored_once_its_artist_says_yes(
    earmark: Console, sandbox: Sandbox
) -> None:
    sent = submit(earmark, link_to(sandbox, "Coherence"))
    confirmed = earmark("confirm", sent["id"], "--as", "lia")
    again = earmark("confirm", sent["id"], "--as", "lia")

    assert sent["reason"] == "weak_match"
    assert sent["sentence"].endswith("Is this your recording?")
    assert confirmed.out.strip() == f"{sent['id']}: scored."
    assert again.status == 1


def test_the_queue_has_a_row_with_a_reason_for_every_submission(
    earmark: Console, sandbox: Sandbox
) -> None:
    codes = {submit(earmark, link_to(sandbox, one))["id"] for one in ("Awakening", "Ocean")}

    view = earmark.json("queue", NIGHT, "--as", "mo")

    assert view["name"] == NIGHT
    assert {row["id"] for row in view["queue"]} == codes
    assert [row["rank"] for row in view["queue"]] == [1, 2]
    for row in view["queue"]:
        assert {"id", "title", "artist", "rank", "why", "score", "status"} <= set(row)
        assert row["why"]
        assert row["status"] == "queued"


def test_people_read_the_queue_as_a_table(earmark: Console, waiting: str) -> None:
    ran = earmark("queue", NIGHT)

    assert ran.status == 0
    for words in (waiting, "Second Wind", "1 waiting", "of 100", "does not shape the order yet"):
        assert words in ran.out


def test_a_narrow_terminal_folds_the_queue_and_cuts_nothing_off(
    earmark: Console, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "48")

    ran = earmark("queue", NIGHT)

    assert max(map(len, ran.out.splitlines())) <= 48
    assert waiting in ran.out
    assert "…" not in ran.out


@pytest.mark.parametrize(
    ("answer", "status"), [("keep", "kept"), ("maybe", "maybe"), ("decline", "declined")]
)
def test_an_answer_leaves_the_queue_and_reaches_the_artist(
    earmark: Console, waiting: str, answer: str, status: str
) -> None:
    reason = ("--reason", "mix_muddy") if answer == "decline" else ()
    decided = earmark.json("decide", waiting, answer, "--as", "mo", "--note", "Thanks!", *reason)
    told = earmark.json("status", "--as", "LIA")["submissions"][0]

    assert (decided["status"], decided["by"]) == (status, "mo")
    assert datetime.fromisoformat(decided["undo_until"]) > datetime.now(UTC)
    assert earmark.json("queue", NIGHT)["queue"] == []
    assert told["id"] == waiting
    if answer == "decline":
        assert told["reasons"] == ["the mix is muddy or out of balance"]
        assert told["note"] == "Thanks!"


def test_an_answer_taken_back_is_in_the_queue_again(earmark: Console, waiting: str) -> None:
    earmark.json("decide", waiting, "keep", "--as", "mo")
    undone = earmark("undo", waiting.lower(), "--as", "mo")

    assert undone.out.startswith("Taken back: Second Wind")
    assert [row["id"] for row in earmark.json("queue", NIGHT)["queue"]] == [waiting]


def test_the_artist_reads_no_score_and_no_rank(earmark: Console, waiting: str) -> None:
    told = earmark("status", "--as", "Lia", "--json").out
    shown = earmark("status", "--as", "Lia").out

    for secret in ("score", "percentile", "rank", "why", "discovery", "vote"):
        assert secret not in told
        assert secret not in shown
    assert waiting in shown


def test_an_artist_takes_a_submission_back_and_may_send_it_again(
    earmark: Console, waiting: str
) -> None:
    withdrawn = earmark("withdraw", waiting, "--as", "Lia")
    again = submit(earmark, SHORT)

    assert withdrawn.out.startswith(f"{waiting} Second Wind - Lia, for {NIGHT}: withdrawn")
    assert again["id"] != waiting


def test_the_digest_counts_the_week_and_draws_it(
    earmark: Console, waiting: str, folder: Path
) -> None:
    earmark.json("decide", waiting, "keep", "--as", "mo")
    ran = earmark("digest", NIGHT, "--preview", "--chart", "charts/week.png", "--json")

    assert ran.status == 0
    assert (ran.json["kept"], ran.json["declined"], ran.json["waiting"]) == (1, 0, 0)
    assert [row["id"] for row in ran.json["added"]] == [waiting]
    assert ran.err.startswith("charts/week.png: ")
    assert (folder / "charts/week.png").read_bytes().startswith(PNG)


def test_the_digest_of_another_week_is_another_one(earmark: Console, waiting: str) -> None:
    ran = earmark("digest", NIGHT, "--week", "2020-W07")

    assert f"{NIGHT}, week 2020-W07" in ran.out
    assert "Nothing was added" in ran.out
    assert waiting not in ran.out


def test_a_chart_that_cannot_be_written_is_one_error_and_nothing_else(
    earmark: Console, waiting: str, folder: Path
) -> None:
    (folder / "file").write_text("in the way")

    ran = earmark("digest", NIGHT, "--chart", "file/week.png", "--json")

    assert ran.status == 1
    assert ran.json["error"]["kind"] == "settings"
    assert ran.complaint.startswith("The picture cannot be written to file/week.png")
    assert waiting not in ran.out


def test_what_was_quietly_interrupted_or_unscored_is_processed_again(
    earmark: Console, sandbox: Sandbox
) -> None:
    sent = submit(earmark, link_to(sandbox, "Ocean"))
    again, for_people = earmark.json("process"), earmark("process").out

    assert [(one["id"], one["outcome"]) for one in again["processed"]] == [(sent["id"], "unscored")]
    assert for_people.startswith(f"{sent['id']}: unscored. No source has audio of “Ocean”.")


def test_an_empty_desk_says_so_everywhere(earmark: Console, waiting: str) -> None:
    earmark.json("withdraw", waiting, "--as", "Lia")

    assert f"Nothing is waiting in {NIGHT}." in earmark("queue", NIGHT).out
    assert earmark("status", "--as", "Zoe").out == "Zoe has sent nothing yet.\n"
    assert earmark("process").out == "Everything that can be scored is scored.\n"
    assert earmark.json("process") == {"processed": []}


def test_the_receipt_is_read_by_people_too(earmark: Console) -> None:
    ran = earmark("submit", SHORT, "--playlist", NIGHT, "--as", "Lia")

    assert ran.status == 0
    assert "Queued as T-" in ran.out
    assert f"{NIGHT} is new: its queue was opened for this." in ran.out
