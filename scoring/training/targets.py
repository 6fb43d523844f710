"""Measure each target: attributes, percentile, thirds and mood, each beside all baselines."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from scoring.card import Figure, Metric
from scoring.training.baselines import boosted, boosted_classes, likeliest, means, without
from scoring.training.data import TRAITS
from scoring.training.measures import (
    Measure,
    calibration_error,
    error_of_right,
    macro_f1,
    mean_error,
    r_squared,
    recall_of_highest,
    spearman,
)
from scoring.training.net import LABELS
from scoring.training.trial import (
    SMALLEST_SET,
    TREES,
    TREES_OF_SPOTIFY,
    TREES_ON_MEL,
    Floats,
    Question,
    Rows,
    Trial,
    line,
    metric,
    with_label,
)

# Mean, spread and skewness of each four bands: the first statistics of the kernel branch.
_SIMPLE = slice(0, 3 * 32)


def traits(trial: Trial) -> list[Metric]:
    """Measure the attributes, whose labels come from Spotify where the previews are there."""
    corpus, metrics = trial.corpus, []
    for i, name in enumerate(TRAITS):
        rows = with_label(corpus, corpus.traits[:, i])
        if len(rows) < SMALLEST_SET:
            continue
        truth = corpus.traits[rows, i].astype(np.float64)
        question = Question(
            target=name,
            measure="R2",
            function=r_squared,
            chance=0.0,
            rows=rows,
            truth=truth,
            said=[told.traits[rows, i] for told in trial.told],
            others=_guesses(trial, rows, truth, column=i, scale=1.0),
        )
        metrics.append(metric(trial, question))
    return metrics


def popularity(trial: Trial) -> list[Metric]:
    """Measure the percentile."""
    corpus = trial.corpus
    rows = with_label(corpus, corpus.popularity)
    if len(rows) < SMALLEST_SET:
        return []
    truth = corpus.popularity[rows].astype(np.float64)
    others = _guesses(trial, rows, truth, column=LABELS.percentile, scale=100.0)
    wanted: tuple[tuple[str, Measure, float], ...] = (
        ("Spearman", spearman, 0.0),
        ("mean error, points", mean_error, 25.0),
    )
    return [
        metric(
            trial,
            Question(
                target="popularity percentile",
                measure=measure,
                function=function,
                chance=chance,
                rows=rows,
                truth=truth,
                said=[told.median[rows] for told in trial.told],
                others=others,
            ),
        )
        for measure, function, chance in wanted
    ]


def thirds(trial: Trial) -> list[Metric]:
    """Measure the three chances, by the likeliest and by their honesty."""
    corpus = trial.corpus
    rows = with_label(corpus, corpus.popularity)
    if len(rows) < SMALLEST_SET:
        return []
    third = trial.lesson.truth.numpy()[rows, LABELS.level].argmax(axis=1)
    others = _classes(trial, rows, third, columns=LABELS.level)
    wanted = (("macro F1", macro_f1), ("recall of high", recall_of_highest))
    metrics = [
        metric(
            trial,
            Question(
                target="thirds of popularity",
                measure=measure,
                function=function,
                chance=1 / 3,
                rows=rows,
                truth=third.astype(np.float64),
                said=[_likeliest(told.level[rows]) for told in trial.told],
                others=others,
            ),
        )
        for measure, function in wanted
    ]
    errors = [calibration_error(told.level[rows, 2], third == 2) for told in trial.told]
    by_chance = [error_of_right(told.level[rows, 2]) for told in trial.told]
    metrics.append(
        Metric(
            target="chance of the highest third",
            measure="calibration error",
            clips=len(rows),
            chance=round(float(np.mean(by_chance)), 4),
            model=Figure(by="this model", value=round(float(np.mean(errors)), 4)),
        )
    )
    print(line(metrics[-1]), flush=True)
    return metrics


def mood(trial: Trial) -> list[Metric]:
    """Measure the quadrants on the clips that have them."""
    corpus = trial.corpus
    rows = np.flatnonzero(corpus.quadrants >= 0)
    if len(rows) < SMALLEST_SET:
        return []
    truth = corpus.quadrants[rows]
    simple = trial.counted.views[0][rows].numpy()[:, _SIMPLE].astype(np.float64)
    trees = [boosted_classes(simple, truth, fold_of[rows]) for fold_of in trial.fold_of]
    question = Question(
        target="mood quadrant",
        measure="macro F1",
        function=macro_f1,
        chance=0.25,
        rows=rows,
        truth=truth.astype(np.float64),
        said=[_likeliest(told.mood[rows]) for told in trial.told],
        others={TREES_ON_MEL: trees, **_classes(trial, rows, truth, columns=LABELS.mood)},
    )
    return [metric(trial, question)]


def _guesses(
    trial: Trial, rows: Rows, truth: Floats, *, column: int, scale: float
) -> dict[str, list[Floats]]:
    """Return what each baseline guesses of a number, seed by seed."""
    corpus, inputs = trial.corpus, trial.inputs

    def by_seed(guess: Callable[[Rows], Floats]) -> list[Floats]:
        return [guess(fold_of[rows]) for fold_of in trial.fold_of]

    artists = corpus.groups[rows].astype(str)
    others = {
        "constant": [np.full(len(rows), truth.mean())],
        "genre mean": by_seed(lambda fold_of: means(corpus.genres[rows], truth, fold_of)),
        "artist mean (leak alarm)": by_seed(lambda fold_of: means(artists, truth, fold_of)),
        "labels shuffled": [scale * trial.shuffled[rows, column]],
        "CNN alone": [scale * one.heard[rows, column] for one in trial.branches],
    }
    if inputs is not None:
        made, told = inputs.hand_made[rows], without(inputs, column)[rows]
        others[TREES] = by_seed(lambda fold_of: boosted(made, truth, fold_of))
        others[TREES_OF_SPOTIFY] = by_seed(lambda fold_of: boosted(told, truth, fold_of))
    return others


def _classes(
    trial: Trial, rows: Rows, truth: NDArray[np.int64], *, columns: slice
) -> dict[str, list[Floats]]:
    """Return the class that each baseline holds most likely, seed by seed."""
    corpus, inputs = trial.corpus, trial.inputs

    def by_seed(guess: Callable[[Rows], Floats]) -> list[Floats]:
        return [guess(fold_of[rows]) for fold_of in trial.fold_of]

    artists = corpus.groups[rows].astype(str)
    others = {
        "constant": [np.full(len(rows), float(np.bincount(truth).argmax()))],
        "genre mean": by_seed(lambda fold_of: likeliest(corpus.genres[rows], truth, fold_of)),
        "artist mean (leak alarm)": by_seed(lambda fold_of: likeliest(artists, truth, fold_of)),
        "labels shuffled": [_likeliest(trial.shuffled[rows, columns])],
        "CNN alone": [_likeliest(one.heard[rows, columns]) for one in trial.branches],
    }
    if inputs is not None:
        made, told = inputs.hand_made[rows], inputs.spotify[rows]
        if np.isfinite(made).any():
            others[TREES] = by_seed(lambda fold_of: boosted_classes(made, truth, fold_of))
        others[TREES_OF_SPOTIFY] = by_seed(lambda fold_of: boosted_classes(told, truth, fold_of))
    return others


def _likeliest(shares: Floats) -> Floats:
    classes: Floats = shares.argmax(axis=1).astype(np.float64)
    return classes
