"""The scorer in processes of its own: a file can stop its process, and nothing else.

Why not a library's pool: multiprocessing, and what is built on it (concurrent.futures, pebble,
loky, anyio), imports the main module again in each process. Earmark may be mounted into a bot
that somebody else wrote, and that would start a second bot. A process of `asyncio` is started by
its own command line, and needs no thread here.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.errors import ScorerDownError
from bot.hearing.deaths import blame, try_again
from bot.hearing.worker import DiedError, Worker
from bot.model_store import version_of
from scoring.analysis import Analysis

log = logging.getLogger(__name__)

SCORER = "scoring.scorer:Scorer.load"
"""The dotted name of what makes a scorer of a model file."""

# A killed process is gone in milliseconds, unless the machine's disk or kernel is stuck.
_GONE_S = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many files are heard at once, and what one of them may take."""

    processes: int
    memory_mib: int
    seconds: float


class HearingPool:
    """Scores in at most `limits.processes` processes; each starts when it is first needed.

    Made, used and closed on one event loop.
    """

    def __init__(
        self, model_file: Callable[[], Path], *, limits: Limits, scorer: str = SCORER
    ) -> None:
        self._model_file = cache(model_file)
        self._version = cache(lambda: version_of(self._model_file()))
        self._limits = limits
        self._scorer = scorer
        self._room = asyncio.Semaphore(limits.processes)
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._closed = False

    @property
    def model_version(self) -> str:
        return self._version()

    @property
    def pids(self) -> frozenset[int]:
        """The processes that are there now."""
        return frozenset(worker.pid for worker in self._all if worker.alive)

    async def score(self, content: bytes) -> Analysis:
        """Return the analysis of a clip, or raise UnusableAudioError.

        ModelError or ScorerDownError where nothing can be heard at all. A call that is cancelled
        ends the process that was busy with it.
        """
        if self._closed:
            raise ScorerDownError("Earmark is stopping")
        limits, tries = self._limits, 0
        async with self._room:
            while True:
                tries += 1
                async with self._lend() as worker:
                    before = worker.heard
                    try:
                        return await worker.score(content, within_s=limits.seconds)
                    except DiedError as died:
                        worker.kill()
                        self._report(worker, died)
                        if not try_again(died.death, heard_before=before, tries=tries):
                            raise blame(
                                died.death, memory_mib=limits.memory_mib, seconds=limits.seconds
                            ) from died

    async def aclose(self) -> None:
        """End all processes, at once; files that are being heard are not heard to their end."""
        if self._closed:
            return
        self._closed = True
        for worker in self._all:
            worker.kill()
        try:
            async with asyncio.timeout(_GONE_S):
                # Whoever was waiting for one of them has seen its end then, and has buried it.
                for _ in range(self._limits.processes):
                    await self._room.acquire()
        except TimeoutError:
            log.error("a scoring process was killed, but does not end")  # noqa: TRY400
        while self._idle:
            await self._bury(self._idle.pop())

    @asynccontextmanager
    async def _lend(self) -> AsyncIterator[Worker]:
        """Lend a warm process, or a new one; what was killed meanwhile does not come back."""
        worker = await self._take()
        try:
            yield worker
        finally:
            if worker.alive:
                self._idle.append(worker)
            else:
                await self._bury(worker)

    async def _take(self) -> Worker:
        if self._closed:
            raise ScorerDownError("Earmark is stopping")
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                return worker
            # Somebody ended it while it had nothing to do.
            await self._bury(worker)
        worker = await Worker.start(
            scorer=self._scorer,
            model_file=self._model_file(),
            memory_mib=self._limits.memory_mib,
        )
        self._all.add(worker)
        try:
            await worker.ready(memory_mib=self._limits.memory_mib)
        except BaseException:
            worker.kill()
            await self._bury(worker)
            raise
        log.info("scoring process pid=%d is ready", worker.pid)
        return worker

    async def _bury(self, worker: Worker) -> None:
        try:
            async with asyncio.timeout(_GONE_S):
                await worker.gone()
        except TimeoutError:
            log.error("scoring process pid=%d was killed, but does not end", worker.pid)  # noqa: TRY400
        self._all.discard(worker)

    def _report(self, worker: Worker, died: DiedError) -> None:
        if not self._closed:
            log.warning(
                "scoring process pid=%d ended: %s\n%s", worker.pid, died.death, died.last_words
            )
