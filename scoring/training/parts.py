"""Measure part by part: languages, genres and years that the model may know less about."""

import numpy as np
from numpy.typing import NDArray

from scoring.card import Figure, Slice
from scoring.training.data import TRAITS
from scoring.training.measures import Measure, figure, macro_f1, r_squared, share, spearman
from scoring.training.trial import SMALLEST_SET, Floats, Rows, Trial, slice_line, with_label

# A slice smaller than this says more about chance than about the model.
SMALLEST_SLICE = 80
_YEARS = ((1900, 1999), (2000, 2004), (2005, 2009), (2010, 2100))


def parts(trial: Trial) -> list[Slice]:
    """Measure interval, percentile, attributes and mood in each part of the clips."""
    slices = [*_percentile(trial), *_traits(trial), *_mood(trial)]
    for one in slices:
        print(slice_line(one), flush=True)
    return slices


def _percentile(trial: Trial) -> list[Slice]:
    """How often the 80 % interval holds the truth, how wide it is, and how clips are ranked."""
    rows = with_label(trial.corpus, trial.corpus.popularity)
    if len(rows) < SMALLEST_SET:
        return []
    truth = trial.corpus.popularity[rows].astype(np.float64)
    held = [
        ((told.low[rows] <= truth) & (truth <= told.high[rows])).astype(np.float64)
        for told in trial.told
    ]
    ones = np.ones(len(rows))
    said = [told.median[rows] for told in trial.told]
    slices = _by_part(
        trial, rows, ones, held, measure="coverage of the 80 % interval", function=share
    )
    slices += _by_part(trial, rows, truth, said, measure="popularity, Spearman", function=spearman)
    width = float(np.mean([(told.high[rows] - told.low[rows]).mean() for told in trial.told]))
    alone = Figure(by="", value=round(width, 2))
    slices.append(_slice("width of the 80 % interval, points", "all", len(rows), alone))
    return slices


def _traits(trial: Trial) -> list[Slice]:
    slices = []
    for i, name in enumerate(TRAITS):
        labels = trial.corpus.traits[:, i]
        rows = with_label(trial.corpus, labels)
        if len(rows) >= SMALLEST_SET:
            said = [told.traits[rows, i] for told in trial.told]
            truth = labels[rows].astype(np.float64)
            slices += _by_part(trial, rows, truth, said, measure=f"{name}, R2", function=r_squared)
    return slices


def _mood(trial: Trial) -> list[Slice]:
    rows = np.flatnonzero(trial.corpus.quadrants >= 0)
    if len(rows) < SMALLEST_SET:
        return []
    truth = trial.corpus.quadrants[rows].astype(np.float64)
    said = [told.mood[rows].argmax(axis=1).astype(np.float64) for told in trial.told]
    return _by_part(trial, rows, truth, said, measure="mood quadrant, macro F1", function=macro_f1)


def _by_part(
    trial: Trial,
    rows: Rows,
    truth: Floats,
    said: list[Floats],
    *,
    measure: str,
    function: Measure,
) -> list[Slice]:
    slices = []
    for name, member in _parts(trial, rows).items():
        if name != "all" and member.sum() < SMALLEST_SLICE:
            continue
        groups = trial.corpus.groups[rows][member]
        here = [one[member] for one in said]
        found = figure(function, truth[member], here, groups, count=trial.draws)
        slices.append(_slice(measure, name, int(member.sum()), found))
    return slices


def _parts(trial: Trial, rows: Rows) -> dict[str, NDArray[np.bool_]]:
    """Return which of `rows` belong to each part."""
    corpus = trial.corpus
    parts = {"all": np.ones(len(rows), bool)}
    for language in np.unique(corpus.languages[rows][corpus.languages[rows] != ""]):
        parts[f"language {language}"] = corpus.languages[rows] == language
    for genre in np.unique(corpus.genres[rows][corpus.genres[rows] != ""]):
        parts[f"genre {genre}"] = corpus.genres[rows] == genre
    years = corpus.years[rows]
    for start, end in _YEARS:
        parts[f"years {start}-{end}"] = (years >= start) & (years <= end)
    return parts


def _slice(measure: str, part: str, clips: int, found: Figure) -> Slice:
    return Slice(
        measure=measure, part=part, clips=clips, value=found.value, low=found.low, high=found.high
    )
