"""More statistics of a log-mel, inside the graph: quantiles and peaks, which means cannot show.

How far the loudest moments stand out is what a compressor takes away; it says more about energy
than any other family, and gain leaves it alone. All are of decibels relative to the clip's level.
"""

import torch
from torch import Tensor

# Ten decibels in natural units: 10 * log10(x) = DB * ln(x).
DB = 4.342944819
# Between the frames in order of a value: the parts of them that lie below.
_FIVE = (0.05, 0.25, 0.5, 0.75, 0.95)
_NINE = (0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98)
_MIDDLE = (0.1, 0.5, 0.9)
GROUPS = 16
# Lags along the bands: how alike a spectrum is to itself so many bands higher.
_BAND_LAGS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
# One second of frames.
_SECOND = 22


def dynamics(x: Tensor, cepstra: Tensor) -> tuple[Tensor, ...]:
    """Return twelve families from relative decibels (clips, bands, frames) and their cepstra."""
    power = torch.exp(x / DB)
    level = _decibels(power.mean(dim=1))
    clips, bands, frames = x.shape
    grouped = power.reshape(clips, GROUPS, bands // GROUPS, frames).mean(dim=2)
    groups = _decibels(grouped)
    own = _decibels(grouped.mean(dim=2))
    return (
        _loudness(power.mean(dim=1), level),
        torch.cat((groups.amax(dim=2) - own, _high_mean(grouped, 4) - own), dim=1),
        quantiles(_coarse(x), _FIVE).flatten(1),
        _balance(x, power, level),
        _attacks(level, groups),
        _seconds(power.mean(dim=1)),
        _amplitude(power, level),
        _peaks(grouped, groups, own),
        _contrast(x),
        _harmony(x),
        quantiles(cepstra, _FIVE).flatten(1),
        _brightness(x, power),
    )


def quantiles(x: Tensor, parts: tuple[float, ...]) -> Tensor:
    """Return (..., len(parts)) values that so much of the last axis lies below."""
    ordered = x.sort(dim=-1).values
    # Counted, not read off the shape: an exported graph must follow the length of each clip.
    last = torch.ones_like(x.flatten(0, -2)[0]).sum() - 1
    places = (torch.tensor(parts) * last).long()
    return torch.index_select(ordered, x.dim() - 1, places)


def _loudness(wide: Tensor, level: Tensor) -> Tensor:
    """How far loud frames stand out of all, and how frames lie around the mean power."""
    high = [_high_mean(wide, power).unsqueeze(1) for power in (2, 4, 8)]
    return torch.cat((*high, level.amax(dim=1, keepdim=True), quantiles(level, _NINE)), dim=1)


def _balance(x: Tensor, power: Tensor, level: Tensor) -> Tensor:
    """How full a frame's spectrum is, and how much of it is bass, middle and treble."""
    parts = [
        _decibels(power[:, a:b].mean(dim=1)) - level for a, b in ((0, 20), (20, 80), (80, 128))
    ]
    courses = (x.mean(dim=1) - level, x.amax(dim=1) - level, *parts)
    return torch.cat([_course(one, _MIDDLE) for one in courses], dim=1)


def _attacks(level: Tensor, groups: Tensor) -> Tensor:
    """How steep the steepest rises are, of the whole and of each group of bands."""
    rise = torch.relu(level[:, 1:] - level[:, :-1])
    rises = torch.relu(groups[:, :, 1:] - groups[:, :, :-1])
    of_all = quantiles(rise, (0.5, 0.75, 0.9, 0.95, 0.99))
    return torch.cat((of_all, quantiles(rises, (0.75, 0.9, 0.98)).flatten(1)), dim=1)


def _seconds(wide: Tensor) -> Tensor:
    """How loudness moves from second to second."""
    slow = torch.nn.functional.avg_pool1d(wide.unsqueeze(1), _SECOND, _SECOND)[:, 0]
    level = _decibels(slow)
    ends = (level.amax(dim=1, keepdim=True), level.amin(dim=1, keepdim=True))
    moved = (level[:, 1:] - level[:, :-1]).abs().mean(dim=1, keepdim=True)
    around = quantiles(level, (0.1, 0.25, 0.5, 0.75, 0.9))
    return torch.cat((*ends, _spread(level), around, moved), dim=1)


def _amplitude(power: Tensor, level: Tensor) -> Tensor:
    """The same of amplitudes added up over the bands: near to where the wave itself peaks."""
    amplitude = torch.sqrt(power).mean(dim=1)
    height = 2 * _decibels(amplitude, 1e-4)
    mean = _decibels((amplitude**2).mean(dim=1, keepdim=True))
    top = height.amax(dim=1, keepdim=True)
    high = [_high_mean(amplitude**2, raised).unsqueeze(1) for raised in (1, 2, 4, 8)]
    around = (quantiles(height, _FIVE), quantiles(height - level, _FIVE))
    return torch.cat((top, top - mean, *high, *around), dim=1)


def _peaks(grouped: Tensor, groups: Tensor, own: Tensor) -> Tensor:
    """How far the loud moments of each group of bands stand out of its own mean."""
    high = [_high_mean(grouped, raised) - own for raised in (2, 8)]
    around = quantiles(groups, (*_FIVE, 0.98)) - own.unsqueeze(2)
    return torch.cat((*high, around.flatten(1)), dim=1)


def _contrast(x: Tensor) -> Tensor:
    """How far the strongest band of each group stands out of its weakest."""
    clips, bands, frames = x.shape
    grouped = x.reshape(clips, GROUPS, bands // GROUPS, frames)
    apart = grouped.amax(dim=2) - grouped.amin(dim=2)
    return torch.cat((apart.mean(dim=2), _deviation(apart)), dim=1)


def _harmony(x: Tensor) -> Tensor:
    """How alike the spectrum is to itself some bands higher: voices and chords repeat."""
    centred = x - x.mean(dim=1, keepdim=True)
    own = (centred**2).mean(dim=1) + 1.0
    alike = [(centred[:, lag:] * centred[:, :-lag]).mean(dim=1) / own for lag in _BAND_LAGS]
    means = [one.mean(dim=1, keepdim=True) for one in alike]
    return torch.cat((*means, *(_spread(one) for one in alike)), dim=1)


def _brightness(x: Tensor, power: Tensor) -> Tensor:
    """Where in the spectrum the power lies, how widely, and how evenly."""
    band = torch.arange(x.shape[1], dtype=x.dtype).reshape(1, -1, 1)
    share = power / (power.sum(dim=1, keepdim=True) + 1e-9)
    centre = (share * band).sum(dim=1)
    width = torch.sqrt((share * (band - centre.unsqueeze(1)) ** 2).sum(dim=1) + 1e-3)
    evenness = -(share * torch.log(share + 1e-9)).sum(dim=1)
    heard = x + 60.0
    soft = (heard / (heard.sum(dim=1, keepdim=True) + 1.0) * band).sum(dim=1)
    courses = (centre, width, evenness, soft)
    moved = [(one[:, 1:] - one[:, :-1]).abs().mean(dim=1, keepdim=True) for one in courses]
    return torch.cat((*(_course(one, _FIVE) for one in courses), *moved), dim=1)


def _course(values: Tensor, parts: tuple[float, ...]) -> Tensor:
    """Return mean, spread and quantiles of one value a frame."""
    mean = values.mean(dim=1, keepdim=True)
    return torch.cat((mean, _spread(values), quantiles(values, parts)), dim=1)


def _spread(values: Tensor) -> Tensor:
    return _deviation(values).unsqueeze(1)


def _deviation(values: Tensor) -> Tensor:
    centred = values - values.mean(dim=-1, keepdim=True)
    return torch.sqrt((centred**2).mean(dim=-1) + 1e-4)


def _high_mean(power: Tensor, raised: int) -> Tensor:
    """Return the level of a mean over frames that the loudest ones rule."""
    return _decibels((power**raised).mean(dim=-1), 1e-12) / raised


def _decibels(power: Tensor, floor: float = 1e-6) -> Tensor:
    return 10.0 * torch.log10(power + floor)


def _coarse(x: Tensor) -> Tensor:
    """Four neighbouring bands share a course over time."""
    clips, bands, frames = x.shape
    return x.reshape(clips, bands // 4, 4, frames).mean(dim=2)
