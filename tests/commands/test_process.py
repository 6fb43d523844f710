"""`earmark process` and the files that artists sent."""

import os
from pathlib import Path

import pytest

from tests.commands.console import Console

# Long before now: whoever put the file there has been gone for years.
LONG_AGO = 1_000_000_000


@pytest.fixture
def spool(folder: Path) -> Path:
    spool = folder / "data" / "spool"
    spool.mkdir(parents=True)
    return spool


def test_a_file_that_nobody_waits_for_is_deleted(earmark: Console, spool: Path) -> None:
    left, young = spool / ("a" * 64), spool / ("b" * 64)
    for path in (left, young):
        path.write_bytes(b"somebody's song")
    os.utime(left, (LONG_AGO, LONG_AGO))

    earmark.json("process")

    assert not left.exists()
    assert young.exists()
