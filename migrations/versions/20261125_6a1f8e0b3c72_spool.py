"""Artists' files wait in the database

Revision ID: 6a1f8e0b3c72
Revises: 9f31c6d2ab70
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "6a1f8e0b3c72"
down_revision: str | Sequence[str] | None = "9f31c6d2ab70"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "spool",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_spool")),
    )


def downgrade() -> None:
    op.drop_table("spool")
