"""Measures with their intervals: artists, not clips, are drawn again for each."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from scoring.card import Figure

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Measure = Callable[[Floats, Floats], float]

# Artists drawn with replacement for each 95 % interval.
DRAWS = 1_000


def r_squared(truth: Floats, guessed: Floats) -> float:
    """Return the share of the variance explained; the mean alone is worth 0."""
    return float(1 - ((truth - guessed) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())


def spearman(truth: Floats, guessed: Floats) -> float:
    """Return the rank correlation; 0 for a constant."""
    if np.ptp(guessed) == 0 or np.ptp(truth) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(truth), rankdata(guessed))[0, 1])


def macro_f1(truth: Floats, guessed: Floats) -> float:
    """Return the mean F1 over the classes of the truth."""
    scores = []
    for one in np.unique(truth):
        right = float(((truth == one) & (guessed == one)).sum())
        scores.append(2 * right / float((truth == one).sum() + (guessed == one).sum()))
    return float(np.mean(scores))


def recall_of_highest(truth: Floats, guessed: Floats) -> float:
    """Return the share of the highest class that is recognised."""
    highest = truth == truth.max()
    return float((guessed[highest] == truth.max()).mean())


def mean_error(truth: Floats, guessed: Floats) -> float:
    """Return the mean absolute error."""
    return float(np.abs(truth - guessed).mean())


def mean_of(_truth: Floats, guessed: Floats) -> float:
    """Return the mean of what was measured clip by clip."""
    return float(guessed.mean())


def share(truth: Floats, guessed: Floats) -> float:
    """Return how often both are equal."""
    return float((truth == guessed).mean())


def draws(groups: Rows, count: int) -> list[Rows]:
    """Return clips of artists drawn with replacement, `count` times, the same each time."""
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    random = np.random.default_rng(0)
    return [
        np.concatenate([members[i] for i in random.integers(len(members), size=len(members))])
        for _ in range(count)
    ]


def figure(
    measure: Measure,
    truth: Floats,
    guesses: Sequence[Floats],
    groups: Rows,
    *,
    by: str = "",
    count: int = DRAWS,
) -> Figure:
    """Measure the mean over `guesses` (one a seed), with its 95 % interval over artists."""
    values = [_mean(measure, truth, guesses, drawn) for drawn in draws(groups, count)]
    low, high = np.quantile(values, (0.025, 0.975))
    every = np.arange(len(truth))
    return Figure(
        by=by,
        value=_round(_mean(measure, truth, guesses, every)),
        low=_round(float(low)),
        high=_round(float(high)),
    )


def gain(
    others: Sequence[Floats],
    measure: Measure,
    truth: Floats,
    guesses: Sequence[Floats],
    groups: Rows,
    *,
    by: str,
    count: int = DRAWS,
) -> Figure:
    """Measure how much better `guesses` are than `others`, on the same clips in each draw."""

    def ahead(rows: Rows) -> float:
        return _mean(measure, truth, guesses, rows) - _mean(measure, truth, others, rows)

    low, high = np.quantile([ahead(drawn) for drawn in draws(groups, count)], (0.025, 0.975))
    value = ahead(np.arange(len(truth)))
    return Figure(by=by, value=_round(value), low=_round(float(low)), high=_round(float(high)))


def calibration_error(probability: Floats, happened: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over ten equal parts of the clips."""
    parts = np.array_split(np.argsort(probability, kind="stable"), 10)
    gaps = [abs(probability[p].mean() - happened[p].mean()) * len(p) for p in parts if len(p)]
    return float(sum(gaps) / len(probability))


def error_of_right(probability: Floats, *, times: int = 200) -> float:
    """Return the calibration error that right probabilities show of so few clips, on average."""
    random = np.random.default_rng(0)
    drawn = random.random((times, len(probability))) < probability
    return float(np.mean([calibration_error(probability, happened) for happened in drawn]))


def _mean(measure: Measure, truth: Floats, guesses: Sequence[Floats], rows: Rows) -> float:
    return float(np.mean([measure(truth[rows], guess[rows]) for guess in guesses]))


def _round(value: float) -> float:
    return round(value, 4)
