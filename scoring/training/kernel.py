"""Fit the kernel branch: ridge regressions in closed form, the same for the same seed."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scoring.training.data import Corpus, decibels, folds
from scoring.training.hints import hints_of
from scoring.training.likeness import POPULAR, SOUND, Kernel, in_steps, steps_for
from scoring.training.net import LABELS, OUTPUTS, Level
from scoring.training.statistics import EXTRA_FAMILIES, Statistics

# What is said of a clip like no other. Percentiles, thirds and quadrants have it by definition:
# taken from the clips at hand it would only rank the folds against each other.
_PRIORS = (None, 0.5, 1 / 3, 1 / 4)
# Below this the spread of a statistic is rounding, not music.
_SMALLEST_SPREAD = 1e-4
_JITTER = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelSettings:
    """Chosen on the folds of seeds 3 and 4; docs/experiments.md has the alternatives."""

    # A family of few statistics keeps an axis for each; a larger one so many times the root.
    whole_family: int = 16
    axes_per_root: float = 2.2
    most_centres: int = 1600
    # A model file should hold nobody's clip, so each centre is the mean of so many.
    clips_per_centre: int = 3
    # For sound and for popularity.
    sharpness: tuple[float, float] = (0.15, 0.4)
    # How much likeness is distrusted: the more noise in the label, the more.
    trait_ridges: tuple[float, ...] = (0.07, 0.1, 0.035, 0.045, 0.027, 0.022)
    mood_ridge: float = 0.07
    # Half a clip is often less energetic than its label says of the whole track.
    by_halves: tuple[bool, ...] = (True, False, True, True, True, True)
    hint_ridge: float = 0.3
    # How much guesses are distrusted as a ground for popularity, as a part of their variance.
    second_ridge: float = 0.04
    embedding: int = 32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counted:
    """Statistics of clips: of the whole, and of each half as clips of their own."""

    views: tuple[Tensor, ...]
    families: tuple[int, ...]

    def take(self, rows: Tensor) -> "Counted":
        """Return the statistics of the clips of `rows`."""
        return Counted(views=tuple(view[rows] for view in self.views), families=self.families)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lesson:
    """What the clips of `counted` are known for; a column a label, NaN where not known."""

    truth: Tensor
    hints: Tensor
    groups: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> "Lesson":
        """Return the lesson of the clips of `rows`."""
        return Lesson(truth=self.truth[rows], hints=self.hints[rows], groups=self.groups[rows])


def lesson_of(corpus: Corpus) -> Lesson:
    """Return all that is known of the clips of `corpus`."""
    hints = torch.from_numpy(hints_of(corpus))
    return Lesson(truth=truth_of(corpus), hints=hints, groups=corpus.groups)


def count(corpus: Corpus) -> Counted:
    """Take the statistics of every clip, each by its own length."""
    level, statistics = Level(), Statistics()
    views: list[list[Tensor]] = [[], [], []]
    sizes: tuple[int, ...] = ()
    with torch.no_grad():
        for mel, frames in zip(corpus.mels, corpus.frames.tolist(), strict=True):
            clip = torch.from_numpy(decibels(mel[None, :, :frames]))
            for view, part in zip(views, _views(clip), strict=True):
                families = statistics.families(level(part))
                sizes = tuple(family.shape[1] for family in families)
                view.append(torch.cat(families, dim=1)[0])
    return Counted(views=tuple(torch.stack(view) for view in views), families=sizes)


def fit_kernel(counted: Counted, lesson: Lesson, *, seed: int, settings: KernelSettings) -> Kernel:
    """Fit on the clips of `counted`."""
    rows = torch.cat(counted.views)
    axes = tuple(_kept(size, len(rows), settings) for size in counted.families)
    clips = len(lesson.groups)
    embedding = min(settings.embedding, lesson.truth.shape[1] + lesson.hints.shape[1])
    kernel = Kernel(
        families=counted.families,
        axes=axes,
        centres=min(settings.most_centres, clips),
        outputs=(OUTPUTS[0] + OUTPUTS[3], OUTPUTS[1] + OUTPUTS[2], embedding),
        sharpness=settings.sharpness,
    )
    _find_axes(kernel, counted.views[0], rows)
    place, rest = kernel.place(rows)
    _find_centres(kernel, place, len(counted.views), seed, settings)
    views = len(counted.views)
    whole = (place[:clips], rest[:clips])
    halves = Solver(kernel, place, rest, SOUND, views)
    _learn_sound(kernel, halves, Solver(kernel, *whole, SOUND, 1), lesson, settings)
    popular = Solver(kernel, place, rest, POPULAR, views)
    _learn_popular(kernel, popular, whole, lesson, settings)
    kernel.take_off((halves.usual, popular.usual))
    return kernel


class Solver:
    """Ridge regression from likeness to labels, over all views of the clips that have them."""

    def __init__(self, kernel: Kernel, place: Tensor, rest: Tensor, way: int, views: int) -> None:
        self._views = views
        self._near = kernel.nearness(place, rest, way).double()
        centres = kernel.centres.to(torch.float32) * kernel.step.unsqueeze(1)
        none = torch.zeros(centres.shape[1], rest.shape[1])
        self._among = kernel.nearness(centres.T, none, way).double()
        self.centres = len(self._among)
        self.usual = float(self._near.mean())
        self._squares: dict[bytes, Tensor] = {}

    def solve(self, wanted: Tensor, ridge: float, prior: float | None) -> tuple[Tensor, Tensor]:
        """Return the centres' weights and the prior for columns that are known together."""
        known = torch.isfinite(wanted[:, 0])
        if not known.any():
            middle = 0.5 if prior is None else prior
            none = torch.zeros(len(self._among), wanted.shape[1])
            return none, torch.full((wanted.shape[1],), middle)
        labels = wanted[known].double()
        mean = labels.mean(dim=0) if prior is None else torch.full_like(labels[0], prior)
        rows = known.repeat(self._views)
        near = self._near[rows]
        # The costly product depends on which clips are known, and labels come in sets.
        key = known.numpy().tobytes()
        if key not in self._squares:
            self._squares[key] = near.T @ near
        # Views of one clip are not independent: the ridge grows with their number.
        penalty = ridge * self._views * self._among + _JITTER * torch.eye(len(self._among))
        off = (labels - mean).repeat(self._views, 1)
        found = torch.linalg.solve(self._squares[key] + penalty, near.T @ off)
        return found.float(), mean.float()


def _learn_sound(
    kernel: Kernel, halves: Solver, whole: Solver, lesson: Lesson, settings: KernelSettings
) -> None:
    ways = zip(settings.trait_ridges, settings.by_halves, strict=True)
    for column, (ridge, by_halves) in enumerate(ways):
        wanted = lesson.truth[:, column : column + 1]
        weights, prior = (halves if by_halves else whole).solve(wanted, ridge, _PRIORS[0])
        kernel.sound[:, column : column + 1] = weights
        kernel.sound_bias[column] = prior[0]
    moods = slice(OUTPUTS[0], OUTPUTS[0] + OUTPUTS[3])
    wanted = lesson.truth[:, LABELS.mood]
    kernel.sound[:, moods], kernel.sound_bias[moods] = halves.solve(
        wanted, settings.mood_ridge, _PRIORS[3]
    )


def _learn_popular(
    kernel: Kernel,
    solver: Solver,
    whole: tuple[Tensor, Tensor],
    lesson: Lesson,
    settings: KernelSettings,
) -> None:
    """Guess every label and hint from sound, and popularity from how those were guessed.

    The second step learns from guesses about artists that the guesses were not learnt from. Both
    steps are linear in the likeness, so that one set of weights does the work of both.
    """
    labels = torch.cat((lesson.truth, lesson.hints), dim=1)
    guessed = _guesses(kernel, whole, labels, lesson.groups, settings)
    weights, priors = _weights_of(solver, labels, settings)
    known = torch.isfinite(lesson.truth[:, LABELS.percentile])
    middle = torch.tensor([0.5, 1 / 3, 1 / 3, 1 / 3])
    kernel.popular_bias.copy_(middle)
    if known.any():
        grounds = Scaled.of(guessed[known])
        second = _second_step(grounds.apply(guessed[known]), lesson.truth[known], settings)
        kernel.popular.copy_(weights / grounds.spread @ second)
        kernel.popular_bias.add_(grounds.apply(priors) @ second)
    every = Scaled.of(guessed)
    turned = _directions(every.apply(guessed), kernel.likeness.shape[1])
    kernel.likeness.copy_(weights / every.spread @ turned)
    kernel.likeness_bias.copy_(every.apply(priors) @ turned)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scaled:
    """The mean and the spread of some guesses, to measure others by."""

    mean: Tensor
    spread: Tensor

    @classmethod
    def of(cls, guessed: Tensor) -> "Scaled":
        return cls(mean=guessed.mean(dim=0), spread=guessed.std(dim=0).clamp(min=1e-3))

    def apply(self, guessed: Tensor) -> Tensor:
        scaled: Tensor = (guessed - self.mean) / self.spread
        return scaled


def _weights_of(solver: Solver, labels: Tensor, settings: KernelSettings) -> tuple[Tensor, Tensor]:
    """Return the weights and the prior of every label and hint."""
    weights = torch.zeros(solver.centres, labels.shape[1])
    priors = torch.zeros(labels.shape[1])
    for columns in _known_together(labels):
        weights[:, columns], priors[columns] = solver.solve(
            labels[:, columns], settings.hint_ridge, None
        )
    return weights, priors


def _second_step(grounds: Tensor, truth: Tensor, settings: KernelSettings) -> Tensor:
    """Return how much of each guess goes into the percentile and into each third."""
    wanted = torch.cat((truth[:, LABELS.percentile, None] - 0.5, truth[:, LABELS.level] - 1 / 3), 1)
    x = grounds.double()
    penalty = settings.second_ridge * x.numel() * torch.eye(x.shape[1])
    found: Tensor = torch.linalg.solve(x.T @ x + penalty, x.T @ wanted.double()).float()
    return found


def _directions(guessed: Tensor, count: int) -> Tensor:
    """Return the axes of the embedding: along which guesses differ most, evened out by half."""
    _, sizes, turned = torch.linalg.svd(guessed.double(), full_matrices=False)
    scaled = turned[:count] / torch.sqrt(sizes[:count, None] / math.sqrt(len(guessed)) + 1e-6)
    directions = torch.zeros(guessed.shape[1], count)
    directions[:, : len(scaled)] = scaled.T.float()
    return directions


def _guesses(
    kernel: Kernel,
    whole: tuple[Tensor, Tensor],
    labels: Tensor,
    groups: NDArray[np.int64],
    settings: KernelSettings,
) -> Tensor:
    """Return a guess of every label of every clip, learnt from other artists' clips alone."""
    near = _exact(kernel, *whole)
    fold_of = folds(groups, count=min(5, len(np.unique(groups))), seed=0)
    guessed = torch.zeros_like(labels)
    for fold in np.unique(fold_of):
        asked = torch.from_numpy(np.flatnonzero(fold_of == fold))
        for columns in _known_together(labels):
            learnt = torch.isfinite(labels[:, columns[0]])
            learnt[asked] = False
            rows = torch.nonzero(learnt)[:, 0]
            if not len(rows):
                continue
            wanted = labels[rows][:, columns]
            mean = wanted.mean(dim=0)
            square = near[rows][:, rows] + settings.hint_ridge * torch.eye(len(rows))
            solved = torch.linalg.solve(square, wanted - mean)
            guessed[asked[:, None], columns] = near[asked][:, rows] @ solved + mean
    return guessed


def _exact(kernel: Kernel, place: Tensor, rest: Tensor) -> Tensor:
    """Return the likeness of clips to one another."""
    weights, rests = kernel.of_axes[POPULAR], kernel.of_rests[POPULAR]
    own = (place**2) @ weights
    apart = own[:, None] + own - 2 * (place * weights) @ place.T
    # What lies on no axis is far from everything but itself.
    odd = rest @ rests
    apart = apart + (odd[:, None] + odd) * (1 - torch.eye(len(place)))
    return torch.exp(-kernel.sharpness[POPULAR] * torch.sqrt(torch.clamp(apart, min=1e-6)))


def _known_together(labels: Tensor) -> list[list[int]]:
    """Return columns that are known of the same clips, together; without those never known."""
    together: dict[bytes, list[int]] = {}
    for column, known in enumerate(torch.isfinite(labels).T):
        if known.any():
            together.setdefault(known.numpy().tobytes(), []).append(column)
    return list(together.values())


def _views(clip: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    half = clip.shape[2] // 2
    return clip, clip[:, :, :half], clip[:, :, half:]


def _kept(size: int, rows: int, settings: KernelSettings) -> int:
    kept = size if size <= settings.whole_family else round(settings.axes_per_root * size**0.5)
    return min(kept, size, rows - 1)


def _find_axes(kernel: Kernel, whole: Tensor, rows: Tensor) -> None:
    """Scale the statistics, find the axes of each family, and weigh the families."""
    kernel.mean.copy_(whole.mean(dim=0))
    kernel.scale.copy_(whole.std(dim=0).clamp(min=_SMALLEST_SPREAD))
    unusual, start = kernel.unusual(rows).double(), 0
    for i, (size, kept) in enumerate(zip(kernel.families, kernel.axes, strict=True)):
        family = unusual[:, start : start + size]
        _, basis = torch.linalg.eigh(family.T @ family)
        kernel.get_buffer(f"basis_{i}").copy_(basis[:, -kept:].flip(1).float())
        start += size
    sizes = torch.tensor(kernel.families, dtype=torch.float32)
    for way in (SOUND, POPULAR):
        weights = _family_weights(len(kernel.families), way)
        each = weights / weights.sum() / sizes
        kernel.of_rests[way] = each
        kernel.of_axes[way] = torch.repeat_interleave(each, torch.tensor(kernel.axes))


def _family_weights(families: int, way: int) -> Tensor:
    """A family weighs as one, whatever its size; some of the later ones weigh more."""
    weights = torch.ones(families)
    extra = torch.tensor([pair[way] for pair in EXTRA_FAMILIES])
    if families > len(extra):
        weights[-len(extra) :] = extra
    return weights


def _find_centres(
    kernel: Kernel, place: Tensor, views: int, seed: int, settings: KernelSettings
) -> None:
    """Take for some clips, or all, the mean place of each and the clips nearest to it."""
    clips = place.reshape(views, -1, place.shape[1]).mean(dim=0)
    weighed = clips * torch.sqrt(kernel.of_axes[SOUND])
    chosen = torch.randperm(len(clips), generator=torch.Generator().manual_seed(seed))
    chosen = chosen[: kernel.centres.shape[1]]
    count = min(settings.clips_per_centre, len(clips))
    nearest = torch.cdist(weighed[chosen], weighed).topk(count, dim=1, largest=False).indices
    blended = clips[nearest].mean(dim=1)
    kernel.step.copy_(steps_for(blended))
    kernel.centres.copy_(in_steps(blended, kernel.step))


def truth_of(corpus: Corpus) -> Tensor:
    """Return a column an output (shares as 0 or 1); NaN where a label is not known."""
    third = np.clip(np.nan_to_num(corpus.popularity) * 3 / 100, 0, 2.999).astype(np.int64)
    popular = np.isfinite(corpus.popularity)
    columns = (
        corpus.traits,
        corpus.popularity[:, None] / 100,
        np.where(popular[:, None], np.eye(3)[third], np.nan),
        np.where((corpus.quadrants >= 0)[:, None], np.eye(4)[corpus.quadrants], np.nan),
    )
    return torch.from_numpy(np.concatenate(columns, axis=1).astype(np.float32))
