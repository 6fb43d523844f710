"""What is told of one clip, as plain data: it travels between processes, and loads no library.

The scorer's own modules take a second to load. Who only reads what it said takes this one.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Third(StrEnum):
    """Which third of comparable tracks the model holds most likely."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The expected percentile with its 80 % interval, and the chances of the three thirds."""

    percentile: float
    low: float
    high: float
    p_low: float
    p_medium: float
    p_high: float
    level: Third


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What was measured (tempo, key, loudness) and what the network hears (0 to 1 each)."""

    tempo_bpm: float
    tempo_alt_bpm: float
    tempo_confidence: float
    key: str | None
    key_confidence: float
    loudness_lufs: float
    energy: float
    danceability: float
    acousticness: float
    valence: float
    instrumentalness: float
    speechiness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """The chances of the four quarters of the plane of arousal and valence."""

    happy: float
    tense: float
    sad: float
    calm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentEffect:
    """How far a stretch of the clip moves the model's score, in points.

    It is measured against the clip's typical segment: the effects of all segments have a median
    of 0. `registers` holds the same for each of scoring.explain.REGISTERS alone.
    """

    start_s: float
    end_s: float
    points: float
    registers: tuple[float, ...] = ()


class Sign(StrEnum):
    FOR = "+"
    AGAINST = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One sentence for a curator, with the side it counts for."""

    sign: Sign
    text: str

    def __str__(self) -> str:
        return f"{self.sign} {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """One clip, told from all sides; `seconds` is the length that was heard."""

    score: Score
    attributes: Attributes
    mood: Mood
    reasons: tuple[Reason, ...]
    segments: tuple[SegmentEffect, ...]
    embedding: NDArray[np.float32]
    logmel: NDArray[np.float32]
    model_version: str
    seconds: float
