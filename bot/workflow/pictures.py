"""The pictures of the desk: what was heard for curators, the week for everybody."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from bot.messages import DigestView, Image, QueueRow
from bot.pictures import card, chart
from bot.pictures.card import ReviewPicture, Segment, Trait
from bot.texts import unscored_text
from bot.track import Origin
from bot.workflow.analysis import drawn
from bot.workflow.facts import Fact
from db.models import Score
from scoring.analysis import SegmentEffect
from scoring.bands import band
from scoring.explain import main_register

_SOURCES = {Origin.UPLOAD.value: "artist's own file"}
_TRAITS = ("energy", "danceability", "acousticness", "valence")


def review_image(
    row: QueueRow, *, playlist: str, score: Score | None, facts: Sequence[Fact] = ()
) -> Image:
    """Return the review card's picture; without a score it says why there is none.

    `facts` carry the range of the playlist's own tracks, where enough of them were heard. The
    score's spectrogram must be loaded.
    """
    if score is None:
        picture = _not_scored(row, playlist)
    else:
        picture = _scored(row, playlist, score, {fact.name: fact for fact in facts})
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


def _scored(row: QueueRow, playlist: str, score: Score, facts: Mapping[str, Fact]) -> ReviewPicture:
    segments = [_effect(part) for part in score.segments]
    return ReviewPicture(
        code=row.code,
        title=row.title,
        artist=row.artist,
        playlist=playlist,
        why=row.why,
        score=band(score.low, score.percentile, score.high),
        source=_SOURCES.get(score.audio_origin, "30 s preview"),
        logmel=None if score.spectrogram is None else drawn(score.spectrogram),
        start_s=min((part.start_s for part in segments), default=0.0),
        end_s=max((part.end_s for part in segments), default=score.audio_seconds),
        segments=tuple(_segment(part) for part in segments),
        tempo_bpm=score.tempo_bpm,
        key=score.key,
        loudness_lufs=score.loudness_lufs,
        traits=tuple(_traits(score, facts)),
        model=score.model_version,
    )


def _traits(score: Score, facts: Mapping[str, Fact]) -> Iterator[Trait]:
    for name in _TRAITS:
        value: float | None = getattr(score, name)
        if value is not None:
            fact = facts.get(name)
            yield Trait(
                name=name,
                value=value,
                low=fact.low if fact else None,
                high=fact.high if fact else None,
            )


def _effect(stored: object) -> SegmentEffect:
    # JSON of our own making: see `bot.workflow.analysis.Clip`.
    start_s, end_s, points, *registers = cast("list[float]", stored)
    return SegmentEffect(start_s=start_s, end_s=end_s, points=points, registers=tuple(registers))


def _segment(part: SegmentEffect) -> Segment:
    register = main_register(part)
    return Segment(
        start_s=part.start_s,
        end_s=part.end_s,
        points=part.points,
        rows=(register.rows.start, register.rows.stop) if register else None,
    )
