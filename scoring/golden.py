"""Golden outputs: what the trained net said to a few log-mels, for holding its ONNX file to.

They lie beside the model (`earmark.golden.npz`). The clips in it are made up and stored in the
steps of half a decibel that training data has, so that no random generator has to be repeated.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from scoring.errors import ModelError
from scoring.model import BANDS, OUTPUTS, Network

# Torch and onnxruntime add in another order; more than this is another net.
PARITY = 1e-4
# Five, ten and thirty seconds: the least and the most that serving hears, and one between.
LENGTHS = (108, 216, 646)

# One step of a stored byte is half a decibel, and 0 stands for -80 dB.
_DB_PER_STEP = np.float32(0.5)
_DB_OF_ZERO = np.float32(-80.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A clip as stored bytes (bands, frames), and each output of the net for it, without batch."""

    stored: NDArray[np.uint8]
    outputs: Mapping[str, NDArray[np.float32]]

    def logmel(self) -> NDArray[np.float32]:
        """Return the clip as the net takes it: one clip of (bands, frames), in dB."""
        return (self.stored.astype(np.float32) * _DB_PER_STEP + _DB_OF_ZERO)[None]


def path_beside(onnx: Path) -> Path:
    return onnx.with_suffix(".golden.npz")


def made_up_clips() -> tuple[NDArray[np.uint8], ...]:
    """Return log-mels of LENGTHS, as stored bytes, that look a little like music."""
    return tuple(_made_up(number, frames) for number, frames in enumerate(LENGTHS))


def _made_up(number: int, frames: int) -> NDArray[np.uint8]:
    """Return a falling spectrum, a beat, a rising tone and an even texture; nothing is drawn."""
    bands, times = np.arange(BANDS)[:, None], np.arange(frames)[None]
    slope = -40.0 * bands / BANDS
    beat = 9.0 * np.sin(times * (0.25 + 0.1 * number))
    tone = 18.0 * np.exp(-(((bands - 20 - 10 * number - times * 60 / frames) / 3.0) ** 2))
    texture = 6.0 * np.sin(12.9898 * bands + 78.233 * times + number)
    steps = (slope + beat + tone + texture - _DB_OF_ZERO) / _DB_PER_STEP
    stored: NDArray[np.uint8] = np.clip(np.round(steps), 0, 255).astype(np.uint8)
    return stored


def to_bytes(cases: Sequence[Case]) -> bytes:
    """Return the content of a golden file."""
    arrays: dict[str, NDArray[np.uint8] | NDArray[np.float32]] = {}
    for i, case in enumerate(cases):
        arrays[f"logmel_{i}"] = case.stored
        arrays |= {f"{name}_{i}": case.outputs[name] for name in OUTPUTS}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def from_bytes(content: bytes) -> tuple[Case, ...]:
    """Return the cases of a golden file, or raise ModelError."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            count = sum(name.startswith("logmel_") for name in file.files)
            cases = tuple(
                Case(
                    stored=file[f"logmel_{i}"],
                    outputs={name: file[f"{name}_{i}"] for name in OUTPUTS},
                )
                for i in range(count)
            )
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise ModelError("The model's golden outputs cannot be read.") from error
    if not cases:
        raise ModelError("The model's golden file holds no outputs.")
    return cases


def difference(network: Network, cases: Sequence[Case]) -> float:
    """Return the largest difference between what `network` says and what is stored."""
    worst = 0.0
    for case in cases:
        said = network.run(OUTPUTS, {"logmel": case.logmel()})
        for name, found in zip(OUTPUTS, said, strict=True):
            stored = case.outputs[name]
            if found[0].shape != stored.shape or not np.isfinite(found).all():
                return float("inf")
            worst = max(worst, float(np.abs(found[0] - stored).max()))
    return worst
