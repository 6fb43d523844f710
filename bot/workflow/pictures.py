"""The pictures of the desk: what was heard for curators, the week for everybody."""

from bot.messages import DigestView, Image, QueueRow
from bot.pictures import card, chart
from bot.pictures.card import ReviewPicture, Segment, Trait
from bot.texts import unscored_text
from bot.track import Origin
from scoring.analysis import Analysis, SegmentEffect
from scoring.bands import band
from scoring.explain import main_register

_SOURCES = {Origin.UPLOAD.value: "artist's own file"}


def review_image(
    row: QueueRow, *, playlist: str, analysis: Analysis | None, audio_origin: str | None = None
) -> Image:
    """Return the review card's picture; without an analysis it says why there is no score."""
    picture = (
        _not_scored(row, playlist)
        if analysis is None
        else _scored(row, playlist, analysis, _SOURCES.get(audio_origin or "", "30 s preview"))
    )
    return Image(png=card.review_card(picture), alt=card.alt_text(picture))


def digest_image(view: DigestView) -> Image:
    return Image(png=chart.digest_chart(view), alt=chart.alt_text(view))


def _not_scored(row: QueueRow, playlist: str) -> ReviewPicture:
    return ReviewPicture(
        code=row.code,
        title=row.title,
        artist=row.artist,
        playlist=playlist,
        why=row.why,
        unscored=unscored_text(row.unscored_reason),
    )


def _scored(row: QueueRow, playlist: str, analysis: Analysis, source: str) -> ReviewPicture:
    heard, score = analysis.attributes, analysis.score
    starts = [part.start_s for part in analysis.segments]
    ends = [part.end_s for part in analysis.segments]
    return ReviewPicture(
        code=row.code,
        title=row.title,
        artist=row.artist,
        playlist=playlist,
        why=row.why,
        score=band(score.low, score.percentile, score.high),
        source=source,
        logmel=analysis.logmel,
        start_s=min(starts, default=0.0),
        end_s=max(ends, default=analysis.seconds),
        segments=tuple(_segment(part) for part in analysis.segments),
        tempo_bpm=heard.tempo_bpm,
        key=heard.key,
        loudness_lufs=heard.loudness_lufs,
        # The playlist's own range comes with what it has learnt; until then the bars stand alone.
        traits=(
            Trait(name="energy", value=heard.energy),
            Trait(name="danceability", value=heard.danceability),
            Trait(name="acousticness", value=heard.acousticness),
            Trait(name="valence", value=heard.valence),
        ),
        model=analysis.model_version,
    )


def _segment(part: SegmentEffect) -> Segment:
    register = main_register(part)
    return Segment(
        start_s=part.start_s,
        end_s=part.end_s,
        points=part.points,
        rows=(register.rows.start, register.rows.stop) if register else None,
    )
