"""The engine of this process: DBOS, launched once, running our jobs on the event loop.

The library is one global instance, so this is the one module that starts and stops it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

from dbos import DBOS, DBOSConfig, SetWorkflowID

from bot.jobs.port import JOBS_VERSION
from bot.jobs.queue import CHORE, QUEUE, SCORE, JobQueue
from bot.jobs.steps import DurableSteps
from bot.jobs.store import APP_NAME, SERIALIZER, connect, prepare
from bot.workflow.chores import Chore, Kind
from bot.workflow.outcome import Processed
from bot.workflow.steps import Steps
from db.goes import Go

# A job that has taken so many processes down with it is left as failed.
_MOST_RECOVERIES: Final = 50
# What this process is asked for starts at once; this is how long a job of another one may wait,
# and how long a stop may wait for the engine's look for messages between jobs: we send none.
_POLL_SECONDS: Final = 1.0
# We schedule by our own tick, so the engine's look at schedules of its own can be rare.
_NEVER_SECONDS: Final = 3600.0
# Of the ten seconds that a stop may take, this is for jobs to finish; the rest is for closing.
_FINISH_SECONDS: Final = 4
_CANCEL_SECONDS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the jobs do: a go at a submission, and a chore that time made due."""

    score: Callable[[Go, bool, Steps], Awaitable[Processed]]
    chore: Callable[[Chore], Awaitable[None]]


@asynccontextmanager
async def open_engine(
    url: str,
    work: Work,
    *,
    executor_id: str,
    at_once: int,
    finish_seconds: int = _FINISH_SECONDS,
) -> AsyncIterator[JobQueue]:
    """Run jobs from the store at `url`, at most `at_once` of the queue's; yield the doors to it.

    At the end nothing new is taken, what runs gets `finish_seconds` to end, and what does not is
    given back.
    """
    own_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine")
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(own_thread, prepare, url)
    DBOS(config=_config(url, executor_id))
    running: set[asyncio.Task[Any]] = set()
    here = _Here(_registered(work, running), at_once=at_once)
    # On the loop's own thread, since the engine runs jobs on the loop it is launched from.
    DBOS.launch()
    await DBOS.register_queue_async(
        QUEUE,
        worker_concurrency=at_once,
        polling_interval_sec=_POLL_SECONDS,
        on_conflict="always_update",
    )
    queue = JobQueue(connect(url), here=here)
    try:
        yield queue
    finally:
        # It takes nothing new from now on, and looks once a second whether the rest has ended.
        patience = finish_seconds + _CANCEL_SECONDS if running else 0
        stopping = loop.run_in_executor(own_thread, _stop, patience)
        await _finish(running, finish_seconds)
        await stopping
        # The engine lent the loop its threads, and they are gone with it.
        loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="after-engine"))
        await queue.hand_over(executor_id)
        await queue.close()
        own_thread.shutdown(wait=False)


class _Here:
    """Starts a job in this very process while there is room, so that nobody waits for a poll."""

    def __init__(self, jobs: Mapping[str, Callable[..., Any]], *, at_once: int) -> None:
        self._jobs = jobs
        self._at_once = at_once
        self._running = 0

    async def start(self, name: str, job_id: str, arguments: tuple[object, ...]) -> bool:
        """Return False where the queue has to take it."""
        if self._running >= self._at_once:
            return False
        self._running += 1
        try:
            with SetWorkflowID(job_id):
                handle = await DBOS.start_workflow_async(self._jobs[name], *arguments)
        except BaseException:
            self._running -= 1
            raise
        task = asyncio.ensure_future(handle.get_result())
        task.add_done_callback(self._ended)
        return True

    def _ended(self, task: "asyncio.Future[Any]") -> None:
        self._running -= 1
        if not task.cancelled():
            # The engine has logged and stored it; here it only must not be reported as unseen.
            task.exception()


def _registered(work: Work, running: "set[asyncio.Task[Any]]") -> Mapping[str, Callable[..., Any]]:
    """Make our work known to the engine by the names that its store holds.

    `running` holds the tasks of jobs while they run.
    """

    async def score(
        workspace_id: int,
        submission_id: int,
        number: int,
        confirmed: bool,  # noqa: FBT001
    ) -> dict[str, object]:
        go = Go(workspace_id=workspace_id, submission_id=submission_id, number=number)
        with _listed(running):
            return (await work.score(go, confirmed, DurableSteps())).to_json()

    async def chore(
        job_id: str, kind: str, workspace_id: int, subject_id: int, period: str
    ) -> None:
        due = Chore(
            id=job_id,
            kind=Kind(kind),
            workspace_id=workspace_id,
            subject_id=subject_id,
            period=period,
        )

        async def once() -> None:
            await work.chore(due)

        with _listed(running):
            await DBOS.run_step_async({"name": kind}, once)

    return {
        name: DBOS.workflow(name=name, max_recovery_attempts=_MOST_RECOVERIES)(function)
        for name, function in ((SCORE, score), (CHORE, chore))
    }


def _config(url: str, executor_id: str) -> DBOSConfig:
    return DBOSConfig(
        name=APP_NAME,
        system_database_url=url,
        sys_db_pool_size=5,
        # Without a version pinned by hand, a hash of the source decides which jobs go on after a
        # deploy.
        application_version=JOBS_VERSION,
        executor_id=executor_id,
        serializer=SERIALIZER,
        enable_otlp=False,
        use_listen_notify=False,
        notification_listener_polling_interval_sec=_POLL_SECONDS,
        scheduler_polling_interval_sec=_NEVER_SECONDS,
        log_level="WARNING",
    )


@contextmanager
def _listed(running: "set[asyncio.Task[Any]]") -> Iterator[None]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a job runs as a task of the event loop")
    running.add(task)
    try:
        yield
    finally:
        running.discard(task)


async def _finish(running: "set[asyncio.Task[Any]]", seconds: float) -> None:
    """Let jobs end for so long, and then stop them where they are: they are given back."""
    if running:
        await asyncio.wait(set(running), timeout=seconds)
    for task in (left := set(running)):
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _stop(wait_seconds: int) -> None:
    DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=wait_seconds)
