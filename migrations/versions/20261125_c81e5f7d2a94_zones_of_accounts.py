"""The time zone that a platform says an account is in

Revision ID: c81e5f7d2a94
Revises: c7d41e9a05b8
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c81e5f7d2a94"
down_revision: str | Sequence[str] | None = "c7d41e9a05b8"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("identities", sa.Column("zone", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("identities", "zone")
