"""What a scoring process answers, without a process of its own."""

import io
from pathlib import Path

from bot.hearing.child import MakeScorer, serve
from bot.hearing.wire import HEADER, Kind, frame, read_header, read_refusal, unpack
from tests.hearing.scorers import Obedient, without_model

MODEL = Path("model.onnx")


def answers(make_scorer: MakeScorer, *clips: bytes) -> list[tuple[Kind, bytes]]:
    """Return the kinds and bodies of what is said to `clips`, and to the pipe's end after them."""
    outbox = io.BytesIO()
    serve(make_scorer, MODEL, io.BytesIO(b"".join(frame(Kind.CLIP, one) for one in clips)), outbox)
    outbox.seek(0)
    found = []
    while start := outbox.read(HEADER.size):
        kind, length = read_header(start)
        found.append((kind, outbox.read(length)))
    return found


def test_each_clip_has_its_answer_after_the_process_said_that_it_is_ready() -> None:
    ready, heard, refused = answers(Obedient, b"length 1234", b"silence")

    assert ready == (Kind.READY, b"")
    assert heard[0] is Kind.ANALYSIS
    assert unpack(heard[1]).model_version == "11"
    assert refused[0] is Kind.REFUSED
    assert read_refusal(refused[1]) == ("silent", "There is nothing to hear in the file.")


def test_without_a_model_it_says_so_and_ends() -> None:
    assert answers(without_model, b"be") == [
        (Kind.NO_MODEL, b"The model model.onnx cannot be read.")
    ]
