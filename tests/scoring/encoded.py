"""One piece of music, encoded and decoded in every format; each is made once."""

from functools import cache

from scoring.audio import Waveform, decode
from scoring.errors import (
    AudioError,
)
from tests.scoring.conftest import Floats, encode, music

RATE = 44_100


@cache
def original(seconds: float = 8) -> Floats:
    return music(seconds, rate=RATE)


@cache
def encoded(kind: str, seconds: float = 8) -> bytes:
    return encode(original(seconds), RATE, kind)


@cache
def decoded(kind: str, seconds: float = 8) -> Waveform:
    return decode(encoded(kind, seconds))


def attempt(data: bytes) -> Waveform | AudioError:
    try:
        return decode(data)
    except AudioError as error:
        return error
