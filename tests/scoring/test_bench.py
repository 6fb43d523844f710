import sys

import pytest

from scoring.bench import bench_audio, bench_start
from tests.scoring.conftest import encode, music


@pytest.fixture(scope="module")
def clip() -> bytes:
    return encode(music(5.5, rate=44_100), 44_100, "ogg")


def test_every_stage_is_counted_for_every_clip_and_round(clip: bytes) -> None:
    heard: list[tuple[int, ...]] = []

    report = bench_audio(
        {"a": clip, "b": clip},
        rounds=2,
        model=lambda features: heard.append(features.logmel.shape),
    )

    names = [stage.name for stage in report.stages]
    assert names == [
        "decode",
        "mix and resample",
        "loudness",
        "spectrum and mel",
        "tempo and key",
        "model",
    ]
    assert (report.clips, report.rounds) == (2, 2)
    # Two rounds, and one before them that only warms up.
    assert heard == [(128, 119)] * 6
    assert report.librosa is None
    assert report.ratio is None


def test_the_total_is_never_less_than_its_dearest_stage(clip: bytes) -> None:
    report = bench_audio({"a": clip}, rounds=1)

    assert report.total.median_ms >= max(stage.median_ms for stage in report.stages)
    assert all(0 <= stage.least_ms <= stage.median_ms for stage in report.stages)


# audioread, which librosa falls back on, imports modules that Python 3.13 has dropped.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_librosa_is_measured_on_the_same_clips_when_asked(clip: bytes) -> None:
    report = bench_audio({"a": clip}, rounds=1, against_librosa=True)

    assert report.librosa is not None
    assert report.ratio == report.librosa.median_ms / report.total.median_ms


@pytest.mark.parametrize(("clips", "rounds"), [({}, 1), ({"a": b""}, 0)])
def test_nothing_to_measure_is_refused(clips: dict[str, bytes], rounds: int) -> None:
    with pytest.raises(ValueError, match="a clip and a round"):
        bench_audio(clips, rounds=rounds)


def test_a_fresh_process_is_measured_by_itself() -> None:
    start = bench_start([sys.executable, "-S", "-c", "x = bytearray(b'x') * (80 << 20)"])

    # The 80 MiB it allocates, and none of what this process holds.
    assert 80 < start.peak_mib < 140
    assert start.cpu_s > 0
    assert start.wall_s > 0


def test_a_command_that_fails_is_not_measured() -> None:
    with pytest.raises(ChildProcessError, match="ended with 3"):
        bench_start([sys.executable, "-S", "-c", "raise SystemExit(3)"])
