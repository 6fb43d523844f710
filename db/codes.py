"""Short codes that people can read out: T-4F7K."""

from collections.abc import Iterator
from random import Random

# Without 0 and O, 1 and I and L: they sound or look alike. Four of these make 923,521 codes.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

_SHORTEST = 4
_TRIES_A_LENGTH = 8


def codes(rng: Random) -> Iterator[str]:
    """Yield codes to try until one is free.

    Eight of four characters, then eight of five, and so on. Where half of all codes are taken,
    one submission in 256 gets a longer one.
    """
    length = _SHORTEST
    while True:
        for _ in range(_TRIES_A_LENGTH):
            yield "T-" + "".join(rng.choices(ALPHABET, k=length))
        length += 1


def normalise_code(text: str) -> str:
    """Return a code as it is stored, from what somebody typed: ` t-4f7k` and `4F7K` are fine."""
    return "T-" + text.strip().upper().removeprefix("T-")
