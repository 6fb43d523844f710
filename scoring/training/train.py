"""Train the network: one fold at a time on other artists, then once on every clip.

Each fold leaves its guesses for the artists it never heard under `--run`; what is already there
is not repeated, so a stopped run goes on where it was. Three seeds take about half an hour on one
core of its own.

Run it as `python -m scoring.training.train --data ../shared/data --run runs/first`.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from scoring.training.data import FOLDS, Corpus, decibels, folds, load
from scoring.training.kernel import (
    Counted,
    KernelSettings,
    Lesson,
    count,
    fit_kernel,
    lesson_of,
    truth_of,
)
from scoring.training.likeness import Kernel
from scoring.training.net import OUTPUTS, Ears, Level, Net, raw_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EarsSettings:
    """How to train the CNN. The figures were chosen on one core; docs/experiments.md says how."""

    epochs: int = 8
    batch: int = 32
    # Twelve seconds: different crops of a clip are different examples.
    crop: int = 256
    width: int = 12
    hidden: int = 48
    dropout: float = 0.3
    rate: float = 2e-3
    decay: float = 5e-2
    # The share of batches mixed with themselves in another order, bands and labels alike.
    mixed: float = 0.3
    # The share of crops that lose their treble, as clips of low bit rate have.
    low_passed: float = 0.2
    # Attributes, percentile, thirds, quadrants: the last ones are less sure or less wanted.
    weights: tuple[float, ...] = (1.0, 1.0, 0.3, 0.5)


def fit_ears(corpus: Corpus, *, seed: int, settings: EarsSettings, name: str) -> Ears:
    """Train the CNN on random crops of `corpus`, the same way for the same seed."""
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    ears = Ears(width=settings.width, hidden=settings.hidden, dropout=settings.dropout)
    level = Level()
    truth = truth_of(corpus)
    mean, spread = _centre(truth)
    wanted = (truth - mean) / spread
    shares = zip(OUTPUTS, settings.weights, strict=True)
    weights = torch.cat([torch.full((size,), weight) for size, weight in shares])
    steps = max(1, len(corpus) // settings.batch)
    optimiser = torch.optim.AdamW(ears.parameters(), lr=settings.rate, weight_decay=settings.decay)
    plan = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=settings.epochs * steps, pct_start=0.2
    )
    began = time.monotonic()
    for epoch in range(settings.epochs):
        ears.train()
        order = chance.permutation(len(corpus))
        total = 0.0
        for step in range(steps):
            rows = order[step * settings.batch : (step + 1) * settings.batch]
            x = augment(crops(corpus, rows, settings.crop, chance), settings, chance)
            x, y = mix(x, wanted[rows], settings, chance)
            raw = ears(level(x))
            loss = lost(raw, y, weights)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(ears.parameters(), 5.0)
            optimiser.step()
            plan.step()
            total += loss.item()
        spent = time.monotonic() - began
        done = f"{name}: epoch {epoch + 1} of {settings.epochs}"
        print(f"{done}, loss {total / steps:.3f}, {spent:.0f} s", flush=True)
    _rescale(ears.out, mean, spread)
    ears.eval()
    return ears


def crops(
    corpus: Corpus, rows: NDArray[np.int64], length: int, chance: np.random.Generator
) -> Tensor:
    """Cut one random piece out of each clip's real audio."""
    pieces = []
    for row in rows:
        room = max(1, int(corpus.frames[row]) - length + 1)
        start = int(chance.integers(room))
        pieces.append(corpus.mels[row, :, start : start + length])
    return torch.from_numpy(decibels(np.stack(pieces)))


def augment(x: Tensor, settings: EarsSettings, chance: np.random.Generator) -> Tensor:
    """Blank a strip of bands and one of frames; roll the treble off some crops."""
    floor = x.amin(dim=(1, 2))
    for i in range(len(x)):
        if chance.random() < settings.low_passed:
            edge = int(chance.integers(80, 124))
            depth = torch.arange(128 - edge) * float(chance.uniform(1.0, 4.0))
            x[i, edge:] = torch.maximum(x[i, edge:] - depth[:, None], floor[i])
        mean = x[i].mean()
        band, bands = int(chance.integers(120)), int(chance.integers(1, 16))
        x[i, band : band + bands] = mean
        frame, frames = int(chance.integers(x.shape[2])), int(chance.integers(1, 40))
        x[i, :, frame : frame + frames] = mean
    return x


def mix(
    x: Tensor, y: Tensor, settings: EarsSettings, chance: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Mix some batches with themselves in another order; a label one side lacks is unknown."""
    if chance.random() >= settings.mixed:
        return x, y
    order = torch.from_numpy(chance.permutation(len(x)))
    share = float(chance.beta(0.4, 0.4))
    return share * x + (1 - share) * x[order], share * y + (1 - share) * y[order]


def lost(raw: Tensor, wanted: Tensor, weights: Tensor) -> Tensor:
    """Return the squared error per output, of those whose label is known, summed."""
    known = torch.isfinite(wanted)
    wrong = (raw - torch.where(known, wanted, raw)) ** 2
    return (weights * wrong.sum(dim=0) / known.sum(dim=0).clamp(min=1)).sum()


def heard_by(ears: Ears, corpus: Corpus) -> NDArray[np.float32]:
    """Return the CNN's raw outputs for whole clips, each by its own length."""
    level = Level()
    with torch.no_grad():
        rows = [
            ears(level(torch.from_numpy(decibels(mel[None, :, :frames]))))[0].numpy()
            for mel, frames in zip(corpus.mels, corpus.frames.tolist(), strict=True)
        ]
    return np.stack(rows)


def _centre(truth: Tensor) -> tuple[Tensor, Tensor]:
    known = torch.isfinite(truth)
    n = known.sum(dim=0).clamp(min=1)
    mean = truth.nan_to_num().sum(dim=0) / n
    off = torch.where(known, truth - mean, torch.zeros(()))
    spread = torch.sqrt((off**2).sum(dim=0) / n)
    return mean, torch.where(spread > 0, spread, torch.ones(()))


def _rescale(out: nn.Linear, mean: Tensor, spread: Tensor) -> None:
    """Fold the labels' mean and spread into the last layer."""
    with torch.no_grad():
        out.weight.mul_(spread[:, None])
        out.bias.mul_(spread).add_(mean)


def train_kernels(
    run: Path,
    counted: Counted,
    lesson: Lesson,
    fold_of: NDArray[np.int64],
    seed: int,
) -> None:
    """Fit the kernel branch for each fold and for all clips: seconds each, so always anew."""
    settings = KernelSettings()
    for fold in range(FOLDS):
        learnt, asked = (np.flatnonzero(part) for part in _parts(fold_of, fold))
        some = counted.take(torch.from_numpy(learnt))
        kernel = fit_kernel(some, lesson.take(learnt), seed=seed, settings=settings)
        likened, embedding = raw_of(kernel, counted.views[0][torch.from_numpy(asked)])
        path = run / f"kernel_{fold}_seed_{seed}.npz"
        np.savez(path, rows=asked, raw=likened.numpy(), embedding=embedding.numpy())
        print(f"seed {seed}, fold {fold + 1} of {FOLDS}: kernel fitted", flush=True)
    kernel = fit_kernel(counted, lesson, seed=seed, settings=settings)
    shape = {"families": kernel.families, "axes": kernel.axes, "sharpness": kernel.sharpness}
    torch.save({"shape": shape, "weights": kernel.state_dict()}, run / f"kernel_seed_{seed}.pt")


def train_ears(
    run: Path, corpus: Corpus, fold_of: NDArray[np.int64], seed: int, settings: EarsSettings
) -> None:
    """Train the CNN for each fold and for all clips; what is already there stays."""
    for fold in range(FOLDS):
        path = run / f"ears_{fold}_seed_{seed}.npz"
        if path.exists():
            continue
        learnt, asked = (np.flatnonzero(part) for part in _parts(fold_of, fold))
        name = f"seed {seed}, fold {fold + 1} of {FOLDS}"
        ears = fit_ears(corpus.take(learnt), seed=seed, settings=settings, name=name)
        np.savez(path, rows=asked, raw=heard_by(ears, corpus.take(asked)))
    path = run / f"ears_seed_{seed}.pt"
    if not path.exists():
        ears = fit_ears(corpus, seed=seed, settings=settings, name=f"seed {seed}, all clips")
        torch.save(ears.state_dict(), path)


def read_net(run: Path, seed: int) -> Net:
    """Return the net that was trained on all clips."""
    ours = torch.load(run / f"kernel_seed_{seed}.pt")
    weights = ours["weights"]
    kernel = Kernel(
        **ours["shape"],
        centres=weights["centres"].shape[1],
        outputs=tuple(weights[name].shape[1] for name in ("sound", "popular", "likeness")),
    )
    kernel.load_state_dict(weights)
    settings = EarsSettings()
    ears = Ears(width=settings.width, hidden=settings.hidden, dropout=settings.dropout)
    ears.load_state_dict(torch.load(run / f"ears_seed_{seed}.pt"))
    net = Net(kernel, ears)
    net.eval()
    return net


def _parts(fold_of: NDArray[np.int64], fold: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    return fold_of != fold, fold_of == fold


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--run", type=Path, default=Path("runs/first"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=EarsSettings().epochs)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.run.mkdir(parents=True, exist_ok=True)
    corpus = load(arguments.data)
    print(f"{len(corpus)} clips; taking statistics", flush=True)
    counted = count(corpus)
    lesson = lesson_of(corpus)
    settings = EarsSettings(epochs=arguments.epochs)
    for seed in arguments.seeds:
        fold_of = folds(corpus.groups, count=FOLDS, seed=seed)
        train_kernels(arguments.run, counted, lesson, fold_of, seed)
        train_ears(arguments.run, corpus, fold_of, seed, settings)


if __name__ == "__main__":
    main()
