"""What the desk's commands refuse, each in one sentence."""

from pathlib import Path

import pytest

from bot.sandbox.bundled import clip
from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox
from tests.commands.console import Console, Ran
from tests.commands.desk_commands import NIGHT, SHORT, link_to, submit


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
    assert sentence == f"{waiting} is already kept by mo, a moment ago."


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
