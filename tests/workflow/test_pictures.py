"""From an analysis to what is stored and what is drawn."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import TypeAdapter

from bot.track import Audio, Origin, Verdict
from bot.workflow.analysis import Clip, clip_of, drawn, score_line, score_row, sketch
from bot.workflow.hearing import failed_report, file_report
from bot.workflow.pictures import digest_image, review_image
from db.models import Level, Score
from scoring.analysis import Analysis
from scoring.errors import SilentAudioError
from tests.workflow.fakes import analysis_of
from tests.workflow.stage import NIGHT, NOW, Stage

PNG = b"\x89PNG\r\n\x1a\n"


def _stored(analysis: Analysis, *, origin: Origin = Origin.DEEZER) -> Score:
    """Return the row of what was heard, after its way through JSON between two steps."""
    heard = clip_of(analysis, Audio(content=b"", origin=origin, verdict=Verdict.STRONG))
    kept = TypeAdapter(Clip)
    clip = kept.validate_json(kept.dump_json(heard))
    return score_row(clip, workspace_id=1, track_id=2, at=NOW)


def test_every_number_of_an_analysis_is_stored() -> None:
    row = _stored(analysis_of(71))

    assert (row.percentile, row.low, row.high, row.level) == (71, 51, 91, Level.MEDIUM)
    assert (row.p_low, row.p_medium, row.p_high) == (0.2, 0.5, 0.3)
    assert (row.tempo_bpm, row.tempo_alt_bpm, row.tempo_confidence) == (118.0, 59.0, 0.7)
    assert (row.key, row.key_confidence, row.loudness_lufs) == ("A minor", 0.6, -11.5)
    assert (row.energy, row.danceability, row.acousticness) == (0.61, 0.62, 0.13)
    assert (row.valence, row.instrumentalness, row.speechiness) == (0.34, 0.75, 0.06)
    assert row.mood == {"happy": 0.1, "tense": 0.2, "sad": 0.3, "calm": 0.4}
    assert (row.reasons, row.segments) == (
        ["+ a steady beat"],
        [[3.0, 5.0, 1.5, 0.5, 0.25, 0.5, 0.25]],
    )
    assert row.embedding is not None
    assert np.array_equal(row.embedding, np.linspace(-1, 1, 8, dtype=np.float32))
    assert (row.workspace_id, row.track_id, row.audio_origin) == (1, 2, "deezer")
    assert (row.model_version, row.audio_seconds, row.created_at) == ("cnn-1", 30.0, NOW)


def test_curators_read_a_stored_score_as_the_file_report_reads() -> None:
    analysis = analysis_of(71)
    row = _stored(analysis)
    report = file_report("a.mp3", analysis)

    assert score_line(row) == report.score
    assert (report.ok, report.seconds, report.embedding_dim) == (True, 30.0, 8)
    assert report.reasons == ("+ a steady beat",)
    assert report.attributes is not None
    assert (report.attributes.tempo_bpm, report.attributes.energy) == (118.0, 0.61)


def test_a_file_that_failed_says_why() -> None:
    silent = failed_report("a.mp3", SilentAudioError("There is nothing to hear."))
    gone = failed_report("b.mp3", FileNotFoundError(2, "No such file or directory"))

    assert silent.error is not None
    assert (silent.ok, silent.error.kind) == (False, "silent")
    assert gone.error is not None
    assert gone.error.sentence == "The file cannot be read: No such file or directory."


def test_the_kept_picture_tells_levels_within_half_a_decibel() -> None:
    levels = np.linspace(-95, -15, 128 * 64, dtype=np.float32).reshape(128, 64)

    kept = drawn(sketch(levels))
    assert kept.shape == (128, 32)
    np.testing.assert_allclose(kept, levels[:, 1::2] - levels.max(), atol=0.5, rtol=0)


@pytest.mark.parametrize("frames", [107, 646])
def test_a_kept_picture_is_far_smaller_than_the_clip(frames: int) -> None:
    noise = np.random.default_rng(1).uniform(-90, 0, (128, frames)).astype(np.float32)

    assert len(sketch(noise)) < noise.nbytes / 7


async def test_a_review_card_shows_what_was_heard(stage: Stage) -> None:
    await stage.send(stage.song("one", percentile=71))
    (row,) = (await stage.queue()).rows

    image = review_image(row, playlist=NIGHT, score=_stored(analysis_of(71)))
    assert image.png.startswith(PNG)
    assert "Title of one" in image.alt
    own = review_image(row, playlist=NIGHT, score=_stored(analysis_of(71), origin=Origin.UPLOAD))
    assert own.png != image.png


async def test_a_review_card_without_segments_is_drawn_too(stage: Stage) -> None:
    await stage.send(stage.song("one", percentile=71))
    (row,) = (await stage.queue()).rows

    analysis = replace(analysis_of(71), segments=())
    assert review_image(row, playlist=NIGHT, score=_stored(analysis)).png.startswith(PNG)


async def test_a_review_card_without_a_score_says_why(stage: Stage) -> None:
    await stage.send(stage.song("one", percentile=None))
    (row,) = (await stage.queue()).rows

    image = review_image(row, playlist=NIGHT, score=None)
    assert image.png.startswith(PNG)
    assert "no audio found" in image.alt


async def test_a_digest_is_drawn_and_told(stage: Stage) -> None:
    image = digest_image(await stage.digest())

    assert image.png.startswith(PNG)
    assert "2026-W47" in image.alt
