"""An artist's own file: checked when it comes, kept on disk only until it is scored."""

import hashlib
import os
import re
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import SettingsError, UnusableAudioError
from scoring.containers import identify
from scoring.errors import AudioError

MAX_BYTES = 25 * 2**20

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Spool:
    """Accepted files that wait to be scored, each under the SHA-256 of its content.

    A file is on disk, whole, before anybody is told that it was accepted.
    """

    def __init__(self, root: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self._root = root
        self._max_bytes = max_bytes

    def check(self, content: bytes) -> None:
        """Raise UnusableAudioError where `content` is too large, no audio, or cut off."""
        if len(content) > self._max_bytes:
            raise UnusableAudioError(
                f"That file is larger than {self._max_bytes / 2**20:.0f} MiB. Send a shorter one,"
                " or an mp3.",
                reason="too_large",
            )
        try:
            identify(content)
        except AudioError as error:
            raise UnusableAudioError(str(error), reason=error.kind) from error

    def put(self, content: bytes) -> str:
        """Keep `content` so that it survives a crash of the process or the machine."""
        sha256 = hashlib.sha256(content).hexdigest()
        with _usable(self._root):
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            # mkstemp's files are for their owner only.
            handle, unfinished = tempfile.mkstemp(dir=self._root, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(unfinished).replace(self._root / sha256)
            except BaseException:
                Path(unfinished).unlink(missing_ok=True)
                raise
            self._sync_folder()
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return a kept file, or raise UnusableAudioError where it is gone or damaged."""
        path = self._path(sha256)
        with _usable(self._root):
            content = path.read_bytes() if path.exists() else b""
        if hashlib.sha256(content).hexdigest() != sha256:
            raise UnusableAudioError(
                "Your file is not here any more. Please send it again.", reason="lost"
            )
        return content

    def discard(self, sha256: str) -> None:
        with _usable(self._root):
            self._path(sha256).unlink(missing_ok=True)

    def sweep(self, *, keep: Collection[str], before: datetime) -> int:
        """Delete what nobody waits for, and return how many files that were.

        A killed process leaves such files. Newer ones than `before` may be on their way in.
        """
        swept = 0
        with _usable(self._root):
            for path in sorted(self._root.glob("*")):
                since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                if path.name not in keep and since < before:
                    path.unlink(missing_ok=True)
                    swept += 1
        return swept

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is no SHA-256")
        return self._root / sha256

    def _sync_folder(self) -> None:
        """Write the new name to disk, too: a rename alone may be lost with the power."""
        folder = os.open(self._root, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _usable(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingsError(
            f"The folder {root} for waiting files cannot be used: {error.strerror}."
            " The operator should check EARMARK_DATA_DIR and the disk."
        ) from error
