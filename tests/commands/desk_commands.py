"""Submissions made at the console, for the tests of its commands."""

from pathlib import Path
from typing import Any

from bot.sandbox.bundled import clip
from bot.sandbox.server import Sandbox
from tests.commands.console import Console

NIGHT = "Night Drive"
SHORT = clip("caribbean_8s.ogg").path


def link_to(sandbox: Sandbox, title: str) -> str:
    return sandbox.catalogue.titled(title).spotify_url


def submit(earmark: Console, what: str | Path, *more: str, name: str = "Lia") -> Any:
    return earmark.json("submit", what, "--playlist", NIGHT, "--as", name, *more)
