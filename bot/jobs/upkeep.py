"""What every process at work does beside its jobs: a sign of life, dead ones' jobs, the tick."""

import logging
import os
import socket
import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.workflow.chores import Chore
from bot.workflow.services import Clock, Sessions
from db import goes, workers
from db.goes import Go
from db.models import Worker

log = logging.getLogger(__name__)

BEAT: Final = timedelta(seconds=5)
# Silent for so long counts as dead: with one beat more, a take-over within 30 seconds.
DEAD_AFTER: Final = timedelta(seconds=20)
_MINUTE: Final = timedelta(minutes=1)
# A job is begun right after the commit; what is older and not begun was forgotten.
_FORGOTTEN_AFTER: Final = timedelta(minutes=1)

FindDue = Callable[[AsyncSession, datetime], Awaitable[Iterable[Chore]]]
"""Returns the chores of all workspaces that are due at a moment."""


class Jobs(Protocol):
    """Where work is begun; what is asked for twice under one name is done once."""

    async def start_go(self, go: Go, *, confirmed: bool = False) -> None: ...

    async def start_chore(self, chore: Chore) -> None: ...

    async def hand_over(self, executor_id: str) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """This process. `executor_id` is new at every start, `host` names machine and container."""

    executor_id: str
    host: str
    pid: int


def me() -> Me:
    """Return who this process is."""
    return Me(executor_id=uuid.uuid4().hex, host=_host(), pid=os.getpid())


def dead(
    known: Iterable[Worker], *, now: datetime, host: str, alive: Callable[[int], bool]
) -> list[Worker]:
    """Return the processes that are gone: silent for too long, or ended on this very machine."""
    return [
        worker
        for worker in known
        if worker.seen_at <= now - DEAD_AFTER or (worker.host == host and not alive(worker.pid))
    ]


class Upkeep:
    """`find_due` tells what time has made due; `jobs` is where it is begun."""

    def __init__(
        self,
        *,
        me: Me,
        sessions: Sessions,
        jobs: Jobs,
        now: Clock,
        sleep: Callable[[float], Awaitable[None]],
        find_due: FindDue,
    ) -> None:
        self._me = me
        self._sessions = sessions
        self._jobs = jobs
        self._now = now
        self._sleep = sleep
        self._find_due = find_due

    async def run(self) -> None:
        """Go on until cancelled; then say that this process has ended."""
        ticked = None
        try:
            while True:
                try:
                    await self.beat()
                    await self.take_over()
                    minute = self._now().replace(second=0, microsecond=0)
                    if minute != ticked:
                        await self.tick()
                        ticked = minute
                except Exception:
                    # The loop of a worker: a database that is away for a minute must not end it.
                    log.exception("the upkeep failed; it goes on in %s", BEAT)
                await self._sleep(BEAT.total_seconds())
        finally:
            await self.leave()

    async def beat(self) -> None:
        """Say that this process is alive."""
        async with self._sessions.begin() as session:
            await workers.beat(
                session,
                executor_id=self._me.executor_id,
                host=self._me.host,
                pid=self._me.pid,
                now=self._now(),
            )

    async def take_over(self) -> int:
        """Put the jobs of dead processes back into the queue; return how many that were.

        A process that dies in the middle of this is followed by another that does it again.
        """
        now = self._now()
        async with self._sessions.begin() as session:
            gone = dead(await workers.all_known(session), now=now, host=self._me.host, alive=_alive)
            if not gone or not await self._mine_alone(session, "take-over", now + DEAD_AFTER):
                return 0
        jobs = 0
        for worker in gone:
            jobs += await self._jobs.hand_over(worker.executor_id)
            async with self._sessions.begin() as session:
                await workers.forget(session, executor_id=worker.executor_id)
            log.warning("worker=%s is gone; its jobs are taken over", worker.executor_id)
        async with self._sessions.begin() as session:
            await self._mine_alone(session, "take-over", now)
        return jobs

    async def tick(self) -> int:
        """Begin what is due, in one process a minute; return how many jobs that were."""
        now = self._now()
        next_minute = now.replace(second=0, microsecond=0) + _MINUTE
        async with self._sessions.begin() as session:
            if not await self._mine_alone(session, "tick", next_minute):
                return 0
            due = [
                *await goes.due_again(session, now=now),
                *await goes.forgotten(session, before=now - _FORGOTTEN_AFTER),
            ]
            chores = list(await self._find_due(session, now))
        for go in due:
            await self._jobs.start_go(go)
        for chore in chores:
            await self._jobs.start_chore(chore)
        return len(due) + len(chores)

    async def leave(self) -> None:
        """Say that this process has ended, so that nobody waits for its sign of life."""
        async with self._sessions.begin() as session:
            await workers.forget(session, executor_id=self._me.executor_id)

    async def _mine_alone(self, session: AsyncSession, name: str, until: datetime) -> bool:
        return await workers.take_lease(
            session, name=name, holder=self._me.executor_id, now=self._now(), until=until
        )


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def _host() -> str:
    """Return a name that no other machine or container has: process ids mean something in it."""
    namespace = Path("/proc/self/ns/pid")
    boot = Path("/proc/sys/kernel/random/boot_id")
    parts = [socket.gethostname(), f"{uuid.getnode():x}"]
    if boot.exists() and namespace.exists():
        parts += [boot.read_text(encoding="ascii").strip(), str(namespace.stat().st_ino)]
    return ":".join(parts)
