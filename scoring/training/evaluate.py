"""Measure a run on the artists its nets never heard, beside baselines, and calibrate it.

Writes `metrics.json` into the run; every figure of the model card comes from that file.

Run it as `python -m scoring.training.evaluate --data ../shared/data --run runs/first --seeds 0`.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from scoring.card import Figure, Metric, Slice, Split
from scoring.training.baselines import Inputs, boosted, boosted_classes, inputs, means
from scoring.training.calibrate import Told, calibrate, tell_all
from scoring.training.data import TRAITS, Corpus, folds, load
from scoring.training.kernel import Counted, KernelSettings, count, fit_kernel, truth_of
from scoring.training.measures import (
    DRAWS,
    Measure,
    calibration_error,
    figure,
    gain,
    macro_f1,
    mean_error,
    r_squared,
    recall_of_highest,
    share,
    spearman,
)
from scoring.training.net import OUTPUTS
from scoring.training.train import FOLDS

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

# A slice smaller than this says more about chance than about the model.
SMALLEST_SLICE = 80
# Of fewer clips than this nothing is measured at all.
SMALLEST_SET = 20
TREES = "boosted trees, 136 hand-made features"
TREES_OF_SPOTIFY = "boosted trees, 13 Spotify features"
TREES_ON_MEL = "boosted trees, mel statistics"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """Everything that is measured: clips, folds of the first seed, and what each seed told."""

    corpus: Corpus
    fold_of: Rows
    told: tuple[Told, ...]
    branches: tuple[tuple[Floats, Floats], ...]
    counted: Counted
    inputs: Inputs | None
    # How many times artists are drawn for an interval.
    draws: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One thing to measure: the truth about some clips, what was said, what others say."""

    target: str
    measure: str
    function: Measure
    chance: float
    groups: Rows
    truth: Floats
    said: Sequence[Floats]
    others: dict[str, Floats]
    draws: int


def gather(run: Path, corpus: Corpus, branch: str, seed: int) -> Floats:
    """Return a branch's guesses for every clip, each by a net that never heard the artist."""
    raw = np.full((len(corpus), sum(OUTPUTS)), np.nan)
    for fold in range(FOLDS):
        with np.load(run / f"{branch}_{fold}_seed_{seed}.npz") as found:
            raw[found["rows"]] = found["raw"]
    return raw


def traits(trial: Trial) -> list[Metric]:
    """Measure the attributes on the previews, whose labels come from Spotify."""
    corpus = trial.corpus
    metrics = []
    for i, name in enumerate(TRAITS):
        rows = _with_label(corpus, corpus.traits[:, i])
        if len(rows) < SMALLEST_SET:
            continue
        truth = corpus.traits[rows, i].astype(np.float64)
        others = {"CNN alone": trial.branches[0][1][rows, i]}
        if trial.inputs is not None:
            made = trial.inputs.hand_made[rows]
            others[TREES] = boosted(made, truth, trial.fold_of[rows])
        said = [told.traits[rows, i] for told in trial.told]
        question = Question(
            target=name,
            measure="R2",
            function=r_squared,
            chance=0.0,
            groups=corpus.groups[rows],
            truth=truth,
            said=said,
            others=others,
            draws=trial.draws,
        )
        metrics.append(_metric(question))
    return metrics


def popularity(trial: Trial) -> list[Metric]:
    """Measure the percentile."""
    corpus = trial.corpus
    rows = _with_label(corpus, corpus.popularity)
    if len(rows) < SMALLEST_SET:
        return []
    truth = corpus.popularity[rows].astype(np.float64)
    folds_here = trial.fold_of[rows]
    others = {
        "constant": np.full(len(rows), truth.mean()),
        "genre mean": means(corpus.genres[rows], truth, folds_here),
        "artist mean (leak alarm)": means(corpus.groups[rows].astype(str), truth, folds_here),
        "labels shuffled": 100 * _shuffled(trial, rows),
        "CNN alone": 100 * trial.branches[0][1][rows, OUTPUTS[0]],
    }
    if trial.inputs is not None:
        others[TREES] = boosted(trial.inputs.hand_made[rows], truth, folds_here)
        others[TREES_OF_SPOTIFY] = boosted(trial.inputs.spotify[rows], truth, folds_here)
    wanted: tuple[tuple[str, Measure, float], ...] = (
        ("Spearman", spearman, 0.0),
        ("mean error, points", mean_error, 25.0),
    )
    return [
        _metric(
            Question(
                target="popularity percentile",
                measure=measure,
                function=function,
                chance=chance,
                groups=corpus.groups[rows],
                truth=truth,
                said=[told.median[rows] for told in trial.told],
                others=others,
                draws=trial.draws,
            )
        )
        for measure, function, chance in wanted
    ]


def thirds(trial: Trial) -> list[Metric]:
    """Measure the three chances, by the likeliest and by their honesty."""
    corpus = trial.corpus
    rows = _with_label(corpus, corpus.popularity)
    if len(rows) < SMALLEST_SET:
        return []
    third = truth_of(corpus).numpy()[rows, OUTPUTS[0] + 1 : OUTPUTS[0] + 4].argmax(axis=1)
    others = {"constant": np.ones(len(rows))}
    if trial.inputs is not None:
        others[TREES] = boosted_classes(trial.inputs.hand_made[rows], third, trial.fold_of[rows])
    wanted = (("macro F1", macro_f1), ("recall of high", recall_of_highest))
    metrics = [
        _metric(
            Question(
                target="thirds of popularity",
                measure=measure,
                function=function,
                chance=1 / 3,
                groups=corpus.groups[rows],
                truth=third.astype(np.float64),
                said=[told.level[rows].argmax(axis=1).astype(np.float64) for told in trial.told],
                others=others,
                draws=trial.draws,
            )
        )
        for measure, function in wanted
    ]
    errors = [calibration_error(told.level[rows, 2], third == 2) for told in trial.told]
    metrics.append(
        Metric(
            target="chance of the highest third",
            measure="calibration error",
            clips=len(rows),
            chance=0.0,
            model=Figure(by="this model", value=round(float(np.mean(errors)), 4)),
        )
    )
    print(_line(metrics[-1]), flush=True)
    return metrics


def mood(trial: Trial) -> list[Metric]:
    """Measure the quadrants on the set that has them."""
    corpus = trial.corpus
    rows = np.flatnonzero(corpus.quadrants >= 0)
    if len(rows) < SMALLEST_SET:
        return []
    truth = corpus.quadrants[rows]
    # Mean, spread and skewness of each four bands: the first statistics of the kernel branch.
    simple = trial.counted.views[0][rows].numpy()[:, : 3 * 32].astype(np.float64)
    question = Question(
        target="mood quadrant",
        measure="macro F1",
        function=macro_f1,
        chance=0.25,
        groups=corpus.groups[rows],
        truth=truth.astype(np.float64),
        said=[told.mood[rows].argmax(axis=1).astype(np.float64) for told in trial.told],
        others={TREES_ON_MEL: boosted_classes(simple, truth, trial.fold_of[rows])},
        draws=trial.draws,
    )
    return [_metric(question)]


def coverage(trial: Trial) -> list[Slice]:
    """Measure how often the 80 % interval holds the truth, and how wide it is, part by part."""
    corpus = trial.corpus
    rows = _with_label(corpus, corpus.popularity)
    if len(rows) < SMALLEST_SET:
        return []
    truth = corpus.popularity[rows].astype(np.float64)
    parts = {"all": np.ones(len(rows), bool)}
    for language in np.unique(corpus.languages[rows]):
        parts[f"language {language}"] = corpus.languages[rows] == language
    for genre in np.unique(corpus.genres[rows]):
        parts[f"genre {genre}"] = corpus.genres[rows] == genre
    for start, end in ((1900, 1999), (2000, 2004), (2005, 2009), (2010, 2100)):
        years = corpus.years[rows]
        parts[f"years {start}-{end}"] = (years >= start) & (years <= end)
    slices = []
    held: list[Floats] = [
        ((told.low[rows] <= truth) & (truth <= told.high[rows])).astype(np.float64)
        for told in trial.told
    ]
    ones = np.ones(len(rows))
    for name, member in parts.items():
        if member.sum() < SMALLEST_SLICE:
            continue
        groups = corpus.groups[rows][member]
        found = figure(
            share, ones[member], [one[member] for one in held], groups, count=trial.draws
        )
        slices.append(_slice("coverage of the 80 % interval", name, int(member.sum()), found))
        ranked = figure(
            spearman,
            truth[member],
            [told.median[rows][member] for told in trial.told],
            groups,
            count=trial.draws,
        )
        slices.append(_slice("popularity, Spearman", name, int(member.sum()), ranked))
    width = float(np.mean([(told.high[rows] - told.low[rows]).mean() for told in trial.told]))
    alone = Figure(by="", value=round(width, 2))
    slices.append(_slice("width of the 80 % interval, points", "all", len(rows), alone))
    for one in slices:
        print(f"{one.measure}, {one.part}: {one.value:.3f} (n {one.clips})", flush=True)
    return slices


def splits(trial: Trial) -> list[Split]:
    """Measure the kernel branch where clips, not artists, are kept apart: what leaks."""
    corpus = trial.corpus
    random = np.random.default_rng(0).permutation(len(corpus)) % FOLDS
    found = {"random": _refit(trial, random), "by_artist": _refit(trial, trial.fold_of)}
    measured = []
    wanted: list[tuple[str, str, Measure, int]] = [
        ("popularity percentile", "Spearman", spearman, OUTPUTS[0])
    ]
    wanted += [(name, "R2", r_squared, i) for i, name in enumerate(TRAITS)]
    every = truth_of(corpus).numpy()
    for name, measure, function, column in wanted:
        labels = every[:, column]
        rows = _with_label(corpus, labels)
        if len(rows) < SMALLEST_SET:
            continue
        truth = labels[rows].astype(np.float64)
        values = {how: round(function(truth, raw[rows, column]), 4) for how, raw in found.items()}
        measured.append(
            Split(
                target=name,
                measure=measure,
                clips=len(rows),
                random=values["random"],
                by_artist=values["by_artist"],
            )
        )
        print(f"{name}: random {values['random']:.3f}, by artist {values['by_artist']:.3f}")
    return measured


def _with_label(corpus: Corpus, labels: NDArray[np.float32]) -> Rows:
    """Return the clips to measure on: of the previews where they are there, else of all sets.

    The labels of the other known set come from another release now and then, so they only teach.
    """
    known = np.isfinite(labels)
    previews = corpus.sets == "previews"
    return np.flatnonzero(known & previews if previews.any() else known)


def _refit(trial: Trial, fold_of: Rows, truth: torch.Tensor | None = None) -> Floats:
    """Return the kernel branch's guesses for other folds, or for other labels."""
    labels = truth_of(trial.corpus) if truth is None else truth
    guessed = np.full(labels.shape, np.nan)
    for fold in range(FOLDS):
        learnt = torch.from_numpy(np.flatnonzero(fold_of != fold))
        asked = np.flatnonzero(fold_of == fold)
        kernel = fit_kernel(
            trial.counted.take(learnt), labels[learnt], seed=0, settings=KernelSettings()
        )
        found, _ = kernel(trial.counted.views[0][torch.from_numpy(asked)])
        guessed[asked] = found.numpy()
    raw: Floats = guessed
    return raw


def _shuffled(trial: Trial, rows: Rows) -> Floats:
    """Return guesses learnt from popularity dealt out at random: worth nothing, or it leaks."""
    labels = truth_of(trial.corpus)
    dealt = np.random.default_rng(0).permutation(rows)
    labels[rows, OUTPUTS[0]] = labels[dealt, OUTPUTS[0]]
    guessed: Floats = _refit(trial, trial.fold_of, labels)[rows, OUTPUTS[0]]
    return guessed


def _metric(asked: Question) -> Metric:
    function, truth, groups = asked.function, asked.truth, asked.groups
    # Less error is better, so a difference would read the wrong way round.
    rivals = () if function is mean_error else (TREES, TREES_ON_MEL)
    rival = next((by for by in rivals if by in asked.others), None)
    metric = Metric(
        target=asked.target,
        measure=asked.measure,
        clips=len(truth),
        chance=round(asked.chance, 4),
        model=figure(function, truth, asked.said, groups, by="this model", count=asked.draws),
        baselines=tuple(
            figure(function, truth, [guessed], groups, by=by, count=asked.draws)
            for by, guessed in asked.others.items()
        ),
        gain=gain(
            asked.others[rival], function, truth, asked.said, groups, by=rival, count=asked.draws
        )
        if rival
        else None,
    )
    print(_line(metric), flush=True)
    return metric


def _slice(measure: str, part: str, clips: int, found: Figure) -> Slice:
    return Slice(
        measure=measure, part=part, clips=clips, value=found.value, low=found.low, high=found.high
    )


def _line(metric: Metric) -> str:
    others = ", ".join(f"{one.by} {one.value:.3f}" for one in metric.baselines)
    own = metric.model
    span = "" if own.low is None else f" [{own.low:.3f}, {own.high:.3f}]"
    return f"{metric.target}, {metric.measure}: {own.value:.3f}{span} | {others}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--run", type=Path, default=Path("runs/first"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--draws", type=int, default=DRAWS, help="artists drawn for an interval")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    corpus = load(arguments.data)
    branches = tuple(
        (
            gather(arguments.run, corpus, "kernel", seed),
            gather(arguments.run, corpus, "ears", seed),
        )
        for seed in arguments.seeds
    )
    told = []
    for seed, (likened, heard) in zip(arguments.seeds, branches, strict=True):
        fold_of = folds(corpus.groups, count=FOLDS, seed=seed)
        told.append(tell_all(likened, heard, corpus, fold_of))
    trial = Trial(
        corpus=corpus,
        fold_of=folds(corpus.groups, count=FOLDS, seed=arguments.seeds[0]),
        told=tuple(told),
        branches=branches,
        counted=count(corpus),
        inputs=inputs(arguments.data, corpus),
        draws=arguments.draws,
    )
    metrics = [*traits(trial), *popularity(trial), *thirds(trial), *mood(trial)]
    likened, heard = branches[0]
    every = np.arange(len(corpus))
    measured = {
        "seeds": arguments.seeds,
        "calibration": asdict(calibrate(likened, heard, corpus, every)),
        "metrics": [asdict(metric) for metric in metrics],
        "splits": [asdict(split) for split in splits(trial)],
        "slices": [asdict(part) for part in coverage(trial)],
        "heard": _as_heard(trial),
    }
    text = json.dumps(measured, indent=2, ensure_ascii=False)
    (arguments.run / "metrics.json").write_text(text + "\n", encoding="utf-8")


def _as_heard(trial: Trial) -> dict[str, list[float]]:
    """Return 21 even quantiles of each attribute as the net hears it in clips new to it.

    A guess is less spread out than the truth; beside the truth every clip would seem ordinary.
    """
    steps = np.linspace(0, 1, 21)
    return {
        name: [round(float(v), 4) for v in np.quantile(trial.told[0].traits[:, i], steps)]
        for i, name in enumerate(TRAITS)
    }


if __name__ == "__main__":
    main()
