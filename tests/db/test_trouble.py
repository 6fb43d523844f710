"""What is said of a database that does not let us in; never its password."""

import socket
import sqlite3
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from db import schema
from db.engine import without_password
from db.trouble import UnreachableError, reaching
from tests.conftest import PostgresServer

PASSWORD = "correct-horse"  # noqa: S105 - opens nothing
POSTGRES = f"postgresql://me:{PASSWORD}@db.example/earmark"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionRefusedError(111, "Connect call failed ('10.0.0.1', 5432)"), "Connection ref"),
        (TimeoutError(), "it does not answer in time"),
        (OSError("something odd"), "something odd"),
        (DatabaseError("SELECT 1", {}, sqlite3.DatabaseError("file is not a database")), "file is"),
    ],
)
def test_every_refusal_is_a_sentence_with_the_host_and_the_reason(
    error: Exception, reason: str
) -> None:
    with pytest.raises(UnreachableError) as caught, reaching(POSTGRES):
        raise error

    assert str(caught.value).startswith("The PostgreSQL database on db.example cannot be used: ")
    assert reason in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert caught.value.__cause__ is error


def test_a_name_that_no_server_has_is_told() -> None:
    with pytest.raises(UnreachableError, match="Name or service not known"), reaching(POSTGRES):
        raise socket.gaierror(-2, "Name or service not known")


def test_what_is_no_refusal_passes_through() -> None:
    with pytest.raises(KeyError), reaching(POSTGRES):
        raise KeyError("mine")


async def test_a_folder_is_no_database_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}"

    with pytest.raises(UnreachableError, match="cannot be used: Is a directory"), reaching(url):
        await schema.upgrade(url)


async def test_a_server_without_the_database_says_so(postgres: PostgresServer) -> None:
    url = postgres.get_uri("nowhere")

    with pytest.raises(UnreachableError, match='"nowhere" does not exist'), reaching(url):
        await schema.state(url)


async def test_without_the_driver_the_package_to_install_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # None in the table of modules is how Python says that there is no such module.
    monkeypatch.setitem(sys.modules, "asyncpg", None)

    with pytest.raises(UnreachableError, match=r"'earmark\[postgres\]'"), reaching(POSTGRES):
        await schema.state(POSTGRES)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///earmark.db", "sqlite:///earmark.db"),
        ("postgresql://me@host/earmark", "postgresql://me@host/earmark"),
        (POSTGRES, "postgresql+asyncpg://me:***@db.example/earmark"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown
