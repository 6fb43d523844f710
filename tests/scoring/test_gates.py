"""What every model in the package has to keep, whoever trained it and on what. No torch needed."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from bot.sandbox.bundled import bundled_clips
from scoring import card, golden
from scoring.acceptance import GAIN_DB, LARGEST_BYTES, MOST_POINTS, examine, read_parcel, unsound
from scoring.explain import FRAMES_PER_SECOND
from scoring.features import analyse
from scoring.runtime import InferenceSession
from tests.scoring import heard

MODELS = Path(card.__file__).parent / "models"
ONNX = MODELS / "earmark.onnx"
NAMES = sorted(one.file for one in bundled_clips())
# The clips of thirty seconds; the short one is there for other tests.
LONG = sorted(one.file for one in bundled_clips() if one.seconds > 29.9)

# Another build of ffmpeg, numpy or onnxruntime may move the outputs by this much, and no more:
# points for the percentiles, shares for the others, parts of its length for the embedding.
TOLERANCE = {
    "percentile": 0.2,
    "level": 0.005,
    "mood": 0.005,
    "attributes": 0.005,
    "embedding_norm": 0.05,
}


def _median(logmel: heard.Floats) -> float:
    return heard.packaged().predict(logmel).percentile.median


def _provisional() -> str:
    """Return why the packaged model cannot be held to its papers yet, or "" where it can."""
    found = card.parse(card.read(ONNX))
    return "the packaged model is provisional" if found.state.startswith("PROVISIONAL") else ""


def test_the_model_file_is_small_and_the_one_its_card_describes() -> None:
    content = ONNX.read_bytes()
    described = card.parse(card.read(ONNX)).file

    assert len(content) == described.bytes <= LARGEST_BYTES
    assert hashlib.sha256(content).hexdigest() == described.sha256
    assert described.name == ONNX.name


def test_the_models_version_holds_the_start_of_its_hash() -> None:
    described = card.parse(card.read(ONNX))

    assert described.version == f"{described.name}+{described.file.sha256[:8]}"


def test_the_card_is_complete() -> None:
    if reason := _provisional():
        pytest.skip(reason)

    assert card.missing(card.parse(card.read(ONNX))) == ()


def test_the_model_says_what_the_trained_net_said() -> None:
    beside = golden.path_beside(ONNX)
    if not beside.exists():
        pytest.skip(f"there is no {beside.name} yet: the export writes it")
    named = card.parse(card.read(ONNX)).golden
    session = InferenceSession(ONNX, providers=["CPUExecutionProvider"])

    assert named is not None
    assert hashlib.sha256(beside.read_bytes()).hexdigest() == named.sha256
    assert golden.difference(session, golden.from_bytes(beside.read_bytes())) <= golden.PARITY


def test_the_packaged_model_could_be_installed() -> None:
    if reason := _provisional():
        pytest.skip(reason)
    clips = {one.file: one.path.read_bytes() for one in bundled_clips()}

    found = list(examine(read_parcel(ONNX), clips=clips, in_use=heard.packaged()))

    # Speed is compared with the model itself here, so any machine will do.
    assert [f"{one.name}: {one.told}" for one in found if not one.ok] == []


def test_the_graph_takes_nothing_but_audio() -> None:
    session = InferenceSession(ONNX, providers=["CPUExecutionProvider"])

    assert [one.name for one in session.get_inputs()] == ["logmel"]
    # A further input would need a mask and the value "missing"; scoring.acceptance checks those.
    assert [one.name for one in session.get_overridable_initializers()] == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("gain_db", [-GAIN_DB, GAIN_DB])
def test_the_volume_does_not_move_the_score(name: str, gain_db: float) -> None:
    louder = heard.waveforms()[name] * np.float32(10 ** (gain_db / 20))

    moved = _median(analyse(louder).logmel) - _median(heard.logmel(name))
    assert abs(moved) <= MOST_POINTS


def test_a_clip_is_told_the_same_in_a_batch_with_longer_ones() -> None:
    """Whoever feeds the file from outside pads clips to one length, and takes many at once."""
    lengths = (646, 628, 586, 430)
    clips = [heard.logmel(name)[:, :to] for name, to in zip(LONG, lengths, strict=False)]
    padded = [np.pad(one, ((0, 0), (0, 646 - one.shape[1])), constant_values=-100) for one in clips]
    together = heard.packaged().predict_all(np.stack(padded))
    alone = [heard.packaged().predict(one) for one in clips]

    assert [one.percentile.median for one in together] == pytest.approx(
        [one.percentile.median for one in alone], abs=2 * MOST_POINTS
    )
    assert [one.traits.energy for one in together] == pytest.approx(
        [one.traits.energy for one in alone], abs=0.05
    )


def test_half_a_clip_is_ranked_like_the_whole_clip() -> None:
    half = round(15 * FRAMES_PER_SECOND)
    whole = [_median(heard.logmel(name)) for name in LONG]
    halves = [_median(heard.logmel(name)[:, half // 2 : half // 2 + half]) for name in LONG]

    assert len(LONG) >= 10
    assert spearmanr(whole, halves).statistic >= 0.9


@settings(max_examples=40)
@given(
    name=st.sampled_from(NAMES),
    frames=st.integers(108, 646),
    start=st.integers(0, 400),
)
def test_any_piece_of_five_seconds_or_more_gets_a_sound_answer(
    name: str, frames: int, start: int
) -> None:
    logmel = heard.logmel(name)
    start = min(start, logmel.shape[1] - 108)

    assert unsound(heard.packaged().predict(logmel[:, start : start + frames])) == ""


@settings(max_examples=20)
@given(level=st.floats(-100, 40), frames=st.integers(108, 646))
def test_a_sound_that_never_changes_gets_a_sound_answer(level: float, frames: int) -> None:
    even = np.full((128, frames), level, np.float32)

    assert unsound(heard.packaged().predict(even)) == ""


def test_clips_side_by_side_get_the_answers_they_get_alone() -> None:
    logmels = [heard.logmel(name) for name in LONG[:3]]
    together = heard.packaged().predict_all(np.stack(logmels))

    for alone, beside in zip(map(heard.packaged().predict, logmels), together, strict=True):
        assert beside.percentile.median == pytest.approx(alone.percentile.median, abs=0.01)
        np.testing.assert_allclose(beside.embedding, alone.embedding, atol=1e-3, rtol=0)


def test_the_golden_answers_are_of_the_packaged_model() -> None:
    # After an export: python -m tests.scoring.heard
    assert heard.golden()["model"] == heard.packaged().version
    assert sorted(heard.golden()["clips"]) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_bundled_clips_get_their_golden_answers(name: str) -> None:
    said = heard.numbers(heard.packaged().predict(heard.logmel(name)))

    for output, wanted in heard.golden()["clips"][name].items():
        np.testing.assert_allclose(said[output], wanted, atol=TOLERANCE[output], rtol=0)
