"""Submissions and everything that happens to them."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.status import Status
from db.tables.base import Base, WorkspaceId, within_workspace
from db.tables.people import Member
from db.tables.playlists import Playlist
from db.tables.tracks import Track
from db.types import AiUse, Answer, EventKind, choice

_RETRIED = text("retry_at IS NOT NULL")


class Submission(Base):
    """One artist's request that one playlist takes one track."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "code"),
        UniqueConstraint("workspace_id", "idempotency_key"),
        within_workspace("playlist_id", "playlists"),
        within_workspace("track_id", "tracks"),
        within_workspace("member_id", "members"),
        within_workspace("claimed_by", "members"),
        within_workspace("replaces_id", "submissions"),
        CheckConstraint("link IS NOT NULL OR upload_sha256 IS NOT NULL", name="something_sent"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("(claimed_by IS NULL) = (claimed_at IS NULL)", name="claimed"),
        CheckConstraint("discovery_propensity BETWEEN 0 AND 1", name="discovery_propensity"),
        CheckConstraint("due_at > received_at", name="due_later"),
        CheckConstraint("replaces_id <> id", name="replaces_another"),
        # In this order: the queue, the daily looks at expiries, "my submissions", duplicates.
        Index(None, "workspace_id", "playlist_id", "status", "received_at"),
        Index(None, "workspace_id", "status", "due_at"),
        Index(None, "workspace_id", "member_id", "received_at"),
        Index(None, "workspace_id", "spotify_id"),
        Index(None, "workspace_id", "upload_sha256"),
        Index(None, "workspace_id", "track_id"),
        # For the tick, which looks into all workspaces at once.
        Index(None, "retry_at", postgresql_where=_RETRIED, sqlite_where=_RETRIED),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    # What people say and type: T-4F7K.
    code: Mapped[str]
    playlist_id: Mapped[int]
    member_id: Mapped[int]
    # None until the link or the file has been looked up.
    track_id: Mapped[int | None] = mapped_column(default=None)
    # The platform's id of the request: a repeated delivery is no second submission.
    idempotency_key: Mapped[str | None] = mapped_column(default=None)

    # What was sent: a link in its canonical form, or a file, or both, and what was typed with it.
    link: Mapped[str | None] = mapped_column(default=None)
    spotify_id: Mapped[str | None] = mapped_column(default=None)
    upload_sha256: Mapped[str | None] = mapped_column(default=None)
    upload_name: Mapped[str | None] = mapped_column(default=None)
    typed_title: Mapped[str | None] = mapped_column(default=None)
    typed_artist: Mapped[str | None] = mapped_column(default=None)
    note: Mapped[str | None] = mapped_column(default=None)
    # None where the artist was not asked or did not say.
    ai_use: Mapped[AiUse | None] = mapped_column(choice(AiUse, column="ai_use"), default=None)
    # When the artist ticked "I own or represent this".
    owns_rights_at: Mapped[datetime | None] = mapped_column(default=None)
    # What the artist says it is, where the playlist asks; no service tells.
    genre: Mapped[str | None] = mapped_column(default=None)
    language: Mapped[str | None] = mapped_column(default=None)
    # The artist was told that it does not suit the playlist, and sent it all the same.
    anyway: Mapped[bool] = mapped_column(default=False)
    # The earlier version of the same song that this one replaces.
    replaces_id: Mapped[int | None] = mapped_column(default=None)

    # Where it stands. Every move adds one to the version.
    status: Mapped[Status] = mapped_column(choice(Status, column="status"), default=Status.RECEIVED)
    status_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]

    # Drawn once, at arrival: drawing later from what is left would make the meter dishonest.
    discovery: Mapped[bool] = mapped_column(default=False)
    discovery_seed: Mapped[int | None] = mapped_column(BigInteger, default=None)
    discovery_propensity: Mapped[float | None] = mapped_column(default=None)

    claimed_by: Mapped[int | None] = mapped_column(default=None)
    claimed_at: Mapped[datetime | None] = mapped_column(default=None)
    snoozed_until: Mapped[datetime | None] = mapped_column(default=None)

    # How the audio was found, or why there is no score.
    match_verdict: Mapped[str | None] = mapped_column(default=None)
    audio_origin: Mapped[str | None] = mapped_column(default=None)
    unscored_reason: Mapped[str | None] = mapped_column(default=None)

    # How many goes at scoring it are over, since when a passing trouble lasts, and when the next
    # go is due by itself; None where only a person can start one.
    tries: Mapped[int] = mapped_column(default=0)
    tries_since: Mapped[datetime | None] = mapped_column(default=None)
    retry_at: Mapped[datetime | None] = mapped_column(default=None)

    playlist: Mapped[Playlist] = relationship(viewonly=True, lazy="raise", init=False)
    track: Mapped[Track | None] = relationship(viewonly=True, lazy="raise", init=False)
    member: Mapped[Member] = relationship(
        viewonly=True,
        lazy="raise",
        init=False,
        foreign_keys="[Submission.workspace_id, Submission.member_id]",
    )
    claimer: Mapped[Member | None] = relationship(
        viewonly=True,
        lazy="raise",
        init=False,
        foreign_keys="[Submission.workspace_id, Submission.claimed_by]",
    )


class DraftFile(Base):
    """The file of a submission that was refused, for a while: nobody has to send it twice.

    Its content lies in the spool. One a person, so that refusals cannot fill the disk.
    """

    __tablename__ = "draft_files"
    __table_args__ = (
        UniqueConstraint("workspace_id", "member_id"),
        within_workspace("member_id", "members", ondelete="CASCADE"),
        Index(None, "sha256"),
        Index(None, "kept_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    member_id: Mapped[int]
    sha256: Mapped[str]
    name: Mapped[str]
    kept_at: Mapped[datetime]


class Event(Base):
    """One thing that happened to a submission. Only ever added; a correction is a new event."""

    __tablename__ = "events"
    __table_args__ = (
        within_workspace("submission_id", "submissions", ondelete="CASCADE"),
        within_workspace("actor_id", "members"),
        CheckConstraint(
            "kind NOT IN ('moved', 'undone') OR"
            " (from_status IS NOT NULL AND to_status IS NOT NULL AND from_status <> to_status)",
            name="changes_status",
        ),
        Index(None, "workspace_id", "submission_id"),
        Index(None, "workspace_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    submission_id: Mapped[int]
    at: Mapped[datetime]
    # None is Earmark itself.
    actor_id: Mapped[int | None] = mapped_column(default=None)
    kind: Mapped[EventKind] = mapped_column(choice(EventKind, column="kind"))
    from_status: Mapped[Status | None] = mapped_column(
        choice(Status, column="from_status"), default=None
    )
    to_status: Mapped[Status | None] = mapped_column(
        choice(Status, column="to_status"), default=None
    )
    reasons: Mapped[list[str]] = mapped_column(default_factory=list)
    note: Mapped[str | None] = mapped_column(default=None)

    actor: Mapped[Member | None] = relationship(viewonly=True, lazy="raise", init=False)


class Vote(Base):
    """One curator's opinion, hidden from the others until they have voted."""

    __tablename__ = "votes"
    __table_args__ = (
        UniqueConstraint("submission_id", "member_id"),
        within_workspace("submission_id", "submissions", ondelete="CASCADE"),
        within_workspace("member_id", "members"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    submission_id: Mapped[int]
    member_id: Mapped[int]
    answer: Mapped[Answer] = mapped_column(choice(Answer, column="answer"))
    at: Mapped[datetime]
    # What the artist is told, should this vote decide.
    reasons: Mapped[list[str]] = mapped_column(default_factory=list)
    note: Mapped[str | None] = mapped_column(default=None)
    welcome_next: Mapped[str | None] = mapped_column(default=None)

    member: Mapped[Member] = relationship(viewonly=True, lazy="raise", init=False)


class Decision(Base):
    """What a curator decided, and what they saw when they did: the data that fit learns from."""

    __tablename__ = "decisions"
    __table_args__ = (
        within_workspace("submission_id", "submissions", ondelete="CASCADE"),
        within_workspace("member_id", "members"),
        CheckConstraint("slot >= 1", name="slot"),
        CheckConstraint("propensity BETWEEN 0 AND 1", name="propensity"),
        CheckConstraint("undone_at >= at", name="undone_later"),
        Index(None, "workspace_id", "submission_id"),
        Index(None, "workspace_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    submission_id: Mapped[int]
    member_id: Mapped[int]
    answer: Mapped[Answer] = mapped_column(choice(Answer, column="answer"))
    reasons: Mapped[list[str]] = mapped_column(default_factory=list)
    note: Mapped[str | None] = mapped_column(default=None)
    # What the artist may send next: a new mix, another song, not this one.
    welcome_next: Mapped[str | None] = mapped_column(default=None)
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None] = mapped_column(default=None)
    # What its artist says of a decline; None as long as they have said nothing.
    useful: Mapped[bool | None] = mapped_column(default=None)

    # Where the row stood in the queue (1 is the top), and by which rule it came there.
    slot: Mapped[int | None] = mapped_column(default=None)
    discovery: Mapped[bool] = mapped_column(default=False)
    propensity: Mapped[float | None] = mapped_column(default=None)
    rule_version: Mapped[str | None] = mapped_column(default=None)

    # The score as it was then; a later model does not change what was seen.
    score_percentile: Mapped[float | None] = mapped_column(default=None)
    score_low: Mapped[float | None] = mapped_column(default=None)
    score_high: Mapped[float | None] = mapped_column(default=None)
    model_version: Mapped[str | None] = mapped_column(default=None)

    member: Mapped[Member] = relationship(viewonly=True, lazy="raise", init=False)


class Exposure(Base):
    """One row of one queue page that somebody was shown, and why it stood there."""

    __tablename__ = "exposures"
    __table_args__ = (
        within_workspace("playlist_id", "playlists", ondelete="CASCADE"),
        within_workspace("submission_id", "submissions", ondelete="CASCADE"),
        within_workspace("member_id", "members"),
        CheckConstraint("page >= 1", name="page"),
        CheckConstraint("slot >= 1", name="slot"),
        CheckConstraint("propensity BETWEEN 0 AND 1", name="propensity"),
        Index(None, "workspace_id", "playlist_id", "at"),
        Index(None, "workspace_id", "submission_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    playlist_id: Mapped[int]
    submission_id: Mapped[int]
    # None where a program asked for the page.
    member_id: Mapped[int | None] = mapped_column(default=None)
    page: Mapped[int]
    # The place in the queue; 1 is the top of the first page.
    slot: Mapped[int]
    why: Mapped[str]
    discovery: Mapped[bool] = mapped_column(default=False)
    propensity: Mapped[float | None] = mapped_column(default=None)
    seed: Mapped[int | None] = mapped_column(BigInteger, default=None)
    rule_version: Mapped[str]
    at: Mapped[datetime]

    member: Mapped[Member | None] = relationship(viewonly=True, lazy="raise", init=False)
