"""Train the network: one fold at a time on other artists, then once on every clip.

Each fold leaves its net and its guesses for the artists it never heard under `--run`;
a stage that is already there is not repeated, so a stopped run goes on where it was.

    python -m scoring.training.train --data ../shared/data --run runs/first
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from scoring.training.data import Corpus, decibels, folds, load
from scoring.training.net import Net, percentiles, split

FOLDS = 5
# The quantiles of the 80 % interval and its middle.
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to train. The figures were chosen on one core; docs/experiments.md says how."""

    epochs: int = 30
    batch: int = 32
    # Ten seconds: three different crops of a clip are three different examples.
    crop: int = 216
    width: int = 16
    hidden: int = 64
    dropout: float = 0.3
    rate: float = 2e-3
    decay: float = 2e-2
    # The share of crops mixed with another one, bands and labels alike.
    mixed: float = 0.5
    # The share of crops that lose their treble, as clips of low bit rate have.
    low_passed: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Guesses:
    """Raw outputs per branch for some clips: shape (clips, outputs)."""

    heard: NDArray[np.float32]
    counted: NDArray[np.float32]
    embedding: NDArray[np.float32]


def targets(corpus: Corpus) -> NDArray[np.float32]:
    """Return attributes, quadrant and percentile side by side; NaN where not known."""
    quadrants = np.where(corpus.quadrants < 0, np.nan, corpus.quadrants)
    columns = (corpus.traits, quadrants[:, None], corpus.popularity[:, None])
    return np.concatenate(columns, axis=1).astype(np.float32)


def fit(corpus: Corpus, *, seed: int, settings: Settings, name: str = "") -> Net:
    """Train one net on all of `corpus`, the same way for the same seed."""
    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    net = Net(width=settings.width, hidden=settings.hidden, dropout=settings.dropout)
    truth = torch.from_numpy(targets(corpus))
    spread = torch.from_numpy(np.nanvar(corpus.traits, axis=0))
    with torch.no_grad():
        start = torch.from_numpy(np.nanmean(corpus.traits, axis=0))
        for heads in (net.ears_heads, net.statistics_heads):
            heads.out.bias[: len(start)] = start
    per_epoch = max(1, len(corpus) // settings.batch)
    optimiser = torch.optim.AdamW(net.parameters(), lr=settings.rate, weight_decay=settings.decay)
    plan = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.rate, total_steps=settings.epochs * per_epoch, pct_start=0.2
    )
    began = time.monotonic()
    for epoch in range(settings.epochs):
        net.train()
        order = chance.permutation(len(corpus))
        total = 0.0
        for step in range(per_epoch):
            rows = order[step * settings.batch : (step + 1) * settings.batch]
            x = augment(crops(corpus, rows, settings.crop, chance), settings, chance)
            x, other, share = mix(x, settings, chance)
            heard, counted, _ = net(x)
            y = truth[rows]
            loss = torch.zeros(())
            for raw in (heard, counted, (heard + counted) / 2):
                loss = (
                    loss + share * lost(raw, y, spread) + (1 - share) * lost(raw, y[other], spread)
                )
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            plan.step()
            total += loss.item()
        if epoch % 5 == 4 or epoch + 1 == settings.epochs:
            spent = time.monotonic() - began
            done = f"{name} epoch {epoch + 1}/{settings.epochs}"
            print(f"{done} loss {total / per_epoch:.3f} {spent:.0f} s", flush=True)
    net.eval()
    return net


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


def augment(x: Tensor, settings: Settings, chance: np.random.Generator) -> Tensor:
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


def mix(x: Tensor, settings: Settings, chance: np.random.Generator) -> tuple[Tensor, Tensor, float]:
    """Mix a batch with itself in another order; return it, that order and the first one's share."""
    order = torch.from_numpy(chance.permutation(len(x)))
    if chance.random() >= settings.mixed:
        return x, order, 1.0
    share = float(chance.beta(0.4, 0.4))
    return share * x + (1 - share) * x[order], order, share


def lost(raw: Tensor, truth: Tensor, spread: Tensor) -> Tensor:
    """Return what the raw outputs got wrong, summed over the tasks; unknown labels cost nothing."""
    traits, mood, steps, level = split(raw)
    known = torch.isfinite(truth)
    wrong = (traits - truth[:, :6].nan_to_num()) ** 2 / spread
    loss = (wrong * known[:, :6]).sum() / known[:, 0].sum().clamp(min=1)
    if known[:, 6].any():
        rows = known[:, 6]
        loss = loss + 0.5 * nn.functional.cross_entropy(mood[rows], truth[rows, 6].long())
    if known[:, 7].any():
        rows = known[:, 7]
        points = truth[rows, 7]
        off = (points[:, None] - percentiles(steps[rows])) / 30.0
        at = torch.tensor(QUANTILES)
        loss = loss + torch.maximum(at * off, (at - 1) * off).sum(dim=1).mean()
        third = torch.clamp(points / 100 * 3, max=2.999).long()
        loss = loss + 0.3 * nn.functional.cross_entropy(level[rows], third)
    return loss


def guess(net: Net, corpus: Corpus) -> Guesses:
    """Run whole clips through `net`, one at a time, each by its own length."""
    rows = []
    with torch.no_grad():
        for i in range(len(corpus)):
            clip = corpus.mels[i : i + 1, :, : int(corpus.frames[i])]
            rows.append([part[0].numpy() for part in net(torch.from_numpy(decibels(clip)))])
    heard, counted, embedding = (np.stack(column) for column in zip(*rows, strict=True))
    return Guesses(heard=heard, counted=counted, embedding=embedding)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--run", type=Path, default=Path("runs/first"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=Settings().epochs)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    settings = Settings(epochs=arguments.epochs)
    arguments.run.mkdir(parents=True, exist_ok=True)
    corpus = load(arguments.data)
    fold_of = folds(corpus.groups, count=FOLDS, seed=arguments.seed)
    for fold in range(FOLDS):
        path = arguments.run / f"fold_{fold}_seed_{arguments.seed}.npz"
        if path.exists():
            continue
        print(f"fold {fold} of {FOLDS}, seed {arguments.seed}", flush=True)
        learnt = corpus.take(np.flatnonzero(fold_of != fold))
        rows = np.flatnonzero(fold_of == fold)
        net = fit(learnt, seed=arguments.seed, settings=settings, name=f"fold {fold}")
        found = guess(net, corpus.take(rows))
        np.savez(path, rows=rows, heard=found.heard, counted=found.counted)
    path = arguments.run / f"all_seed_{arguments.seed}.pt"
    if not path.exists():
        net = fit(corpus, seed=arguments.seed, settings=settings, name="all clips")
        torch.save(net.state_dict(), path)


if __name__ == "__main__":
    main()
