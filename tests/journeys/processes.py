"""`earmark demo` as a process of its own, and its database as seen from outside."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from db.status import WAITING

_LOOK_EVERY = 0.01


def start_demo(database: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot", "demo", "--json", "--db", f"sqlite:///{database}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What stands in the database: the status of each submission by its id, and kept files."""

    statuses: dict[str, str]
    files: int = 0

    def waiting(self) -> set[str]:
        return {code for code, status in self.statuses.items() if status in WAITING}

    def answered(self) -> int:
        return len(self.statuses) - len(self.waiting())


def look(database: Path) -> Seen:
    """Read the database as it was last committed, through no code of ours."""
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    except sqlite3.OperationalError:
        return Seen(statuses={})
    try:
        rows = connection.execute("SELECT code, status FROM submissions").fetchall()
        (files,) = connection.execute("SELECT count(*) FROM spool").fetchone()
    except sqlite3.OperationalError:
        # The tables are not there yet.
        return Seen(statuses={})
    finally:
        connection.close()
    return Seen(statuses=dict(rows), files=files)


def kill_when(
    process: subprocess.Popen[str], condition: Callable[[], bool], *, seconds: float = 60
) -> bool:
    """Kill the process at the first look that finds `condition`; False where it ended before."""
    with process:
        try:
            for _ in range(round(seconds / _LOOK_EVERY)):
                if condition():
                    return True
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=_LOOK_EVERY)
                    return False
        finally:
            process.kill()
    raise AssertionError(f"nothing of the kind happened within {seconds} s")
