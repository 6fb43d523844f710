"""A desk by command: submit, queue, decide, undo, status, withdraw, confirm, attach, digest."""

import io
import json
import shutil
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.sandbox.bundled import clip
from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox
from tests.commands.console import Console, Ran, fresh_environment

NIGHT = "Night Drive"
SHORT = clip("caribbean_8s.ogg").path
PNG = b"\x89PNG\r\n\x1a\n"


def link_to(sandbox: Sandbox, title: str) -> str:
    return sandbox.catalogue.titled(title).spotify_url


def submit(earmark: Console, what: str | Path, *more: str, name: str = "Lia") -> Any:
    return earmark.json("submit", what, "--playlist", NIGHT, "--as", name, *more)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> tuple[Path, str]:
    """A database in which one scored submission of Lia's waits, and its id; made once, to copy."""
    folder = tmp_path_factory.mktemp("filled")
    path = Path(shutil.copy(sqlite_template, folder / "earmark.db"))
    words = ["submit", str(SHORT), "--playlist", NIGHT, "--as", "Lia", "--title", "Second Wind"]
    with pytest.MonkeyPatch.context() as environment, redirect_stdout(io.StringIO()) as out:
        fresh_environment(environment, folder, f"sqlite:///{path}")
        assert main([*words, "--json"]) == 0
    return path, json.loads(out.getvalue())["id"]


@pytest.fixture
def waiting(folder: Path, filled: tuple[Path, str]) -> str:
    """The id of a scored submission of Lia's that waits in the queue."""
    path, code = filled
    shutil.copy(path, folder / "earmark.db")
    return code


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
    for words in (waiting, "Second Wind", "1 waiting", "of 100", "has taught us nothing yet"):
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


def refused(ran: Ran) -> tuple[str, str]:
    """Return kind and sentence of a refusal, which stands on stderr and in the JSON alike."""
    assert ran.status == 1
    assert ran.json["ok"] is False
    error = ran.json["error"]
    assert ran.complaint == error["sentence"]
    return error["kind"], error["sentence"]


LINK = "https://open.spotify.com"


@pytest.fixture
def bad_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_UPLOAD_MAX_MIB", "1")
    (folder / "folder.mp3").mkdir()
    (folder / "words.txt").write_text("These are only words.")
    (folder / "empty.mp3").touch()
    (folder / "cut.mp3").write_bytes(clip("nebula.mp3").path.read_bytes()[:100_000])
    (folder / "huge.wav").write_bytes(b"RIFF" + bytes(2**20))


@pytest.mark.parametrize(
    ("what", "kind", "words"),
    [
        ("hello there", "link", "no Spotify link"),
        ("", "link", "no Spotify link"),
        (f"{LINK}/track/cutshort", "link", "cut short or mistyped"),
        (f"{LINK}/playlist/37i9dQZF1DXcBWIGoYBM5M", "link", "a Spotify playlist"),
        (f"{LINK}/artist/0OdUWJ0sBjDrqHygGUXeCF", "link", "a Spotify artist"),
        (f"{LINK}/episode/0OdUWJ0sBjDrqHygGUXeCF", "link", "episode"),
        ("https://soundcloud.com/a/b", "link", "a SoundCloud link"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "link", "a YouTube link"),
        (f"{LINK}/track/{'a' * 22} {LINK}/track/{'b' * 22}", "link", "there are 2 links"),
        ("https://example.com/song.mp3", "link", "no Spotify link"),
        (f"{LINK}/track/{'0' * 22}", "no_such_track", "Spotify knows no track"),
        ("missing.mp3", "not_found", "The file missing.mp3 cannot be read: No such file"),
        ("folder.mp3", "not_found", "The file folder.mp3 cannot be read: Is a directory"),
        ("words.txt", "audio", "not audio of a kind that can be read"),
        ("cut.mp3", "audio", "broke off"),
        ("empty.mp3", "audio", "The file is empty"),
        ("huge.wav", "audio", "larger than 1 MiB"),
    ],
)
@pytest.mark.usefixtures("bad_files", "sandbox")
def test_what_cannot_be_submitted_is_refused_with_the_reason(
    earmark: Console, what: str, kind: str, words: str
) -> None:
    told = refused(earmark("submit", what, "--playlist", NIGHT, "--as", "Lia", "--json"))

    assert told[0] == kind
    assert words in told[1]
    rows = earmark.json("status", "--as", "Lia")["submissions"]
    assert [row["status"] for row in rows] == ["withdrawn"] * (kind == "no_such_track")


def test_the_same_track_is_not_queued_twice(
    earmark: Console, sandbox: Sandbox, waiting: str
) -> None:
    link = link_to(sandbox, "Awakening")
    first = submit(earmark, link)

    by_link = refused(earmark("submit", link, "--playlist", NIGHT, "--as", "Zoe", "--json"))
    by_file = refused(earmark("submit", SHORT, "--playlist", NIGHT, "--as", "Zoe", "--json"))

    assert (by_link[0], by_file[0]) == ("rule", "rule")
    assert first["id"] in by_link[1]
    assert waiting in by_file[1]


@pytest.mark.parametrize("words", [("--playlist", " \u200b"), ("--playlist", NIGHT, "--as", "")])
def test_a_name_of_which_nothing_can_be_shown_is_refused(
    earmark: Console, words: tuple[str, ...]
) -> None:
    ran = earmark("submit", SHORT, "--as", "Lia", *words, "--json")

    assert refused(ran)[0] == "rule"


def test_a_mistyped_playlist_opens_no_second_queue(earmark: Console, waiting: str) -> None:
    for name in ("Nigth Drive", "Night Driv"):
        kind, sentence = refused(
            earmark("submit", SHORT, "--playlist", name, "--as", "Zoe", "--json")
        )
        assert kind == "not_found"
        assert f"Did you mean '{NIGHT}'?" in sentence
    assert submit(earmark, clip("palace.ogg").path, name="Zoe")["new_playlist"] is False
    assert waiting in earmark("queue", " night  DRIVE ").out


def test_a_playlist_that_is_not_there_is_told_with_those_that_are(
    earmark: Console, waiting: str
) -> None:
    for command in ("queue", "digest"):
        kind, sentence = refused(earmark(command, "Morning", "--json"))
        assert kind == "not_found"
        assert NIGHT in sentence
    assert waiting


@pytest.mark.parametrize(
    "words",
    [
        ("decide", "T-0000", "keep", "--as", "mo"),
        ("undo", "nonsense", "--as", "mo"),
        ("withdraw", "T-0000", "--as", "Lia"),
        ("confirm", "T-0000", "--as", "Lia"),
        ("attach", "T-0000", str(SHORT), "--as", "Lia"),
    ],
)
def test_an_id_that_nobody_has_is_told_in_one_sentence(
    earmark: Console, waiting: str, words: tuple[str, ...]
) -> None:
    kind, sentence = refused(earmark(*words, "--json"))

    assert kind == "not_found"
    assert words[1] in sentence
    assert waiting not in sentence


def test_an_own_submission_is_answered_by_somebody_else(earmark: Console, waiting: str) -> None:
    kind, _ = refused(earmark("decide", waiting, "keep", "--as", "lia", "--json"))

    assert kind == "not_allowed"
    assert earmark.json("queue", NIGHT)["queue"][0]["id"] == waiting


@pytest.mark.parametrize("command", ["withdraw", "confirm", "attach"])
def test_what_is_somebody_elses_is_left_alone(earmark: Console, waiting: str, command: str) -> None:
    more = (str(SHORT),) if command == "attach" else ()

    kind, sentence = refused(earmark(command, waiting, *more, "--as", "Zoe", "--json"))

    assert kind == "not_allowed"
    assert "not yours" in sentence


def test_the_second_of_two_answers_is_told_of_the_first(earmark: Console, waiting: str) -> None:
    earmark.json("decide", waiting, "keep", "--as", "mo")

    kind, sentence = refused(earmark("decide", waiting, "maybe", "--as", "kim", "--json"))

    assert kind == "already_done"
    assert sentence == f"{waiting} is already kept by mo, 0 min ago."


def test_only_an_answer_that_is_there_is_taken_back(earmark: Console, waiting: str) -> None:
    assert refused(earmark("undo", waiting, "--as", "mo", "--json"))[0] == "already_done"


@pytest.mark.parametrize("reasons", [(), ("--reason", "boring"), ("--reason", "")])
def test_a_decline_names_a_reason_that_there_is(
    earmark: Console, waiting: str, reasons: tuple[str, ...]
) -> None:
    ran = earmark("decide", waiting, "decline", "--as", "mo", *reasons, "--json")

    kind, sentence = refused(ran)
    assert kind == "rule"
    assert "mix_muddy" in sentence


@pytest.mark.parametrize("week", ["last", "2026-W60", "26-W1"])
def test_a_week_that_is_none_is_refused(earmark: Console, waiting: str, week: str) -> None:
    kind, sentence = refused(earmark("digest", NIGHT, "--week", week, "--json"))

    assert kind == "rule"
    assert "is no ISO week" in sentence
    assert waiting not in sentence


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Coherence", "If it is yours: earmark confirm {code} --as 'Lia N.'"),
        ("Ocean", "To have it scored: earmark attach {code} YOUR_FILE --as 'Lia N.'"),
    ],
)
def test_a_receipt_without_a_score_ends_with_the_command_that_helps(
    earmark: Console, sandbox: Sandbox, title: str, told: str
) -> None:
    ran = earmark("submit", link_to(sandbox, title), "--playlist", NIGHT, "--as", "Lia N.")

    code = earmark.json("status", "--as", "Lia N.")["submissions"][0]["id"]
    assert told.format(code=code) in ran.out.splitlines()


def test_a_silent_service_is_tried_again_by_the_command_that_the_receipt_names(
    earmark: Console, sandbox: Sandbox
) -> None:
    sandbox.set_fault(Fault(service=Service.DEEZER, kind=FaultKind.SERVER_ERROR))

    ran = earmark("submit", link_to(sandbox, "Nebula"), "--playlist", NIGHT, "--as", "Lia")

    assert ran.out.splitlines()[-1] == "To try again: earmark process"
