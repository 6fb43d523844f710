"""What a workspace sends and keeps: messages, settings, secrets."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, WorkspaceId, within_workspace
from db.types import Delivery, Platform, choice

_OPEN = text("done_at IS NULL")


class OutboxMessage(Base):
    """A message to be sent or changed, written in the same commit as what it tells.

    It names what is told and about what; the words are made when it is sent.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        # The key names what is told and to whom, so that nothing is told twice.
        UniqueConstraint("workspace_id", "key"),
        within_workspace("submission_id", "submissions", ondelete="CASCADE"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(done_at IS NULL) = (outcome IS NULL)", name="done"),
        CheckConstraint("recipient <> ''", name="addressed"),
        Index(
            "ix_outbox_open",
            "platform",
            "workspace_id",
            "recipient",
            "due_at",
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        Index(None, "workspace_id", "submission_id"),
        Index(None, "done_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    key: Mapped[str]
    platform: Mapped[Platform] = mapped_column(choice(Platform, column="platform"))
    # See `db.recipients`.
    recipient: Mapped[str]
    # Which message of the chat it is about: the first row posts it, later ones change it.
    subject: Mapped[str]
    kind: Mapped[str]
    # Ids only: never what people wrote, never a secret.
    payload: Mapped[dict[str, object]]
    submission_id: Mapped[int | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    # The earliest moment at which it may be sent.
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[Delivery | None] = mapped_column(
        choice(Delivery, column="outcome"), default=None
    )
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(default=None)


class Mailbox(Base):
    """How sending to one channel or person goes: who is at it, when to go on, and if it is closed.

    The lease lets one worker at a time send, so that order holds and nothing is sent twice.
    """

    __tablename__ = "mailboxes"
    __table_args__ = (
        CheckConstraint("recipient <> ''", name="addressed"),
        CheckConstraint("(leased_by IS NULL) = (leased_until IS NULL)", name="leased"),
        CheckConstraint("(closed_at IS NULL) = (closed_reason IS NULL)", name="closed"),
        CheckConstraint("failures >= 0", name="failures"),
    )

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    platform: Mapped[Platform] = mapped_column(
        choice(Platform, column="platform"), primary_key=True
    )
    recipient: Mapped[str] = mapped_column(primary_key=True)
    leased_by: Mapped[str | None] = mapped_column(default=None)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    # Set by the platform's "slow down", by a failure, or by our own pace.
    not_before: Mapped[datetime | None] = mapped_column(default=None)
    # In a row; each makes the next pause longer.
    failures: Mapped[int] = mapped_column(default=0)
    served_at: Mapped[datetime | None] = mapped_column(default=None)
    # When and why the platform last refused for good: closed direct messages, a deleted channel.
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_reason: Mapped[str | None] = mapped_column(default=None)


class Post(Base):
    """A message of ours that stands in a chat, to be changed and never posted again."""

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "platform", "recipient", "subject"),
        within_workspace("submission_id", "submissions", ondelete="CASCADE"),
        CheckConstraint("recipient <> ''", name="addressed"),
        CheckConstraint("message_id <> ''", name="named"),
        Index(None, "workspace_id", "subject"),
        Index(None, "workspace_id", "submission_id"),
        Index(None, "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    platform: Mapped[Platform] = mapped_column(choice(Platform, column="platform"))
    recipient: Mapped[str]
    subject: Mapped[str]
    submission_id: Mapped[int | None] = mapped_column(default=None)
    # The platform's own.
    message_id: Mapped[str]
    # Of what it shows, so that a change which changes nothing is not sent. None if not known.
    fingerprint: Mapped[str | None] = mapped_column(default=None)
    # By us. Who takes our pin down does not want it, so it is not asked of the platform.
    pinned: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class WorkspaceSetting(Base):
    """One setting that was made in the chat, not in the operator's environment."""

    __tablename__ = "workspace_settings"

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[object]


class Secret(Base):
    """An OAuth token or the like, encrypted with a key that is not in the database."""

    __tablename__ = "secrets"

    workspace_id: Mapped[WorkspaceId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    ciphertext: Mapped[bytes]
    updated_at: Mapped[datetime]
