"""A track as the services describe it: plain data, every field with its source."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

TrackId = NewType("TrackId", str)
"""A Spotify track id: 22 base62 characters."""


class Origin(StrEnum):
    """Who said it. Spotify's fields are for display only and never reach the model."""

    SPOTIFY = "spotify"
    OEMBED = "oembed"
    DEEZER = "deezer"
    ITUNES = "itunes"
    ARTIST = "artist"
    UPLOAD = "upload"


class Verdict(StrEnum):
    """How sure we are that a found recording is the submitted track."""

    ISRC_AND_TITLE = "isrc+title"
    ISRC_ONLY = "isrc_only"
    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"
    # Weak, until the artist said yes.
    CONFIRMED = "confirmed"
    OWN_FILE = "own_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One recording, as one origin describes it. Unknown fields are None, never guessed."""

    origin: Origin
    title: str
    artists: tuple[str, ...] = ()
    spotify_id: TrackId | None = None
    isrc: str | None = None
    duration_ms: int | None = None
    release_date: str | None = None
    explicit: bool | None = None
    cover_url: str | None = None
    preview_url: str | None = None
    url: str | None = None
    # Who knows it better did not answer: a later look may tell more.
    provisional: bool = False
    # When they will, where they said so.
    known_better_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.title:
            raise ValueError("a track needs a title")
        if self.duration_ms is not None and self.duration_ms <= 0:
            raise ValueError(f"duration_ms={self.duration_ms} must be positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """Encoded audio bytes, held in memory only, with where they came from."""

    content: bytes
    origin: Origin
    verdict: Verdict
