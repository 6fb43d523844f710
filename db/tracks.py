"""Recordings: one row for each, however many services and people describe it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Track
from db.upsert import insert_or_skip

# The same recording comes with slightly different lengths from different services.
_SAME_LENGTH_MS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one `source` says about a recording; None where it says nothing."""

    source: str
    title: str | None = None
    artists: tuple[str, ...] | None = None
    isrc: str | None = None
    duration_ms: int | None = None
    release_date: str | None = None
    explicit: bool | None = None
    cover_url: str | None = None


_FACTS = ("title", "artists", "isrc", "duration_ms", "release_date", "explicit", "cover_url")


async def upsert(
    session: AsyncSession,
    *,
    workspace_id: int,
    facts: Sequence[Facts],
    title_key: str,
    artist_key: str,
    now: datetime,
    spotify_id: str | None = None,
    audio_sha256: str | None = None,
) -> Track:
    """Store what is said about a recording and return its row.

    The row is found by Spotify id, else by the hash of the artist's file. `facts` are in order of
    trust: the first that names a fact wins, and what none names keeps its old value and source.
    A recording that is new needs a title and artists.
    """
    new = Track(
        workspace_id=workspace_id,
        spotify_id=spotify_id,
        audio_sha256=audio_sha256,
        title="",
        title_source="",
        artists=[],
        artists_source="",
        title_key=title_key,
        artist_key=artist_key,
        created_at=now,
        updated_at=now,
    )
    track = await _known(session, new)
    if track is None:
        _tell(new, facts)
        await insert_or_skip(session, new)
        # Ours, or that of another process that was first.
        track = await _known(session, new)
    if track is None:
        raise LookupError(f"the track {spotify_id or audio_sha256} vanished while it was stored")
    _tell(track, facts)
    track.title_key, track.artist_key, track.updated_at = title_key, artist_key, now
    await session.flush()
    return track


async def get(session: AsyncSession, *, workspace_id: int, track_id: int) -> Track | None:
    return await session.scalar(
        select(Track)
        .where(Track.workspace_id == workspace_id, Track.id == track_id)
        .execution_options(populate_existing=True)
    )


async def by_spotify_id(
    session: AsyncSession, *, workspace_id: int, spotify_id: str
) -> Track | None:
    return await session.scalar(
        select(Track).where(Track.workspace_id == workspace_id, Track.spotify_id == spotify_id)
    )


async def by_audio(session: AsyncSession, *, workspace_id: int, audio_sha256: str) -> Track | None:
    """Find the track of which somebody sent this very file."""
    return await session.scalar(
        select(Track).where(Track.workspace_id == workspace_id, Track.audio_sha256 == audio_sha256)
    )


async def duplicates(session: AsyncSession, *, workspace_id: int, track: Track) -> list[Track]:
    """Return the other rows that are the same recording under another id, oldest first."""
    found = await session.scalars(
        select(Track)
        .where(Track.workspace_id == workspace_id, Track.id != track.id, same_recording(track))
        .order_by(Track.id)
    )
    return list(found)


def same_recording(track: Track) -> ColumnElement[bool]:
    """Return the condition that a row is the recording of `track`.

    One recording has several Spotify ids (album, single, compilation) and mostly one ISRC. Where
    the ISRC differs or is unknown, title, artist and length together tell.
    """
    same = [Track.id == track.id]
    if track.isrc is not None:
        same.append(Track.isrc == track.isrc)
    if track.duration_ms is not None:
        same.append(
            and_(
                Track.title_key == track.title_key,
                Track.artist_key == track.artist_key,
                func.abs(Track.duration_ms - track.duration_ms) <= _SAME_LENGTH_MS,
            )
        )
    return or_(*same)


async def _known(session: AsyncSession, new: Track) -> Track | None:
    """Return the row that `new` describes, with the ids of `new` that it lacked."""
    by_id, by_file = None, None
    if new.spotify_id is not None:
        by_id = await by_spotify_id(
            session, workspace_id=new.workspace_id, spotify_id=new.spotify_id
        )
    if new.audio_sha256 is not None:
        by_file = await by_audio(
            session, workspace_id=new.workspace_id, audio_sha256=new.audio_sha256
        )
    known = by_id
    if by_file is not None and by_id is None:
        if new.spotify_id is None or by_file.spotify_id is None:
            known = by_file
        else:
            # The same file under a second Spotify id: the first row keeps the hash.
            new.audio_sha256 = None
    if known is not None:
        known.spotify_id = known.spotify_id or new.spotify_id
        if by_file is None:
            known.audio_sha256 = known.audio_sha256 or new.audio_sha256
    return known


def _tell(track: Track, facts: Sequence[Facts]) -> None:
    told: set[str] = set()
    for one in facts:
        for name in _FACTS:
            value = getattr(one, name)
            if value is None or name in told:
                continue
            told.add(name)
            setattr(track, name, list(value) if name == "artists" else value)
            setattr(track, f"{name}_source", one.source)
