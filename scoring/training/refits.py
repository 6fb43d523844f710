"""Fit the kernel branch again in other ways: to see what leaks, and what more clips would give."""

import numpy as np
import torch
from numpy.typing import NDArray

from scoring.card import Slice, Split
from scoring.training.data import FOLDS, TRAITS, Corpus, folds
from scoring.training.kernel import Counted, KernelSettings, Lesson, fit_kernel
from scoring.training.measures import Measure, macro_f1, r_squared, spearman
from scoring.training.net import LABELS, raw_of
from scoring.training.trial import SMALLEST_SET, Floats, Rows, Trial, slice_line, with_label

# Clips that are learnt from for the learning curve, and folds that leave the most of them.
CURVE = (200, 400, 600, 800)
_CURVE_FOLDS = 10
# A set of fewer clips is not learnt from alone.
_ALONE = 200


def refit(counted: Counted, lesson: Lesson, fold_of: Rows, *, most: int | None = None) -> Floats:
    """Return the kernel branch's guesses for other folds, other labels, or fewer clips."""
    guessed = np.full(lesson.truth.shape, np.nan)
    for fold in np.unique(fold_of):
        learnt, asked = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        if most is not None:
            learnt = _whole_artists(learnt, lesson.groups, most)
        kernel = fit_kernel(
            counted.take(torch.from_numpy(learnt)),
            lesson.take(learnt),
            seed=0,
            settings=KernelSettings(),
        )
        raw, _ = raw_of(kernel, counted.views[0][torch.from_numpy(asked)])
        guessed[asked] = raw.numpy()
    found: Floats = guessed
    return found


def shuffled(counted: Counted, lesson: Lesson, corpus: Corpus, fold_of: Rows) -> Floats:
    """Return guesses learnt from labels dealt out at random: worth nothing, or something leaks.

    Each large set is learnt from alone: otherwise a clip that sounds like another set's would be
    guessed to be like them, and rightly so. All labels and hints of a clip stay together.
    """
    sets = [np.flatnonzero(corpus.sets == name) for name in dict.fromkeys(corpus.sets.tolist())]
    chance = np.random.default_rng(0)
    guessed = np.full(lesson.truth.shape, np.nan)
    for rows in sets if min(map(len, sets)) >= _ALONE else [np.arange(len(corpus))]:
        dealt = chance.permutation(rows)
        wrong = Lesson(
            truth=lesson.truth[dealt], hints=lesson.hints[dealt], groups=lesson.groups[rows]
        )
        guessed[rows] = refit(counted.take(torch.from_numpy(rows)), wrong, fold_of[rows])
    return guessed


def splits(trial: Trial) -> list[Split]:
    """Measure the kernel branch where clips, not artists, are kept apart: what leaks."""
    every = len(trial.corpus)
    random = np.random.default_rng(0).permutation(every) % FOLDS
    # Without artists, the guesses that popularity is learnt from leak in the same way.
    alone = Lesson(truth=trial.lesson.truth, hints=trial.lesson.hints, groups=np.arange(every))
    at_random, by_artist = refit(trial.counted, alone, random), trial.branches[0].likened
    measured = _mood_splits(trial, at_random, by_artist)
    for name, measure, function, column in _WANTED:
        rows = with_label(trial.corpus, trial.lesson.truth.numpy()[:, column])
        if len(rows) < SMALLEST_SET:
            continue
        truth = trial.lesson.truth.numpy()[rows, column].astype(np.float64)
        found = Split(
            target=name,
            measure=measure,
            clips=len(rows),
            random=round(function(truth, at_random[rows, column]), 4),
            by_artist=round(function(truth, by_artist[rows, column]), 4),
        )
        measured.append(found)
        print(f"{name}: random {found.random:.3f}, by artist {found.by_artist:.3f}", flush=True)
    return measured


def _mood_splits(trial: Trial, at_random: Floats, by_artist: Floats) -> list[Split]:
    rows = np.flatnonzero(trial.corpus.quadrants >= 0)
    if len(rows) < SMALLEST_SET:
        return []
    truth = trial.corpus.quadrants[rows].astype(np.float64)
    values = [
        round(macro_f1(truth, raw[rows, LABELS.mood].argmax(axis=1).astype(np.float64)), 4)
        for raw in (at_random, by_artist)
    ]
    found = Split(
        target="mood quadrant",
        measure="macro F1",
        clips=len(rows),
        random=values[0],
        by_artist=values[1],
    )
    print(f"mood: random {found.random:.3f}, by artist {found.by_artist:.3f}", flush=True)
    return [found]


def curve(trial: Trial) -> list[Slice]:
    """Measure the kernel branch where it learns from fewer clips, of whole artists."""
    corpus, slices = trial.corpus, []
    # The second known set would hide how few of the first are left.
    measured = corpus.sets == ("previews" if "previews" in corpus.sets else corpus.sets[0])
    rows = np.flatnonzero(measured)
    counted = trial.counted.take(torch.from_numpy(rows))
    lesson = trial.lesson.take(rows)
    fold_of = folds(lesson.groups, count=_CURVE_FOLDS, seed=0)
    for most in CURVE:
        if most > len(rows) - int(np.bincount(fold_of).max()):
            break
        raw = refit(counted, lesson, fold_of, most=most)
        for name, measure, function, column in _WANTED:
            truth = lesson.truth.numpy()[:, column].astype(np.float64)
            known = np.isfinite(truth)
            if known.sum() < SMALLEST_SET:
                continue
            found = Slice(
                measure=f"{name}, {measure}, kernel branch on one set",
                part=f"learnt from {most} tracks",
                clips=int(known.sum()),
                value=round(function(truth[known], raw[known, column]), 4),
            )
            print(slice_line(found), flush=True)
            slices.append(found)
    return slices


_WANTED: tuple[tuple[str, str, Measure, int], ...] = (
    ("popularity percentile", "Spearman", spearman, LABELS.percentile),
    *((name, "R2", r_squared, i) for i, name in enumerate(TRAITS)),
)


def _whole_artists(learnt: Rows, groups: NDArray[np.int64], most: int) -> Rows:
    """Return the clips of some artists, drawn at random, until there are so many."""
    order = np.random.default_rng(0).permutation(np.unique(groups[learnt]))
    place = {int(group): i for i, group in enumerate(order)}
    drawn = sorted(learnt, key=lambda row: place[int(groups[row])])
    return np.sort(np.array(drawn[:most], np.int64))
