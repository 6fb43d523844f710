"""Seed tracks: what a playlist holds already

Revision ID: d24c7e90ab13
Revises: d2f86a3c914b
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d24c7e90ab13"
down_revision: str | Sequence[str] | None = "d2f86a3c914b"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "seeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("playlist_id", sa.Integer(), nullable=False),
        sa.Column("spotify_id", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("track_id", sa.Integer(), nullable=True),
        *_constraints(),
    )
    op.create_index(op.f("ix_seeds_workspace_id_due_at"), "seeds", ["workspace_id", "due_at"])
    op.create_index(op.f("ix_seeds_workspace_id_track_id"), "seeds", ["workspace_id", "track_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_seeds_workspace_id_track_id"), table_name="seeds")
    op.drop_index(op.f("ix_seeds_workspace_id_due_at"), table_name="seeds")
    op.drop_table("seeds")


def _constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seeds")),
        sa.UniqueConstraint(
            "workspace_id",
            "playlist_id",
            "spotify_id",
            name=op.f("uq_seeds_workspace_id_playlist_id_spotify_id"),
        ),
        sa.CheckConstraint("spotify_id <> ''", name=op.f("ck_seeds_known_by")),
        sa.CheckConstraint(
            "heard_at IS NULL OR track_id IS NOT NULL", name=op.f("ck_seeds_heard_is_known")
        ),
        sa.CheckConstraint("heard_at IS NULL OR due_at IS NULL", name=op.f("ck_seeds_heard_once")),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_seeds_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "playlist_id"],
            ["playlists.workspace_id", "playlists.id"],
            name=op.f("fk_seeds_workspace_id_playlist_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "track_id"],
            ["tracks.workspace_id", "tracks.id"],
            name=op.f("fk_seeds_workspace_id_track_id"),
        ),
    )
