"""The network: a kernel machine on statistics of the mel, and a plain residual CNN beside it."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from scoring.training.statistics import Statistics

TRAITS = 6
QUADRANTS = 4
# Attributes, the percentile (0 to 1), the thirds it may lie in, the quadrants.
OUTPUTS = (TRAITS, 1, 3, QUADRANTS)
# Ten decibels in natural units: 10 * log10(x) = DB * ln(x).
DB = 4.342944819
# What lies this far under the clip's own level is silence to the network: far above the
# floor of the front end, so that a gain of 6 dB cannot move it.
DEPTH = 60.0
# A statistic this many standard deviations out is as unusual as it gets.
UNUSUAL = 5.0


class Level(nn.Module):
    """Take the clip's own mean power off its decibels, so that gain says nothing."""

    def forward(self, logmel: Tensor) -> Tensor:
        # In two steps: onnxruntime adds up in single precision, and 80,000 terms would show.
        power = torch.exp(logmel / DB).mean(dim=2, keepdim=True).mean(dim=1, keepdim=True)
        return torch.clamp(logmel - DB * torch.log(power + 1e-12), min=-DEPTH)


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
    """The CNN: relative decibels in, raw outputs and its last hidden layer out."""

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

    def forward(self, relative: Tensor) -> tuple[Tensor, Tensor]:
        # Channels last is what the convolutions are fastest on, by a third.
        x = (relative.unsqueeze(1) + 30.0) / 15.0
        x = x.contiguous(memory_format=torch.channels_last)
        x = self.body(torch.relu(self.stem_norm(self.stem(x))))
        over_bands = x.mean(dim=2)
        x = torch.cat((over_bands.mean(dim=2), over_bands.amax(dim=2)), dim=1)
        hidden = torch.relu(self.hidden(self.drop(self.norm(x))))
        return self.out(self.drop(hidden)), hidden


class Kernel(nn.Module):
    """Guess by likeness: weights on how near a clip's statistics lie to each of some centres.

    A centre (a column) is the mean of the statistics of several clips, never of one.
    """

    mean: Tensor
    scale: Tensor
    basis: Tensor
    weighing: Tensor
    centres: Tensor
    weights: Tensor
    bias: Tensor

    def __init__(self, *, statistics: int, axes: int, centres: int, sharpness: float) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(statistics))
        self.register_buffer("scale", torch.ones(statistics))
        self.register_buffer("basis", torch.zeros(statistics, axes))
        self.register_buffer("weighing", torch.ones(statistics))
        self.register_buffer("centres", torch.zeros(axes, centres))
        self.register_buffer("weights", torch.zeros(centres, sum(OUTPUTS)))
        self.register_buffer("bias", torch.zeros(sum(OUTPUTS)))
        self.sharpness = sharpness

    def forward(self, statistics: Tensor) -> tuple[Tensor, Tensor]:
        place, rest = self.place(statistics)
        return torch.matmul(self.nearness(place, rest), self.weights) + self.bias, place

    def place(self, statistics: Tensor) -> tuple[Tensor, Tensor]:
        """Return where a clip lies on the axes along which clips differ most, and the rest.

        The rest is the squared distance from those axes. It keeps an odd clip far from
        everything, although its oddness lies on no axis.
        """
        unusual = torch.clamp((statistics - self.mean) / self.scale, -UNUSUAL, UNUSUAL)
        weighed = unusual * self.weighing
        place = torch.matmul(weighed, self.basis)
        rest = (weighed**2).sum(dim=1) - (place**2).sum(dim=1)
        return place, torch.clamp(rest, min=0.0)

    def nearness(self, place: Tensor, rest: Tensor) -> Tensor:
        """Return the exponential kernel between places and centres.

        It forgives single odd statistics more than a Gaussian does, and measured better.
        """
        squares = ((place**2).sum(dim=1) + rest).unsqueeze(1)
        apart = squares + (self.centres**2).sum(dim=0) - 2 * torch.matmul(place, self.centres)
        return torch.exp(-self.sharpness * torch.sqrt(torch.clamp(apart, min=1e-6)))


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
        likened, place = self.kernel(self.statistics(relative))
        heard, hidden = self.ears(relative)
        return likened, heard, torch.cat((place, hidden), dim=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What makes raw outputs honest; each figure is taken on artists the net did not learn from.

    `ears` is the CNN's share of the mean of both branches. The percentile is
    50 + `slope` * (raw - 50); its 80 % interval reaches from `down` points under it to `up`
    points over it. Chances are sharpened by a power.
    """

    ears: float
    slope: float
    down: float
    up: float
    level_power: float
    mood_power: float


class Served(nn.Module):
    """What is exported: the outputs of the contract, calibrated, from absolute decibels alone."""

    def __init__(self, net: Net, calibration: Calibration) -> None:
        super().__init__()
        self.net = net
        self.calibration = calibration

    def forward(self, logmel: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        use = self.calibration
        likened, heard, embedding = self.net(logmel)
        raw = (1 - use.ears) * likened + use.ears * heard
        traits, percentile, level, mood = torch.split(raw, list(OUTPUTS), dim=1)
        median = 50.0 + use.slope * (100.0 * percentile - 50.0)
        bounds = torch.cat((median - use.down, median, median + use.up), dim=1)
        return (
            torch.clamp(bounds, 0.0, 100.0),
            chances(level, use.level_power),
            torch.clamp(traits, 0.0, 1.0),
            chances(mood, use.mood_power),
            embedding,
        )


def chances(shares: Tensor, power: float) -> Tensor:
    """Return probabilities from shares that were learnt as plain numbers."""
    return torch.softmax(power * torch.log(torch.clamp(shares, min=0.01)), dim=1)
