"""Why the model said what it said: which seconds moved its score, and what counts against.

The wording never leaves the model: a segment "moved the model's score"; nothing "makes a hit".
How the ways of asking were compared, with figures: docs/explanations.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.analysis import Reason, SegmentEffect, Sign
from scoring.model import BANDS, Known, Model, Prediction

# The log-mel's frames are 1,024 samples of 22,050 a second apart.
FRAMES_PER_SECOND = 22_050 / 1_024
SEGMENT_SECONDS = 2.0
# With two seconds cut off the clip, effects from here upwards kept their sign in 92 and 97 % of the
# cases (two models), smaller ones in 67 and 79 %.
_WORTH_TELLING_POINTS = 0.25
# A trait is told where tracks like this one score at least so far from the model's average.
_TRAIT_POINTS = 1.0
# An interval this wide is itself a reason to distrust the score.
_UNSURE_POINTS = 50
_MOST_REASONS = 3

_HIGHEST_HZ = 22_050 / 2
ALL_ROWS = slice(0, BANDS)

Cell = tuple[tuple[int, int], slice]
"""A stretch of frames, and rows of the log-mel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A band of frequencies, in hertz and as rows of a log-mel."""

    name: str
    low_hz: float
    high_hz: float

    @property
    def rows(self) -> slice:
        return slice(_row(self.low_hz), _row(self.high_hz))

    @property
    def span(self) -> str:
        """The band in words: `1 to 4 kHz`."""
        if self.low_hz == 0:
            return f"under {self.high_hz:.0f} Hz"
        if self.high_hz == _HIGHEST_HZ:
            return f"over {self.low_hz / 1_000:.0f} kHz"
        if self.high_hz <= 1_000:
            return f"{self.low_hz:.0f} to {self.high_hz:,.0f} Hz"
        return f"{self.low_hz / 1_000:.0f} to {self.high_hz / 1_000:.0f} kHz"


REGISTERS = (
    Register(name="bass", low_hz=0, high_hz=250),
    Register(name="low mids", low_hz=250, high_hz=1_000),
    Register(name="high mids", low_hz=1_000, high_hz=4_000),
    Register(name="treble", low_hz=4_000, high_hz=_HIGHEST_HZ),
)


def moved(
    model: Model, logmel: NDArray[np.float32], prediction: Prediction, *, start_s: float = 0.0
) -> tuple[SegmentEffect, ...]:
    """Return the effect of each two-second segment on the median percentile.

    `start_s` is where the log-mel starts in the file, so that the times are those a player shows.
    """
    edges = segments_of(logmel.shape[1])
    median = prediction.percentile.median
    whole = effects(model, logmel, [((edge, ALL_ROWS),) for edge in edges], median)
    alone = [
        effects(model, logmel, [((edge, register.rows),) for edge in edges], median)
        for register in REGISTERS
    ]
    by_register = np.stack([_against_typical(points) for points in alone], axis=1)
    return tuple(
        SegmentEffect(
            start_s=start_s + start / FRAMES_PER_SECOND,
            end_s=start_s + end / FRAMES_PER_SECOND,
            points=points,
            registers=tuple(parts),
        )
        for (start, end), points, parts in zip(
            edges, _against_typical(whole).tolist(), by_register.tolist(), strict=True
        )
    )


def effects(
    model: Model,
    logmel: NDArray[np.float32],
    questions: Sequence[Sequence[Cell]],
    median: float,
) -> NDArray[np.float64]:
    """Return for each group of cells by how many points the score falls without their sound.

    A cell gets the clip's own mean spectrum: silence would be a loud event of its own to the
    network, and another clip's sound would say something about that clip.
    """
    typical = logmel.mean(axis=1, keepdims=True)
    without = np.repeat(logmel[None], len(questions), axis=0)
    for clip, cells in zip(without, questions, strict=True):
        for (start, end), rows in cells:
            clip[rows, start:end] = typical[rows]
    return np.array([median - one.percentile.median for one in model.predict_all(without)])


def segments_of(frames: int) -> list[tuple[int, int]]:
    """Cut `frames` into segments of two seconds; a short rest belongs to the last one."""
    count = max(1, int(frames / (FRAMES_PER_SECOND * SEGMENT_SECONDS)))
    cuts = [round(i * FRAMES_PER_SECOND * SEGMENT_SECONDS) for i in range(count)]
    return list(zip(cuts, [*cuts[1:], frames], strict=True))


def main_register(segment: SegmentEffect) -> Register | None:
    """Return the register that alone does at least half of what all four do, if one does."""
    if not segment.registers:
        return None
    parts = [math.copysign(1.0, segment.points) * points for points in segment.registers]
    strongest = max(range(len(parts)), key=parts.__getitem__)
    enough = parts[strongest] > 0 and parts[strongest] >= sum(abs(part) for part in parts) / 2
    return REGISTERS[strongest] if enough else None


def reasons(
    prediction: Prediction, segments: Sequence[SegmentEffect], known: Sequence[Known]
) -> tuple[Reason, ...]:
    """Return at most three reasons, one of them against wherever anything counts against.

    First the strongest of each side, then the stronger of what is left; that the model is unsure
    is told where nothing else counts against.
    """
    told = sorted(
        [*_of_traits(prediction, known), *_of_segments(segments)],
        key=lambda reason: -reason.weight,
    )
    in_favour = [reason for reason in told if reason.sign is Sign.FOR]
    against = [reason for reason in told if reason.sign is Sign.AGAINST] or _of_interval(prediction)
    chosen = [*in_favour[:1], *against[:1]]
    chosen += [reason for reason in told if reason not in chosen][: _MOST_REASONS - len(chosen)]
    chosen.sort(key=lambda reason: reason.sign is Sign.AGAINST)
    return tuple(Reason(sign=reason.sign, text=reason.text) for reason in chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighed:
    sign: Sign
    text: str
    weight: float


def _against_typical(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take off what masking does anywhere in the clip: the mask's doing, not the music's."""
    return points - np.median(points)


def _of_segments(segments: Sequence[SegmentEffect]) -> list[_Weighed]:
    """Tell the segment that moved the score up most, and the one that moved it down most."""
    found = []
    for sign, way in ((1, "up"), (-1, "down")):
        points = [sign * segment.points for segment in segments]
        most = segments[int(np.argmax(points))]
        if max(points) < _WORTH_TELLING_POINTS:
            continue
        span = f"{_clock(most.start_s)}-{_clock(most.end_s)}"
        told = f"{most.points:+.1f} points against the rest of the clip"
        text = f"{span} moved the model's score {way} most ({told})"
        if register := main_register(most):
            text += f", mainly its {register.name} ({register.span})"
        side = Sign.FOR if sign > 0 else Sign.AGAINST
        found.append(_Weighed(sign=side, text=text, weight=max(points)))
    return found


def _of_interval(prediction: Prediction) -> list[_Weighed]:
    """An interval from one end to the other is itself a reason to distrust the score."""
    span = prediction.percentile
    if span.high - span.low < _UNSURE_POINTS:
        return []
    text = (
        "the model is unsure: four in five such tracks lie between"
        f" {math.floor(span.low)} and {math.ceil(span.high)}"
    )
    return [_Weighed(sign=Sign.AGAINST, text=text, weight=0.0)]


def _of_traits(prediction: Prediction, known: Sequence[Known]) -> list[_Weighed]:
    """Tell the trait whose tracks the model scores highest, and the one it scores lowest.

    That is how the trait goes with the score over all known tracks, not what causes the score.
    """
    told = []
    for one in known:
        value = float(getattr(prediction.traits, one.trait))
        points = one.points_at(value)
        if abs(points) < _TRAIT_POINTS:
            continue
        way = "more" if points > 0 else "fewer"
        text = (
            f"{one.trait} {100 * value:.0f} of 100, {_place(one.share_below(value))} of the"
            f" tracks the model knows; it gives such tracks {abs(points):.1f} points {way} than"
            " the average one"
        )
        sign = Sign.FOR if points > 0 else Sign.AGAINST
        told.append(_Weighed(sign=sign, text=text, weight=abs(points)))
    strongest = sorted(told, key=lambda reason: -reason.weight)
    sides = [[one for one in strongest if one.sign is sign][:1] for sign in Sign]
    return [one for side in sides for one in side]


def _place(share_below: float) -> str:
    """Return `higher than in 82 %`; nothing is ever said to lie beyond all tracks."""
    side, share = ("higher", share_below) if share_below >= 0.5 else ("lower", 1 - share_below)
    return f"{side} than in {min(99, math.floor(100 * share))} %"


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def _row(hertz: float) -> int:
    """Return the first row whose centre lies at or over `hertz` on Slaney's mel scale."""
    return math.ceil(_mel(hertz) / _mel(_HIGHEST_HZ) * (BANDS + 1) - 1) if hertz else 0


def _mel(hertz: float) -> float:
    if hertz < 1_000:
        return 3 * hertz / 200
    return 15 + 27 * math.log(hertz / 1_000, 6.4)
