"""Fit the kernel branch: a ridge regression in closed form, the same for the same seed."""

from dataclasses import dataclass

import numpy as np
import torch
from sklearn.cluster import KMeans
from torch import Tensor

from scoring.training.data import Corpus, decibels
from scoring.training.net import OUTPUTS, UNUSUAL, Kernel, Level
from scoring.training.statistics import Statistics

# What is said of a clip like no other. Percentiles, thirds and quadrants have it by definition:
# taken from the clips at hand it would only rank the folds against each other.
_PRIORS = (None, 0.5, 1 / 3, 1 / 4)
# Below this the spread of a statistic is rounding, not music.
_SMALLEST_SPREAD = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelSettings:
    """Chosen on the folds of seed 0; docs/experiments.md has the alternatives."""

    axes: int = 160
    centres: int = 1024
    # Each centre is the mean of so many clips: cluster means alone were of one clip in 626 of
    # 1,024 cases, and a model file should hold nobody's clip. It costs .005 R2 at most.
    clips_per_centre: int = 3
    sharpness: float = 0.4
    # How much likeness is distrusted, for attributes, percentile, thirds and quadrants:
    # the more noise in the label, the more.
    ridges: tuple[float, ...] = (0.1, 0.5, 0.5, 0.15)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counted:
    """Statistics of clips: of the whole, and of each half as clips of their own."""

    views: tuple[Tensor, ...]
    families: tuple[int, ...]

    def take(self, rows: Tensor) -> "Counted":
        """Return the statistics of the clips of `rows`."""
        return Counted(views=tuple(view[rows] for view in self.views), families=self.families)


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


def fit_kernel(counted: Counted, truth: Tensor, *, seed: int, settings: KernelSettings) -> Kernel:
    """Fit on the clips of `counted`; `truth` has a column an output, NaN where not known."""
    whole = counted.views[0]
    rows = torch.cat(counted.views)
    axes = min(settings.axes, whole.shape[1], len(rows) - 1)
    kernel = Kernel(
        statistics=whole.shape[1],
        axes=axes,
        centres=min(settings.centres, len(rows)),
        sharpness=settings.sharpness,
    )
    kernel.mean.copy_(whole.mean(dim=0))
    kernel.scale.copy_(whole.std(dim=0).clamp(min=_SMALLEST_SPREAD))
    kernel.weighing.copy_(_weights(counted.families))
    kernel.basis.copy_(_axes(kernel, rows))
    places, rest = kernel.place(rows)
    found = KMeans(kernel.centres.shape[1], n_init=1, max_iter=10, random_state=seed).fit(places)
    clusters = torch.from_numpy(found.cluster_centers_).to(places.dtype)
    kernel.centres.copy_(_blend(clusters, places, len(counted.views), settings).T)
    near = kernel.nearness(places, rest).double()
    _solve(kernel, near, truth.repeat(len(counted.views), 1), settings, len(counted.views))
    return kernel


def _views(clip: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    half = clip.shape[2] // 2
    return clip, clip[:, :, :half], clip[:, :, half:]


def _weights(families: tuple[int, ...]) -> Tensor:
    """A family weighs as one: its members share the weight of one."""
    parts = [torch.full((size,), (size * len(families)) ** -0.5) for size in families]
    return torch.cat(parts)


def _axes(kernel: Kernel, rows: Tensor) -> Tensor:
    """Return the axes along which weighed statistics spread most."""
    unusual = torch.clamp((rows - kernel.mean) / kernel.scale, -UNUSUAL, UNUSUAL)
    weighed = (unusual * kernel.weighing).double()
    if len(weighed) < weighed.shape[1]:
        # Few clips: the axes of so few rows, found without a matrix of all statistics.
        _, _, rotated = torch.linalg.svd(weighed, full_matrices=False)
        few: Tensor = rotated[: kernel.basis.shape[1]].T.float()
        return few
    _, basis = torch.linalg.eigh(weighed.T @ weighed)
    axes: Tensor = basis[:, -kernel.basis.shape[1] :].flip(1).float()
    return axes


def _blend(clusters: Tensor, places: Tensor, views: int, settings: KernelSettings) -> Tensor:
    """Return for each cluster the mean place of the clips that lie nearest to it."""
    clips = places.reshape(views, -1, places.shape[1]).mean(dim=0)
    count = min(settings.clips_per_centre, len(clips))
    nearest = torch.cdist(clusters, clips).topk(count, dim=1, largest=False).indices
    blended: Tensor = clips[nearest].mean(dim=1)
    return blended


def _solve(
    kernel: Kernel, near: Tensor, truth: Tensor, settings: KernelSettings, views: int
) -> None:
    """Find the weights of the centres for each task from the clips whose label is known."""
    none = torch.zeros(kernel.centres.shape[1])
    among = kernel.nearness(kernel.centres.T, none).double()
    start = 0
    for size, ridge, prior in zip(OUTPUTS, settings.ridges, _PRIORS, strict=True):
        columns = slice(start, start + size)
        known = torch.isfinite(truth[:, start])
        start += size
        if not known.any():
            continue
        wanted = truth[known, columns].double()
        mean = wanted.mean(dim=0) if prior is None else torch.full((size,), prior).double()
        # Views of one clip are not independent: the ridge grows with their number.
        penalty = ridge * views * among + 1e-4 * torch.eye(len(among), dtype=torch.float64)
        matrix = near[known].T @ near[known] + penalty
        solved = torch.linalg.solve(matrix, near[known].T @ (wanted - mean))
        kernel.weights[:, columns] = solved.float()
        kernel.bias[columns] = mean.float()


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
