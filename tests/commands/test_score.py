"""`earmark score` and `compare`: the JSON that programs read, and files that cannot be scored."""

import io
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from bot.sandbox.bundled import bundled_clips, clip
from tests.commands.console import Console
from tests.scoring.conftest import Floats, encode, noise

CLIP = clip("caribbean_8s.ogg").path
LOUD = clip("armygeddon.mp3").path

FIELDS = {
    "file",
    "ok",
    "error",
    "seconds",
    "model",
    "score",
    "attributes",
    "reasons",
    "embedding_dim",
}
SCORE = {"percentile", "low", "high", "p_low", "p_medium", "p_high", "level"}
ATTRIBUTES = {
    "tempo_bpm",
    "tempo_alt_bpm",
    "tempo_confidence",
    "key",
    "key_confidence",
    "loudness_lufs",
    "energy",
    "danceability",
}


def samples_of(path: Path) -> tuple[Floats, int]:
    samples, rate = soundfile.read(io.BytesIO(path.read_bytes()), dtype="float32", always_2d=True)
    return samples, rate


def test_every_bundled_clip_is_one_line_with_all_the_promised_fields(earmark: Console) -> None:
    files = [str(one.path) for one in bundled_clips()]

    ran = earmark("score", *files, "--json")

    assert (ran.status, ran.err) == (0, "")
    assert [line["file"] for line in ran.lines] == files
    for line in ran.lines:
        assert set(line) == FIELDS
        assert set(line["score"]) == SCORE
        assert set(line["attributes"]) == ATTRIBUTES
        assert (line["ok"], line["error"]) == (True, None)
        assert line["seconds"] == pytest.approx(clip(Path(line["file"]).name).seconds, abs=0.1)
        assert line["embedding_dim"] > 0
        assert line["model"].startswith("earmark-")
        check_numbers(line["score"], line["attributes"])
        assert 1 <= len(line["reasons"]) <= 3
        assert all(isinstance(reason, str) for reason in line["reasons"])


def check_numbers(score: dict[str, Any], heard: dict[str, Any]) -> None:
    assert 0 <= score["low"] <= score["percentile"] <= score["high"] <= 100
    chances = {level: score[f"p_{level}"] for level in ("low", "medium", "high")}
    assert sum(chances.values()) == pytest.approx(1, abs=1e-4)
    assert chances[score["level"]] == max(chances.values())
    assert heard["tempo_bpm"] > 0
    assert -70 <= heard["loudness_lufs"] <= 5
    for share in ("tempo_confidence", "key_confidence", "energy", "danceability"):
        assert 0 <= heard[share] <= 1


@pytest.mark.parametrize("kind", ["lame", "m4a", "ogg", "opus", "flac", "wav", "webm"])
def test_the_same_music_in_another_format_scores_within_two_points(
    earmark: Console, tmp_path: Path, kind: str
) -> None:
    samples, rate = samples_of(LOUD)
    copy = tmp_path / f"copy.{kind}"
    copy.write_bytes(encode(samples, rate, kind))

    first, second = earmark("score", LOUD, copy, "--json").lines

    assert second["score"]["percentile"] == pytest.approx(first["score"]["percentile"], abs=2)


@pytest.mark.parametrize("decibels", [-6, 6])
def test_louder_or_quieter_by_six_decibels_scores_within_one_point(
    earmark: Console, tmp_path: Path, decibels: int
) -> None:
    samples, rate = samples_of(CLIP)
    # Halved, so that nothing clips at +6 dB.
    quiet = samples * np.float32(0.5)
    plain, turned = tmp_path / "plain.wav", tmp_path / "turned.wav"
    plain.write_bytes(encode(quiet, rate, "wav_float"))
    gain = np.float32(10 ** (decibels / 20))
    turned.write_bytes(encode(quiet * gain, rate, "wav_float"))

    first, second = earmark("score", plain, turned, "--json").lines

    assert second["score"]["percentile"] == pytest.approx(first["score"]["percentile"], abs=1)
    louder = second["attributes"]["loudness_lufs"] - first["attributes"]["loudness_lufs"]
    assert louder == pytest.approx(decibels, abs=0.1)


def test_two_runs_print_the_same_bytes(earmark: Console) -> None:
    first = earmark("score", CLIP, LOUD, "--json")
    second = earmark("score", CLIP, LOUD, "--json")

    assert first.out == second.out
    assert not math.isnan(first.lines[0]["score"]["percentile"])


@pytest.fixture
def broken(tmp_path: Path) -> dict[str, Path]:
    """One file for each way in which a file cannot be scored."""
    mp3, silence = LOUD.read_bytes(), np.zeros((5 * 22_050, 1), dtype=np.float32)
    contents = {
        "not_audio": b"These are only words.",
        "truncated": mp3[: len(mp3) // 2],
        "too_short": encode(noise(seconds=0.2)[:, None], 22_050, "wav"),
        "silent": encode(silence, 22_050, "wav"),
    }
    files = {kind: tmp_path / f"{kind}.bin" for kind in contents}
    for kind, content in contents.items():
        files[kind].write_bytes(content)
    folder = tmp_path / "folder.mp3"
    folder.mkdir()
    return files | {"unreadable": folder}


def test_a_file_that_fails_is_told_of_and_the_rest_is_scored(
    earmark: Console, broken: dict[str, Path], tmp_path: Path
) -> None:
    files = [CLIP, *broken.values(), tmp_path / "missing.mp3", CLIP]

    ran = earmark("score", *files, "--json")

    assert ran.status == 1
    assert ran.complaint == "6 of 8 files could not be scored."
    assert [line["file"] for line in ran.lines] == [str(file) for file in files]
    assert [line["ok"] for line in ran.lines] == [True, *[False] * 6, True]
    for line, kind in zip(ran.lines[1:-1], [*broken, "unreadable"], strict=True):
        assert set(line) == FIELDS
        assert set(line["error"]) == {"kind", "sentence"}
        assert line["error"]["kind"] == kind
        assert line["error"]["sentence"].endswith(".")
        assert line["score"] is None


def test_people_read_the_interval_the_reasons_and_what_is_wrong(
    earmark: Console, broken: dict[str, Path]
) -> None:
    ran = earmark("score", CLIP, broken["silent"])

    assert ran.status == 1
    assert ran.complaint == "1 of 2 files could not be scored."
    for words in ("of 100, ", "chances: low", "tempo", "LUFS", "model earmark-", "silent"):
        assert words in ran.out


def test_a_name_with_odd_bytes_breaks_nothing(earmark: Console, tmp_path: Path) -> None:
    odd = tmp_path / "odd \x1b[31m\udcff[bold].ogg"
    odd.write_bytes(CLIP.read_bytes())

    for_programs, for_people = earmark("score", odd, "--json"), earmark("score", odd)

    assert for_programs.lines[0]["error"] is None
    assert for_people.status == 0
    assert "\x1b" not in for_people.out


def test_files_side_by_side_come_best_first_and_failures_last(
    earmark: Console, broken: dict[str, Path]
) -> None:
    ran = earmark("compare", broken["not_audio"], CLIP, LOUD, "--json")

    reports = ran.json["files"]
    scored = [report["score"]["percentile"] for report in reports[:2]]
    assert ran.status == 1
    assert scored == sorted(scored, reverse=True)
    assert reports[2]["error"]["kind"] == "not_audio"


def test_files_side_by_side_say_which_are_too_close_to_call(earmark: Console) -> None:
    ran = earmark("compare", CLIP, LOUD)

    assert ran.status == 0
    assert "caribbean_8s.ogg" in ran.out
    assert "Too close to call" in ran.out


def test_a_model_file_that_is_none_is_told_in_one_sentence(
    earmark: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    monkeypatch.setenv("EARMARK_MODEL_FILE", str(tmp_path / "model.onnx"))

    ran = earmark("score", CLIP, "--json")

    assert ran.status == 1
    assert ran.json["error"]["kind"] == "model"
    assert ran.complaint == ran.json["error"]["sentence"]


def test_scoring_reports_to_nobody_and_leaves_no_trace_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home))
    # Each of them alone would keep onnxruntime from reporting.
    for name in ("CI", "GITHUB_ACTIONS", "ORT_DISABLE_TELEMETRY"):
        monkeypatch.delenv(name, raising=False)

    ran = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot", "score", str(CLIP)], capture_output=True, check=False
    )

    assert ran.returncode == 0
    assert list(home.rglob("*")) == []
