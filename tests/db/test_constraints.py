"""The database itself refuses what must not be: every constraint has a row that violates it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    and_,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from db import schema
from db.engine import create_engine, sessions
from db.models import Base
from tests.db.desk import open_desk
from tests.db.filled import fill

TABLES = Base.metadata.sorted_tables

# Constraint to what violates it, as an assignment in an UPDATE of a valid row.
CHECKS = {
    "ck_blocks_ends_later": "until = created_at",
    "ck_blocks_one_of_both": "artist_key = 'band', member_id = 1",
    "ck_blocks_reason": "reason = ''",
    "ck_decisions_answer": "answer = 'perhaps'",
    "ck_decisions_propensity": "propensity = 1.1",
    "ck_decisions_slot": "slot = 0",
    "ck_decisions_undone_later": "undone_at = '2026-11-20 11:59:59+00'",
    "ck_events_changes_status": "kind = 'moved', from_status = 'kept', to_status = 'kept'",
    "ck_events_from_status": "from_status = 'lost'",
    "ck_events_kind": "kind = 'eaten'",
    "ck_events_to_status": "to_status = 'lost'",
    "ck_exposures_page": "page = 0",
    "ck_exposures_propensity": "propensity = -0.1",
    "ck_exposures_slot": "slot = 0",
    "ck_identities_named": "external_id = ''",
    "ck_identities_platform": "platform = 'fax'",
    "ck_join_codes_expires_later": "expires_at = created_at",
    "ck_join_codes_purpose": "purpose = 'fun'",
    "ck_mailboxes_addressed": "recipient = ''",
    "ck_mailboxes_closed": "closed_reason = NULL",
    "ck_mailboxes_failures": "failures = -1",
    "ck_mailboxes_leased": "leased_until = NULL",
    "ck_mailboxes_platform": "platform = 'fax'",
    "ck_outbox_addressed": "recipient = ''",
    "ck_outbox_attempts": "attempts = -1",
    "ck_outbox_done": "outcome = 'sent'",
    "ck_outbox_outcome": "done_at = created_at, outcome = 'lost'",
    "ck_outbox_platform": "platform = 'fax'",
    "ck_playlist_curators_role": "role = 'king'",
    "ck_playlist_roles_named": "external_id = ''",
    "ck_playlist_roles_platform": "platform = 'fax'",
    "ck_playlist_roles_role": "role = 'king'",
    "ck_playlists_ai_policy": "ai_policy = 'unsure'",
    "ck_playlists_answer_days": "answer_days = 0",
    "ck_playlists_capacity": "capacity = 0",
    "ck_playlists_days_per_point": "days_per_point = 0",
    "ck_playlists_digest_weekday": "digest_weekday = 8",
    "ck_playlists_discovery_share": "discovery_share = 1.5",
    "ck_playlists_intake_cap": "intake_cap = 0",
    "ck_playlists_max_release_age_days": "max_release_age_days = 0",
    "ck_playlists_named": "name = ''",
    "ck_playlists_opens_before_it_closes": "opens_at = created_at, closes_at = created_at",
    "ck_playlists_per_member_7d": "per_member_7d = 0",
    "ck_playlists_resubmit_after_days": "resubmit_after_days = -1",
    "ck_playlists_stay_days": "stay_days = 0",
    "ck_playlists_votes_needed": "votes_needed = 0",
    "ck_playlists_waiting_per_artist": "waiting_per_artist = 0",
    "ck_playlists_zoned": "zone = ''",
    "ck_reminders_day": "day = 0",
    "ck_posts_addressed": "recipient = ''",
    "ck_posts_named": "message_id = ''",
    "ck_posts_platform": "platform = 'fax'",
    "ck_scores_acousticness": "acousticness = 2",
    "ck_scores_audio_seconds": "audio_seconds = 0",
    "ck_scores_chances_add_up": "p_low = 0.9",
    "ck_scores_danceability": "danceability = 2",
    "ck_scores_energy": "energy = 2",
    "ck_scores_instrumentalness": "instrumentalness = 2",
    "ck_scores_interval": "low = percentile + 1",
    "ck_scores_key_confidence": "key_confidence = 2",
    "ck_scores_level": "level = 'huge'",
    "ck_scores_p_high": "p_high = 1.2, p_medium = -0.4",
    "ck_scores_p_low": "p_low = -0.1, p_medium = 0.8",
    "ck_scores_p_medium": "p_medium = -0.1, p_high = 0.9",
    "ck_scores_speechiness": "speechiness = 2",
    "ck_scores_tempo_alt_bpm": "tempo_alt_bpm = 0",
    "ck_scores_tempo_bpm": "tempo_bpm = 0",
    "ck_scores_tempo_confidence": "tempo_confidence = 2",
    "ck_scores_valence": "valence = 2",
    "ck_service_cache_expires_later": "expires_at = fetched_at",
    "ck_seeds_heard_is_known": "track_id = NULL",
    "ck_seeds_heard_once": "due_at = added_at",
    "ck_seeds_known_by": "spotify_id = ''",
    "ck_submissions_ai_use": "ai_use = 'a bit'",
    "ck_submissions_claimed": "claimed_at = NULL",
    "ck_submissions_discovery_propensity": "discovery_propensity = 2",
    "ck_submissions_due_later": "due_at = received_at",
    "ck_submissions_replaces_another": "replaces_id = id",
    "ck_submissions_something_sent": "link = NULL, upload_sha256 = NULL",
    "ck_submissions_status": "status = 'lost'",
    "ck_submissions_version": "version = 0",
    "ck_threads_named": "thread_id = ''",
    "ck_threads_platform": "platform = 'fax'",
    "ck_tracks_artists_source": "artists_source = ''",
    "ck_tracks_cover_url_source": "cover_url = 'https://…'",
    "ck_tracks_duration_ms": "duration_ms = 0",
    "ck_tracks_duration_ms_source": "duration_ms = NULL",
    "ck_tracks_explicit_source": "explicit_source = 'spotify'",
    "ck_tracks_isrc_source": "isrc_source = NULL",
    "ck_tracks_known_by": "spotify_id = NULL, audio_sha256 = NULL",
    "ck_tracks_release_date_source": "release_date = '2026'",
    "ck_tracks_title_source": "title_source = ''",
    "ck_tracks_titled": "title = ''",
    "ck_votes_answer": "answer = 'perhaps'",
    "ck_workspace_accounts_named": "external_id = ''",
    "ck_workspace_accounts_platform": "platform = 'fax'",
    "ck_week_digests_outcome": "outcome = 'lost'",
    "ck_workspaces_named": "name = ''",
}

# Unique constraint or primary key to what a copy of a valid row must change to violate only that.
TWINS: dict[str, dict[str, object]] = {
    "pk_pins": {},
    "pk_mailboxes": {},
    "pk_playlist_curators": {},
    "pk_playlist_roles": {},
    "pk_secrets": {},
    "pk_service_blocks": {},
    "pk_service_cache": {},
    "pk_workspace_accounts": {},
    "pk_reminders": {},
    "pk_week_digests": {},
    "pk_workspace_settings": {},
    "uq_blocks_workspace_id_artist_key": {},
    "uq_blocks_workspace_id_member_id": {},
    "uq_draft_files_workspace_id_member_id": {},
    "uq_identities_workspace_id_platform_external_id": {},
    "uq_join_codes_code_sha256": {},
    "uq_outbox_workspace_id_key": {},
    "uq_playlists_workspace_id_name_key": {},
    "uq_posts_workspace_id_platform_recipient_subject": {},
    "uq_scores_track_id_model_version": {},
    "uq_seeds_workspace_id_playlist_id_spotify_id": {},
    "uq_submissions_workspace_id_code": {"idempotency_key": None},
    "uq_submissions_workspace_id_idempotency_key": {"code": "T-2222"},
    "uq_threads_workspace_id_platform_thread_id": {"submission_id": 999},
    "uq_tracks_workspace_id_audio_sha256": {"spotify_id": None},
    "uq_tracks_workspace_id_spotify_id": {"audio_sha256": None},
    "uq_votes_submission_id_member_id": {},
    "uq_workspace_accounts_workspace_id_platform": {"external_id": "another server"},
    "uq_workspaces_name": {},
}


def constraints(kind: type) -> Iterator[tuple[Table, str]]:
    for table in TABLES:
        for constraint in table.constraints:
            if isinstance(constraint, kind):
                yield table, str(constraint.name)


def table_of(name: str) -> Table:
    return next(
        table for table in TABLES for constraint in table.constraints if constraint.name == name
    )


def references() -> list[tuple[str, str, str]]:
    """Return (table, column, table pointed to) of every reference inside a workspace."""
    return sorted(
        (table.name, constraint.column_keys[1], constraint.referred_table.name)
        for table in TABLES
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint) and len(constraint.column_keys) == 2
    )


def test_every_check_is_violated_below() -> None:
    assert set(CHECKS) == {name for _, name in constraints(CheckConstraint)}


def test_every_unique_constraint_is_violated_below() -> None:
    # (workspace_id, id) is unique because id is; it is there for foreign keys to point to.
    named = {name for _, name in constraints(UniqueConstraint)}

    assert {name for name in TWINS if name.startswith("uq_")} == {
        name for name in named if not name.endswith("_workspace_id_id")
    }


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled_url(request: pytest.FixtureRequest, bare_urls: Callable[[str], str]) -> str:
    """Two workspaces with rows in every table; the tests roll back what they try."""
    url = bare_urls(request.param)
    asyncio.run(schema.upgrade(url))
    asyncio.run(_fill_two(url))
    return url


async def _fill_two(url: str) -> None:
    engine = create_engine(url)
    async with sessions(engine).begin() as session:
        await fill(await open_desk(session, "mine"))
        other = await open_desk(session, "other")
        await fill(other)
        # A submission and a track that nothing points to yet.
        await other.submit("two")
        await other.track("two")
    await engine.dispose()


@pytest.fixture
async def connection(filled_url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_engine(filled_url)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


@pytest.mark.parametrize("name", CHECKS)
async def test_a_check_refuses(connection: AsyncConnection, name: str) -> None:
    change = f"UPDATE {table_of(name)} SET {CHECKS[name]}"  # noqa: S608  our own constants

    with pytest.raises(IntegrityError, match=name):
        await connection.execute(text(change))


@pytest.mark.parametrize("name", TWINS)
async def test_a_second_row_of_the_same_name_is_refused(
    connection: AsyncConnection, name: str
) -> None:
    table = table_of(name)
    (constraint,) = [one for one in table.constraints if one.name == name]
    assert isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint)
    # Where one of its columns is NULL, a row has no twin.
    named = and_(*(column.is_not(None) for column in constraint.columns))
    row = (await connection.execute(select(table).where(named).limit(1))).mappings().one()
    twin = {key: value for key, value in row.items() if key != "id"} | TWINS[name]

    # SQLite names the columns, PostgreSQL the constraint.
    with pytest.raises(IntegrityError, match=rf"{name}|UNIQUE constraint failed: {table}\."):
        await connection.execute(insert(table).values(twin))


@pytest.mark.parametrize(("table", "column", "target"), references())
async def test_a_row_of_another_workspace_cannot_be_named(
    connection: AsyncConnection, table: str, column: str, target: str
) -> None:
    other = "(SELECT id FROM workspaces WHERE name = 'other')"
    mine = "(SELECT id FROM workspaces WHERE name = 'mine')"
    theirs = f"(SELECT max(id) FROM {target} WHERE workspace_id = {other})"  # noqa: S608
    # Where a table has rows that name something else instead, one that names this is tried.
    some = f"(SELECT count({column}) FROM {table}) = 0 OR {column} IS NOT NULL"  # noqa: S608
    change = (
        f"UPDATE {table} SET {column} = {theirs}"  # noqa: S608
        f" WHERE workspace_id = {mine} AND ({some})"
    )

    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        await connection.execute(text(change))


@pytest.mark.parametrize("table", [table for table in TABLES if "workspace_id" in table.columns])
async def test_a_row_needs_a_workspace_that_exists(
    connection: AsyncConnection, table: Table
) -> None:
    first = select(func.min(table.c.workspace_id)).scalar_subquery()

    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        await connection.execute(
            table.update().where(table.c.workspace_id == first).values(workspace_id=999_999)
        )


async def test_deleting_a_workspace_takes_all_its_rows_and_no_others(
    connection: AsyncConnection,
) -> None:
    rows = await connection.execute(text("SELECT name, id FROM workspaces"))
    ids = {row.name: row.id for row in rows}
    await connection.execute(text("DELETE FROM workspaces WHERE name = 'mine'"))

    left = {
        (table.name, await _count(connection, table, ids["mine"]))
        for table in TABLES
        if "workspace_id" in table.columns and await _count(connection, table, ids["other"]) > 0
    }
    assert left == {(table.name, 0) for table in TABLES if "workspace_id" in table.columns}


async def _count(connection: AsyncConnection, table: Table, workspace_id: int) -> int:
    counted = await connection.scalar(
        select(func.count()).select_from(table).where(table.c.workspace_id == workspace_id)
    )
    assert counted is not None
    return counted
