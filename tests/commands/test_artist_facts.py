"""`earmark facts` and `whatif`: what artists learn of their own sound, without a score."""

from pathlib import Path

import pytest

from bot.sandbox.bundled import bundled_clips, clip
from tests.commands.console import Console

SONG = clip("palace.ogg").path
FORBIDDEN = ("score", "percentile", "p_high", "rank", "vote", "popular")


def test_an_artist_sees_the_facts_beside_what_the_playlist_kept(earmark: Console) -> None:
    clips = [one.path for one in bundled_clips() if one.seconds == 30][:6]
    codes = [
        earmark.json("submit", path, "--playlist", "Night", "--as", f"artist{i}")["id"]
        for i, path in enumerate(clips)
    ]
    for code in codes[:5]:
        assert earmark("decide", code, "keep", "--as", "mo").status == 0

    code = codes[5]
    told = earmark.json("facts", code, "--as", "artist5")
    assert told["heading"] == "Facts, not a verdict"
    assert told["tracks"] == 5
    assert {fact["place"] for fact in told["facts"]} <= {"below", "inside", "above", None}
    assert not [word for word in FORBIDDEN if word in str(told)]
    shown = earmark("facts", code, "--as", "artist5").out
    assert "The playlist's range" in shown
    assert "eight in ten of the 5 other tracks" in shown


def test_a_new_playlist_has_kept_too_little_to_compare(earmark: Console) -> None:
    code = earmark.json("submit", SONG, "--playlist", "Night", "--as", "ana")["id"]

    shown = earmark("facts", code, "--as", "ana")
    assert shown.status == 0
    assert "124 BPM (or 62)" in shown.out
    assert "too few tracks to compare: 0 of at least 5" in shown.out
    assert earmark("facts", code, "--as", "bo").complaint.startswith(f"{code} is not yours")


def test_an_edit_is_shown_before_and_after(earmark: Console) -> None:
    ran = earmark("whatif", SONG, "--tempo", "+3%", "--gain", "-2 dB", "--low-cut", "80Hz")

    assert ran.status == 0
    assert "palace.ogg, with less below 80 Hz, 3 % faster, 2 dB quieter" in ran.out
    assert "Facts, not a verdict" in ran.out
    assert "Heard: 0:00 to 0:30 of the file; edited, 29 s from 0:00 on." in ran.out


def test_a_tempo_that_was_counted_in_another_way_is_told_so(earmark: Console) -> None:
    told = earmark.json("whatif", SONG, "--tempo", "+3%")
    (tempo,) = [fact for fact in told["facts"] if fact["name"] == "tempo"]

    assert tempo["before"] == pytest.approx(124, abs=1)
    assert tempo["after"] == pytest.approx(96, abs=1)
    assert (
        "By the edit alone 124 BPM would become 128; heard again it is 96:"
        " the beat of this music can be counted in more than one way."
    ) in told["notes"]


def test_an_edit_for_programs_holds_facts_and_no_score(earmark: Console) -> None:
    told = earmark.json("whatif", SONG, "--skip-intro", "10s")

    assert set(told) == {"file", "heading", "edits", "facts", "notes"}
    assert told["edits"] == ["without its first 10 s"]
    assert {fact["name"] for fact in told["facts"]} >= {"tempo", "loudness", "energy"}
    assert not [word for word in FORBIDDEN if word in str(told)]


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        ((), 1, "Nothing would change."),
        (("--tempo", "fast"), 2, "Invalid value for '--tempo': 'fast' is no amount in %."),
        (("--low-cut", "5kHz"), 2, "Invalid value for '--low-cut': '5kHz' is no amount in Hz."),
        (("--tempo", "+300%"), 1, "A tempo of 300 % cannot be tried: -25 to 25 % can."),
        (("--skip-intro", "28s"), 1, "The file holds 30.0 s of audio; without the first 28 s"),
    ],
)
def test_a_silly_edit_is_refused_in_one_sentence(
    earmark: Console, words: tuple[str, ...], status: int, complaint: str
) -> None:
    ran = earmark("whatif", SONG, *words)

    assert (ran.status, ran.out) == (status, "")
    assert ran.complaint.startswith(complaint)


def test_a_minus_sign_from_a_text_is_a_minus(earmark: Console) -> None:
    told = earmark.json("whatif", SONG, "--gain", "\N{MINUS SIGN}2dB")

    assert told["edits"] == ["2 dB quieter"]


def test_a_file_that_is_not_there_or_no_audio_is_told(earmark: Console, folder: Path) -> None:
    (folder / "notes.txt").write_text("la la la", encoding="utf-8")

    gone = earmark("whatif", "nope.mp3", "--gain", "1")
    assert gone.complaint == "The file nope.mp3 cannot be read: No such file or directory."
    assert "not audio" in earmark("whatif", "notes.txt", "--gain", "1").complaint
