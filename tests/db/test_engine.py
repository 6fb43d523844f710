import asyncio
import stat
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from db import workspaces
from db.engine import create_engine, normalise_url, read_only_sessions, sessions, sqlite_path
from tests.db.desk import NOW


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite:///x.db"),
        ("sqlite+aiosqlite:////var/lib/x.db", "sqlite+aiosqlite:////var/lib/x.db"),
        ("postgres://me@host/x", "postgresql+asyncpg://me@host/x"),
        ("postgresql://me:p%40ss@host:5433/x", "postgresql+asyncpg://me:p%40ss@host:5433/x"),
        ("postgresql+asyncpg://me@host/x", "postgresql+asyncpg://me@host/x"),
        ("postgresql://me@/x?host=/run/pg", "postgresql+asyncpg://me@/x?host=%2Frun%2Fpg"),
        ("postgres://me@host/x?sslmode=require", "postgresql+asyncpg://me@host/x?ssl=require"),
    ],
)
def test_a_url_gets_the_driver_we_use(url: str, normal: str) -> None:
    assert normalise_url(url) == normal
    assert normalise_url(normal) == normal


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("", "cannot be read"),
        ("earmark.db", "cannot be read"),
        ("postgresql://me:secret@host:port/x", "cannot be read"),
        ("mysql://me@host/x", "does not run on 'mysql'"),
        ("postgresql+psycopg://me@host/x", r"does not run on 'postgresql\+psycopg'"),
        ("sqlite://", "would forget every submission"),
        ("sqlite:///:memory:", "would forget every submission"),
    ],
)
def test_another_url_is_refused_in_a_sentence_without_its_password(
    url: str, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint) as refusal:
        normalise_url(url)

    assert str(refusal.value).endswith(".")
    assert "secret" not in str(refusal.value)


def test_only_sqlite_has_a_file() -> None:
    assert sqlite_path("sqlite:///data/x.db") == Path("data/x.db")
    assert sqlite_path("postgresql://me@host/x") is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
async def test_nobody_else_may_read_the_sqlite_files(tmp_path: Path) -> None:
    path = tmp_path / "new" / "earmark.db"
    engine = create_engine(f"sqlite:///{path}")
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE t (x INTEGER)"))
        rights = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    await engine.dispose()

    assert rights == dict.fromkeys(["earmark.db", "earmark.db-wal", "earmark.db-shm"], 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_making_an_engine_makes_no_file(tmp_path: Path) -> None:
    create_engine(f"sqlite:///{tmp_path / 'x.db'}")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("busy_timeout", 10_000), ("synchronous", 1)],
)
async def test_sqlite_is_set_up_for_several_writers(
    sqlite_url: str, pragma: str, value: object
) -> None:
    engine = create_engine(sqlite_url)
    async with engine.connect() as connection:
        found = await connection.scalar(text(f"PRAGMA {pragma}"))
    await engine.dispose()

    assert found == value


async def test_writers_that_read_first_queue_up_and_none_fails(
    make_session: async_sessionmaker[AsyncSession],
) -> None:
    async def read_and_write(number: int) -> None:
        async with make_session.begin() as session:
            await workspaces.by_name(session, name="none")
            await workspaces.ensure(session, name=f"w{number}", now=NOW)

    await asyncio.gather(*(read_and_write(number) for number in range(12)))

    async with make_session() as session:
        assert await session.scalar(text("SELECT count(*) FROM workspaces")) == 12


async def test_first_connections_at_the_same_moment_do_not_lock_each_other_out(
    tmp_path: Path,
) -> None:
    engines = [create_engine(f"sqlite:///{tmp_path / 'x.db'}") for _ in range(6)]

    async def first_look(engine: AsyncEngine) -> object:
        async with engine.connect() as connection:
            return await connection.scalar(text("PRAGMA journal_mode"))

    modes = await asyncio.gather(*(first_look(engine) for engine in engines))
    for engine in engines:
        await engine.dispose()

    assert modes == ["wal"] * 6


async def test_a_reader_does_not_wait_for_a_writer(engine: AsyncEngine) -> None:
    async with sessions(engine).begin() as writer:
        await workspaces.ensure(writer, name="half done", now=NOW)
        async with read_only_sessions(engine)() as reader:
            seen = await workspaces.by_name(reader, name="half done")

    assert seen is None


async def test_a_reading_session_cannot_write_and_leaves_no_trace(engine: AsyncEngine) -> None:
    async with read_only_sessions(engine)() as reader:
        with pytest.raises(DBAPIError, match=r"readonly database|read-only transaction"):
            await workspaces.ensure(reader, name="mine", now=NOW)

    async with sessions(engine).begin() as writer:
        assert (await workspaces.ensure(writer, name="mine", now=NOW)).name == "mine"


async def test_what_a_session_loaded_can_be_used_after_the_commit(
    make_session: async_sessionmaker[AsyncSession],
) -> None:
    async with make_session.begin() as session:
        workspace = await workspaces.ensure(session, name="desk", now=NOW)

    assert workspace.name == "desk"
    assert workspace.created_at + timedelta(0) == NOW
