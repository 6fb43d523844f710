"""Outbox rows about one message of a chat, mailboxes, posts

Revision ID: 9f31c6d2ab70
Revises: 4d2e9b7a6c10
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "9f31c6d2ab70"
down_revision: str | Sequence[str] | None = "4d2e9b7a6c10"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_PLATFORMS = "platform IN ('console', 'discord', 'slack')"


def upgrade() -> None:
    # No version before this one has sent anything, so the table is empty.
    op.drop_table("outbox")
    _create_outbox()
    _create_mailboxes()
    _create_posts()


def downgrade() -> None:
    op.drop_table("posts")
    op.drop_table("mailboxes")
    op.drop_table("outbox")
    _create_outbox_as_before()


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", _JSON, nullable=False),
        sa.Column("submission_id", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("outcome", sa.String(20)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String()),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts")),
        sa.CheckConstraint("recipient <> ''", name=op.f("ck_outbox_addressed")),
        sa.CheckConstraint("(done_at IS NULL) = (outcome IS NULL)", name=op.f("ck_outbox_done")),
        sa.CheckConstraint(
            "outcome IN ('sent', 'dropped', 'refused', 'failed')", name=op.f("ck_outbox_outcome")
        ),
        sa.CheckConstraint(_PLATFORMS, name=op.f("ck_outbox_platform")),
        _workspace_of("outbox"),
        _submission_of("outbox"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_outbox_workspace_id_key")),
    )
    op.create_index(
        op.f("ix_outbox_open"),
        "outbox",
        ["platform", "workspace_id", "recipient", "due_at"],
        postgresql_where=sa.text("done_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL"),
    )
    op.create_index(
        op.f("ix_outbox_workspace_id_submission_id"), "outbox", ["workspace_id", "submission_id"]
    )
    op.create_index(op.f("ix_outbox_done_at"), "outbox", ["done_at"])


def _create_mailboxes() -> None:
    op.create_table(
        "mailboxes",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("leased_by", sa.String()),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column("not_before", sa.DateTime(timezone=True)),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("served_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_reason", sa.String()),
        sa.CheckConstraint("recipient <> ''", name=op.f("ck_mailboxes_addressed")),
        sa.CheckConstraint(
            "(leased_by IS NULL) = (leased_until IS NULL)", name=op.f("ck_mailboxes_leased")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_reason IS NULL)", name=op.f("ck_mailboxes_closed")
        ),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_mailboxes_failures")),
        sa.CheckConstraint(_PLATFORMS, name=op.f("ck_mailboxes_platform")),
        _workspace_of("mailboxes"),
        sa.PrimaryKeyConstraint("workspace_id", "platform", "recipient", name=op.f("pk_mailboxes")),
    )


def _create_posts() -> None:
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("submission_id", sa.Integer()),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String()),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("recipient <> ''", name=op.f("ck_posts_addressed")),
        sa.CheckConstraint("message_id <> ''", name=op.f("ck_posts_named")),
        sa.CheckConstraint(_PLATFORMS, name=op.f("ck_posts_platform")),
        _workspace_of("posts"),
        _submission_of("posts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint(
            "workspace_id",
            "platform",
            "recipient",
            "subject",
            name=op.f("uq_posts_workspace_id_platform_recipient_subject"),
        ),
    )
    op.create_index(op.f("ix_posts_workspace_id_subject"), "posts", ["workspace_id", "subject"])
    op.create_index(
        op.f("ix_posts_workspace_id_submission_id"), "posts", ["workspace_id", "submission_id"]
    )
    op.create_index(op.f("ix_posts_changed_at"), "posts", ["changed_at"])


def _create_outbox_as_before() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", _JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String()),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts")),
        sa.CheckConstraint(_PLATFORMS, name=op.f("ck_outbox_platform")),
        _workspace_of("outbox"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_outbox_workspace_id_key")),
    )
    op.create_index(
        op.f("ix_outbox_workspace_id_due_at"),
        "outbox",
        ["workspace_id", "due_at"],
        postgresql_where=sa.text("sent_at IS NULL"),
        sqlite_where=sa.text("sent_at IS NULL"),
    )


def _workspace_of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"],
        ["workspaces.id"],
        name=op.f(f"fk_{table}_workspace_id"),
        ondelete="CASCADE",
    )


def _submission_of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", "submission_id"],
        ["submissions.workspace_id", "submissions.id"],
        name=op.f(f"fk_{table}_workspace_id_submission_id"),
        ondelete="CASCADE",
    )
