"""What the scorer said, as rows to store and as lines to show."""

from datetime import datetime

from bot.errors import EarmarkError
from bot.messages import AttributesLine, ErrorLine, FileReport, ScoreLine
from db.models import Score
from db.types import Level
from scoring.errors import ScoringError
from scoring.scorer import Analysis


def score_row(
    analysis: Analysis, *, workspace_id: int, track_id: int, audio_origin: str, at: datetime
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


def file_report(file: str, analysis: Analysis) -> FileReport:
    """Return what `earmark score` tells of a file that could be heard."""
    score, heard = analysis.score, analysis.attributes
    return FileReport(
        file=file,
        seconds=analysis.seconds,
        score=ScoreLine(
            percentile=score.percentile,
            low=score.low,
            high=score.high,
            p_low=score.p_low,
            p_medium=score.p_medium,
            p_high=score.p_high,
            level=score.level.value,
            model=analysis.model_version,
        ),
        attributes=AttributesLine(
            tempo_bpm=heard.tempo_bpm,
            tempo_alt_bpm=heard.tempo_alt_bpm,
            tempo_confidence=heard.tempo_confidence,
            key=heard.key,
            key_confidence=heard.key_confidence,
            loudness_lufs=heard.loudness_lufs,
            energy=heard.energy,
            danceability=heard.danceability,
        ),
        reasons=tuple(str(reason) for reason in analysis.reasons),
        embedding_dim=len(analysis.embedding),
    )


def failed_report(file: str, error: EarmarkError | ScoringError | OSError) -> FileReport:
    """Return what is told of a file that could not be scored."""
    if isinstance(error, OSError):
        line = ErrorLine(kind="unreadable", sentence=f"The file cannot be read: {error.strerror}.")
    else:
        line = ErrorLine(kind=error.kind, sentence=str(error))
    return FileReport(file=file, seconds=None, error=line)
