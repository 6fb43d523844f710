"""The bundled clips: freely licensed music, see clips/LICENCES.md."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("clips")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One cut of a real recording; `start_s` is where it begins in the original."""

    file: str
    title: str
    artist: str
    author: str
    licence: str
    package: str
    version: str
    taken_from: tuple[str, ...]
    start_s: int
    seconds: float
    sample_rate: int
    kind: str
    sha256: str

    @property
    def path(self) -> Path:
        return _FOLDER / self.file

    @property
    def content_type(self) -> str:
        return "audio/mpeg" if self.file.endswith(".mp3") else "audio/ogg"


@cache
def bundled_clips() -> tuple[Clip, ...]:
    """Return all bundled clips, in the order of the manifest."""
    rows = json.loads((_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return tuple(Clip(**{**row, "taken_from": tuple(row["taken_from"])}) for row in rows)


def clip(file: str) -> Clip:
    """Return the clip of this file name, or raise KeyError."""
    return {each.file: each for each in bundled_clips()}[file]
