"""What the scorer said, as plain values between two steps, rows to store and lines to show."""

import base64
import zlib
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from bot.messages import ScoreLine
from bot.track import Audio
from db.models import Score
from db.types import Level

if TYPE_CHECKING:
    # Only the type: the scorer's libraries take half a second to load, and a queue needs none.
    from scoring.analysis import Analysis

# A picture of two columns of pixels a frame is enough for a card of 1,100, and a byte for a level:
# nobody can hear anything again from it, and it takes 25 kB instead of the clip's 330.
_FRAMES_A_COLUMN: Final = 2
_RANGE_DB: Final = 80.0
_BANDS: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One hearing of a track. It goes through JSON between two steps of a job, so all is plain.

    `spectrogram` is what `sketch` returns, in base64; the fields are the columns of a score.
    """

    audio_origin: str
    audio_seconds: float
    model_version: str
    percentile: float
    low: float
    high: float
    p_low: float
    p_medium: float
    p_high: float
    level: Level
    tempo_bpm: float | None
    tempo_alt_bpm: float | None
    tempo_confidence: float | None
    key: str | None
    key_confidence: float | None
    loudness_lufs: float | None
    energy: float | None
    danceability: float | None
    acousticness: float | None
    valence: float | None
    instrumentalness: float | None
    speechiness: float | None
    mood: dict[str, float]
    reasons: tuple[str, ...]
    # Start and end in seconds, points, and then the points of each register.
    segments: tuple[tuple[float, ...], ...]
    embedding: tuple[float, ...]
    spectrogram: str


def clip_of(analysis: "Analysis", audio: Audio) -> Clip:
    """Return what was heard as plain values; every number in it comes from the audio alone."""
    score, heard, mood = analysis.score, analysis.attributes, analysis.mood
    return Clip(
        audio_origin=audio.origin,
        audio_seconds=analysis.seconds,
        model_version=analysis.model_version,
        percentile=score.percentile,
        low=score.low,
        high=score.high,
        p_low=score.p_low,
        p_medium=score.p_medium,
        p_high=score.p_high,
        level=Level(score.level.value),
        tempo_bpm=heard.tempo_bpm,
        tempo_alt_bpm=heard.tempo_alt_bpm,
        tempo_confidence=heard.tempo_confidence,
        key=heard.key,
        key_confidence=heard.key_confidence,
        loudness_lufs=heard.loudness_lufs,
        energy=heard.energy,
        danceability=heard.danceability,
        acousticness=heard.acousticness,
        valence=heard.valence,
        instrumentalness=heard.instrumentalness,
        speechiness=heard.speechiness,
        mood={"happy": mood.happy, "tense": mood.tense, "sad": mood.sad, "calm": mood.calm},
        reasons=tuple(str(reason) for reason in analysis.reasons),
        segments=tuple(
            (part.start_s, part.end_s, part.points, *part.registers) for part in analysis.segments
        ),
        embedding=tuple(analysis.embedding.tolist()),
        spectrogram=base64.b64encode(sketch(analysis.logmel)).decode("ascii"),
    )


def score_row(clip: Clip, *, workspace_id: int, track_id: int, at: datetime) -> Score:
    """Return the row to store."""
    columns = {field.name: getattr(clip, field.name) for field in fields(clip)}
    return Score(
        **columns
        | {
            "workspace_id": workspace_id,
            "track_id": track_id,
            "created_at": at,
            "reasons": list(clip.reasons),
            "segments": [list(part) for part in clip.segments],
            "embedding": np.asarray(clip.embedding, dtype=np.float32),
            "spectrogram": base64.b64decode(clip.spectrogram),
        }
    )


def sketch(logmel: npt.NDArray[np.float32]) -> bytes:
    """Return a log-mel of (128, frames) in dB as a small grey picture, compressed.

    Levels are told from the loudest one down to 80 dB below it, two frames to a column.
    """
    columns = logmel[:, : logmel.shape[1] // _FRAMES_A_COLUMN * _FRAMES_A_COLUMN]
    louder = columns.reshape(_BANDS, -1, _FRAMES_A_COLUMN).max(axis=2)
    below = np.clip((louder - louder.max()) / _RANGE_DB + 1.0, 0.0, 1.0)
    return zlib.compress(np.round(below * 255).astype(np.uint8).tobytes(), level=9)


def drawn(spectrogram: bytes) -> npt.NDArray[np.float32]:
    """Return the picture that `sketch` made, (128, columns), in dB under the loudest moment."""
    levels = np.frombuffer(zlib.decompress(spectrogram), dtype=np.uint8).reshape(_BANDS, -1)
    return np.asarray((levels / 255 - 1) * _RANGE_DB, dtype=np.float32)


def score_line(row: Score) -> ScoreLine:
    """Return a stored score for curators."""
    return ScoreLine(
        percentile=row.percentile,
        low=row.low,
        high=row.high,
        p_low=row.p_low,
        p_medium=row.p_medium,
        p_high=row.p_high,
        level=row.level,
        model=row.model_version,
    )
