"""Whole flows: processes of their own, databases that outlive them, services that fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sandbox.server import Sandbox, run_in_thread
from tests.commands.console import Console, fresh_environment


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder in which the commands run, with a desk that is not set up yet."""
    fresh_environment(monkeypatch, tmp_path, f"sqlite:///{tmp_path}/earmark.db")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def earmark(capsys: pytest.CaptureFixture[str]) -> Console:
    return Console(capture=capsys)


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Stand-ins for all services, with the settings pointed at them."""
    with run_in_thread() as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def maker(
    sqlite_sessions: async_sessionmaker[AsyncSession],
) -> async_sessionmaker[AsyncSession]:
    """The database of a flow within this process; those that are killed in have both kinds."""
    return sqlite_sessions
