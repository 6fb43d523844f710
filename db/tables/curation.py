"""What curators do beside deciding: pins, threads, reminders and the weekly digests."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.tables.base import Base, WorkspaceId, within_workspace
from db.tables.people import Member
from db.types import DigestOutcome, Platform, choice


class Pin(Base):
    """A submission that a curator put at the top of its queue."""

    __tablename__ = "pins"
    __table_args__ = (
        within_workspace("submission_id", "submissions", ondelete="CASCADE"),
        within_workspace("member_id", "members"),
    )

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int]
    at: Mapped[datetime]

    member: Mapped[Member] = relationship(viewonly=True, lazy="raise", init=False)


class Thread(Base):
    """Where a platform's people talk about a submission; at most one thread on each platform."""

    __tablename__ = "threads"
    __table_args__ = (
        within_workspace("submission_id", "submissions", ondelete="CASCADE"),
        UniqueConstraint("workspace_id", "platform", "thread_id"),
        CheckConstraint("thread_id <> ''", name="named"),
    )

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[Platform] = mapped_column(
        choice(Platform, column="platform"), primary_key=True
    )
    # The platform's own ids.
    channel_id: Mapped[str]
    thread_id: Mapped[str]
    at: Mapped[datetime]


class Reminder(Base):
    """That curators were reminded of a submission on its n-th day: once each."""

    __tablename__ = "reminders"
    __table_args__ = (
        within_workspace("submission_id", "submissions", ondelete="CASCADE"),
        CheckConstraint("day >= 1", name="day"),
    )

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class WeekDigest(Base):
    """That a playlist's digest of an ISO week (`2026-W47`) was sent, or is to be skipped."""

    __tablename__ = "week_digests"
    __table_args__ = (
        within_workspace("playlist_id", "playlists", ondelete="CASCADE"),
        within_workspace("member_id", "members"),
    )

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    playlist_id: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[DigestOutcome] = mapped_column(choice(DigestOutcome, column="outcome"))
    at: Mapped[datetime]
    # Who sent or skipped it; None is Earmark itself.
    member_id: Mapped[int | None] = mapped_column(default=None)
