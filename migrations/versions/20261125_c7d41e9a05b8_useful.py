"""Whether an answer was useful to its artist

Revision ID: c7d41e9a05b8
Revises: 6a1f8e0b3c72
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c7d41e9a05b8"
down_revision: str | Sequence[str] | None = "6a1f8e0b3c72"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("decisions", sa.Column("useful", sa.Boolean()))


def downgrade() -> None:
    op.drop_column("decisions", "useful")
