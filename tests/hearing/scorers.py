"""Scorers for the pool's processes: a clip's words say what becomes of the process.

The pool is given them by their dotted names, and each runs in a process of its own.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scoring.analysis import Analysis, Attributes, Mood, Reason, Score, SegmentEffect, Sign, Third
from scoring.errors import ModelError, SilentAudioError

# What a scoring process has no business with.
_FOREIGN = (
    "aiohttp",
    "bot.app",
    "bot.settings",
    "dbos",
    "discord",
    "httpx",
    "librosa",
    "matplotlib",
    "pydantic",
    "slack_bolt",
    "spotipy",
    "sqlalchemy",
    "torch",
)


def analysis(told: str) -> Analysis:
    """Return an analysis that says `told`, and holds every kind of value that one may hold."""
    return Analysis(
        score=Score(
            percentile=62.5,
            low=31.0,
            high=88.1,
            p_low=0.2,
            p_medium=0.3,
            p_high=0.5,
            level=Third.HIGH,
        ),
        attributes=Attributes(
            tempo_bpm=118.4,
            tempo_alt_bpm=59.2,
            tempo_confidence=0.7,
            key=None,
            key_confidence=0.1,
            loudness_lufs=-11.5,
            energy=0.64,
            danceability=0.55,
            acousticness=0.1,
            valence=0.4,
            instrumentalness=0.9,
            speechiness=0.02,
        ),
        mood=Mood(happy=0.4, tense=0.3, sad=0.2, calm=0.1),
        reasons=(Reason(sign=Sign.FOR, text="“ünïcödé”"), Reason(sign=Sign.AGAINST, text="")),
        segments=(
            SegmentEffect(start_s=0.0, end_s=2.0, points=1.25, registers=(1.0, 0.25, 0.0, 0.0)),
            SegmentEffect(start_s=2.0, end_s=4.0, points=-1.25),
        ),
        embedding=np.linspace(-1, 1, 208, dtype=np.float32),
        logmel=np.arange(128 * 9, dtype=np.float32).reshape(9, 128).T,
        model_version=told,
        seconds=30.5,
    )


class Obedient:
    """Does what the clip says, a verb and perhaps a file, and tells the process that did it."""

    def __init__(self, model_file: Path) -> None:
        del model_file
        self._heard = 0

    def score(self, data: bytes) -> Analysis:
        self._heard += 1
        verb, *rest = data.decode().split()
        match verb:
            case "environment":
                return analysis(" ".join(sorted(os.environ)))
            case "length":
                return analysis(str(len(data)))
            case "segfault-unless-fresh":
                if self._heard > 1:
                    _segfault()
            case _:
                _VERBS[verb](*map(Path, rest))
        return analysis(str(os.getpid()))


def _silence() -> None:
    raise SilentAudioError("There is nothing to hear in the file.")


def _eat() -> None:
    hoard = [bytearray(16 * 2**20) for _ in range(1_000)]
    raise AssertionError(f"{len(hoard)} pieces of memory were to be had")


def _loop() -> None:
    while True:
        pass


def _segfault() -> None:
    ctypes.string_at(0)


def _stumble() -> None:
    raise KeyError("a mistake of ours")


def _kill_once(flag: Path) -> None:
    # Nothing in the process outlives it, so a file remembers.
    if not flag.exists():
        flag.touch()
        _kill()


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _start(flag: Path) -> None:
    flag.touch()
    while True:
        signal.pause()


def _lie() -> None:
    os.write(_to_the_desk(), b"Z" * 64)


def _boast() -> None:
    os.write(_to_the_desk(), b"A" + (2**60).to_bytes(8, "big"))


def _print() -> None:
    sys.stdout.write("noise" * 50_000)
    sys.stdout.flush()


_VERBS: dict[str, Callable[..., None]] = {
    "be": lambda: None,
    "boast": _boast,
    "eat": _eat,
    "kill": _kill,
    "kill-once": _kill_once,
    "lie": _lie,
    "loop": _loop,
    "print": _print,
    "segfault": _segfault,
    "silence": _silence,
    "start": _start,
    "stumble": _stumble,
}


class Modules:
    """The real scorer's modules, and which foreign ones came with them."""

    def __init__(self, model_file: Path) -> None:
        del model_file
        import scoring.scorer  # noqa: F401, PLC0415 - loaded here as the pool loads it

    def score(self, data: bytes) -> Analysis:
        del data
        return analysis(" ".join(name for name in _FOREIGN if name in sys.modules))


def without_model(model_file: Path) -> Obedient:
    raise ModelError(f"The model {model_file.name} cannot be read.")


def hungry(model_file: Path) -> Obedient:
    raise MemoryError(model_file)


def broken(model_file: Path) -> Obedient:
    raise RuntimeError(f"no start with {model_file.name}")


def _to_the_desk() -> int:
    """Return the pipe that answers go through: the one that can be written to, but for stderr."""
    for number in range(3, 32):
        try:
            os.write(number, b"")
        except OSError:
            continue
        return number
    raise AssertionError("there is no pipe")
