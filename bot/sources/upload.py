"""An artist's own file: checked when it comes, kept only until it is scored."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.errors import UnusableAudioError
from db import spool
from scoring.containers import identify
from scoring.errors import AudioError

MAX_BYTES = 25 * 2**20


class Spool:
    """Accepted files that wait to be scored, each under the SHA-256 of its content.

    They are in the database: a file is accepted in the commit of its submission, and whichever
    machine takes the work finds it.
    """

    def __init__(
        self, sessions: async_sessionmaker[AsyncSession], *, max_bytes: int = MAX_BYTES
    ) -> None:
        self._sessions = sessions
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

    async def put(self, session: AsyncSession, content: bytes, *, at: datetime) -> str:
        """Keep `content` from the caller's commit on, and return its name."""
        sha256 = hashlib.sha256(content).hexdigest()
        await spool.put(session, sha256=sha256, content=content, at=at)
        return sha256

    async def get(self, sha256: str) -> bytes:
        """Return a kept file, or raise UnusableAudioError where it is gone or damaged."""
        async with self._sessions() as session:
            content = await spool.get(session, sha256=sha256)
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            raise UnusableAudioError(
                "Your file is not here any more. Please send it again.", reason="lost"
            )
        return content

    async def discard(self, session: AsyncSession, sha256: str) -> None:
        await spool.discard(session, sha256=sha256)

    async def sweep(self, session: AsyncSession, *, keep: Collection[str], before: datetime) -> int:
        """Delete what nobody waits for, and return how many files that were.

        Newer ones than `before` may be on their way in.
        """
        return await spool.sweep(session, keep=keep, before=before)
