"""A console to type commands at: what they print, what they complain of, how they end."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.settings import PREFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on stdout."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON objects on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def complaint(self) -> str:
        """The one sentence on stderr, without the name of the program."""
        (line,) = self.err.splitlines()
        name, _, sentence = line.partition(": ")
        assert name == "earmark"
        return sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Types commands into `bot.cli.main`, in this process."""

    capture: pytest.CaptureFixture[str]

    def __call__(self, *words: str | Path) -> Ran:
        self.capture.readouterr()
        status = main([str(word) for word in words])
        told = self.capture.readouterr()
        return Ran(status=status, out=told.out, err=told.err)

    def json(self, *words: str | Path) -> Any:
        """Type a command that must succeed, and return what it prints for programs."""
        ran = self(*words, "--json")
        assert (ran.status, ran.err) == (0, "")
        return ran.json


def fresh_environment(environment: pytest.MonkeyPatch, folder: Path, database_url: str) -> None:
    """Forget the settings of whoever runs the tests, and work in `folder`."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        environment.delenv(name)
    environment.chdir(folder)
    environment.setenv("EARMARK_DATABASE_URL", database_url)
    environment.setenv("EARMARK_DATA_DIR", str(folder / "data"))
    # Wide enough that no sentence is broken where a test looks for it.
    environment.setenv("COLUMNS", "200")
