"""The kernel branch: guess by how near a clip's statistics lie to those of some centres."""

import torch
from torch import Tensor, nn

# A statistic this many standard deviations out is as unusual as it gets.
UNUSUAL = 5.0
# Places on an axis that a centre can have: eight bits, and the model file stays small.
_STEPS = 127
# What a clip is compared by: the families weigh differently for its sound and its popularity.
SOUND, POPULAR = 0, 1


class Kernel(nn.Module):
    """Weights on the likeness of a clip to each centre, by two ways of comparing.

    Each family of statistics has axes of its own, so that the families can be weighed anew. A
    centre (a column) is the mean place of several clips, never of one.
    """

    mean: Tensor
    scale: Tensor
    centres: Tensor
    step: Tensor
    of_axes: Tensor
    of_rests: Tensor
    middle: Tensor
    sound: Tensor
    sound_bias: Tensor
    popular: Tensor
    popular_bias: Tensor
    likeness: Tensor
    likeness_bias: Tensor

    def __init__(
        self,
        *,
        families: tuple[int, ...],
        axes: tuple[int, ...],
        centres: int,
        outputs: tuple[int, int, int],
        sharpness: tuple[float, float],
    ) -> None:
        """`outputs` counts those of sound, those of popularity, and the columns of likeness.

        `sharpness` says for each way of comparing how fast likeness fades with distance.
        """
        super().__init__()
        self.families = families
        self.axes = axes
        self.sharpness = sharpness
        self.register_buffer("mean", torch.zeros(sum(families)))
        self.register_buffer("scale", torch.ones(sum(families)))
        for i, (size, kept) in enumerate(zip(families, axes, strict=True)):
            self.register_buffer(f"basis_{i}", torch.zeros(size, kept))
        self.register_buffer("centres", torch.zeros(sum(axes), centres, dtype=torch.int8))
        self.register_buffer("step", torch.ones(sum(axes)))
        self.register_buffer("of_axes", torch.ones(2, sum(axes)))
        self.register_buffer("of_rests", torch.ones(2, len(families)))
        self.register_buffer("middle", torch.zeros(2))
        for name, columns in zip(("sound", "popular", "likeness"), outputs, strict=True):
            self.register_buffer(name, torch.zeros(centres, columns))
            self.register_buffer(f"{name}_bias", torch.zeros(columns))

    def forward(self, statistics: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return raw outputs of sound, of popularity, and the embedding."""
        place, rest = self.place(statistics)
        by_sound = self.nearness(place, rest, SOUND) - self.middle[SOUND]
        by_popular = self.nearness(place, rest, POPULAR) - self.middle[POPULAR]
        return (
            torch.matmul(by_sound, self.sound) + self.sound_bias,
            torch.matmul(by_popular, self.popular) + self.popular_bias,
            torch.matmul(by_popular, self.likeness) + self.likeness_bias,
        )

    def take_off(self, usual: tuple[float, float]) -> None:
        """Count likeness from what is usual, by way of comparing, with the same outputs.

        Weights of both signs nearly cancel each other; in single precision the sum of small
        differences is ten times as exact as that of large likenesses.
        """
        self.middle.copy_(torch.tensor(usual))
        for name, middle in zip(
            ("sound", "popular", "likeness"),
            (usual[SOUND], usual[POPULAR], usual[POPULAR]),
            strict=True,
        ):
            total = self.get_buffer(name).double().sum(dim=0)
            self.get_buffer(f"{name}_bias").add_((middle * total).float())

    def unusual(self, statistics: Tensor) -> Tensor:
        """Return statistics in standard deviations, bounded."""
        return torch.clamp((statistics - self.mean) / self.scale, -UNUSUAL, UNUSUAL)

    def place(self, statistics: Tensor) -> tuple[Tensor, Tensor]:
        """Return where a clip lies on the axes of each family, and the rest of each family.

        The rest is the squared distance from those axes. It keeps an odd clip far from
        everything, although its oddness lies on no axis.
        """
        places, rests, start = [], [], 0
        unusual = self.unusual(statistics)
        for i, size in enumerate(self.families):
            family = unusual[:, start : start + size]
            place = torch.matmul(family, self.get_buffer(f"basis_{i}"))
            rest = (family**2).sum(dim=1, keepdim=True) - (place**2).sum(dim=1, keepdim=True)
            places.append(place)
            rests.append(torch.clamp(rest, min=0.0))
            start += size
        return torch.cat(places, dim=1), torch.cat(rests, dim=1)

    def nearness(self, place: Tensor, rest: Tensor, way: int) -> Tensor:
        """Return the exponential kernel between places and centres.

        It forgives single odd statistics more than a Gaussian does, and measured better.
        """
        weights = self.of_axes[way]
        centres = self.centres.to(torch.float32) * self.step.unsqueeze(1)
        own = torch.matmul(place**2, weights) + torch.matmul(rest, self.of_rests[way])
        theirs = torch.matmul(weights, centres**2)
        apart = own.unsqueeze(1) + theirs - 2 * torch.matmul(place * weights, centres)
        return torch.exp(-self.sharpness[way] * torch.sqrt(torch.clamp(apart, min=1e-6)))


def in_steps(places: Tensor, step: Tensor) -> Tensor:
    """Return places (clips, axes) as centres are stored: a column each, in whole steps."""
    return torch.clamp(torch.round(places / step), -_STEPS, _STEPS).T.to(torch.int8)


def steps_for(places: Tensor) -> Tensor:
    """Return the size of a step on each axis, so that all places can be written down."""
    return places.abs().amax(dim=0).clamp(min=1e-6) / _STEPS
