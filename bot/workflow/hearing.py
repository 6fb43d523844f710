"""What is told of a file that was heard outside of any queue. It needs no database."""

from typing import TYPE_CHECKING

from bot.errors import EarmarkError
from bot.file_reports import AttributesLine, FileReport
from bot.messages import ErrorLine, ScoreLine
from scoring.errors import ScoringError

if TYPE_CHECKING:
    from scoring.analysis import Analysis


def file_report(file: str, analysis: "Analysis") -> FileReport:
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
