"""Where the engine keeps its jobs: beside our SQLite file, or in a schema of our PostgreSQL."""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer
from sqlalchemy import make_url

from db.engine import normalise_url, sqlite_path

APP_NAME: Final = "earmark"
# JSON, so that another process, or a later Earmark, reads what this one wrote; the library's own
# default is pickle.
SERIALIZER: Final = DBOSPortableJSONSerializer()


def jobs_url(database_url: str) -> str:
    """Return the URL of the engine's own tables for the database that Earmark runs on.

    >>> jobs_url("sqlite:///desk/earmark.db")
    'sqlite:///desk/earmark-jobs.db'
    """
    path = sqlite_path(database_url)
    if path is not None:
        return f"sqlite:///{path.with_name(f'{path.stem}-jobs{path.suffix}')}"
    url = make_url(normalise_url(database_url)).set(drivername="postgresql")
    mode = url.query.get("ssl")
    if mode is not None:
        url = url.difference_update_query(["ssl"]).update_query_dict({"sslmode": str(mode)})
    return url.render_as_string(hide_password=False)


def prepare(url: str) -> None:
    """Make the engine's tables where they are missing; it takes a moment, off the event loop."""
    quiet_log()
    path = sqlite_path(url)
    if path is not None:
        _open_in_wal(path)
    DBOS.migrate(url)


def connect(url: str) -> DBOSClient:
    """Return a client of a prepared store; it can ask and enqueue, and runs nothing itself."""
    quiet_log()
    return DBOSClient(
        system_database_url=url, serializer=SERIALIZER, application_name=APP_NAME, lazy=True
    )


def quiet_log() -> None:
    """Let the engine's log go the way of ours: by itself it prints on stderr, in its own form."""
    log = logging.getLogger("dbos")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    log.setLevel(logging.WARNING)


def _open_in_wal(path: Path) -> None:
    # The engine would open the file with SQLite's default journal, which makes each commit wait
    # for the disk twice. The mode stays with the file.
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
