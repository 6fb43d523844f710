"""Build scoring/models/tables.npz: librosa's window and filters, so that serving needs no librosa.

Importing librosa's filters costs 1.7 s and 168 MiB in a fresh process (and half a minute where
numba's cache is empty); reading this file costs a few milliseconds.

Run it with `python -m scoring.training.tables`.
"""

import io
import itertools
from importlib.metadata import version
from pathlib import Path

import librosa
import numpy as np
import numpy.typing as npt

from scoring.audio import SAMPLE_RATE
from scoring.features import BAND_EDGES_HZ, MEL_BANDS, PITCH_BINS, TABLES, WINDOW

Floats = npt.NDArray[np.float32]


def build() -> dict[str, Floats]:
    """Return the window (WINDOW,) and the filters (bins, columns), all float32."""
    mel = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=WINDOW, n_mels=MEL_BANDS)
    chroma = librosa.filters.chroma(sr=SAMPLE_RATE, n_fft=WINDOW, n_chroma=PITCH_BINS)
    hertz = librosa.fft_frequencies(sr=SAMPLE_RATE, n_fft=WINDOW)
    bands = np.stack(
        [(hertz >= low) & (hertz < high) for low, high in itertools.pairwise(BAND_EDGES_HZ)]
    )
    window = librosa.filters.get_window("hann", WINDOW, fftbins=True)
    return {
        "window": np.asarray(window, dtype=np.float32),
        "mel": np.ascontiguousarray(mel.T, dtype=np.float32),
        "chroma": np.ascontiguousarray(chroma.T, dtype=np.float32),
        "bands": np.ascontiguousarray(bands.T, dtype=np.float32),
    }


def write(path: Path) -> int:
    """Write the tables to `path` and return the size in bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **build())
    return path.write_bytes(buffer.getvalue())


if __name__ == "__main__":
    print(f"{TABLES.name}: {write(TABLES)} bytes, librosa {version('librosa')}")
