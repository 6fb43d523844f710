"""What was submitted: as the services describe it, else as far as the artist's own words go."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import QuotaError, SourceDownError, SourceRefusedError
from bot.matching import artist_key, title_key
from bot.track import Origin, Track, TrackId
from bot.workflow.naming import file_label, typed
from db import tracks
from db.models import Submission
from db.models import Track as TrackRow

log = logging.getLogger(__name__)

# The service cannot say now; that is no word about the track.
_SILENT = (SourceDownError, QuotaError, SourceRefusedError)

# Who is believed where two describe one track; all others are the artist's own words.
_TRUST: Mapping[str, int] = MappingProxyType({Origin.SPOTIFY: 2, Origin.OEMBED: 1})


class Lookup(Protocol):
    """Finds out what a link names."""

    async def track_id_of(self, link: str) -> TrackId: ...

    async def track(self, track_id: TrackId) -> Track: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """`artists_by` said who plays; all the rest is the word of the track's origin."""

    track: Track
    artists_by: Origin

    def facts(self) -> list[tracks.Facts]:
        """Return what is known, each part under the name of who said it."""
        track = self.track
        return [
            tracks.Facts(
                source=track.origin,
                title=track.title,
                isrc=track.isrc,
                duration_ms=track.duration_ms,
                release_date=track.release_date,
                explicit=track.explicit,
                cover_url=track.cover_url,
            ),
            tracks.Facts(source=self.artists_by, artists=track.artists),
        ]


async def resolve(submission: Submission, lookup: Lookup) -> TrackId | None:
    """Return the track that the submission's link names, or None where its words must do.

    Raises LinkError or NoSuchTrackError where the link opens no track, and SourceDownError,
    QuotaError or SourceRefusedError where nobody can say at the moment what it opens.
    """
    if submission.link is None:
        return None
    if submission.spotify_id is not None:
        return TrackId(submission.spotify_id)
    try:
        return await lookup.track_id_of(submission.link)
    except _SILENT as error:
        if submission.upload_sha256 is None:
            # A short link or an album names no track by itself, so there is nothing to store yet.
            raise
        log.warning("submission=%d is known by its file only: %s", submission.id, error)
        return None


async def describe(submission: Submission, lookup: Lookup, track_id: TrackId | None) -> Identified:
    """Return what was submitted, with its Spotify id or its file to know it by.

    NoSuchTrackError where Spotify knows no such track. Where nobody answers, the artist's own
    words describe it.
    """
    if submission.link is None:
        return _from_file(submission)
    if track_id is None:
        return _from_typing(submission, None)
    try:
        found = identified(await lookup.track(track_id))
    except _SILENT as error:
        log.warning("submission=%d is known by its link only: %s", submission.id, error)
        typed_only = _from_typing(submission, track_id)
        return replace(typed_only, track=replace(typed_only.track, provisional=True))
    if found.track.artists:
        return found
    # Spotify's title page names no artist: that part is the artist's own word.
    named = replace(found.track, artists=_own_words(submission))
    return Identified(track=named, artists_by=Origin.ARTIST)


def identified(track: Track) -> Identified:
    """Return what a service says of a track, with names that every database and view can take."""
    named = (typed(name) for name in track.artists)
    storable = replace(
        track,
        title=typed(track.title) or "Unnamed track",
        artists=tuple(name for name in named if name),
    )
    return Identified(track=storable, artists_by=track.origin)


async def store(
    session: AsyncSession,
    found: Identified,
    *,
    workspace_id: int,
    upload_sha256: str | None = None,
    now: datetime,
) -> tuple[TrackRow, Track]:
    """Store what was found out, and return the row with the best that is known of the track."""
    track, facts = found.track, found.facts()
    if track.spotify_id is not None:
        row = await tracks.by_spotify_id(
            session, workspace_id=workspace_id, spotify_id=track.spotify_id
        )
        if row is not None and _trust(row.title_source) > _trust(track.origin):
            # While Spotify is silent, nobody's typing renames a track that it has named before.
            track, facts = _as_stored(track, row), []
    stored = await tracks.upsert(
        session,
        workspace_id=workspace_id,
        facts=facts,
        title_key=title_key(track),
        artist_key=artist_key(track),
        now=now,
        spotify_id=track.spotify_id,
        audio_sha256=upload_sha256,
    )
    return stored, track


def _trust(source: str) -> int:
    return _TRUST.get(source, 0)


def _as_stored(track: Track, row: TrackRow) -> Track:
    return replace(
        track,
        title=row.title,
        artists=tuple(row.artists),
        isrc=row.isrc,
        duration_ms=row.duration_ms,
        release_date=row.release_date,
        explicit=row.explicit,
        cover_url=row.cover_url,
    )


def _from_file(submission: Submission) -> Identified:
    artist, title = file_label(submission.upload_name)
    track = Track(
        origin=Origin.ARTIST if submission.typed_title else Origin.UPLOAD,
        title=submission.typed_title or title or "Untitled",
        artists=_own_words(submission, artist),
    )
    by_file = artist is not None and not submission.typed_artist
    return Identified(track=track, artists_by=Origin.UPLOAD if by_file else Origin.ARTIST)


def _from_typing(submission: Submission, track_id: TrackId | None) -> Identified:
    artist, title = file_label(submission.upload_name)
    unnamed = f"Spotify track {track_id or ''}".strip()
    track = Track(
        origin=Origin.ARTIST,
        title=submission.typed_title or title or unnamed,
        artists=_own_words(submission, artist),
        spotify_id=track_id,
        url=submission.link,
    )
    return Identified(track=track, artists_by=Origin.ARTIST)


def _own_words(submission: Submission, artist: str | None = None) -> tuple[str, ...]:
    """Return who plays by what was typed, else by the file's name, else by who sends it."""
    names = submission.typed_artist or artist or submission.member.display_name
    return tuple(name.strip() for name in names.split(",") if name.strip())
