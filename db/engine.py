"""Connections to the two databases that Earmark runs on: a SQLite file, or PostgreSQL."""

import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}

_BUSY_SECONDS = 10
# asyncpg alone would wait a minute for a server that is not there.
_CONNECT_SECONDS = 10
_WAL_TRIES = 10

# Marks transactions that only read: `read_only_sessions` sets it.
_READ_ONLY = "earmark_read_only"


def normalise_url(url: str) -> str:
    """Return `url` with the driver we use, or raise ValueError with a sentence.

    >>> normalise_url("postgres://me@host/earmark")
    'postgresql+asyncpg://me@host/earmark'
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        # The text may hold a password, so it is not repeated.
        raise ValueError(
            "The database URL cannot be read; write sqlite:///earmark.db"
            " or postgresql://user@host/earmark."
        ) from error
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise ValueError(
            f"Earmark does not run on {parsed.drivername!r}; write sqlite:///earmark.db"
            " or postgresql://user@host/earmark."
        )
    if driver.startswith("sqlite") and parsed.database in {None, "", ":memory:"}:
        raise ValueError(
            "A database in memory would forget every submission; name a file, as in"
            " sqlite:///earmark.db."
        )
    parsed = _without_libpq_options(parsed.set(drivername=driver))
    return parsed.render_as_string(hide_password=False)


def without_password(url: str) -> str:
    """Return `url` as it may be printed.

    >>> without_password("postgres://me:secret@host/earmark")
    'postgresql+asyncpg://me:***@host/earmark'
    """
    parsed = make_url(normalise_url(url))
    return url if parsed.password is None else parsed.render_as_string(hide_password=True)


def sqlite_path(url: str) -> Path | None:
    """Return the file of a SQLite `url`, or None for PostgreSQL."""
    parsed = make_url(normalise_url(url))
    if parsed.get_backend_name() != "sqlite" or parsed.database is None:
        return None
    return Path(parsed.database)


def create_engine(url: str, *, foreign_keys: bool = True) -> AsyncEngine:
    """Return an engine for `url`; nothing is opened before the first statement.

    Without `foreign_keys`, SQLite checks none: migrations rebuild tables and need that.
    """
    path = sqlite_path(url)
    if path is None:
        return create_async_engine(
            normalise_url(url), pool_pre_ping=True, connect_args={"timeout": _CONNECT_SECONDS}
        )
    engine = create_async_engine(
        normalise_url(url),
        # Python's sqlite3 would open transactions by its own rules; `_begin` opens them by ours.
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
    )
    _prepare_sqlite(engine, path, foreign_keys=foreign_keys)
    return engine


def sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Return the maker of sessions that may write; `async with sessions.begin()` commits."""
    return async_sessionmaker(engine, expire_on_commit=False)


def read_only_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Return the maker of sessions that cannot write and never wait for a writer."""
    reading = engine.execution_options(**{_READ_ONLY: True})
    if engine.dialect.name == "postgresql":
        reading = engine.execution_options(postgresql_readonly=True)
    return async_sessionmaker(reading, expire_on_commit=False)


@asynccontextmanager
async def reading(maker: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """Open one session of `maker` that cannot write and never waits for a writer."""
    async with maker() as session:
        _ = await session.connection(
            execution_options={_READ_ONLY: True, "postgresql_readonly": True}
        )
        yield session


def _without_libpq_options(url: URL) -> URL:
    # Hosted databases hand out libpq URLs; asyncpg knows `sslmode` as `ssl`.
    if "sslmode" not in url.query:
        return url
    mode = url.query["sslmode"]
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})


def _prepare_sqlite(engine: AsyncEngine, path: Path, *, foreign_keys: bool) -> None:
    @event.listens_for(engine.sync_engine, "do_connect")
    def _make_private(*_: object) -> None:
        # Links and names of people are in it. SQLite gives the -wal and -shm files the same mode.
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))

    @event.listens_for(engine.sync_engine, "connect")
    def _set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        _use_wal(cursor)
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later fails with "database is locked" when
        # another wrote in between, however long it waits. So writers queue up at the start.
        read_only = connection.get_execution_options().get(_READ_ONLY, False)
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _use_wal(cursor: DBAPICursor) -> None:
    """Let readers and one writer work side by side; the file remembers it.

    Two connections that switch a new file at the same moment do not wait for each other: one is
    told "database is locked" at once. It looks again, and finds the file switched.
    """
    for _ in range(_WAL_TRIES):
        cursor.execute("PRAGMA journal_mode")
        if cursor.fetchone() == ("wal",):
            return
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA journal_mode=WAL")
