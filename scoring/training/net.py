"""The network: a plain residual CNN and statistics of the same mel, averaged head by head."""

import torch
from torch import Tensor, nn

BANDS = 128
TRAITS = 6
QUADRANTS = 4
# Ten decibels in natural units: 10 * log10(x) = DB * ln(x).
DB = 4.342944819
# What lies this far under the clip's own level is silence to the network: far above the
# floor of the front end, so that a gain of 6 dB cannot move it.
DEPTH = 60.0


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
    """The CNN: relative decibels in, mean and spread over time of the last maps out."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, width, 3, (2, 4), 1, bias=False)
        self.stem_norm = nn.BatchNorm2d(width)
        self.body = nn.Sequential(
            Residual(width, width, 1),
            Residual(width, 2 * width, 2),
            Residual(2 * width, 4 * width, 2),
            Residual(4 * width, 8 * width, 2),
        )
        self.size = 16 * width

    def forward(self, relative: Tensor) -> Tensor:
        # Channels last is what the convolutions are fastest on, by a third.
        x = (relative.unsqueeze(1) + 30.0) / 15.0
        x = x.contiguous(memory_format=torch.channels_last)
        x = torch.relu(self.stem_norm(self.stem(x)))
        x = self.body(x)
        over_time = x.mean(dim=2)
        return torch.cat((over_time.mean(dim=2), over_time.amax(dim=2)), dim=1)


class Statistics(nn.Module):
    """Mean, spread and movement of each band over time: what boosted trees learn best from."""

    size = 3 * BANDS

    def forward(self, relative: Tensor) -> Tensor:
        mean = relative.mean(dim=2)
        spread = torch.sqrt(((relative - mean.unsqueeze(2)) ** 2).mean(dim=2) + 1e-4)
        movement = (relative[:, :, 1:] - relative[:, :, :-1]).abs().mean(dim=2)
        return torch.cat((mean, spread, movement), dim=1)


class Heads(nn.Module):
    """A hidden layer (the embedding) and one linear map for all that is guessed from it."""

    # Attributes, quadrants, three cumulative steps of the percentile, three levels.
    outputs = TRAITS + QUADRANTS + 3 + 3

    def __init__(self, inputs: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(inputs)
        self.drop_in = nn.Dropout(dropout)
        self.hidden = nn.Linear(inputs, hidden)
        self.drop_out = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, self.outputs)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = torch.relu(self.hidden(self.drop_in(self.norm(x))))
        return self.out(self.drop_out(h)), h


class Net(nn.Module):
    """Both branches. The raw outputs of each are kept apart, so that each learns by itself."""

    def __init__(self, *, width: int = 16, hidden: int = 64, dropout: float = 0.3) -> None:
        super().__init__()
        self.level = Level()
        self.ears = Ears(width)
        self.statistics = Statistics()
        self.ears_heads = Heads(self.ears.size, hidden, dropout)
        self.statistics_heads = Heads(self.statistics.size, hidden, dropout)

    def forward(self, logmel: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        relative = self.level(logmel)
        heard, h1 = self.ears_heads(self.ears(relative))
        counted, h2 = self.statistics_heads(self.statistics(relative))
        return heard, counted, torch.cat((h1, h2), dim=1)


class Served(nn.Module):
    """What is exported: the outputs of the contract, calibrated, from absolute decibels alone."""

    widen: Tensor

    def __init__(self, net: Net, *, widen: tuple[float, float], sharpness: float) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("widen", torch.tensor(widen))
        self.sharpness = sharpness

    def forward(self, logmel: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        heard, counted, embedding = self.net(logmel)
        raw = (heard + counted) / 2
        traits, mood, steps, level = split(raw)
        low, median, high = percentiles(steps).unbind(dim=1)
        low = torch.minimum(low - self.widen[0], median)
        high = torch.maximum(high + self.widen[1], median)
        bounds = torch.stack((low, median, high), dim=1)
        return (
            torch.clamp(bounds, 0.0, 100.0),
            torch.softmax(level * self.sharpness, dim=1),
            torch.clamp(traits, 0.0, 1.0),
            torch.softmax(mood, dim=1),
            embedding,
        )


def split(raw: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Cut raw outputs into attributes, mood logits, percentile steps and level logits."""
    traits, mood, steps, level = torch.split(raw, [TRAITS, QUADRANTS, 3, 3], dim=1)
    return traits, mood, steps, level


def percentiles(steps: Tensor) -> Tensor:
    """Return low, median and high in points; the two distances cannot be negative."""
    median = 50.0 + 25.0 * steps[:, 1]
    down = 30.0 * nn.functional.softplus(steps[:, 0])
    up = 30.0 * nn.functional.softplus(steps[:, 2])
    return torch.stack((median - down, median, median + up), dim=1)
