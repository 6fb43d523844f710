"""Recordings, and what the scorer says about them."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, WorkspaceId, within_workspace
from db.types import Level, choice

_OPTIONAL_FACTS = ("isrc", "duration_ms", "release_date", "explicit", "cover_url")

_SHARES = (
    "p_low",
    "p_medium",
    "p_high",
    "tempo_confidence",
    "key_confidence",
    "energy",
    "danceability",
    "acousticness",
    "valence",
    "instrumentalness",
    "speechiness",
)


class Track(Base):
    """One recording. Each fact stands beside the name of the service or person that said it."""

    __tablename__ = "tracks"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "spotify_id"),
        UniqueConstraint("workspace_id", "audio_sha256"),
        CheckConstraint("spotify_id IS NOT NULL OR audio_sha256 IS NOT NULL", name="known_by"),
        CheckConstraint("title <> ''", name="titled"),
        CheckConstraint("title_source <> ''", name="title_source"),
        CheckConstraint("artists_source <> ''", name="artists_source"),
        CheckConstraint("duration_ms > 0", name="duration_ms"),
        *(
            CheckConstraint(f"({fact} IS NULL) = ({fact}_source IS NULL)", name=f"{fact}_source")
            for fact in _OPTIONAL_FACTS
        ),
        Index(None, "workspace_id", "isrc"),
        Index(None, "workspace_id", "artist_key", "title_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    spotify_id: Mapped[str | None] = mapped_column(default=None)
    # Of the file that an artist sent; previews are never stored, so they have no hash here.
    audio_sha256: Mapped[str | None] = mapped_column(default=None)

    title: Mapped[str]
    title_source: Mapped[str]
    artists: Mapped[list[str]]
    artists_source: Mapped[str]
    isrc: Mapped[str | None] = mapped_column(default=None)
    isrc_source: Mapped[str | None] = mapped_column(default=None)
    duration_ms: Mapped[int | None] = mapped_column(default=None)
    duration_ms_source: Mapped[str | None] = mapped_column(default=None)
    # As the service gives it: a day, a month or a year.
    release_date: Mapped[str | None] = mapped_column(default=None)
    release_date_source: Mapped[str | None] = mapped_column(default=None)
    explicit: Mapped[bool | None] = mapped_column(default=None)
    explicit_source: Mapped[str | None] = mapped_column(default=None)
    cover_url: Mapped[str | None] = mapped_column(default=None)
    cover_url_source: Mapped[str | None] = mapped_column(default=None)

    # Title and first artist as matching compares them, to find the same song under another id.
    title_key: Mapped[str]
    artist_key: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Score(Base):
    """What one model says about one track, from audio alone. Never changed, only added to."""

    __tablename__ = "scores"
    __table_args__ = (
        UniqueConstraint("track_id", "model_version"),
        within_workspace("track_id", "tracks", ondelete="CASCADE"),
        CheckConstraint(
            "0 <= low AND low <= percentile AND percentile <= high AND high <= 100",
            name="interval",
        ),
        CheckConstraint("abs(p_low + p_medium + p_high - 1) < 0.01", name="chances_add_up"),
        CheckConstraint("tempo_bpm > 0", name="tempo_bpm"),
        CheckConstraint("tempo_alt_bpm > 0", name="tempo_alt_bpm"),
        CheckConstraint("audio_seconds > 0", name="audio_seconds"),
        *(CheckConstraint(f"{name} BETWEEN 0 AND 1", name=name) for name in _SHARES),
        Index(None, "workspace_id", "track_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    track_id: Mapped[int]
    model_version: Mapped[str]
    created_at: Mapped[datetime]

    # The expected popularity percentile with its 80 % interval, and the chances of each third.
    percentile: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    p_low: Mapped[float]
    p_medium: Mapped[float]
    p_high: Mapped[float]
    level: Mapped[Level] = mapped_column(choice(Level, column="level"))

    # What the audio is like. None where it could not be told.
    tempo_bpm: Mapped[float | None] = mapped_column(default=None)
    tempo_alt_bpm: Mapped[float | None] = mapped_column(default=None)
    tempo_confidence: Mapped[float | None] = mapped_column(default=None)
    key: Mapped[str | None] = mapped_column(default=None)
    key_confidence: Mapped[float | None] = mapped_column(default=None)
    loudness_lufs: Mapped[float | None] = mapped_column(default=None)
    energy: Mapped[float | None] = mapped_column(default=None)
    danceability: Mapped[float | None] = mapped_column(default=None)
    acousticness: Mapped[float | None] = mapped_column(default=None)
    valence: Mapped[float | None] = mapped_column(default=None)
    instrumentalness: Mapped[float | None] = mapped_column(default=None)
    speechiness: Mapped[float | None] = mapped_column(default=None)
    mood: Mapped[dict[str, float] | None] = mapped_column(default=None)

    # Why, and which seconds and registers moved the score.
    reasons: Mapped[list[object]] = mapped_column(default_factory=list)
    segments: Mapped[list[object]] = mapped_column(default_factory=list)
    embedding: Mapped[NDArray[np.float32] | None] = mapped_column(default=None)
    # A small grey picture of the log-mel, compressed, for the review card: no audio.
    # Ten times the rest of the row, and only one card at a time needs it: see `scores.latest`.
    spectrogram: Mapped[bytes | None] = mapped_column(
        default=None, deferred=True, deferred_raiseload=True
    )

    # What was listened to: where the audio came from, and how much of it there was.
    audio_origin: Mapped[str]
    audio_seconds: Mapped[float]
