"""What scoring a clip costs: CPU time by stage, against librosa, and from a cold start.

CPU time is counted, not the clock, so that other work on the machine matters little; still, only
ratios within one report can be trusted. Rounds are interleaved: each clip and each contender has
its turn before any has its second.
"""

import io
import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Final

from scoring.attributes import find_key, find_tempo
from scoring.audio import SAMPLE_RATE, decode, to_mono
from scoring.features import Features, analyse
from scoring.loudness import integrated_lufs

Model = Callable[[Features], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU milliseconds for one clip: the median and the least of all clips and rounds."""

    name: str
    median_ms: float
    least_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart:
    """A fresh process, from its start to its end. `wall_s` depends on the machine's other load."""

    wall_s: float
    cpu_s: float
    peak_mib: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchReport:
    """`librosa` is the same work done the usual way, and `ratio` how many times ours it costs."""

    clips: int
    rounds: int
    stages: tuple[Cost, ...]
    total: Cost
    librosa: Cost | None
    ratio: float | None


def bench_audio(
    clips: Mapping[str, bytes],
    *,
    rounds: int = 15,
    model: Model | None = None,
    against_librosa: bool = False,
) -> BenchReport:
    """Score every clip `rounds` times, after once to warm up.

    For the comparison every clip must be one that libsndfile reads: librosa reads no other from
    memory.
    """
    if not clips or rounds < 1:
        raise ValueError("there must be a clip and a round")
    spent = defaultdict[str, list[float]](list)
    usual = []
    for turn in range(rounds + 1):
        for data in clips.values():
            stages = _stage_times(data, model)
            usual_ms = _milliseconds(partial(_usual_way, data)) if against_librosa else 0.0
            if turn == 0:
                continue
            for name, milliseconds in (*stages.items(), ("total", sum(stages.values()))):
                spent[name].append(milliseconds)
            usual.append(usual_ms)
    costs = [_cost(name, times) for name, times in spent.items()]
    theirs = _cost("librosa", usual) if against_librosa else None
    return BenchReport(
        clips=len(clips),
        rounds=rounds,
        stages=tuple(costs[:-1]),
        total=costs[-1],
        librosa=theirs,
        ratio=theirs.median_ms / costs[-1].median_ms if theirs else None,
    )


# The launcher is small: a child counts the memory of the process that it was split off from.
_LAUNCHER: Final = """
import json, os, sys, time
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
started = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, used = os.wait4(child, 0)
wall = time.perf_counter() - started
cpu = used.ru_utime + used.ru_stime
print(json.dumps([os.waitstatus_to_exitcode(status), wall, cpu, used.ru_maxrss]))
"""


def bench_start(command: Sequence[str]) -> ColdStart:
    """Run `command` in a fresh process; raise ChildProcessError where it fails."""
    launched = subprocess.run(  # noqa: S603 - the caller's own command, and no shell
        [sys.executable, "-S", "-c", _LAUNCHER, *command],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    code, wall_s, cpu_s, peak = json.loads(launched.stdout)
    if code:
        raise ChildProcessError(f"{command[0]} ended with {code}")
    # Linux counts in KiB, macOS in bytes.
    peak_mib = peak / (2**20 if sys.platform == "darwin" else 2**10)
    return ColdStart(wall_s=wall_s, cpu_s=cpu_s, peak_mib=peak_mib)


def _stage_times(data: bytes, model: Model | None) -> dict[str, float]:
    """Return the CPU milliseconds of each stage of scoring one clip."""
    waveform = decode(data)
    features = analyse(waveform.mono)
    resampling = _milliseconds(lambda: to_mono(waveform.stereo, waveform.stereo_rate))
    return {
        "decode": max(0.0, _milliseconds(lambda: decode(data)) - resampling),
        "mix and resample": resampling,
        "loudness": _milliseconds(lambda: integrated_lufs(waveform.stereo, waveform.stereo_rate)),
        "spectrum and mel": _milliseconds(lambda: analyse(waveform.mono)),
        "tempo and key": _milliseconds(
            lambda: (find_tempo(features.onset), find_key(features.pitch))
        ),
        **({"model": _milliseconds(lambda: model(features))} if model else {}),
    }


def _usual_way(data: bytes) -> None:
    """Do what most code does: librosa's defaults for loading, mel, tempo and key."""
    import librosa  # noqa: PLC0415 - seconds and 250 MiB, for this comparison only

    mono, _ = librosa.load(io.BytesIO(data), sr=SAMPLE_RATE)
    librosa.power_to_db(librosa.feature.melspectrogram(y=mono, sr=SAMPLE_RATE))
    librosa.feature.tempo(y=mono, sr=SAMPLE_RATE)
    librosa.feature.chroma_cqt(y=mono, sr=SAMPLE_RATE)


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return 1000 * (time.process_time() - started)


def _cost(name: str, times: Sequence[float]) -> Cost:
    return Cost(name=name, median_ms=median(times), least_ms=min(times))
