"""Integrated loudness in LUFS, as ITU-R BS.1770-4 defines it, for any sample rate.

The two K-weighting filters are applied as one, in the frequency domain, block by block. That is
the recursive filter to within rounding, for its memory is over long before a block ends, and it
spares the import of scipy.signal (1.5 s and 100 MiB in a fresh process).
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.fft

from scoring.audio import Floats

FLOOR_LUFS: Final = -70.0
"""The absolute gate: what stays under it has no integrated loudness."""

_RELATIVE_GATE_LU: Final = -10.0
_OFFSET_LU: Final = -0.691

# Blocks of 400 ms overlap by three quarters, so energies are summed over steps of 100 ms.
_STEPS_PER_BLOCK: Final = 4
_STEPS_PER_SECOND: Final = 10

# Surround channels count 1.41 and the low-frequency channel nothing; the order is that of wav.
_SURROUND: Final = {
    5: (1.0, 1.0, 1.0, 1.41, 1.41),
    6: (1.0, 1.0, 1.0, 0.0, 1.41, 1.41),
}

# Four transforms at a time run fastest: they still fit the cache, and numpy is called less often.
_FFT_SIZE: Final = 32_768
_BATCH: Final = 4

# The high-pass is the slow part: both its poles fall by e in 4.2 ms, so by 1e-7 in 75 ms.
_MEMORY_S: Final = 0.075


def integrated_lufs(samples: Floats, rate: int) -> float:
    """Return the integrated loudness of (samples, channels), at least FLOOR_LUFS.

    One channel counts as one front speaker, as BS.1770 has it: the same signal in two channels
    is 3 LU louder.
    """
    channels = samples.shape[1]
    if channels != 2:
        weights = np.sqrt(np.array(_SURROUND.get(channels, (1.0,) * channels), dtype=np.float32))
        samples = np.pad(samples * weights, ((0, 0), (0, channels % 2)))
    # The filter is real, so one complex transform filters two channels, and the squared modulus
    # of what comes out is the sum of their powers.
    pairs = np.ascontiguousarray(samples, dtype=np.float32).view(np.complex64)
    steps = np.sum([_step_powers(pair, rate) for pair in pairs.T], axis=0)
    return _gated(np.lib.stride_tricks.sliding_window_view(steps, _STEPS_PER_BLOCK).mean(axis=1))


def _gated(powers: npt.NDArray[np.float64]) -> float:
    """Return the loudness of the blocks that pass both gates."""
    heard = powers[_lufs(powers) > FLOOR_LUFS]
    if not len(heard):
        return FLOOR_LUFS
    loud = heard[_lufs(heard) > _lufs(heard.mean()) + _RELATIVE_GATE_LU]
    return max(FLOOR_LUFS, float(_lufs(loud.mean())))


def _lufs(power: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return _OFFSET_LU + 10 * np.log10(np.maximum(power, 1e-12))


def _step_powers(pair: npt.NDArray[np.complex64], rate: int) -> npt.NDArray[np.float64]:
    """Return the K-weighted mean power of two channels together in steps of 100 ms."""
    memory = round(_MEMORY_S * rate)
    size = max(_FFT_SIZE, 1 << (4 * memory).bit_length())
    kept = size - memory
    blocks = -(-len(pair) // kept)
    padded = np.zeros(memory + blocks * kept, dtype=np.complex64)
    padded[memory : memory + len(pair)] = pair
    overlapping = np.lib.stride_tricks.sliding_window_view(padded, size)[::kept]
    power = np.empty((blocks, kept), dtype=np.float32)
    response = _k_weighting(rate, size)
    for start in range(0, blocks, _BATCH):
        spectrum = scipy.fft.fft(overlapping[start : start + _BATCH], axis=1)
        spectrum *= response
        weighted = scipy.fft.ifft(spectrum, axis=1, overwrite_x=True)[:, memory:]
        power[start : start + _BATCH] = np.square(weighted.real) + np.square(weighted.imag)
    steps = len(pair) * _STEPS_PER_SECOND // rate
    edges = np.arange(steps + 1) * rate // _STEPS_PER_SECOND
    whole = power.reshape(-1)[: edges[-1]]
    return np.add.reduceat(whole, edges[:-1], dtype=np.float64) / np.diff(edges)


@lru_cache(maxsize=4)
def _k_weighting(rate: int, size: int) -> npt.NDArray[np.complex64]:
    """Return the response of both filters at the frequencies of a transform of `size`.

    BS.1770 prints coefficients for 48 kHz only; these are the analogue filters behind them,
    brought to `rate` by the bilinear transform, and equal to the printed ones at 48 kHz.
    """
    delay = np.exp(-2j * np.pi * np.arange(size) / size)
    response = _shelf(rate).response(delay) * _high_pass(rate).response(delay)
    return response.astype(np.complex64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Biquad:
    forward: tuple[float, float, float]
    back: tuple[float, float, float]

    def response(self, delay: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
        return np.polyval(self.forward[::-1], delay) / np.polyval(self.back[::-1], delay)


def _shelf(rate: int) -> _Biquad:
    """Return the head's effect: 4 dB more from about 1.7 kHz upwards."""
    k = math.tan(math.pi * 1681.974450955533 / rate)
    q = 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416
    return _Biquad(
        forward=(high + middle * k / q + k * k, 2 * (k * k - high), high - middle * k / q + k * k),
        back=(1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k),
    )


def _high_pass(rate: int) -> _Biquad:
    """Return the ear's deafness to rumble: a high-pass at 38 Hz."""
    k = math.tan(math.pi * 38.13547087602444 / rate)
    q = 0.5003270373238773
    scale = 1 + k / q + k * k
    return _Biquad(
        forward=(scale, -2 * scale, scale),
        back=(scale, 2 * (k * k - 1), 1 - k / q + k * k),
    )
