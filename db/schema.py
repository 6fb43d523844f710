"""Bringing a database to the tables of this version, from a checkout or an installed wheel."""

from collections.abc import Callable
from enum import StrEnum

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from db.engine import create_engine, sqlite_path

# Any number will do as long as all Earmarks use the same: "earmark" on a phone's keys.
_LOCK = 3276275


class SchemaState(StrEnum):
    """How a database compares with this version of Earmark."""

    EMPTY = "empty"
    CURRENT = "current"
    BEHIND = "behind"
    # Made by a newer Earmark, or by something else altogether: hands off.
    UNKNOWN = "unknown"


async def upgrade(url: str) -> None:
    """Bring the database at `url` to this version; a fresh one is set up."""
    await _with_connection(url, lambda config: command.upgrade(config, "head"))


async def downgrade_one(url: str) -> None:
    """Take the database at `url` back by one revision."""
    await _with_connection(url, lambda config: command.downgrade(config, "-1"))


async def state(url: str) -> SchemaState:
    """Look at the database at `url` and change nothing, not even by making the file."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return SchemaState.EMPTY
    engine = create_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_state)
    finally:
        await engine.dispose()


def config_for(connection: Connection) -> Config:
    """Return Alembic's configuration for our migrations on an open connection."""
    config = Config()
    config.set_main_option("script_location", "migrations:")
    config.attributes["connection"] = connection
    return config


async def _with_connection(url: str, run: Callable[[Config], None]) -> None:
    # SQLite changes a table by copying it; with foreign keys on, dropping the old one would
    # delete the rows that point to it.
    engine = create_engine(url, foreign_keys=False)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(lambda sync: _run_alone(sync, run))
    finally:
        await engine.dispose()


def _run_alone(connection: Connection, run: Callable[[Config], None]) -> None:
    # Two processes may start at once. SQLite's write lock is held already.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    run(config_for(connection))
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"The migration would break {len(broken)} references; undone.")


def _state(connection: Connection) -> SchemaState:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        # Alembic's own empty table stays after everything was taken back.
        others = set(inspect(connection).get_table_names()) - {"alembic_version"}
        return SchemaState.UNKNOWN if others else SchemaState.EMPTY
    scripts = ScriptDirectory.from_config(config_for(connection))
    if revision == scripts.get_current_head():
        return SchemaState.CURRENT
    known = {script.revision for script in scripts.walk_revisions()}
    return SchemaState.BEHIND if revision in known else SchemaState.UNKNOWN
