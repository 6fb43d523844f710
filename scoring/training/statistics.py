"""Hand-made statistics of a log-mel, inside the graph: what boosted trees learn best from.

A small set of clips teaches a CNN little about what these say at once: how bright, how dense,
how even, how fast, how regular. All of them are of decibels relative to the clip's own level.
"""

import torch
from torch import Tensor, nn

from scoring.training.dynamics import DB, dynamics

BANDS = 128
# Neighbouring mel bands say nearly the same; four of them share a statistic.
COARSE = 4
CEPSTRA = 20
# Correlations are taken between sixteen groups of eight bands, and between thirteen cepstra.
GROUPS = 16
CORRELATED_CEPSTRA = 13
# Lags of the onset autocorrelation, in frames of 46 ms: beats from 1,300 to 10 BPM.
LAGS = 96
CEPSTRUM_LAGS = (2, 4, 6, 8, 12, 16, 24)
LOUDER_THAN = (-40.0, -30.0, -20.0, -10.0, 0.0)
# One second of frames.
SECOND = 22

# What the families of scoring.training.dynamics weigh, where any other family weighs 1: for the
# sound of a clip, and for its popularity. Chosen on the folds of seeds 3 and 4.
EXTRA_FAMILIES = (
    (20.0, 3.0),
    (3.0, 3.0),
    (3.0, 3.0),
    (3.0, 3.0),
    (3.0, 3.0),
    (6.0, 3.0),
    (3.0, 0.0),
    (3.0, 3.0),
    (3.0, 0.0),
    (3.0, 0.0),
    (3.0, 0.0),
    (3.0, 3.0),
)


class Statistics(nn.Module):
    """Relative decibels (clips, bands, frames) in, one row of statistics a clip out."""

    cosines: Tensor
    lagged: Tensor
    group_pairs: Tensor
    cepstrum_pairs: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("cosines", _cosines(BANDS, CEPSTRA))
        # A one-hot convolution lays all lags of a signal side by side.
        self.register_buffer("lagged", torch.eye(LAGS)[:, None, :])
        self.register_buffer("group_pairs", _pairs(GROUPS))
        self.register_buffer("cepstrum_pairs", _pairs(CORRELATED_CEPSTRA))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat(self.families(x), dim=1)

    def families(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the statistics family by family; a family weighs as one, whatever its size."""
        step = x[:, :, 1:] - x[:, :, :-1]
        rise = torch.relu(step)
        cepstra = torch.matmul(self.cosines, x)
        return (
            *self._bands(x, step, rise),
            *self._cepstra(cepstra),
            *self._rhythm(rise),
            _correlations(_grouped(x, GROUPS), self.group_pairs),
            _correlations(_grouped(rise, GROUPS), self.group_pairs),
            _loudness(x),
            *dynamics(x, cepstra),
        )

    def _bands(self, x: Tensor, step: Tensor, rise: Tensor) -> tuple[Tensor, ...]:
        """Level, spread, shape, movement and texture of each band."""
        texture = x[:, 1:-1] - (x[:, 2:] + x[:, :-2]) / 2
        texture = nn.functional.pad(texture, (0, 0, 1, 1))
        slow = nn.functional.avg_pool1d(x, SECOND, SECOND)
        second = step[:, :, 1:] - step[:, :, :-1]
        parts = [
            x.mean(dim=2),
            *_shape(x),
            *_shape(step)[:2],
            _spread(rise),
            step.abs().mean(dim=2),
            second.abs().mean(dim=2),
            *((x[:, :, lag:] - x[:, :, :-lag]).abs().mean(dim=2) for lag in (4, 8)),
            rise.mean(dim=2),
            texture.mean(dim=2),
            _spread(texture),
            texture.abs().mean(dim=2),
            _spread(slow),
            (slow[:, :, 1:] - slow[:, :, :-1]).abs().mean(dim=2),
            *(torch.sigmoid((x - edge) / 2.0).mean(dim=2) for edge in LOUDER_THAN),
        ]
        return tuple(_coarse(part) for part in parts)

    def _cepstra(self, cepstra: Tensor) -> tuple[Tensor, ...]:
        """Timbre: how far and how fast each cepstrum moves, and which move together."""
        step = cepstra[:, :, 1:] - cepstra[:, :, :-1]
        some = cepstra[:, :12] - cepstra[:, :12].mean(dim=2, keepdim=True)
        power = (some**2).mean(dim=2) + 1e-2
        returns = [
            (some[:, :, lag:] * some[:, :, :-lag]).mean(dim=2) / power for lag in CEPSTRUM_LAGS
        ]
        return (
            cepstra.mean(dim=2),
            _spread(cepstra),
            step.abs().mean(dim=2),
            torch.cat(returns, dim=1),
            _correlations(cepstra[:, :CORRELATED_CEPSTRA], self.cepstrum_pairs),
            _correlations(step[:, :CORRELATED_CEPSTRA], self.cepstrum_pairs),
        )

    def _rhythm(self, rise: Tensor) -> tuple[Tensor, Tensor]:
        """How regular the onsets return: of all bands together, and of four parts of them."""
        return self._returns(_grouped(rise, 1)), self._returns(_grouped(rise, 4))

    def _returns(self, onsets: Tensor) -> Tensor:
        clips, parts, frames = onsets.shape
        centred = onsets - onsets.mean(dim=2, keepdim=True)
        power = (centred**2).mean(dim=2, keepdim=True) + 1e-2
        flat = centred.reshape(clips * parts, 1, frames)
        lagged = nn.functional.conv1d(flat, self.lagged)
        start = flat[:, :, : -(LAGS - 1)]
        found = (lagged * start).mean(dim=2).reshape(clips, parts, LAGS) / power
        return found[:, :, 2:].flatten(1)


def _shape(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Spread, skewness and (bounded) kurtosis over time."""
    spread = _spread(x)
    z = (x - x.mean(dim=2, keepdim=True)) / (spread + 1e-1).unsqueeze(2)
    return spread, (z**3).mean(dim=2), torch.clamp((z**4).mean(dim=2), max=20.0)


def _spread(x: Tensor) -> Tensor:
    return torch.sqrt(((x - x.mean(dim=2, keepdim=True)) ** 2).mean(dim=2) + 1e-4)


def _coarse(x: Tensor) -> Tensor:
    clips = x.shape[0]
    return x.reshape(clips, BANDS // COARSE, COARSE).mean(dim=2)


def _grouped(x: Tensor, groups: int) -> Tensor:
    clips, bands, frames = x.shape
    return x.reshape(clips, groups, bands // groups, frames).mean(dim=2)


def _correlations(x: Tensor, pairs: Tensor) -> Tensor:
    centred = x - x.mean(dim=2, keepdim=True)
    unit = centred / torch.sqrt((centred**2).sum(dim=2, keepdim=True) + 1.0)
    found = torch.matmul(unit, unit.transpose(1, 2)).flatten(1)
    return torch.index_select(found, 1, pairs)


def _loudness(x: Tensor) -> Tensor:
    """How the level of the whole moves: what a compressor leaves of it."""
    level = torch.log10(torch.exp(x / DB).mean(dim=1) + 1e-6).unsqueeze(1) * 10.0
    parts = [level.mean(dim=2), *_shape(level)]
    parts.append((level[:, :, 1:] - level[:, :, :-1]).abs().mean(dim=2))
    parts += [torch.sigmoid(level - edge).mean(dim=2) for edge in (-15.0, -6.0, -3.0, 0.0, 3.0)]
    return torch.cat(parts, dim=1)


def _cosines(inputs: int, outputs: int) -> Tensor:
    """Return the first rows of the orthonormal DCT-II."""
    at = (torch.arange(inputs) + 0.5) * torch.pi / inputs
    rows = torch.cos(torch.arange(outputs)[:, None] * at[None]) * (2 / inputs) ** 0.5
    rows[0] /= 2**0.5
    basis: Tensor = rows
    return basis


def _pairs(count: int) -> Tensor:
    """Return where the upper triangle of a flattened square matrix lies."""
    rows, columns = torch.triu_indices(count, count, offset=1)
    places: Tensor = rows * count + columns
    return places
