"""One short-time spectrum of a clip, and everything the model and the attributes read from it.

The spectrum is taken once (float32, window 2048, hop 512, Hann, centred, padded with zeros as
librosa does) and multiplied once by a matrix that holds the mel bands, the pitch classes and the
frequency bands side by side. The tables were made by librosa, see scoring/training/tables.py.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.fft
from threadpoolctl import ThreadpoolController

from scoring.audio import Floats

TABLES: Final = Path(__file__).parent / "models" / "tables.npz"

WINDOW: Final = 2048
HOP: Final = 512
MEL_BANDS: Final = 128
PITCH_BINS: Final = 36
"""Three bins a semitone, so that music tuned away from 440 Hz can be told from off-key music."""

BAND_EDGES_HZ: Final = (20.0, 150.0, 500.0, 2_000.0, 5_000.0, 11_026.0)
"""Edges of the five bands: bass, low middle, middle, presence, brilliance."""

MODEL_HOP: Final = 2 * HOP
"""The model reads every other frame: its training data was stored at hop 1024."""

MODEL_FRAMES: Final = 646
"""The frames of thirty seconds at hop 1024; the model never sees more."""

_FLOOR: Final = np.float32(1e-10)

# 64 frames of 2048 float32 samples and their spectra stay inside the second-level cache.
_BLOCK: Final = 64

# What librosa.onset.onset_strength does: levels more than 80 dB under the peak are one level.
_ONSET_RANGE_DB: Final = np.float32(80.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """Time runs along the last axis of every array; all are float32.

    `logmel` is (128, frames at hop 1024, at most 646): power in absolute dB, never under -100.
    The others are at hop 512: `onset` (frames,) is the mean rise of the mel levels in dB,
    `pitch` (36, frames) the power in thirds of semitones from C upwards, `bands` (5, frames) the
    power in the bands of BAND_EDGES_HZ.
    """

    logmel: Floats
    onset: Floats
    pitch: Floats
    bands: Floats


def analyse(mono: Floats) -> Features:
    """Return the features of a clip of at least WINDOW samples at scoring.audio.SAMPLE_RATE."""
    tables = _tables()
    # On two cores OpenBLAS's idle threads spin for longer than such small products take, and one
    # clip costs twice the CPU time. Processes, not threads, are how scoring uses many cores.
    with tables.blas.limit(limits=1, user_api="blas"):
        columns = _spectra(np.asarray(mono, dtype=np.float32), tables.window, tables.matrix)
    power, pitch, bands = np.split(columns, (MEL_BANDS, MEL_BANDS + PITCH_BINS), axis=1)
    level = 10 * np.log10(np.maximum(power, _FLOOR))
    return Features(
        logmel=np.ascontiguousarray(level[::2][:MODEL_FRAMES].T),
        onset=_onset(level),
        pitch=np.ascontiguousarray(pitch.T),
        bands=np.ascontiguousarray(bands.T),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Tables:
    window: Floats
    matrix: Floats
    blas: ThreadpoolController


@cache
def _tables() -> _Tables:
    with np.load(TABLES, allow_pickle=False) as file:
        return _Tables(
            window=file["window"],
            matrix=np.concatenate([file["mel"], file["chroma"], file["bands"]], axis=1),
            blas=ThreadpoolController(),
        )


def _spectra(mono: Floats, window: Floats, matrix: Floats) -> Floats:
    """Return the power spectra, already multiplied by `matrix`: (frames, columns)."""
    padded = np.pad(mono, WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    out = np.empty((len(frames), matrix.shape[1]), dtype=np.float32)
    for start in range(0, len(frames), _BLOCK):
        spectrum = scipy.fft.rfft(frames[start : start + _BLOCK] * window, axis=1)
        power = np.square(spectrum.real) + np.square(spectrum.imag)
        np.matmul(power, matrix, out=out[start : start + _BLOCK])
    return out


def _onset(level: npt.NDArray[np.float32]) -> Floats:
    """Return the onset strength of levels (frames, bands), equal to librosa's."""
    heard = np.maximum(level, level.max() - _ONSET_RANGE_DB)
    rise = np.maximum(heard[1:] - heard[:-1], 0).mean(axis=1)
    # A rise is dated by the centre of the window, hence the shift by half a window.
    shift = 1 + WINDOW // (2 * HOP)
    return np.pad(rise, (shift, 0))[: len(level)]
