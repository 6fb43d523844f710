"""What an artist may know of the sound of an own track, beside what the playlist holds already.

Facts, not a verdict: what is measured or heard, and the range that most of the playlist's tracks
lie in. What the model guesses of popularity is never read into a value here, so it cannot leak.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from bot.curation import Range
from bot.errors import NotAllowedError, NotFoundError
from bot.fact_texts import FACTS_HEADING, beside_text, compared_text, range_text
from bot.texts import unheard_text
from bot.workflow.naming import track_label
from bot.workflow.people import Person
from bot.workflow.review import find_submission
from bot.workflow.whatif import SURE_KEY, SURE_TEMPO
from db import members, scores
from db.models import Playlist, Score, Submission
from db.status import Status

# Of fewer tracks a range says more about each of them than about the playlist.
ENOUGH_TRACKS = 5
# Most tracks: one in ten lies under the range, and one in ten over it.
_LOW, _HIGH = 0.1, 0.9
_TAKEN = frozenset({Status.KEPT, Status.PLACED})
# Another model hears these on another scale; the measured ones stay what they are.
_HEARD = (
    "energy",
    "danceability",
    "acousticness",
    "valence",
    "instrumentalness",
    "speechiness",
)


class Place(StrEnum):
    """Where a value lies beside the playlist's range."""

    BELOW = "below"
    INSIDE = "inside"
    ABOVE = "above"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact, with the playlist's range where enough of its tracks are known.

    `alternative` is the other tempo that people may tap to. A key is a word and has no range;
    None where no key fits. `unsure`: the measurement itself is in doubt.
    """

    name: str
    unit: str
    value: float | str | None
    unsure: bool = False
    alternative: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def place(self) -> Place | None:
        if self.low is None or self.high is None or not isinstance(self.value, float):
            return None
        either = (self.value, self.value if self.alternative is None else self.alternative)
        if any(self.low <= value <= self.high for value in either):
            return Place.INSIDE
        return Place.BELOW if self.value < self.low else Place.ABOVE

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "unit": self.unit,
            "value": self.value,
            "unsure": self.unsure,
            "alternative": self.alternative,
            "low": self.low,
            "high": self.high,
            "place": self.place,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsView:
    """An own track's facts. `compared` says in words what they are held against."""

    code: str
    playlist: str
    title: str
    artist: str
    compared: str
    tracks: int
    facts: tuple[Fact, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.code,
            "playlist": self.playlist,
            "title": self.title,
            "artist": self.artist,
            "heading": FACTS_HEADING,
            "compared": self.compared,
            "tracks": self.tracks,
            "facts": [fact.to_json() for fact in self.facts],
        }


async def show_facts(
    session: AsyncSession,
    *,
    workspace_id: int,
    code: str,
    person: Person,
    model_version: str | None = None,
) -> FactsView:
    """Return the facts of an own submission; NotAllowedError for anybody else's.

    NotFoundError where its audio has not been heard. `model_version` is that of the model in use.
    """
    submission = await find_submission(session, workspace_id, code)
    await _require_own(session, submission, person)
    heard: dict[int, Score] = {}
    if submission.track_id is not None:
        heard = await scores.latest(
            session,
            workspace_id=workspace_id,
            track_ids=[submission.track_id],
            preferred=model_version,
        )
    if not heard:
        raise NotFoundError(unheard_text(submission.code, submission.unscored_reason))
    (own,) = heard.values()
    title, artist = track_label(submission)
    compared = await beside(session, submission.playlist, own)
    return FactsView(
        code=submission.code,
        playlist=submission.playlist.name,
        title=title,
        artist=artist,
        compared=compared.text,
        tracks=compared.tracks,
        facts=compared.facts,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A track's facts beside `tracks` other tracks of a playlist; `text` says so in words."""

    text: str
    tracks: int
    facts: tuple[Fact, ...]


async def beside(session: AsyncSession, playlist: Playlist, own: Score) -> Compared:
    """Return what was heard of a track beside what `playlist` holds."""
    others = await _held(session, playlist, preferred=own.model_version)
    others.pop(own.track_id, None)
    return Compared(
        text=compared_text(playlist.name, len(others), enough=ENOUGH_TRACKS),
        tracks=len(others),
        facts=tuple(_facts(own, list(others.values()))),
    )


async def beside_in_words(session: AsyncSession, playlist: Playlist, own: Score) -> str:
    """Return for curators where a track lies beside the playlist; "" while there is no range."""
    inside, outside = [], []
    for fact in (await beside(session, playlist, own)).facts:
        if fact.place is Place.INSIDE:
            inside.append(fact.name)
        elif fact.place is not None and fact.low is not None and fact.high is not None:
            told = range_text(fact.low, fact.high, fact.unit)
            outside.append(f"{fact.name} {fact.place.value} {told}")
    return beside_text(playlist.name, inside=inside, outside=outside)


async def sound_of(session: AsyncSession, playlist: Playlist) -> tuple[Range, ...]:
    """Return what a playlist's tracks sound like; nothing where too few of them were heard.

    What only a model hears is told as the one says that has heard the newest track.
    """
    held = list((await _held(session, playlist, preferred=None)).values())
    measured = (("tempo", "BPM", "tempo_bpm"), ("loudness", "LUFS", "loudness_lufs"))
    shares = ((name, "share", name) for name in _HEARD)
    alike = [one for one in held if one.model_version == held[-1].model_version]
    found = []
    for name, unit, column in (*measured, *shares):
        scored = alike if unit == "share" else held
        low, high = _range(getattr(one, column) for one in scored)
        if low is not None and high is not None:
            found.append(Range(name=name, unit=unit, low=low, high=high))
    return tuple(found)


async def _held(
    session: AsyncSession, playlist: Playlist, *, preferred: str | None
) -> dict[int, Score]:
    """Return by track id what was heard of the tracks that a playlist holds."""
    return await scores.of_playlist(
        session,
        workspace_id=playlist.workspace_id,
        playlist_id=playlist.id,
        statuses=_TAKEN,
        preferred=preferred,
    )


async def _require_own(session: AsyncSession, submission: Submission, person: Person) -> None:
    member = await members.by_identity(
        session,
        workspace_id=submission.workspace_id,
        platform=person.platform,
        external_id=person.external_id,
    )
    if member is None or member.id != submission.member_id:
        raise NotAllowedError(
            f"{submission.code} is not yours: only who sent a track sees its facts."
        )


def _facts(own: Score, others: Sequence[Score]) -> Iterable[Fact]:
    if own.tempo_bpm is not None:
        low, high = _range(one.tempo_bpm for one in others)
        yield Fact(
            name="tempo",
            unit="BPM",
            value=own.tempo_bpm,
            unsure=(own.tempo_confidence or 0.0) < SURE_TEMPO,
            alternative=own.tempo_alt_bpm,
            low=low,
            high=high,
        )
    unsure = own.key is not None and (own.key_confidence or 0.0) < SURE_KEY
    yield Fact(name="key", unit="", value=own.key, unsure=unsure)
    if own.loudness_lufs is not None:
        low, high = _range(one.loudness_lufs for one in others)
        yield Fact(name="loudness", unit="LUFS", value=own.loudness_lufs, low=low, high=high)
    alike = [one for one in others if one.model_version == own.model_version]
    for name in _HEARD:
        value: float | None = getattr(own, name)
        if value is None:
            continue
        low, high = _range(getattr(one, name) for one in alike)
        yield Fact(name=name, unit="share", value=value, low=low, high=high)


def _range(values: Iterable[float | None]) -> tuple[float, float] | tuple[None, None]:
    known = [value for value in values if value is not None]
    if len(known) < ENOUGH_TRACKS:
        return None, None
    low, high = np.quantile(known, (_LOW, _HIGH))
    return float(low), float(high)
