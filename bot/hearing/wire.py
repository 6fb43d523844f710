"""What the desk and its scoring processes say to each other, as frames of bytes on a pipe.

A frame is one byte for its kind, eight for the length of its body, and the body. Nothing is
pickled: a scoring process has read a stranger's file, and what it answers is data, never code.
"""

import json
import struct
from dataclasses import asdict
from enum import Enum
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from scoring.analysis import (
    Analysis,
    Attributes,
    Mood,
    Reason,
    Score,
    SegmentEffect,
    Sign,
    Third,
)

HEADER = struct.Struct(">cQ")
# An analysis is 0.7 MB; a process that says it has more to tell is not to be believed.
LONGEST_REPLY = 16 * 2**20

OUT_OF_MEMORY = 71
"""The exit status of a scoring process that came to its limit."""

_LENGTHS = struct.Struct(">III")


class WireError(Exception):
    """What came over the pipe is no frame of ours."""


class Kind(Enum):
    """What a frame holds. The desk sends CLIP; everything else is an answer."""

    CLIP = b"C"
    READY = b"R"
    ANALYSIS = b"A"
    REFUSED = b"E"
    NO_MODEL = b"M"


def header(kind: Kind, body: bytes) -> bytes:
    return HEADER.pack(kind.value, len(body))


def frame(kind: Kind, body: bytes = b"") -> bytes:
    return header(kind, body) + body


def read_header(start: bytes) -> tuple[Kind, int]:
    """Return the kind of a frame and the length of its body, or raise WireError."""
    letter, length = HEADER.unpack(start)
    try:
        return Kind(letter), length
    except ValueError as error:
        raise WireError(f"{letter!r} is no kind of frame") from error


def read_clip(inbox: BinaryIO) -> bytes | None:
    """Return the next clip, or None once the desk has closed its end."""
    start = inbox.read(HEADER.size)
    if len(start) < HEADER.size:
        return None
    _, length = read_header(start)
    clip = inbox.read(length)
    return clip if len(clip) == length else None


def refusal(kind: str, sentence: str) -> bytes:
    """Return the body of a REFUSED frame."""
    return json.dumps([kind, sentence]).encode()


def read_refusal(body: bytes) -> tuple[str, str]:
    """Return the kind and the sentence of an audio error, or raise WireError."""
    try:
        kind, sentence = json.loads(body)
    except (ValueError, TypeError, RecursionError) as error:
        raise WireError("this is no refusal") from error
    return str(kind), str(sentence)


def pack(analysis: Analysis) -> bytes:
    """Return the body of an ANALYSIS frame; `unpack` gives the same analysis back, bit for bit."""
    told = {
        "score": asdict(analysis.score),
        "attributes": asdict(analysis.attributes),
        "mood": asdict(analysis.mood),
        "reasons": [[reason.sign, reason.text] for reason in analysis.reasons],
        "segments": [asdict(segment) for segment in analysis.segments],
        "model_version": analysis.model_version,
        "seconds": analysis.seconds,
    }
    text = json.dumps(told).encode()
    rows, columns = analysis.logmel.shape
    lengths = _LENGTHS.pack(len(text), rows, columns)
    return b"".join((lengths, text, _bytes(analysis.logmel), _bytes(analysis.embedding)))


def unpack(body: bytes) -> Analysis:
    """Return the analysis in the body of a frame, or raise WireError."""
    try:
        size, rows, columns = _LENGTHS.unpack_from(body)
        start = _LENGTHS.size + size
        told = json.loads(body[_LENGTHS.size : start])
        numbers = np.frombuffer(body, dtype="<f4", offset=start)
        logmel, embedding = np.split(numbers, [rows * columns])
        return _analysis(told, logmel=logmel.reshape(rows, columns), embedding=embedding)
    except (struct.error, ValueError, TypeError, KeyError, RecursionError) as error:
        raise WireError("this is no analysis") from error


def _bytes(numbers: NDArray[np.float32]) -> bytes:
    return numbers.astype("<f4").tobytes()


def _analysis(
    told: dict[str, Any], *, logmel: NDArray[np.float32], embedding: NDArray[np.float32]
) -> Analysis:
    score = told["score"]
    return Analysis(
        score=Score(**{**score, "level": Third(score["level"])}),
        attributes=Attributes(**told["attributes"]),
        mood=Mood(**told["mood"]),
        reasons=tuple(Reason(sign=Sign(sign), text=text) for sign, text in told["reasons"]),
        segments=tuple(
            SegmentEffect(**{**segment, "registers": tuple(segment["registers"])})
            for segment in told["segments"]
        ),
        embedding=embedding,
        logmel=logmel,
        model_version=told["model_version"],
        seconds=told["seconds"],
    )
