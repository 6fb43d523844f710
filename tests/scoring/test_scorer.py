"""From bytes to an analysis, on real clips and on what is no clip."""

import io
import pickle
from functools import cache

import numpy as np
import pytest
import soundfile

from bot.sandbox.bundled import bundled_clips
from scoring.analysis import Analysis, Sign, Third
from scoring.errors import AudioError, NotAudioError, SilentAudioError, TooShortError
from scoring.model import Level, Model
from scoring.scorer import Scorer, _third

CONTENT = next(one for one in bundled_clips() if one.seconds > 29.9).path.read_bytes()


@cache
def scorer() -> Scorer:
    return Scorer(Model.load())


@cache
def analysed() -> Analysis:
    return scorer().score(CONTENT)


def wav(samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, 22_050, format="WAV")
    return buffer.getvalue()


def test_an_analysis_tells_score_attributes_reasons_and_model() -> None:
    one = analysed()
    chances = one.score.p_low + one.score.p_medium + one.score.p_high

    assert 0 <= one.score.low <= one.score.percentile <= one.score.high <= 100
    assert chances == pytest.approx(1, abs=1e-5)
    assert one.attributes.tempo_bpm > 0
    assert one.attributes.loudness_lufs < 0
    assert 1 <= len(one.reasons) <= 3
    assert any(reason.sign is Sign.AGAINST for reason in one.reasons)
    assert one.segments[-1].end_s == pytest.approx(one.seconds, abs=0.2)
    assert one.model_version == scorer().model_version
    assert one.embedding.dtype == np.float32


def test_an_analysis_comes_back_whole_from_a_child_process() -> None:
    one = analysed()
    other = pickle.loads(pickle.dumps(one))  # noqa: S301 - our own bytes

    assert (other.score, other.attributes, other.reasons) == (
        one.score,
        one.attributes,
        one.reasons,
    )
    assert np.array_equal(other.embedding, one.embedding)


def test_the_same_bytes_are_analysed_the_same_to_the_bit() -> None:
    again = scorer().score(CONTENT)

    assert (again.score, again.segments) == (analysed().score, analysed().segments)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"<html>sign in</html>" * 100, NotAudioError),
        (wav(np.zeros(22_050 * 8, np.float32)), SilentAudioError),
        (wav(np.full(22_050, 0.1, np.float32)), TooShortError),
    ],
    ids=["html", "silence", "one second"],
)
def test_audio_that_cannot_be_scored_is_refused_as_decoding_refuses_it(
    content: bytes, error: type[AudioError]
) -> None:
    with pytest.raises(error):
        scorer().score(content)


@pytest.mark.parametrize(
    ("low", "medium", "high", "third"),
    [
        (0.5, 0.3, 0.2, Third.LOW),
        (0.2, 0.3, 0.5, Third.HIGH),
        (0.4, 0.4, 0.2, Third.MEDIUM),
        (0.2, 0.4, 0.4, Third.MEDIUM),
    ],
)
def test_the_likeliest_third_is_named_and_the_middle_one_where_two_are_level(
    low: float, medium: float, high: float, third: Third
) -> None:
    assert _third(Level(low=low, medium=medium, high=high)) is third
