"""What time makes due, and the doing of it: each chore has a name, and is done once under it."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.workflow.services import Clock, OwnFiles, Sessions
from db import exposures, outbox, posts, services, submissions

log = logging.getLogger(__name__)

# How long what is done with is kept.
_JOBS: Final = timedelta(days=7)
_MESSAGES: Final = timedelta(days=30)
_POSTS: Final = timedelta(days=180)
_EXPOSURES: Final = timedelta(days=365)
# The longest budget of a service is a day.
_CALLS: Final = timedelta(days=2)
# A younger file may belong to a submission that is being committed.
_ON_ITS_WAY: Final = timedelta(hours=1)

# Of the whole desk, not of one workspace.
EVERYWHERE: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """A piece of work that is due. Its id names the period, so it is done once for it."""

    id: str
    kind: str
    workspace_id: int = EVERYWHERE
    subject_id: int = 0
    period: str = ""


class Chores:
    """`sweep_jobs` deletes what the engine has finished before a moment."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        files: OwnFiles,
        now: Clock,
        sweep_jobs: Callable[[datetime], Awaitable[int]],
    ) -> None:
        self._sessions = sessions
        self._files = files
        self._now = now
        self._sweep_jobs = sweep_jobs

    async def due(self, session: AsyncSession, now: datetime) -> list[Chore]:
        """Return what is due now, in all workspaces; some of it may be done or begun already."""
        del session
        return [Chore(id=f"retention:{now:%Y-%m-%d}", kind="retention")]

    async def do(self, chore: Chore) -> None:
        match chore.kind:
            case "retention":
                await self._delete_old()
            case _:
                raise LookupError(f"nobody here knows how to do {chore.kind}")

    async def _delete_old(self) -> None:
        now = self._now()
        async with self._sessions.begin() as session:
            await services.sweep(session, now=now, calls_before=now - _CALLS)
            await outbox.sweep(session, done_before=now - _MESSAGES)
            await posts.sweep(session, changed_before=now - _POSTS)
            await exposures.sweep(session, shown_before=now - _EXPOSURES)
            awaited = await submissions.awaited_files(session)
        self._files.sweep(keep=awaited, before=now - _ON_ITS_WAY)
        await self._sweep_jobs(now - _JOBS)
        log.info("what was kept long enough is deleted")
