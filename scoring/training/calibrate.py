"""What turns raw outputs into honest ones, taken on artists that the net did not learn from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from scoring.training.data import Corpus
from scoring.training.kernel import truth_of
from scoring.training.net import LABELS, LEAN, OUTPUTS, Calibration

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

# The CNN's share of the mean of both branches, for attributes, percentile, thirds and quadrants:
# docs/experiments.md has others. It helps nothing but mood.
EARS = (0.0, 0.0, 0.0, 0.15)
# Raw percentiles are spread a little too far; a regression on new artists asks for this much of
# them (.89 and .87 on the folds of seeds 3 and 4). One figure for all: taken fold by fold it
# would rank whole folds against each other.
SLOPE = 0.88
# Shares that were learnt from guesses lie close together, so they may need raising far.
_MOST_POWER = 30.0
_ROUNDS = 300

_TRAITS = slice(0, OUTPUTS[0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Told:
    """What the served model would say about some clips."""

    traits: Floats
    low: Floats
    median: Floats
    high: Floats
    level: Floats
    mood: Floats


def calibrate(likened: Floats, heard: Floats, corpus: Corpus, rows: Rows) -> Calibration:
    """Take the calibration on the clips of `rows`."""
    raw = _mixed(likened, heard, EARS)
    popular = rows[np.isfinite(corpus.popularity[rows])]
    points = corpus.popularity[popular].astype(np.float64)
    off = 100 * raw[popular, LABELS.percentile] - 50
    # Without any known percentile the interval is the whole scale.
    left = np.sort(points - (50 + SLOPE * off)) if len(popular) else np.array([-100.0, 100.0])
    third = truth_of(corpus).numpy()[popular, LABELS.level].argmax(axis=1)
    mooded = rows[corpus.quadrants[rows] >= 0]
    leaning = _leaning(raw[popular])
    bias = _even(leaning)
    return Calibration(
        ears=EARS,
        slope=SLOPE,
        down=max(0.0, -float(left[_rank(0.1, len(left))])),
        up=max(0.0, float(left[_rank(0.9, len(left))])),
        level_power=_power(np.exp(leaning + bias), third),
        level_bias=tuple(bias.tolist()),
        mood_power=_power(np.maximum(raw[mooded, LABELS.mood], 0.01), corpus.quadrants[mooded]),
    )


def tell(likened: Floats, heard: Floats, use: Calibration) -> Told:
    """Return what the exported net would say, from both branches' raw outputs."""
    raw = _mixed(likened, heard, use.ears)
    median = 50.0 + use.slope * (100.0 * raw[:, LABELS.percentile] - 50.0)
    return Told(
        traits=np.clip(raw[:, _TRAITS], 0.0, 1.0),
        low=np.clip(median - use.down, 0.0, 100.0),
        median=np.clip(median, 0.0, 100.0),
        high=np.clip(median + use.up, 0.0, 100.0),
        level=raised(np.exp(_leaning(raw) + np.array(use.level_bias)), use.level_power),
        mood=raised(np.maximum(raw[:, LABELS.mood], 0.01), use.mood_power),
    )


def _mixed(likened: Floats, heard: Floats, ears: tuple[float, ...]) -> Floats:
    share = np.repeat(ears, OUTPUTS)
    mixed: Floats = (1 - share) * likened + share * heard
    return mixed


def _leaning(raw: Floats) -> Floats:
    """Return what is said for each third, by its own share and by the percentile."""
    off = LEAN * (raw[:, LABELS.percentile] - 0.5)
    leaning: Floats = raw[:, LABELS.level] + np.stack((-off, np.zeros(len(off)), off), axis=1)
    return leaning


def _even(leaning: Floats) -> Floats:
    """Return what to add so that each third is the likeliest one of a third of the clips.

    Without it the middle, of which sound knows least, would hardly ever be said.
    """
    bias = np.zeros(3)
    for _ in range(_ROUNDS if len(leaning) else 0):
        likeliest = (leaning + bias).argmax(axis=1)
        over = np.bincount(likeliest, minlength=3) / len(leaning) - 1 / 3
        bias -= 0.1 * leaning.std() * over
    even: Floats = bias - bias.mean()
    return even


def tell_all(likened: Floats, heard: Floats, corpus: Corpus, fold_of: Rows) -> Told:
    """Return what would be said about each clip, calibrated on the other folds' artists."""
    parts: list[tuple[Rows, Told]] = []
    for fold in np.unique(fold_of):
        others, asked = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        use = calibrate(likened, heard, corpus, others)
        parts.append((asked, tell(likened[asked], heard[asked], use)))
    order = np.argsort(np.concatenate([rows for rows, _ in parts]))

    def joined(name: str) -> Floats:
        whole: Floats = np.concatenate([getattr(told, name) for _, told in parts])[order]
        return whole

    return Told(**{name: joined(name) for name in Told.__slots__})


def raised(shares: Floats, power: float) -> Floats:
    """Return probabilities from positive shares, as the exported net does."""
    found: Floats = shares**power
    found /= found.sum(axis=1, keepdims=True)
    return found


def _rank(level: float, count: int) -> int:
    """Return the rank that split conformal prediction asks for: it covers a further clip."""
    rank = np.floor(level * (count + 1)) - 1 if level < 0.5 else np.ceil(level * (count + 1)) - 1
    return int(np.clip(rank, 0, count - 1))


def _power(shares: Floats, truth: Rows) -> float:
    """Return the power of the shares under which the truth is least surprising."""
    if len(truth) == 0:
        return 1.0

    def surprise(power: float) -> float:
        return float(-np.log(raised(shares, power)[np.arange(len(truth)), truth]).mean())

    return float(minimize_scalar(surprise, bounds=(0.05, _MOST_POWER), method="bounded").x)
