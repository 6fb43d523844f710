"""What signal processing alone can say about a clip: tempo, key and loudness, with how sure."""

from dataclasses import dataclass

from scoring.audio import Waveform
from scoring.features import Features


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalAttributes:
    """`tempo_alt_bpm` is half or double the tempo, whichever listeners would sooner tap to.

    `key` is None where no key fits; both confidences run from 0 to 1. `loudness_lufs` is the
    integrated loudness of BS.1770-4, and -70 (the gate) where nothing passes the gate.
    """

    tempo_bpm: float
    tempo_alt_bpm: float
    tempo_confidence: float
    key: str | None
    key_confidence: float
    loudness_lufs: float


def measure(waveform: Waveform, features: Features) -> SignalAttributes:
    """Measure the clip that `features` were made from."""
    raise NotImplementedError
