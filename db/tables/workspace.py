"""What a workspace sends and keeps: messages, settings, secrets."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, WorkspaceId
from db.types import Platform, choice

_UNSENT = text("sent_at IS NULL")


class OutboxMessage(Base):
    """A message to be sent, written in the same commit as what it tells."""

    __tablename__ = "outbox"
    __table_args__ = (
        # The key names what is told and to whom, so that nothing is told twice.
        UniqueConstraint("workspace_id", "key"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index(None, "workspace_id", "due_at", postgresql_where=_UNSENT, sqlite_where=_UNSENT),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    workspace_id: Mapped[WorkspaceId]
    key: Mapped[str]
    platform: Mapped[Platform] = mapped_column(choice(Platform, column="platform"))
    recipient: Mapped[str]
    kind: Mapped[str]
    payload: Mapped[dict[str, object]]
    created_at: Mapped[datetime]
    # When to send it, and after a failure when to try again.
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(default=None)


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
