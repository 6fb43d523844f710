"""A stage whose submissions go through the real engine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.jobs.engine import Work, open_engine
from bot.jobs.port import Job, go_id
from bot.jobs.queue import JobQueue
from bot.jobs.store import connect, jobs_url, prepare
from bot.workflow.chores import Chore
from bot.workflow.outcome import Processed
from bot.workflow.process import process
from bot.workflow.steps import Steps
from db.goes import Go
from tests.workflow.stage import Stage, open_stage

Score = Callable[[Go, bool, Steps], Awaitable[Processed]]


@dataclass(slots=True, kw_only=True)
class Bench:
    """One stage and one store; engines come and go on it as processes do."""

    stage: Stage
    url: str
    chores: list[Chore] = field(default_factory=list)

    async def score(self, go: Go, confirmed: bool, steps: Steps) -> Processed:  # noqa: FBT001
        return await process(
            go.submission_id,
            workspace_id=go.workspace_id,
            sessions=self.stage.sessions,
            services=self.stage.services,
            now=self.stage.clock,
            number=go.number,
            confirmed=confirmed,
            steps=steps,
        )

    async def chore(self, chore: Chore) -> None:
        self.chores.append(chore)

    @asynccontextmanager
    async def engine(
        self, name: str = "one", *, score: Score | None = None, at_once: int = 4
    ) -> AsyncIterator[JobQueue]:
        work = Work(score=score or self.score, chore=self.chore)
        async with open_engine(
            self.url, work, executor_id=name, at_once=at_once, finish_seconds=0
        ) as queue:
            yield queue

    async def go(self, name: str = "one", number: int = 1) -> Go:
        accepted = await self.stage.submit(self.stage.song(name))
        return Go(
            workspace_id=self.stage.workspace_id,
            submission_id=accepted.submission_id,
            number=number,
        )


async def ended(queue: JobQueue, go: Go) -> Job:
    """Return the job of `go` once it is over; the engine tells nobody, so this asks."""
    return await over(queue, go_id(go))


async def over(queue: JobQueue, job_id: str) -> Job:
    handle = await queue._client.retrieve_workflow_async(job_id)  # type: ignore[var-annotated]  # of anything
    await handle.get_result(polling_interval_sec=0.05)
    job = await queue.show(job_id)
    assert job is not None
    return job


@pytest.fixture
async def bench(
    make_session: async_sessionmaker[AsyncSession],
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Bench:
    # A second is little for people, and much for each of many tests.
    monkeypatch.setattr("bot.jobs.engine._POLL_SECONDS", 0.02)
    url = jobs_url(database_url)
    await asyncio.to_thread(prepare, url)
    # The PostgreSQL database is the same for all tests.
    queue = JobQueue(connect(url))
    await queue.sweep(before=datetime(2999, 1, 1, tzinfo=UTC))
    for job in await queue.find(limit=1_000):
        await queue.cancel(job.id)
    await queue.sweep(before=datetime(2999, 1, 1, tzinfo=UTC))
    await queue.close()
    return Bench(stage=await open_stage(make_session), url=url)
