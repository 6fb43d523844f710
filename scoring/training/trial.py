"""What is measured, and how one figure is made beside those of its rivals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.card import Metric, Slice
from scoring.training.baselines import Inputs
from scoring.training.calibrate import Told
from scoring.training.data import FOLDS, Corpus
from scoring.training.kernel import Counted, Lesson
from scoring.training.measures import Measure, figure, gain, mean_error
from scoring.training.net import OUTPUTS

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

# Of fewer clips than this nothing is measured at all.
SMALLEST_SET = 20
TREES = "boosted trees, 136 hand-made features"
TREES_OF_SPOTIFY = "boosted trees, 13 Spotify features"
TREES_ON_MEL = "boosted trees, mel statistics"
COSINE = "hand-made features, cosine"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Branches:
    """What one seed's nets guessed for every clip, each by a net that never heard the artist."""

    likened: Floats
    heard: Floats
    embedding: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """Everything that is measured; `fold_of`, `told` and `branches` have an entry a seed."""

    corpus: Corpus
    fold_of: tuple[Rows, ...]
    told: tuple[Told, ...]
    branches: tuple[Branches, ...]
    counted: Counted
    lesson: Lesson
    inputs: Inputs | None
    # What the kernel branch guesses where labels were dealt out at random, for the first seed.
    shuffled: Floats
    # How many times artists are drawn for an interval.
    draws: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One thing to measure: the truth about some clips, what was said, what others say."""

    target: str
    measure: str
    function: Measure
    chance: float
    rows: Rows
    truth: Floats
    said: Sequence[Floats]
    others: Mapping[str, Sequence[Floats]]


def gather(run: Path, corpus: Corpus, seed: int) -> Branches:
    """Return what the folds of a seed left in the run."""
    likened = np.full((len(corpus), sum(OUTPUTS)), np.nan)
    heard, embedding = likened.copy(), np.zeros((len(corpus), 0))
    for fold in range(FOLDS):
        with np.load(run / f"kernel_{fold}_seed_{seed}.npz") as found:
            likened[found["rows"]] = found["raw"]
            if not embedding.shape[1]:
                embedding = np.full((len(corpus), found["embedding"].shape[1]), np.nan)
            embedding[found["rows"]] = found["embedding"]
        with np.load(run / f"ears_{fold}_seed_{seed}.npz") as found:
            heard[found["rows"]] = found["raw"]
    return Branches(likened=likened, heard=heard, embedding=embedding)


def with_label(corpus: Corpus, labels: NDArray[np.float32]) -> Rows:
    """Return the clips to measure on: of the previews where they are there, else of all sets.

    The labels of the other known set come from another release now and then, so they only teach.
    """
    known = np.isfinite(labels)
    previews = corpus.sets == "previews"
    return np.flatnonzero(known & previews if (known & previews).any() else known)


def metric(trial: Trial, asked: Question) -> Metric:
    """Measure the model and its rivals on the same clips, and the gain over the strongest kind."""
    function, truth, groups = asked.function, asked.truth, trial.corpus.groups[asked.rows]
    # Less error is better, so a difference would read the wrong way round.
    rivals = () if function is mean_error else (TREES, TREES_ON_MEL, COSINE)
    rival = next((by for by in rivals if by in asked.others), None)
    found = Metric(
        target=asked.target,
        measure=asked.measure,
        clips=len(truth),
        chance=round(asked.chance, 4),
        model=figure(function, truth, asked.said, groups, by="this model", count=trial.draws),
        baselines=tuple(
            figure(function, truth, guessed, groups, by=by, count=trial.draws)
            for by, guessed in asked.others.items()
        ),
        gain=gain(
            asked.others[rival], function, truth, asked.said, groups, by=rival, count=trial.draws
        )
        if rival
        else None,
    )
    print(line(found), flush=True)
    return found


def line(found: Metric) -> str:
    """Return a metric as a line to follow the measuring by."""
    others = ", ".join(f"{one.by} {one.value:.3f}" for one in found.baselines)
    own = found.model
    span = "" if own.low is None else f" [{own.low:.3f}, {own.high:.3f}]"
    ahead = found.gain
    gained = f" | gain {ahead.value:.3f} [{ahead.low:.3f}, {ahead.high:.3f}]" if ahead else ""
    return f"{found.target}, {found.measure}: {own.value:.3f}{span}{gained} | {others}"


def slice_line(found: Slice) -> str:
    """Return a slice as a line to follow the measuring by."""
    return f"{found.measure}, {found.part}: {found.value:.3f} (n {found.clips})"
