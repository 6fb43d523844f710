"""Goes at scoring, pictures of what was heard, workers

Revision ID: 4d2e9b7a6c10
Revises: 4b9e27c1f6a3
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "4d2e9b7a6c10"
down_revision: str | Sequence[str] | None = "4b9e27c1f6a3"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_RETRIED = sa.text("retry_at IS NOT NULL")


def upgrade() -> None:
    # What waits already has had no go that was counted.
    op.add_column(
        "submissions", sa.Column("tries", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("submissions", sa.Column("tries_since", sa.DateTime(timezone=True)))
    op.add_column("submissions", sa.Column("retry_at", sa.DateTime(timezone=True)))
    op.create_index(
        op.f("ix_submissions_retry_at"),
        "submissions",
        ["retry_at"],
        postgresql_where=_RETRIED,
        sqlite_where=_RETRIED,
    )
    op.add_column("scores", sa.Column("spectrogram", sa.LargeBinary()))
    op.create_table(
        "workers",
        sa.Column("executor_id", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("executor_id", name=op.f("pk_workers")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def downgrade() -> None:
    op.drop_table("leases")
    op.drop_table("workers")
    op.drop_column("scores", "spectrogram")
    op.drop_index(op.f("ix_submissions_retry_at"), table_name="submissions")
    op.drop_column("submissions", "retry_at")
    op.drop_column("submissions", "tries_since")
    op.drop_column("submissions", "tries")
