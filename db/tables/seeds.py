"""Seed tracks: what a playlist holds already."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.tables.base import Base, WorkspaceId, within_workspace
from db.tables.tracks import Track


class Seed(Base):
    """A track that a playlist holds already, from which Earmark learns what it sounds like.

    It is looked up and heard in the background. `due_at` says when next; None where it is done
    with: heard, or given up for `reason`.
    """

    __tablename__ = "seeds"
    __table_args__ = (
        UniqueConstraint("workspace_id", "playlist_id", "spotify_id"),
        within_workspace("playlist_id", "playlists", ondelete="CASCADE"),
        within_workspace("track_id", "tracks"),
        CheckConstraint("spotify_id <> ''", name="known_by"),
        CheckConstraint("heard_at IS NULL OR track_id IS NOT NULL", name="heard_is_known"),
        CheckConstraint("heard_at IS NULL OR due_at IS NULL", name="heard_once"),
        Index(None, "workspace_id", "due_at"),
        Index(None, "workspace_id", "track_id"),
    )

    # They keep the order in which they were pasted.
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    playlist_id: Mapped[int]
    spotify_id: Mapped[str]
    added_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    # Since when goes at it fail, and why the last one did.
    failing_since: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str | None] = mapped_column(default=None)
    heard_at: Mapped[datetime | None] = mapped_column(default=None)
    # Known once it was looked up.
    track_id: Mapped[int | None] = mapped_column(default=None)

    track: Mapped[Track | None] = relationship(viewonly=True, lazy="raise", init=False)
