"""A console in a folder of its own, with an empty desk and no service to ask."""

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from bot.cli import main
from bot.sandbox.server import Sandbox, run_in_thread
from tests.commands.console import Console, fresh_environment
from tests.commands.desk_commands import NIGHT, SHORT


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_url: str) -> Path:
    """The folder in which the commands run."""
    fresh_environment(monkeypatch, tmp_path, sqlite_url)
    # Port 9 throws everything away: no test asks the real services by accident.
    for name in ("SPOTIFY_API_URL", "SPOTIFY_OEMBED_URL", "DEEZER_URL", "ITUNES_URL"):
        monkeypatch.setenv(f"EARMARK_{name}", "http://127.0.0.1:9")
    return tmp_path


@pytest.fixture
def earmark(capsys: pytest.CaptureFixture[str]) -> Console:
    return Console(capture=capsys)


@pytest.fixture(scope="session")
def stand_ins() -> Iterator[Sandbox]:
    with run_in_thread() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(stand_ins: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The stand-ins for all services, with the settings pointed at them."""
    for name, value in stand_ins.environment().items():
        monkeypatch.setenv(name, value)
    yield stand_ins
    stand_ins.clear_faults()


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> tuple[Path, str]:
    """A database in which one scored submission of Lia's waits, and its id; made once, to copy."""
    folder = tmp_path_factory.mktemp("filled")
    path = Path(shutil.copy(sqlite_template, folder / "earmark.db"))
    words = ["submit", str(SHORT), "--playlist", NIGHT, "--as", "Lia", "--title", "Second Wind"]
    with pytest.MonkeyPatch.context() as environment, redirect_stdout(io.StringIO()) as out:
        fresh_environment(environment, folder, f"sqlite:///{path}")
        assert main([*words, "--json"]) == 0
    return path, json.loads(out.getvalue())["id"]


@pytest.fixture
def waiting(sqlite_url: str, filled: tuple[Path, str]) -> str:
    """The id of a scored submission of Lia's that waits in the queue."""
    path, code = filled
    shutil.copy(path, sqlite_url.removeprefix("sqlite:///"))
    return code
