"""Why a database does not let us in, in words that hold no secret."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from db.engine import normalise_url, sqlite_path


class UnreachableError(Exception):
    """`str(error)` is a sentence. The URL is not in it: it may hold a password."""


@contextmanager
def reaching(url: str) -> Iterator[None]:
    """Turn what a driver raises while it opens the database at `url` into UnreachableError."""
    refusals: tuple[type[Exception], ...] = (OSError, DBAPIError, *_asyncpg_errors())
    try:
        yield
    except refusals as error:
        raise UnreachableError(f"{_place(url)}: {_reason(error)}.") from error
    except ModuleNotFoundError as error:
        raise UnreachableError(
            "PostgreSQL needs one package more: pip install 'earmark[postgres]'."
        ) from error


def _asyncpg_errors() -> tuple[type[Exception], ...]:
    # SQLAlchemy does not translate what the driver raises before there is a connection, and the
    # driver is an extra.
    if find_spec("asyncpg") is None:
        return ()
    asyncpg = import_module("asyncpg")
    return (asyncpg.PostgresError, asyncpg.InterfaceError)


def _place(url: str) -> str:
    path = sqlite_path(url)
    if path is not None:
        return f"The database file {path} cannot be used"
    host = make_url(normalise_url(url)).host or "this machine"
    return f"The PostgreSQL database on {host} cannot be used"


def _reason(error: Exception) -> str:
    if isinstance(error, DBAPIError):
        return str(error.orig).rstrip(".")
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        # asyncio writes the address into its text, and no words for what went wrong.
        return os.strerror(error.errno)
    # A look-up of a name has numbers of its own, below 0, and words that are fit to be read.
    return str(getattr(error, "strerror", None) or error).rstrip(".")
