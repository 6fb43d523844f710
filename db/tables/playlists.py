"""Playlists with their rules, and who looks after them."""

from datetime import datetime, time

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.tables.base import Base, WorkspaceId, within_workspace
from db.tables.people import Member
from db.types import AiPolicy, Platform, Role, choice

# Friday 17:00, when new releases are a day old and a week of work is done.
_DIGEST_WEEKDAY = 5
_DIGEST_TIME = time(17, 0)


class Playlist(Base):
    """What a queue feeds, with the rules that its artists and curators are promised."""

    __tablename__ = "playlists"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "name_key"),
        CheckConstraint("name <> ''", name="named"),
        CheckConstraint("zone <> ''", name="zoned"),
        CheckConstraint("answer_days >= 1", name="answer_days"),
        CheckConstraint("intake_cap >= 1", name="intake_cap"),
        CheckConstraint("waiting_per_artist >= 1", name="waiting_per_artist"),
        CheckConstraint("per_member_7d >= 1", name="per_member_7d"),
        CheckConstraint("resubmit_after_days >= 0", name="resubmit_after_days"),
        CheckConstraint("max_release_age_days >= 1", name="max_release_age_days"),
        CheckConstraint("votes_needed >= 1", name="votes_needed"),
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
        CheckConstraint("discovery_share BETWEEN 0 AND 1", name="discovery_share"),
        CheckConstraint("days_per_point > 0", name="days_per_point"),
        CheckConstraint("capacity >= 1", name="capacity"),
        CheckConstraint("stay_days >= 1", name="stay_days"),
        CheckConstraint("digest_weekday BETWEEN 1 AND 7", name="digest_weekday"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    name: Mapped[str]
    # The name in lower case with single spaces, so that nobody has to type it exactly.
    name_key: Mapped[str]
    # An IANA name: weeks and digest times are meant in it.
    zone: Mapped[str] = mapped_column(default="UTC")
    created_at: Mapped[datetime]
    spotify_playlist_id: Mapped[str | None] = mapped_column(default=None)

    # When it takes submissions: paused, or outside these moments, it does not.
    opens_at: Mapped[datetime | None] = mapped_column(default=None)
    closes_at: Mapped[datetime | None] = mapped_column(default=None)
    paused: Mapped[bool] = mapped_column(default=False)

    # What it takes.
    # None takes any number. `playlists.add` proposes limits: SQLAlchemy stores a column's default
    # where None was meant.
    intake_cap: Mapped[int | None] = mapped_column(default=None)
    waiting_per_artist: Mapped[int | None] = mapped_column(default=None)
    # None takes any number, within seven days.
    per_member_7d: Mapped[int | None] = mapped_column(default=None)
    resubmit_after_days: Mapped[int] = mapped_column(default=28)
    ai_policy: Mapped[AiPolicy] = mapped_column(
        choice(AiPolicy, column="ai_policy"), default=AiPolicy.DECLARED
    )
    ownership_required: Mapped[bool] = mapped_column(default=False)

    # What suits it. An artist may submit anyway, now and then; an empty list suits everything.
    explicit_allowed: Mapped[bool] = mapped_column(default=True)
    genres: Mapped[list[str]] = mapped_column(default_factory=list)
    languages: Mapped[list[str]] = mapped_column(default_factory=list)
    max_release_age_days: Mapped[int | None] = mapped_column(default=None)

    # How it decides.
    answer_days: Mapped[int] = mapped_column(default=14)
    votes_needed: Mapped[int] = mapped_column(default=1)
    hide_scores: Mapped[bool] = mapped_column(default=False)
    # The share of arrivals drawn as discovery picks, and the days of waiting worth one score point.
    discovery_share: Mapped[float] = mapped_column(default=0.2)
    days_per_point: Mapped[float] = mapped_column(default=2.0)

    # How long tracks stay, and when the week is told.
    capacity: Mapped[int] = mapped_column(default=100)
    stay_days: Mapped[int] = mapped_column(default=60)
    # ISO: Monday is 1. The time is local to `zone`.
    digest_weekday: Mapped[int] = mapped_column(default=_DIGEST_WEEKDAY)
    digest_time: Mapped[time] = mapped_column(default=_DIGEST_TIME)


class PlaylistCurator(Base):
    """A member who may review a playlist's submissions."""

    __tablename__ = "playlist_curators"
    __table_args__ = (
        within_workspace("playlist_id", "playlists", ondelete="CASCADE"),
        within_workspace("member_id", "members", ondelete="CASCADE"),
        Index(None, "workspace_id", "member_id"),
    )

    workspace_id: Mapped[WorkspaceId]
    playlist_id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(choice(Role, column="role"))
    since: Mapped[datetime]

    member: Mapped[Member] = relationship(viewonly=True, lazy="raise", init=False)


class PlaylistRole(Base):
    """A Discord role or a Slack user group whose holders may review a playlist's submissions."""

    __tablename__ = "playlist_roles"
    __table_args__ = (
        within_workspace("playlist_id", "playlists", ondelete="CASCADE"),
        CheckConstraint("external_id <> ''", name="named"),
        Index(None, "workspace_id", "playlist_id"),
    )

    workspace_id: Mapped[WorkspaceId]
    playlist_id: Mapped[int] = mapped_column(primary_key=True)
    platform: Mapped[Platform] = mapped_column(
        choice(Platform, column="platform"), primary_key=True
    )
    external_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(choice(Role, column="role"))
    since: Mapped[datetime]
