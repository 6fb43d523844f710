"""The network: a kernel machine on statistics of the mel, and a plain residual CNN beside it."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from scoring.training.dynamics import DB
from scoring.training.likeness import Kernel
from scoring.training.statistics import Statistics

TRAITS = 6
QUADRANTS = 4
# Attributes, the percentile (0 to 1), the thirds it may lie in, the quadrants.
OUTPUTS = (TRAITS, 1, 3, QUADRANTS)

# How far the percentile, learnt from all labels in order, pulls the outer thirds apart.
LEAN = 0.5


class LABELS:
    """Where each task's labels lie among the columns of OUTPUTS."""

    percentile = TRAITS
    level = slice(TRAITS + 1, TRAITS + 4)
    mood = slice(TRAITS + 4, TRAITS + 4 + QUADRANTS)


# What lies this far under the clip's own level is silence to the network: far above the
# floor of the front end, so that a gain of 6 dB cannot move it.
DEPTH = 60.0

# Five seconds at 22,050 / 1,024 frames a second are 108; a codec may take one of them.
SHORTEST_FRAMES = 107


class Level(nn.Module):
    """Take the clip's own mean power off its decibels, so that gain says nothing.

    Silence at either end says nothing either: clips of several lengths come padded in one batch,
    files begin late, and each decoder leaves another frame of nothing at the start.
    """

    def forward(self, logmel: Tensor) -> Tensor:
        logmel = _filled(logmel)
        # In two steps: onnxruntime adds up in single precision, and 80,000 terms would show.
        power = torch.exp(logmel / DB).mean(dim=2, keepdim=True).mean(dim=1, keepdim=True)
        return torch.clamp(logmel - DB * torch.log(power + 1e-12), min=-DEPTH)


def _filled(logmel: Tensor) -> Tensor:
    """Put the sound between silent ends there over and over, from the first frame to the last.

    A clip with less sound than the shortest one has is left as it is: it is mostly silence.
    """
    loudest = logmel.amax(dim=1)
    heard = loudest > loudest.amax(dim=1, keepdim=True) - DEPTH
    # Counted, not read off the shape: an exported graph must follow the length of each clip.
    at = torch.ones_like(loudest).cumsum(dim=1) - 1
    last = torch.where(heard, at, torch.zeros_like(at)).amax(dim=1, keepdim=True)
    first = torch.where(heard, at, last).amin(dim=1, keepdim=True)
    length = last - first + 1
    place = torch.where(length < SHORTEST_FRAMES, at, first + torch.remainder(at, length))
    return torch.gather(logmel, 2, place.long().unsqueeze(1).expand_as(logmel))


class Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut; `stride` shrinks both axes."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.short: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.short = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.first_norm(self.first(x)))
        y = self.second_norm(self.second(y))
        return torch.relu(y + self.short(x))


class Ears(nn.Module):
    """The CNN: relative decibels in, raw outputs out."""

    def __init__(self, *, width: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, width, 3, (2, 4), 1, bias=False)
        self.stem_norm = nn.BatchNorm2d(width)
        self.body = nn.Sequential(
            Residual(width, width, 1),
            Residual(width, 2 * width, 2),
            Residual(2 * width, 4 * width, 2),
            Residual(4 * width, 8 * width, 2),
        )
        self.norm = nn.BatchNorm1d(16 * width)
        self.drop = nn.Dropout(dropout)
        self.hidden = nn.Linear(16 * width, hidden)
        self.out = nn.Linear(hidden, sum(OUTPUTS))

    def forward(self, relative: Tensor) -> Tensor:
        # Channels last is what the convolutions are fastest on, by a third.
        x = (relative.unsqueeze(1) + 30.0) / 15.0
        x = x.contiguous(memory_format=torch.channels_last)
        x = self.body(torch.relu(self.stem_norm(self.stem(x))))
        over_bands = x.mean(dim=2)
        x = torch.cat((over_bands.mean(dim=2), over_bands.amax(dim=2)), dim=1)
        hidden = torch.relu(self.hidden(self.drop(self.norm(x))))
        raw: Tensor = self.out(self.drop(hidden))
        return raw


class Net(nn.Module):
    """Both branches; their raw outputs stay apart, so that each can be measured."""

    def __init__(self, kernel: Kernel, ears: Ears) -> None:
        super().__init__()
        self.level = Level()
        self.statistics = Statistics()
        self.kernel = kernel
        self.ears = ears

    def forward(self, logmel: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        relative = self.level(logmel)
        likened, embedding = raw_of(self.kernel, self.statistics(relative))
        return likened, self.ears(relative), embedding


def raw_of(kernel: Kernel, statistics: Tensor) -> tuple[Tensor, Tensor]:
    """Return the kernel branch's raw outputs in the order of OUTPUTS, and the embedding."""
    sound, popular, embedding = kernel(statistics)
    return torch.cat((sound[:, :TRAITS], popular, sound[:, TRAITS:]), dim=1), embedding


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What makes raw outputs honest; each figure is taken on artists the net did not learn from.

    `ears` is the CNN's share of the mean of both branches, for each of OUTPUTS. The percentile is
    50 + `slope` * (raw - 50); its 80 % interval reaches from `down` points under it to `up`
    points over it. Chances are sharpened by a power; `level_bias` evens the thirds out.
    """

    ears: tuple[float, ...]
    slope: float
    down: float
    up: float
    level_power: float
    level_bias: tuple[float, ...]
    mood_power: float


class Served(nn.Module):
    """What is exported: the outputs of the contract, calibrated, from absolute decibels alone."""

    ears: Tensor
    level_bias: Tensor

    def __init__(self, net: Net, calibration: Calibration) -> None:
        super().__init__()
        self.net = net
        self.calibration = calibration
        sizes = torch.tensor(OUTPUTS)
        self.register_buffer("ears", torch.tensor(calibration.ears).repeat_interleave(sizes))
        self.register_buffer("level_bias", torch.tensor(calibration.level_bias))

    def forward(self, logmel: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        use = self.calibration
        likened, heard, embedding = self.net(logmel)
        raw = (1 - self.ears) * likened + self.ears * heard
        traits, percentile, level, mood = torch.split(raw, list(OUTPUTS), dim=1)
        median = 50.0 + use.slope * (100.0 * percentile - 50.0)
        bounds = torch.cat((median - use.down, median, median + use.up), dim=1)
        off = LEAN * (percentile - 0.5)
        leaning = level + torch.cat((-off, torch.zeros_like(off), off), dim=1)
        return (
            torch.clamp(bounds, 0.0, 100.0),
            torch.softmax(use.level_power * (leaning + self.level_bias), dim=1),
            torch.clamp(traits, 0.0, 1.0),
            chances(mood, use.mood_power),
            embedding,
        )


def chances(shares: Tensor, power: float) -> Tensor:
    """Return probabilities from shares that were learnt as plain numbers."""
    return torch.softmax(power * torch.log(torch.clamp(shares, min=0.01)), dim=1)
