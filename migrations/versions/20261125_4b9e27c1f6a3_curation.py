"""Votes with reasons, pins, threads, reminders, digests

Revision ID: 4b9e27c1f6a3
Revises: 4d9b16c3a8f2
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "4b9e27c1f6a3"
down_revision: str | Sequence[str] | None = "4d9b16c3a8f2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

_OLD_KINDS = (
    "'submitted', 'resolved', 'scored', 'unscored', 'moved', 'undone', 'claimed', 'released',"
    " 'snoozed'"
)
_NEW_KINDS = "'voted', 'unvoted', 'noted', 'asked', 'answered', 'pinned', 'unpinned', 'reminded'"


def upgrade() -> None:
    _set_event_kinds(f"{_OLD_KINDS}, {_NEW_KINDS}")
    _add_reasons_to_votes()
    _create_pins()
    _create_threads()
    _create_reminders()
    _create_week_digests()


def downgrade() -> None:
    op.drop_table("week_digests")
    op.drop_table("reminders")
    op.drop_table("threads")
    op.drop_table("pins")
    with op.batch_alter_table("votes") as votes:
        votes.drop_column("welcome_next")
        votes.drop_column("note")
        votes.drop_column("reasons")
    op.execute(f"DELETE FROM events WHERE kind IN ({_NEW_KINDS})")  # noqa: S608 - our own words
    _set_event_kinds(_OLD_KINDS)


def _set_event_kinds(kinds: str) -> None:
    with op.batch_alter_table("events") as events:
        events.drop_constraint(op.f("ck_events_kind"), type_="check")
        events.create_check_constraint(op.f("ck_events_kind"), f"kind IN ({kinds})")


def _add_reasons_to_votes() -> None:
    # The votes there are get an empty list, and new ones always bring their own.
    with op.batch_alter_table("votes") as votes:
        votes.add_column(sa.Column("reasons", _JSON, nullable=False, server_default="[]"))
        votes.add_column(sa.Column("note", sa.String()))
        votes.add_column(sa.Column("welcome_next", sa.String()))
    with op.batch_alter_table("votes") as votes:
        votes.alter_column("reasons", server_default=None)


def _create_pins() -> None:
    op.create_table(
        "pins",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _within_workspace("pins", "member_id", "members"),
        _within_workspace("pins", "submission_id", "submissions", ondelete="CASCADE"),
        _of_workspace("pins"),
        sa.PrimaryKeyConstraint("workspace_id", "submission_id", name=op.f("pk_pins")),
    )


def _create_threads() -> None:
    op.create_table(
        "threads",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("thread_id <> ''", name=op.f("ck_threads_named")),
        sa.CheckConstraint(
            "platform IN ('console', 'discord', 'slack')", name=op.f("ck_threads_platform")
        ),
        _within_workspace("threads", "submission_id", "submissions", ondelete="CASCADE"),
        _of_workspace("threads"),
        sa.PrimaryKeyConstraint(
            "workspace_id", "submission_id", "platform", name=op.f("pk_threads")
        ),
        sa.UniqueConstraint(
            "workspace_id",
            "platform",
            "thread_id",
            name=op.f("uq_threads_workspace_id_platform_thread_id"),
        ),
    )


def _create_reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("day >= 1", name=op.f("ck_reminders_day")),
        _within_workspace("reminders", "submission_id", "submissions", ondelete="CASCADE"),
        _of_workspace("reminders"),
        sa.PrimaryKeyConstraint("workspace_id", "submission_id", "day", name=op.f("pk_reminders")),
    )


def _create_week_digests() -> None:
    op.create_table(
        "week_digests",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("playlist_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Integer()),
        sa.CheckConstraint("outcome IN ('sent', 'skipped')", name=op.f("ck_week_digests_outcome")),
        _within_workspace("week_digests", "member_id", "members"),
        _within_workspace("week_digests", "playlist_id", "playlists", ondelete="CASCADE"),
        _of_workspace("week_digests"),
        sa.PrimaryKeyConstraint(
            "workspace_id", "playlist_id", "week", name=op.f("pk_week_digests")
        ),
    )


def _within_workspace(
    table: str, column: str, target: str, *, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{target}.workspace_id", f"{target}.id"],
        name=op.f(f"fk_{table}_workspace_id_{column}"),
        ondelete=ondelete,
    )


def _of_workspace(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"],
        ["workspaces.id"],
        name=op.f(f"fk_{table}_workspace_id"),
        ondelete="CASCADE",
    )
