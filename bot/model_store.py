"""Installed models: a folder for each under the data folder, and one small file that points.

    models/<sha256>/model.onnx, model.json, model.golden.npz
    models/in_use.json          the hashes in the order in which they came into use, last one now

Every file is replaced in one step, a folder's model comes last, and the pointer after that; a
process killed anywhere leaves the model in use that was in use before.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from bot.errors import AlreadyDoneError, SettingsError
from bot.settings import Settings
from scoring import card

# Stands in the pointer for the model that came with Earmark.
PACKAGED = "packaged"
MODEL = "model.onnx"
POINTER = "in_use.json"
_PART = ".part"
_LOCK = ".lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """`path` is None for the model that came with Earmark."""

    sha256: str
    path: Path | None
    in_use: bool


class ModelStore:
    """The models under `folder`, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def in_use(self) -> Path | None:
        """Return the model file in use, or None for the one that came with Earmark."""
        return self._path(self._history()[-1])

    def install(self, files: Mapping[str, bytes], *, sha256: str) -> None:
        """Keep a model's files (by name, such as `model.onnx`) and put the model into use."""
        folder = self._folder / sha256
        # The model itself comes last: a folder without one counts as no model.
        names = sorted(files, key=lambda name: name == MODEL)
        with self._alone():
            folder.mkdir(exist_ok=True)
            for name in names:
                self._replace(folder / name, files[name])
            history = self._history()
            if history[-1] != sha256:
                self._point([*history, sha256])

    def roll_back(self) -> Path | None:
        """Put the model before this one back into use, and return it as `in_use` does."""
        with self._alone():
            before = self._history()[:-1]
            if not before:
                raise AlreadyDoneError(
                    "The model that came with Earmark is in use; there is none to go back to."
                )
            path = self._path(before[-1])
            if path is not None and not path.is_file():
                raise SettingsError(
                    f"The model before this one is gone from {path.parent}. Put another one into"
                    " use: earmark model use FILE.onnx"
                )
            self._point(before)
        return path

    def all(self) -> tuple[Installed, ...]:
        """Return the model that came with Earmark, then the installed ones, the oldest first."""
        current = self._history()[-1]
        found = sorted(self._folder.glob(f"*/{MODEL}"), key=lambda path: path.stat().st_mtime)
        names = [PACKAGED, *(path.parent.name for path in found if _is_name(path.parent.name))]
        return tuple(
            Installed(sha256=name, path=self._path(name), in_use=name == current) for name in names
        )

    def _path(self, name: str) -> Path | None:
        return None if name == PACKAGED else self._folder / name / MODEL

    def _history(self) -> list[str]:
        """Return the names that were in use, the present one last; it is never empty."""
        pointer = self._folder / POINTER
        try:
            text = pointer.read_text(encoding="utf-8")
        except FileNotFoundError:
            return [PACKAGED]
        except OSError as error:
            raise SettingsError(f"{pointer} cannot be read: {error.strerror}.") from error
        names = _names(text)
        if not names:
            raise SettingsError(
                f"{pointer} does not say which model is in use. Delete it, and the model that came"
                " with Earmark is."
            )
        return names

    def _point(self, history: list[str]) -> None:
        self._replace(self._folder / POINTER, json.dumps({"history": history}).encode())

    def _replace(self, path: Path, content: bytes) -> None:
        part = self._folder / _PART
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        # The new name has to outlive a power cut too.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time change the store; the lock dies with its process."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / _LOCK).open("wb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise SettingsError(
                f"The models under {self._folder} cannot be changed: {error.strerror}."
            ) from error


def packaged_model() -> Path:
    return Path(str(resources.files("scoring.models") / "earmark.onnx"))


def store_of(settings: Settings) -> ModelStore:
    return ModelStore(settings.data_dir / "models")


def model_in_use(settings: Settings) -> Path:
    """Return the model to load: the one of EARMARK_MODEL_FILE, the installed, the packaged one."""
    return settings.model_file or store_of(settings).in_use() or packaged_model()


def version_of(onnx: Path) -> str:
    """Return a model's version by its card alone: that costs no model, and no onnxruntime."""
    return card.parse(card.read(onnx)).version


def _names(text: str) -> list[str]:
    """Return the history that a pointer file holds, or nothing where it is none."""
    try:
        names = json.loads(text)["history"]
    except (ValueError, KeyError, TypeError):
        return []
    # A name is a folder below the store, so nothing but a hash may be one.
    return names if isinstance(names, list) and all(map(_is_name, names)) else []


def _is_name(name: object) -> bool:
    if not isinstance(name, str):
        return False
    return name == PACKAGED or (len(name) == 64 and set(name) <= set("0123456789abcdef"))
