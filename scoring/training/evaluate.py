"""Measure a run on the artists its nets never heard, beside baselines, and calibrate it.

Writes `metrics.json` into the run; every figure of the model card comes from that file.

Run it as `python -m scoring.training.evaluate --data ../shared/data --run runs/first`.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from scoring.training.baselines import inputs
from scoring.training.calibrate import calibrate, tell_all
from scoring.training.data import FOLDS, TRAITS, folds, load
from scoring.training.kernel import count, lesson_of
from scoring.training.measures import DRAWS
from scoring.training.neighbours import embedding
from scoring.training.net import LABELS
from scoring.training.parts import parts
from scoring.training.refits import curve, shuffled, splits
from scoring.training.targets import mood, popularity, thirds, traits
from scoring.training.trial import Trial, gather


def trial_of(data: Path, run: Path, seeds: Sequence[int], draws: int) -> Trial:
    """Return what a run's folds said of every clip, ready to be measured."""
    corpus = load(data)
    branches = tuple(gather(run, corpus, seed) for seed in seeds)
    fold_of = tuple(folds(corpus.groups, count=FOLDS, seed=seed) for seed in seeds)
    told = tuple(
        tell_all(one.likened, one.heard, corpus, folds_here)
        for one, folds_here in zip(branches, fold_of, strict=True)
    )
    print(f"{len(corpus)} clips; taking statistics", flush=True)
    counted = count(corpus)
    lesson = lesson_of(corpus)
    return Trial(
        corpus=corpus,
        fold_of=fold_of,
        told=told,
        branches=branches,
        counted=counted,
        lesson=lesson,
        inputs=inputs(data, corpus),
        shuffled=shuffled(counted, lesson, corpus, fold_of[0]),
        draws=draws,
    )


def _as_heard(trial: Trial) -> dict[str, list[float]]:
    """Return 21 even quantiles of each attribute as the net hears it in clips new to it.

    A guess is less spread out than the truth; beside the truth every clip would seem ordinary.
    """
    steps = np.linspace(0, 1, 21)
    return {
        name: [round(float(v), 4) for v in np.quantile(trial.told[0].traits[:, i], steps)]
        for i, name in enumerate(TRAITS)
    }


def _not_learnt(trial: Trial) -> list[str]:
    """Return the outputs that no clip had a label of."""
    columns = (*range(len(TRAITS) + 1), LABELS.mood.start)
    names = (*TRAITS, "popularity", "mood")
    known = trial.lesson.truth.isfinite().any(dim=0).tolist()
    return [name for name, column in zip(names, columns, strict=True) if not known[column]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--run", type=Path, default=Path("runs/first"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--draws", type=int, default=DRAWS, help="artists drawn for an interval")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    trial = trial_of(arguments.data, arguments.run, arguments.seeds, arguments.draws)
    metrics = [
        *popularity(trial),
        *thirds(trial),
        *traits(trial),
        *mood(trial),
        *embedding(trial),
    ]
    first, every = trial.branches[0], np.arange(len(trial.corpus))
    measured = {
        "seeds": arguments.seeds,
        "calibration": asdict(calibrate(first.likened, first.heard, trial.corpus, every)),
        "metrics": [asdict(metric) for metric in metrics],
        "splits": [asdict(split) for split in splits(trial)],
        "slices": [asdict(part) for part in (*parts(trial), *curve(trial))],
        "heard": _as_heard(trial),
        "not_learnt": _not_learnt(trial),
    }
    text = json.dumps(measured, indent=2, ensure_ascii=False)
    (arguments.run / "metrics.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
