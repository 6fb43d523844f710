"""A percentile with its interval, in words that claim no more than the interval allows."""

import math
from dataclasses import dataclass
from enum import StrEnum

# An 80 % interval this wide still tells thirds of the scale apart, or does not.
_HIGH_CONFIDENCE_WIDTH = 15
_MEDIUM_CONFIDENCE_WIDTH = 30

_LOWER_THIRD = 100 / 3
_UPPER_THIRD = 200 / 3

# An interval from the lowest into the highest quarter says nothing about where the track stands.
_LOWEST_QUARTER = 25
_HIGHEST_QUARTER = 75


class Level(StrEnum):
    """Where the percentile stands. UNCLEAR: the interval reaches from one end to the other."""

    UPPER = "upper"
    MIDDLE = "middle"
    LOWER = "lower"
    UNCLEAR = "unclear"


class Confidence(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A percentile (0 to 100) with its 80 % interval, its level and how sure it is."""

    low: float
    percentile: float
    high: float
    level: Level
    confidence: Confidence


def band(low: float, percentile: float, high: float) -> Band:
    """Name the level and the confidence of an interval; raise ValueError where it is none."""
    if not 0 <= low <= percentile <= high <= 100:
        raise ValueError(f"{low} <= {percentile} <= {high} is no interval on 0 to 100")
    return Band(
        low=low,
        percentile=percentile,
        high=high,
        level=_level(low, percentile, high),
        confidence=_confidence(high - low),
    )


def fit_words(band: Band) -> str:
    """Return a fit in words: `likely (62-81 of 100, medium confidence)`."""
    words = {
        Level.UPPER: "likely",
        Level.MIDDLE: "possible",
        Level.LOWER: "unlikely",
        Level.UNCLEAR: "unclear",
    }
    return f"{words[band.level]} ({_interval_words(band)})"


def score_words(band: Band) -> str:
    """Return a score in words: `middle (31-72 of 100, low confidence)`.

    A score is a guess at popularity, so its words never sound like a promise of being kept.
    """
    words = {
        Level.UPPER: "high",
        Level.MIDDLE: "middle",
        Level.LOWER: "low",
        Level.UNCLEAR: "unclear",
    }
    return f"{words[band.level]} ({_interval_words(band)})"


def too_close_to_call(a: Band, b: Band) -> bool:
    """Say whether two intervals overlap, so that neither track is ahead of the other."""
    return a.low <= b.high and b.low <= a.high


def _interval_words(band: Band) -> str:
    # Rounded outwards: a printed interval is never narrower than the real one.
    low, high = math.floor(band.low), math.ceil(band.high)
    return f"{low}-{high} of 100, {band.confidence} confidence"


def _level(low: float, percentile: float, high: float) -> Level:
    if low < _LOWEST_QUARTER and high > _HIGHEST_QUARTER:
        return Level.UNCLEAR
    if percentile >= _UPPER_THIRD:
        return Level.UPPER
    return Level.MIDDLE if percentile >= _LOWER_THIRD else Level.LOWER


def _confidence(width: float) -> Confidence:
    if width <= _HIGH_CONFIDENCE_WIDTH:
        return Confidence.HIGH
    return Confidence.MEDIUM if width <= _MEDIUM_CONFIDENCE_WIDTH else Confidence.LOW
