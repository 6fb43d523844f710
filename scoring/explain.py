"""Why the model said what it said: which seconds moved its score, and what counts against.

The wording never leaves the model: a segment "moved the model's score"; nothing "makes a hit".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from scoring.model import Known, Model, Prediction

# The log-mel's frames are 1,024 samples of 22,050 a second apart.
FRAMES_PER_SECOND = 22_050 / 1_024
SEGMENT_SECONDS = 2.0
# A smaller effect is not told: it would not survive another crop of the same clip.
_WORTH_TELLING_POINTS = 0.5
# A trait is remarkable where fewer than one in five of the known tracks lie beyond it.
_REMARKABLE = 0.2
_MOST_REASONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentEffect:
    """How far a stretch of the clip moves the model's score: points with it minus without it."""

    start_s: float
    end_s: float
    points: float


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


def moved(
    model: Model, logmel: NDArray[np.float32], prediction: Prediction, *, start_s: float = 0.0
) -> tuple[SegmentEffect, ...]:
    """Return the effect of each two-second segment on the median percentile.

    A segment is replaced by the clip's own mean spectrum: silence would be a loud event of its
    own to the network, and another clip's sound would say something about that clip. `start_s` is
    where the log-mel starts in the file, so that the times are those a player shows.
    """
    edges = _edges(logmel.shape[1])
    typical = logmel.mean(axis=1, keepdims=True)
    without = np.repeat(logmel[None], len(edges), axis=0)
    for clip, (start, end) in zip(without, edges, strict=True):
        clip[:, start:end] = typical
    median = prediction.percentile.median
    return tuple(
        SegmentEffect(
            start_s=start_s + start / FRAMES_PER_SECOND,
            end_s=start_s + end / FRAMES_PER_SECOND,
            points=median - masked.percentile.median,
        )
        for (start, end), masked in zip(edges, model.predict_all(without), strict=True)
    )


def reasons(
    prediction: Prediction, segments: Sequence[SegmentEffect], known: Sequence[Known]
) -> tuple[Reason, ...]:
    """Return at most three reasons, one of them against wherever anything counts against."""
    best = max(segments, key=lambda segment: segment.points)
    worst = min(segments, key=lambda segment: segment.points)
    found = [_of_segment(best)] if best.points >= _WORTH_TELLING_POINTS else []
    against = [_of_segment(worst)] if worst.points <= -_WORTH_TELLING_POINTS else []
    against += _of_interval(prediction)
    against += _of_traits(prediction, known)
    return tuple((found + against)[:_MOST_REASONS])


def _edges(frames: int) -> list[tuple[int, int]]:
    """Cut `frames` into segments of two seconds; a short rest belongs to the last one."""
    count = max(1, int(frames / (FRAMES_PER_SECOND * SEGMENT_SECONDS)))
    cuts = [round(i * FRAMES_PER_SECOND * SEGMENT_SECONDS) for i in range(count)]
    return list(zip(cuts, [*cuts[1:], frames], strict=True))


def _of_segment(segment: SegmentEffect) -> Reason:
    span = f"{_clock(segment.start_s)}-{_clock(segment.end_s)}"
    points = f"{segment.points:+.1f} points"
    if segment.points > 0:
        return Reason(sign=Sign.FOR, text=f"{span} moved the model's score up most ({points})")
    return Reason(sign=Sign.AGAINST, text=f"{span} moved the model's score down most ({points})")


def _of_interval(prediction: Prediction) -> list[Reason]:
    """An interval from one end to the other is itself a reason to distrust the score."""
    span = prediction.percentile
    if span.high - span.low < 50:
        return []
    told = f"four in five such tracks lie between {span.low:.0f} and {span.high:.0f}"
    return [Reason(sign=Sign.AGAINST, text=f"the model is unsure: {told}")]


def _of_traits(prediction: Prediction, known: Sequence[Known]) -> list[Reason]:
    """Tell the trait in which the clip is furthest from the tracks the model knows."""
    told: list[tuple[float, Reason]] = []
    for one in known:
        value = float(getattr(prediction.traits, one.trait))
        below = one.share_below(value)
        beyond = min(below, 1 - below)
        if beyond > _REMARKABLE:
            continue
        side = "lower" if below < 0.5 else "higher"
        most = f"{100 * (1 - beyond):.0f} % of the tracks the model knows"
        text = f"{one.trait} {value:.2f} is {side} than in {most}"
        told.append((beyond, Reason(sign=Sign.AGAINST, text=text)))
    return [reason for _, reason in sorted(told, key=lambda pair: pair[0])]


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"
