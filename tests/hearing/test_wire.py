"""The frames between the desk and a scoring process: what comes in is what was sent, or refused."""

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hearing.wire import (
    HEADER,
    Kind,
    WireError,
    frame,
    pack,
    read_clip,
    read_header,
    read_refusal,
    refusal,
    unpack,
)
from scoring.analysis import Analysis
from tests.hearing.scorers import analysis


def same(one: Analysis, other: Analysis) -> bool:
    """Tell whether two analyses are equal to the bit."""
    arrays = {"embedding": np.zeros(0), "logmel": np.zeros(0)}
    plain = [repr(replace(each, **arrays)) for each in (one, other)]  # type: ignore[arg-type]
    return (
        plain[0] == plain[1]
        and one.embedding.tobytes() == other.embedding.tobytes()
        and one.logmel.tobytes() == other.logmel.tobytes()
        and one.logmel.shape == other.logmel.shape
    )


@given(st.text(), st.floats(0, 1e6), st.integers(1, 40))
def test_an_analysis_arrives_as_it_was_sent(told: str, seconds: float, frames: int) -> None:
    logmel = np.random.default_rng(frames).normal(size=(128, frames)).astype(np.float32)
    sent = replace(analysis(told), seconds=seconds, logmel=logmel)

    assert same(unpack(pack(sent)), sent)


def test_an_array_that_lies_the_other_way_round_in_memory_arrives_too() -> None:
    sent = analysis("x")

    assert not sent.logmel.flags.c_contiguous
    assert same(unpack(pack(sent)), sent)


@given(st.binary(max_size=400))
def test_bytes_that_are_no_analysis_are_refused(body: bytes) -> None:
    with pytest.raises(WireError):
        unpack(body)


@given(st.data())
def test_an_analysis_that_is_cut_off_is_refused(data: st.DataObject) -> None:
    body = pack(analysis("x"))
    # The embedding is the last and may have any length.
    end = len(body) - 4 * 208
    with pytest.raises(WireError):
        unpack(body[: data.draw(st.integers(0, end - 1))])


def test_a_tower_of_brackets_does_not_bring_the_desk_down() -> None:
    tower = b"[" * 200_000

    with pytest.raises(WireError):
        read_refusal(tower)


@given(st.text(), st.text())
def test_a_refusal_arrives_as_it_was_sent(kind: str, sentence: str) -> None:
    assert read_refusal(refusal(kind, sentence)) == (kind, sentence)


@pytest.mark.parametrize("body", [b"", b"null", b"[1]", b"\xff", b'["a", "b", "c"]'])
def test_bytes_that_are_no_refusal_are_refused(body: bytes) -> None:
    with pytest.raises(WireError):
        read_refusal(body)


def test_a_kind_that_nobody_agreed_on_is_refused() -> None:
    with pytest.raises(WireError, match="no kind of frame"):
        read_header(b"Z" * HEADER.size)


@pytest.mark.parametrize("kept", [0, 3, HEADER.size, HEADER.size + 2])
def test_a_clip_that_breaks_off_is_none(kept: int) -> None:
    assert read_clip(io.BytesIO(frame(Kind.CLIP, b"music")[:kept])) is None


def test_clips_are_read_one_after_another() -> None:
    inbox = io.BytesIO(frame(Kind.CLIP, b"one") + frame(Kind.CLIP, b"") + frame(Kind.CLIP, b"3"))

    assert [read_clip(inbox) for _ in range(4)] == [b"one", b"", b"3", None]
