"""What the scorer said, as rows to store and as lines to show."""

from datetime import datetime
from typing import TYPE_CHECKING

from bot.messages import ScoreLine
from db.models import Score
from db.types import Level

if TYPE_CHECKING:
    # Only the type: the scorer's libraries take half a second to load, and a queue needs none.
    from scoring.analysis import Analysis


def score_row(
    analysis: "Analysis", *, workspace_id: int, track_id: int, audio_origin: str, at: datetime
) -> Score:
    """Return the row to store; every number in it comes from the audio alone."""
    score, heard, mood = analysis.score, analysis.attributes, analysis.mood
    return Score(
        workspace_id=workspace_id,
        track_id=track_id,
        created_at=at,
        audio_origin=audio_origin,
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
        reasons=[str(reason) for reason in analysis.reasons],
        segments=[[part.start_s, part.end_s, part.points] for part in analysis.segments],
        embedding=analysis.embedding,
        audio_seconds=analysis.seconds,
    )


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
