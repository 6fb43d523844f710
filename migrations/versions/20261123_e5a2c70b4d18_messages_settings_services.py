"""Messages, settings, services

Revision ID: e5a2c70b4d18
Revises: b83d94e61f07
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "e5a2c70b4d18"
down_revision: str | Sequence[str] | None = "b83d94e61f07"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_outbox()
    _create_workspace_settings()
    _create_secrets()
    _create_service_cache()
    _create_service_calls()
    _create_service_blocks()


def downgrade() -> None:
    op.drop_table("service_blocks")
    op.drop_table("service_calls")
    op.drop_table("service_cache")
    op.drop_table("secrets")
    op.drop_table("workspace_settings")
    op.drop_table("outbox")


def _create_outbox() -> None:
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
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_outbox_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "platform IN ('console', 'discord', 'slack')", name=op.f("ck_outbox_platform")
        ),
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


def _create_workspace_settings() -> None:
    op.create_table(
        "workspace_settings",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", _JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_workspace_settings_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_workspace_settings")),
    )


def _create_secrets() -> None:
    op.create_table(
        "secrets",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_secrets_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "name", name=op.f("pk_secrets")),
    )


def _create_service_cache() -> None:
    op.create_table(
        "service_cache",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("expires_at > fetched_at", name=op.f("ck_service_cache_expires_later")),
        sa.PrimaryKeyConstraint("service", "key", name=op.f("pk_service_cache")),
    )
    op.create_index(op.f("ix_service_cache_expires_at"), "service_cache", ["expires_at"])


def _create_service_calls() -> None:
    op.create_table(
        "service_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_calls")),
    )
    op.create_index(op.f("ix_service_calls_service_at"), "service_calls", ["service", "at"])


def _create_service_blocks() -> None:
    op.create_table(
        "service_blocks",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_service_blocks")),
    )
