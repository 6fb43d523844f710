"""People, playlists, tracks

Revision ID: 7c1f0a52d9e4
Revises:
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "7c1f0a52d9e4"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_workspaces()
    _create_members()
    _create_identities()
    _create_playlists()
    _create_playlist_curators()
    _create_tracks()
    _create_scores()


def downgrade() -> None:
    op.drop_table("scores")
    op.drop_table("tracks")
    op.drop_table("playlist_curators")
    op.drop_table("playlists")
    op.drop_table("identities")
    op.drop_table("members")
    op.drop_table("workspaces")


def _create_workspaces() -> None:
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_workspaces_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
        sa.UniqueConstraint("name", name=op.f("uq_workspaces_name")),
    )


def _create_members() -> None:
    op.create_table(
        "members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_members_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_members_workspace_id_id")),
    )


def _create_identities() -> None:
    op.create_table(
        "identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.CheckConstraint("external_id <> ''", name=op.f("ck_identities_named")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_identities_workspace_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_identities_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "platform IN ('console', 'discord', 'slack')", name=op.f("ck_identities_platform")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint(
            "workspace_id",
            "platform",
            "external_id",
            name=op.f("uq_identities_workspace_id_platform_external_id"),
        ),
    )
    op.create_index(
        op.f("ix_identities_workspace_id_member_id"), "identities", ["workspace_id", "member_id"]
    )


def _create_playlists() -> None:
    op.create_table(
        "playlists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spotify_playlist_id", sa.String()),
        sa.Column("opens_at", sa.DateTime(timezone=True)),
        sa.Column("closes_at", sa.DateTime(timezone=True)),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("intake_cap", sa.Integer()),
        sa.Column("waiting_per_artist", sa.Integer()),
        sa.Column("per_member_7d", sa.Integer()),
        sa.Column("resubmit_after_days", sa.Integer(), nullable=False),
        sa.Column("ai_policy", sa.String(20), nullable=False),
        sa.Column("explicit_allowed", sa.Boolean(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("votes_needed", sa.Integer(), nullable=False),
        sa.Column("hide_scores", sa.Boolean(), nullable=False),
        sa.Column("discovery_share", sa.Double(), nullable=False),
        sa.Column("days_per_point", sa.Double(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("stay_days", sa.Integer(), nullable=False),
        sa.Column("digest_weekday", sa.Integer(), nullable=False),
        sa.Column("digest_time", sa.Time(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_playlists_named")),
        sa.CheckConstraint("zone <> ''", name=op.f("ck_playlists_zoned")),
        sa.CheckConstraint("answer_days >= 1", name=op.f("ck_playlists_answer_days")),
        sa.CheckConstraint("capacity >= 1", name=op.f("ck_playlists_capacity")),
        sa.CheckConstraint("days_per_point > 0", name=op.f("ck_playlists_days_per_point")),
        sa.CheckConstraint(
            "digest_weekday BETWEEN 1 AND 7", name=op.f("ck_playlists_digest_weekday")
        ),
        sa.CheckConstraint(
            "discovery_share BETWEEN 0 AND 1", name=op.f("ck_playlists_discovery_share")
        ),
        sa.CheckConstraint("intake_cap >= 1", name=op.f("ck_playlists_intake_cap")),
        sa.CheckConstraint(
            "opens_at < closes_at", name=op.f("ck_playlists_opens_before_it_closes")
        ),
        sa.CheckConstraint("per_member_7d >= 1", name=op.f("ck_playlists_per_member_7d")),
        sa.CheckConstraint(
            "resubmit_after_days >= 0", name=op.f("ck_playlists_resubmit_after_days")
        ),
        sa.CheckConstraint("stay_days >= 1", name=op.f("ck_playlists_stay_days")),
        sa.CheckConstraint("votes_needed >= 1", name=op.f("ck_playlists_votes_needed")),
        sa.CheckConstraint("waiting_per_artist >= 1", name=op.f("ck_playlists_waiting_per_artist")),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_playlists_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(
            "ai_policy IN ('allow', 'declared', 'none')", name=op.f("ck_playlists_ai_policy")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlists")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_playlists_workspace_id_id")),
        sa.UniqueConstraint(
            "workspace_id", "name_key", name=op.f("uq_playlists_workspace_id_name_key")
        ),
    )


def _create_playlist_curators() -> None:
    op.create_table(
        "playlist_curators",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("playlist_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "member_id"],
            ["members.workspace_id", "members.id"],
            name=op.f("fk_playlist_curators_workspace_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "playlist_id"],
            ["playlists.workspace_id", "playlists.id"],
            name=op.f("fk_playlist_curators_workspace_id_playlist_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_playlist_curators_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("role IN ('curator', 'admin')", name=op.f("ck_playlist_curators_role")),
        sa.PrimaryKeyConstraint("playlist_id", "member_id", name=op.f("pk_playlist_curators")),
    )
    op.create_index(
        op.f("ix_playlist_curators_workspace_id_member_id"),
        "playlist_curators",
        ["workspace_id", "member_id"],
    )


def _create_tracks() -> None:
    op.create_table(
        "tracks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("spotify_id", sa.String()),
        sa.Column("audio_sha256", sa.String()),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_source", sa.String(), nullable=False),
        sa.Column("artists", _JSON, nullable=False),
        sa.Column("artists_source", sa.String(), nullable=False),
        sa.Column("isrc", sa.String()),
        sa.Column("isrc_source", sa.String()),
        sa.Column("duration_ms", sa.Integer()),
        sa.Column("duration_ms_source", sa.String()),
        sa.Column("release_date", sa.String()),
        sa.Column("release_date_source", sa.String()),
        sa.Column("explicit", sa.Boolean()),
        sa.Column("explicit_source", sa.String()),
        sa.Column("cover_url", sa.String()),
        sa.Column("cover_url_source", sa.String()),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("artist_key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("artists_source <> ''", name=op.f("ck_tracks_artists_source")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_tracks_titled")),
        sa.CheckConstraint("title_source <> ''", name=op.f("ck_tracks_title_source")),
        sa.CheckConstraint(
            "(cover_url IS NULL) = (cover_url_source IS NULL)",
            name=op.f("ck_tracks_cover_url_source"),
        ),
        sa.CheckConstraint(
            "(duration_ms IS NULL) = (duration_ms_source IS NULL)",
            name=op.f("ck_tracks_duration_ms_source"),
        ),
        sa.CheckConstraint(
            "(explicit IS NULL) = (explicit_source IS NULL)", name=op.f("ck_tracks_explicit_source")
        ),
        sa.CheckConstraint(
            "(isrc IS NULL) = (isrc_source IS NULL)", name=op.f("ck_tracks_isrc_source")
        ),
        sa.CheckConstraint(
            "(release_date IS NULL) = (release_date_source IS NULL)",
            name=op.f("ck_tracks_release_date_source"),
        ),
        sa.CheckConstraint("duration_ms > 0", name=op.f("ck_tracks_duration_ms")),
        sa.CheckConstraint(
            "spotify_id IS NOT NULL OR audio_sha256 IS NOT NULL", name=op.f("ck_tracks_known_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_tracks_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracks")),
        sa.UniqueConstraint(
            "workspace_id", "audio_sha256", name=op.f("uq_tracks_workspace_id_audio_sha256")
        ),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_tracks_workspace_id_id")),
        sa.UniqueConstraint(
            "workspace_id", "spotify_id", name=op.f("uq_tracks_workspace_id_spotify_id")
        ),
    )
    op.create_index(
        op.f("ix_tracks_workspace_id_artist_key_title_key"),
        "tracks",
        ["workspace_id", "artist_key", "title_key"],
    )
    op.create_index(op.f("ix_tracks_workspace_id_isrc"), "tracks", ["workspace_id", "isrc"])


def _create_scores() -> None:
    op.create_table(
        "scores",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("model_version", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("percentile", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("p_low", sa.Double(), nullable=False),
        sa.Column("p_medium", sa.Double(), nullable=False),
        sa.Column("p_high", sa.Double(), nullable=False),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("tempo_bpm", sa.Double()),
        sa.Column("tempo_alt_bpm", sa.Double()),
        sa.Column("tempo_confidence", sa.Double()),
        sa.Column("key", sa.String()),
        sa.Column("key_confidence", sa.Double()),
        sa.Column("loudness_lufs", sa.Double()),
        sa.Column("energy", sa.Double()),
        sa.Column("danceability", sa.Double()),
        sa.Column("acousticness", sa.Double()),
        sa.Column("valence", sa.Double()),
        sa.Column("instrumentalness", sa.Double()),
        sa.Column("speechiness", sa.Double()),
        sa.Column("mood", _JSON),
        sa.Column("reasons", _JSON, nullable=False),
        sa.Column("segments", _JSON, nullable=False),
        sa.Column("embedding", sa.LargeBinary()),
        sa.Column("audio_origin", sa.String(), nullable=False),
        sa.Column("audio_seconds", sa.Double(), nullable=False),
        sa.CheckConstraint(
            "0 <= low AND low <= percentile AND percentile <= high AND high <= 100",
            name=op.f("ck_scores_interval"),
        ),
        sa.CheckConstraint(
            "abs(p_low + p_medium + p_high - 1) < 0.01", name=op.f("ck_scores_chances_add_up")
        ),
        sa.CheckConstraint("acousticness BETWEEN 0 AND 1", name=op.f("ck_scores_acousticness")),
        sa.CheckConstraint("audio_seconds > 0", name=op.f("ck_scores_audio_seconds")),
        sa.CheckConstraint("danceability BETWEEN 0 AND 1", name=op.f("ck_scores_danceability")),
        sa.CheckConstraint("energy BETWEEN 0 AND 1", name=op.f("ck_scores_energy")),
        sa.CheckConstraint(
            "instrumentalness BETWEEN 0 AND 1", name=op.f("ck_scores_instrumentalness")
        ),
        sa.CheckConstraint("key_confidence BETWEEN 0 AND 1", name=op.f("ck_scores_key_confidence")),
        sa.CheckConstraint("p_high BETWEEN 0 AND 1", name=op.f("ck_scores_p_high")),
        sa.CheckConstraint("p_low BETWEEN 0 AND 1", name=op.f("ck_scores_p_low")),
        sa.CheckConstraint("p_medium BETWEEN 0 AND 1", name=op.f("ck_scores_p_medium")),
        sa.CheckConstraint("speechiness BETWEEN 0 AND 1", name=op.f("ck_scores_speechiness")),
        sa.CheckConstraint("tempo_alt_bpm > 0", name=op.f("ck_scores_tempo_alt_bpm")),
        sa.CheckConstraint("tempo_bpm > 0", name=op.f("ck_scores_tempo_bpm")),
        sa.CheckConstraint(
            "tempo_confidence BETWEEN 0 AND 1", name=op.f("ck_scores_tempo_confidence")
        ),
        sa.CheckConstraint("valence BETWEEN 0 AND 1", name=op.f("ck_scores_valence")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "track_id"],
            ["tracks.workspace_id", "tracks.id"],
            name=op.f("fk_scores_workspace_id_track_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_scores_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("level IN ('low', 'medium', 'high')", name=op.f("ck_scores_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores")),
        sa.UniqueConstraint(
            "track_id", "model_version", name=op.f("uq_scores_track_id_model_version")
        ),
    )
    op.create_index(op.f("ix_scores_workspace_id_track_id"), "scores", ["workspace_id", "track_id"])
