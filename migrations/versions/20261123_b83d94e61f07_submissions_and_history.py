"""Submissions and history

Revision ID: b83d94e61f07
Revises: 7c1f0a52d9e4
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b83d94e61f07"
down_revision: str | Sequence[str] | None = "7c1f0a52d9e4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_submissions()
    _create_events()
    _create_votes()
    _create_decisions()
    _create_exposures()


def downgrade() -> None:
    op.drop_table("exposures")
    op.drop_table("decisions")
    op.drop_table("votes")
    op.drop_table("events")
    op.drop_table("submissions")


def _create_submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("playlist_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer()),
        sa.Column("idempotency_key", sa.String()),
        sa.Column("link", sa.String()),
        sa.Column("spotify_id", sa.String()),
        sa.Column("upload_sha256", sa.String()),
        sa.Column("upload_name", sa.String()),
        sa.Column("typed_title", sa.String()),
        sa.Column("typed_artist", sa.String()),
        sa.Column("note", sa.String()),
        sa.Column("ai_use", sa.String(20)),
        sa.Column("owns_rights_at", sa.DateTime(timezone=True)),
        sa.Column("replaces_id", sa.Integer()),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("discovery", sa.Boolean(), nullable=False),
        sa.Column("discovery_seed", sa.BigInteger()),
        sa.Column("discovery_propensity", sa.Double()),
        sa.Column("claimed_by", sa.Integer()),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("snoozed_until", sa.DateTime(timezone=True)),
        sa.Column("match_verdict", sa.String()),
        sa.Column("audio_origin", sa.String()),
        sa.Column("unscored_reason", sa.String()),
        sa.CheckConstraint(
            "(claimed_by IS NULL) = (claimed_at IS NULL)", name=op.f("ck_submissions_claimed")
        ),
        sa.CheckConstraint(
            "discovery_propensity BETWEEN 0 AND 1", name=op.f("ck_submissions_discovery_propensity")
        ),
        sa.CheckConstraint("due_at > received_at", name=op.f("ck_submissions_due_later")),
        sa.CheckConstraint(
            "link IS NOT NULL OR upload_sha256 IS NOT NULL",
            name=op.f("ck_submissions_something_sent"),
        ),
        sa.CheckConstraint("replaces_id <> id", name=op.f("ck_submissions_replaces_another")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_submissions_version")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "claimed_by"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_submissions_workspace_id_claimed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_submissions_workspace_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "playlist_id"],
            ["playlists.workspace_id", "playlists.id"],
            name=op.f("fk_submissions_workspace_id_playlist_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "replaces_id"],
            ["submissions.workspace_id", "submissions.id"],
            name=op.f("fk_submissions_workspace_id_replaces_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "track_id"],
            ["tracks.workspace_id", "tracks.id"],
            name=op.f("fk_submissions_workspace_id_track_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_submissions_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "ai_use IN ('no', 'partly', 'mostly')", name=op.f("ck_submissions_ai_use")
        ),
        sa.CheckConstraint(
            "status IN ('received', 'queued', 'maybe', 'kept', 'declined', 'withdrawn', 'expired', 'placed', 'rotated_out')",
            name=op.f("ck_submissions_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
        sa.UniqueConstraint("workspace_id", "code", name=op.f("uq_submissions_workspace_id_code")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_submissions_workspace_id_id")),
        sa.UniqueConstraint(
            "workspace_id",
            "idempotency_key",
            name=op.f("uq_submissions_workspace_id_idempotency_key"),
        ),
    )
    op.create_index(
        op.f("ix_submissions_workspace_id_member_id_received_at"),
        "submissions",
        ["workspace_id", "member_id", "received_at"],
    )
    op.create_index(
        op.f("ix_submissions_workspace_id_playlist_id_status_received_at"),
        "submissions",
        ["workspace_id", "playlist_id", "status", "received_at"],
    )
    op.create_index(
        op.f("ix_submissions_workspace_id_spotify_id"),
        "submissions",
        ["workspace_id", "spotify_id"],
    )
    op.create_index(
        op.f("ix_submissions_workspace_id_status_due_at"),
        "submissions",
        ["workspace_id", "status", "due_at"],
    )
    op.create_index(
        op.f("ix_submissions_workspace_id_track_id"), "submissions", ["workspace_id", "track_id"]
    )
    op.create_index(
        op.f("ix_submissions_workspace_id_upload_sha256"),
        "submissions",
        ["workspace_id", "upload_sha256"],
    )


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("from_status", sa.String(20)),
        sa.Column("to_status", sa.String(20)),
        sa.Column("reasons", _JSON, nullable=False),
        sa.Column("note", sa.String()),
        sa.CheckConstraint(
            "kind NOT IN ('moved', 'undone') OR (from_status IS NOT NULL AND to_status IS NOT NULL AND from_status <> to_status)",
            name=op.f("ck_events_changes_status"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "actor_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_events_workspace_id_actor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "submission_id"],
            ["submissions.workspace_id", "submissions.id"],
            name=op.f("fk_events_workspace_id_submission_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_events_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "kind IN ('submitted', 'resolved', 'scored', 'unscored', 'moved', 'undone', 'claimed', 'released', 'snoozed')",
            name=op.f("ck_events_kind"),
        ),
        sa.CheckConstraint(
            "from_status IN ('received', 'queued', 'maybe', 'kept', 'declined', 'withdrawn', 'expired', 'placed', 'rotated_out')",
            name=op.f("ck_events_from_status"),
        ),
        sa.CheckConstraint(
            "to_status IN ('received', 'queued', 'maybe', 'kept', 'declined', 'withdrawn', 'expired', 'placed', 'rotated_out')",
            name=op.f("ck_events_to_status"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_workspace_id_at"), "events", ["workspace_id", "at"])
    op.create_index(
        op.f("ix_events_workspace_id_submission_id"), "events", ["workspace_id", "submission_id"]
    )


def _create_votes() -> None:
    op.create_table(
        "votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_votes_workspace_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "submission_id"],
            ["submissions.workspace_id", "submissions.id"],
            name=op.f("fk_votes_workspace_id_submission_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_votes_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("answer IN ('keep', 'maybe', 'decline')", name=op.f("ck_votes_answer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_votes")),
        sa.UniqueConstraint(
            "submission_id", "member_id", name=op.f("uq_votes_submission_id_member_id")
        ),
    )


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(20), nullable=False),
        sa.Column("reasons", _JSON, nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("welcome_next", sa.String()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.Column("slot", sa.Integer()),
        sa.Column("discovery", sa.Boolean(), nullable=False),
        sa.Column("propensity", sa.Double()),
        sa.Column("rule_version", sa.String()),
        sa.Column("score_percentile", sa.Double()),
        sa.Column("score_low", sa.Double()),
        sa.Column("score_high", sa.Double()),
        sa.Column("model_version", sa.String()),
        sa.CheckConstraint("propensity BETWEEN 0 AND 1", name=op.f("ck_decisions_propensity")),
        sa.CheckConstraint("slot >= 1", name=op.f("ck_decisions_slot")),
        sa.CheckConstraint("undone_at >= at", name=op.f("ck_decisions_undone_later")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_decisions_workspace_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "submission_id"],
            ["submissions.workspace_id", "submissions.id"],
            name=op.f("fk_decisions_workspace_id_submission_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_decisions_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "answer IN ('keep', 'maybe', 'decline')", name=op.f("ck_decisions_answer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_workspace_id_at"), "decisions", ["workspace_id", "at"])
    op.create_index(
        op.f("ix_decisions_workspace_id_submission_id"),
        "decisions",
        ["workspace_id", "submission_id"],
    )


def _create_exposures() -> None:
    op.create_table(
        "exposures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("playlist_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer()),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("discovery", sa.Boolean(), nullable=False),
        sa.Column("propensity", sa.Double()),
        sa.Column("seed", sa.BigInteger()),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("page >= 1", name=op.f("ck_exposures_page")),
        sa.CheckConstraint("propensity BETWEEN 0 AND 1", name=op.f("ck_exposures_propensity")),
        sa.CheckConstraint("slot >= 1", name=op.f("ck_exposures_slot")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_exposures_workspace_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "playlist_id"],
            ["playlists.workspace_id", "playlists.id"],
            name=op.f("fk_exposures_workspace_id_playlist_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "submission_id"],
            ["submissions.workspace_id", "submissions.id"],
            name=op.f("fk_exposures_workspace_id_submission_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_exposures_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposures")),
    )
    op.create_index(
        op.f("ix_exposures_workspace_id_playlist_id_at"),
        "exposures",
        ["workspace_id", "playlist_id", "at"],
    )
    op.create_index(
        op.f("ix_exposures_workspace_id_submission_id"),
        "exposures",
        ["workspace_id", "submission_id"],
    )
