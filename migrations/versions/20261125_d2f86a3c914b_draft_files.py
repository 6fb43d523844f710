"""Files of refused submissions are kept for a while

Revision ID: d2f86a3c914b
Revises: c81e5f7d2a94
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d2f86a3c914b"
down_revision: str | Sequence[str] | None = "c81e5f7d2a94"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "draft_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_draft_files_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_draft_files_workspace_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_files")),
        sa.UniqueConstraint(
            "workspace_id", "member_id", name=op.f("uq_draft_files_workspace_id_member_id")
        ),
    )
    op.create_index(op.f("ix_draft_files_sha256"), "draft_files", ["sha256"])
    op.create_index(op.f("ix_draft_files_kept_at"), "draft_files", ["kept_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_draft_files_kept_at"), table_name="draft_files")
    op.drop_index(op.f("ix_draft_files_sha256"), table_name="draft_files")
    op.drop_table("draft_files")
