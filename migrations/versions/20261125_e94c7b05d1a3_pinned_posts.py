"""Which of our messages we have pinned

Revision ID: e94c7b05d1a3
Revises: d24c7e90ab13
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e94c7b05d1a3"
down_revision: str | Sequence[str] | None = "d24c7e90ab13"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # A board that is pinned already is pinned once more, which changes nothing.
    op.add_column(
        "posts", sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("posts", "pinned")
