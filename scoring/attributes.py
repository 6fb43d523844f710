"""What signal processing alone can say about a clip: tempo, key and loudness, with how sure."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.fft

from scoring.audio import SAMPLE_RATE, Floats, Waveform
from scoring.features import HOP, Features
from scoring.loudness import integrated_lufs


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """`alt_bpm` is half or double `bpm`: the other tempo that people may tap to."""

    bpm: float
    alt_bpm: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """`name` is like "F# minor", and None where no key fits."""

    name: str | None
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalAttributes:
    """`tempo_alt_bpm` is half or double the tempo: the other one that people may tap to.

    `key` is None where no key fits; both confidences run from 0 to 1. `loudness_lufs` is the
    integrated loudness of BS.1770-4, and -70 (its gate) where nothing passes the gate.
    """

    tempo_bpm: float
    tempo_alt_bpm: float
    tempo_confidence: float
    key: str | None
    key_confidence: float
    loudness_lufs: float


_FRAMES_PER_MINUTE: Final = 60 * SAMPLE_RATE / HOP

# As librosa.feature.tempo: beats are sought in pieces of eight seconds, near 120 bpm (one octave
# either way is one standard deviation) and never above 320.
_PIECE_FRAMES: Final = 8 * SAMPLE_RATE // HOP
_USUAL_BPM: Final = 120.0
_FASTEST_BPM: Final = 320.0

# One piece in four gives the same mean: neighbours share all but 1 of their 344 frames.
_PIECE_STEP: Final = 4

# A beat is sought again at these multiples of its period: each divides the error of the frame
# grid, which is 4 % at 120 bpm.
_MULTIPLES: Final = (1, 2, 4, 8)
_GRID_ERROR: Final = 0.75

# The standard deviation of the onset strength: a held chord has up to 0.1 dB, white noise 0.17,
# real music from 0.6 upwards.
_LEAST_SWING_DB: Final = 0.01
_CLEAR_SWING_DB: Final = 0.3

_NAMES: Final = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_KEYS: Final = tuple(f"{name} {mode}" for mode in ("major", "minor") for name in _NAMES)

# How often each degree of the scale sounds, from Albrecht and Shanahan, "The Use of Large Corpora
# to Train a New Type of Key-Finding Algorithm", Music Perception 31 (2013). On chords, scales and
# cadences of known key (synthetic, 24 keys, three octaves, detuned or not) they found the key in
# 96 %, Temperley's profiles in 94 %, Krumhansl's in 88 %.
_MAJOR: Final = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
_MINOR: Final = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)

# Noise fits its best key with 0.2 and its pitch classes differ by 7 %; chords and scales fit
# theirs with 0.7 to 0.85, and lead the next best, mostly a neighbour, by 0.15 to 0.3.
_POOR_FIT: Final = 0.4
_GOOD_FIT: Final = 0.8
_CLEAR_LEAD: Final = 0.2
_LEAST_CONTRAST: Final = 0.1

# Power 50 dB under the loudest frame.
_QUIET: Final = 1e-5


def _profiles() -> Floats:
    """Return the 24 profiles, each of mean 0 and deviation 1, in the order of _KEYS."""
    rows = np.array([np.roll(mode, tonic) for mode in (_MAJOR, _MINOR) for tonic in range(12)])
    rows -= rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / rows.std(axis=1, keepdims=True), dtype=np.float32)


_PROFILES: Final = _profiles()


def measure(waveform: Waveform, features: Features) -> SignalAttributes:
    """Measure the clip that `features` were made from."""
    tempo = find_tempo(features.onset)
    key = find_key(features.pitch)
    return SignalAttributes(
        tempo_bpm=tempo.bpm,
        tempo_alt_bpm=tempo.alt_bpm,
        tempo_confidence=tempo.confidence,
        key=key.name,
        key_confidence=key.confidence,
        loudness_lufs=integrated_lufs(waveform.stereo, waveform.stereo_rate),
    )


def find_tempo(onset: Floats) -> Tempo:
    """Find the tempo of an onset envelope at hop HOP."""
    strength = _beat_strength(onset)
    lags = np.arange(1, len(strength))
    bpm = _FRAMES_PER_MINUTE / lags
    liking = np.log1p(1e6 * strength[1:]) - 0.5 * np.log2(bpm / _USUAL_BPM) ** 2
    lag = int(lags[np.argmax(np.where(bpm < _FASTEST_BPM, liking, -np.inf))])
    found = _FRAMES_PER_MINUTE / _refined(strength, lag)
    return Tempo(
        bpm=found,
        alt_bpm=found * _better_multiple(liking, lag),
        confidence=_clarity(onset, _FRAMES_PER_MINUTE / found),
    )


def _better_multiple(liking: Floats, lag: int) -> float:
    """Return 2 where twice the tempo is liked better than half of it, else 0.5."""
    double, half = lag // 2, 2 * lag
    if _FRAMES_PER_MINUTE / double > _FASTEST_BPM or half > len(liking):
        return 0.5 if half <= len(liking) else 2.0
    # `liking` starts at a lag of one frame, and the beat may lie between two frames.
    return 2.0 if max(liking[double - 1 : double + 1]) > max(liking[half - 2 : half + 1]) else 0.5


def _clarity(onset: Floats, period: float) -> float:
    """Return how well the onsets of the whole clip repeat after one beat or two, from 0 to 1."""
    swing = float(onset.std())
    if swing < _LEAST_SWING_DB:
        return 0.0
    # Smoothing lets two onsets match that the frame grid has moved by a frame.
    smooth = np.convolve(onset, (0.25, 0.5, 0.25), mode="same")
    smooth -= smooth.mean()
    size = scipy.fft.next_fast_len(2 * len(smooth), real=True)
    alike = scipy.fft.irfft(np.abs(scipy.fft.rfft(smooth, size)) ** 2, size)[: len(smooth)]
    # Longer lags compare fewer frames.
    alike *= len(smooth) / (alike[0] * np.arange(len(smooth), 0, -1))
    best = max(alike[at - 1 : at + 2].max() for at in (round(period), round(2 * period)))
    return float(np.clip(best, 0, 1)) * min(1.0, swing / _CLEAR_SWING_DB) ** 2


def _beat_strength(onset: Floats) -> Floats:
    """Return the mean autocorrelation of the pieces of `onset`, for lags from 0 upwards."""
    half = _PIECE_FRAMES // 2
    padded = np.pad(onset, half, mode="linear_ramp")
    pieces = np.lib.stride_tricks.sliding_window_view(padded, _PIECE_FRAMES)
    window = np.hanning(_PIECE_FRAMES + 1)[:-1].astype(np.float32)
    pieces = pieces[: len(onset) : _PIECE_STEP] * window
    size = scipy.fft.next_fast_len(2 * _PIECE_FRAMES, real=True)
    spectrum = scipy.fft.rfft(pieces, size, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    alike = scipy.fft.irfft(power, size, axis=1)[:, :_PIECE_FRAMES]
    peak = np.maximum(np.abs(alike).max(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    mean: Floats = (alike / peak).mean(axis=0)
    return mean


def _refined(strength: Floats, lag: int) -> float:
    """Return the period in frames, to a fraction of a frame."""
    period = float(lag)
    for multiple in _MULTIPLES:
        near = round(period * multiple)
        if near + 2 >= len(strength):
            break
        top = near - 1 + int(np.argmax(strength[near - 1 : near + 2]))
        left, middle, right = strength[top - 1 : top + 2]
        bend = left - 2 * middle + right
        if bend >= 0:
            break
        finer = (top + 0.5 * (left - right) / bend) / multiple
        # Without a steady beat there is nothing at the multiples but chance.
        if abs(finer - lag) > _GRID_ERROR:
            break
        period = float(finer)
    return period


def find_key(pitch: Floats) -> Key:
    """Find the key of powers (36, frames) in thirds of semitones from C upwards."""
    loudest = pitch.max(axis=0)
    if not loudest.max() > 0:
        return Key(name=None, confidence=0.0)
    # Every frame counts alike, but for those that hold only the tail of a reverberation.
    thirds = (pitch / np.maximum(loudest, loudest.max() * _QUIET)).mean(axis=1)
    classes = _tuned(thirds)
    if classes.std() < _LEAST_CONTRAST * classes.mean():
        return Key(name=None, confidence=0.0)
    fits = _PROFILES @ ((classes - classes.mean()) / classes.std()) / 12
    second, best = np.argsort(fits)[-2:]
    if fits[best] < _POOR_FIT:
        return Key(name=None, confidence=0.0)
    confidence = np.clip((fits[best] - _POOR_FIT) / (_GOOD_FIT - _POOR_FIT), 0, 1)
    confidence *= np.clip((fits[best] - fits[second]) / _CLEAR_LEAD, 0, 1)
    return Key(name=_KEYS[best], confidence=float(confidence))


def _tuned(thirds: Floats) -> Floats:
    """Return the twelve pitch classes of music that may be a third of a semitone off 440 Hz."""
    shift = (0, 1, -1)[int(np.argmax(thirds.reshape(12, 3).sum(axis=0)))]
    around = np.roll(thirds, 1 - shift).reshape(12, 3)
    classes: Floats = around @ np.array([0.5, 1, 0.5], dtype=np.float32)
    return classes
