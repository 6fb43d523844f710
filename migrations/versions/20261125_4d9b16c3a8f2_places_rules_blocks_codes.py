"""Places, platform roles, further rules, blocks, one-time codes

Revision ID: 4d9b16c3a8f2
Revises: e5a2c70b4d18
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "4d9b16c3a8f2"
down_revision: str | Sequence[str] | None = "e5a2c70b4d18"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_PLATFORMS = "platform IN ('console', 'discord', 'slack')"


def upgrade() -> None:
    _create_workspace_accounts()
    _create_playlist_roles()
    _create_join_codes()
    _create_blocks()
    op.add_column(
        "members",
        sa.Column("dm_allowed", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    _extend_playlists()
    op.add_column("submissions", sa.Column("genre", sa.String()))
    op.add_column("submissions", sa.Column("language", sa.String()))
    op.add_column(
        "submissions",
        sa.Column("anyway", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    for column in ("anyway", "language", "genre"):
        op.drop_column("submissions", column)
    for column in ("max_release_age_days", "languages", "genres", "ownership_required"):
        op.drop_column("playlists", column)
    op.drop_column("members", "dm_allowed")
    for table in ("blocks", "join_codes", "playlist_roles", "workspace_accounts"):
        op.drop_table(table)


def _extend_playlists() -> None:
    op.add_column(
        "playlists",
        sa.Column("ownership_required", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for column in ("genres", "languages"):
        op.add_column(
            "playlists", sa.Column(column, _JSON, nullable=False, server_default=sa.text("'[]'"))
        )
    # SQLite takes a CHECK with a new column, but not afterwards, and Alembic writes it afterwards.
    op.execute(
        "ALTER TABLE playlists ADD COLUMN max_release_age_days INTEGER"
        " CONSTRAINT ck_playlists_max_release_age_days CHECK (max_release_age_days >= 1)"
    )


def _create_workspace_accounts() -> None:
    op.create_table(
        "workspace_accounts",
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("external_id <> ''", name=op.f("ck_workspace_accounts_named")),
        sa.CheckConstraint(_PLATFORMS, name=op.f("ck_workspace_accounts_platform")),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_workspace_accounts_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("platform", "external_id", name=op.f("pk_workspace_accounts")),
        sa.UniqueConstraint(
            "workspace_id", "platform", name=op.f("uq_workspace_accounts_workspace_id_platform")
        ),
    )


def _create_playlist_roles() -> None:
    op.create_table(
        "playlist_roles",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("playlist_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("external_id <> ''", name=op.f("ck_playlist_roles_named")),
        sa.CheckConstraint(_PLATFORMS, name=op.f("ck_playlist_roles_platform")),
        sa.CheckConstraint("role IN ('curator', 'admin')", name=op.f("ck_playlist_roles_role")),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_playlist_roles_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "playlist_id"],
            ["playlists.workspace_id", "playlists.id"],
            name=op.f("fk_playlist_roles_workspace_id_playlist_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "playlist_id", "platform", "external_id", name=op.f("pk_playlist_roles")
        ),
    )
    op.create_index(
        op.f("ix_playlist_roles_workspace_id_playlist_id"),
        "playlist_roles",
        ["workspace_id", "playlist_id"],
    )


def _create_join_codes() -> None:
    op.create_table(
        "join_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("code_sha256", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_join_codes_expires_later")),
        sa.CheckConstraint(
            "purpose IN ('person', 'workspace')", name=op.f("ck_join_codes_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_join_codes_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_join_codes_workspace_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_codes")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_join_codes_code_sha256")),
    )
    op.create_index(
        op.f("ix_join_codes_workspace_id_member_id"), "join_codes", ["workspace_id", "member_id"]
    )


def _create_blocks() -> None:
    op.create_table(
        "blocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer()),
        sa.Column("artist_key", sa.String()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Integer()),
        sa.CheckConstraint(
            "(member_id IS NULL) <> (artist_key IS NULL)", name=op.f("ck_blocks_one_of_both")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_blocks_reason")),
        sa.CheckConstraint("until > created_at", name=op.f("ck_blocks_ends_later")),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_blocks_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "created_by"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_blocks_workspace_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_blocks_workspace_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocks")),
        sa.UniqueConstraint(
            "workspace_id", "artist_key", name=op.f("uq_blocks_workspace_id_artist_key")
        ),
        sa.UniqueConstraint(
            "workspace_id", "member_id", name=op.f("uq_blocks_workspace_id_member_id")
        ),
    )
    op.create_index(
        op.f("ix_blocks_workspace_id_created_by"), "blocks", ["workspace_id", "created_by"]
    )
