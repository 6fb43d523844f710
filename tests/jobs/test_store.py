"""Where the engine keeps its jobs."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.jobs.port import go_id, go_number
from bot.jobs.store import jobs_url, prepare
from db.goes import Go


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("sqlite:////desk/earmark.db", "sqlite:////desk/earmark-jobs.db"),
        ("sqlite:///earmark", "sqlite:///earmark-jobs"),
        ("postgres://me:pw@host:5433/earmark", "postgresql://me:pw@host:5433/earmark"),
        (
            "postgresql+asyncpg://me@host/earmark?ssl=require",
            "postgresql://me@host/earmark?sslmode=require",
        ),
        (
            "postgresql://me@/earmark?host=/run/postgresql",
            "postgresql://me@/earmark?host=%2Frun%2Fpostgresql",
        ),
    ],
)
def test_one_setting_moves_the_engine_with_our_tables(ours: str, theirs: str) -> None:
    assert jobs_url(ours) == theirs


def test_the_engines_file_is_private_and_in_wal(tmp_path: Path) -> None:
    path = tmp_path / "desk" / "earmark-jobs.db"
    prepare(f"sqlite:///{path}")
    prepare(f"sqlite:///{path}")

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_go_is_known_by_the_name_of_its_job() -> None:
    go = Go(workspace_id=3, submission_id=7, number=12)

    assert go_number(go_id(go)) == (7, 12)
    assert go_number("digest:1:2026-W47") is None
    assert go_number("score:7") is None
