"""Signs of life, dead processes' jobs, and the tick, with a clock of the test's own."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.errors import SourceDownError
from bot.jobs.port import go_id
from bot.jobs.upkeep import BEAT, DEAD_AFTER, Me, Upkeep, dead, me
from bot.workflow.chores import Chore, Kind
from db import workers
from db.goes import Go
from db.models import Worker
from tests.workflow.stage import NOW, Stage, open_stage

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@dataclass(slots=True)
class FakeJobs:
    """Notes what is begun and handed over."""

    begun: list[str] = field(default_factory=list)
    handed_over: list[str] = field(default_factory=list)
    dies: bool = False

    async def start_go(self, go: Go, *, confirmed: bool = False) -> None:
        assert not confirmed
        self.begun.append(go_id(go))

    async def start_chore(self, chore: Chore) -> None:
        self.begun.append(chore.id)

    async def hand_over(self, executor_id: str) -> int:
        self.handed_over.append(executor_id)
        if self.dies:
            raise ConnectionError("the process dies here")
        return 3


@dataclass(slots=True, kw_only=True)
class Fleet:
    stage: Stage
    jobs: FakeJobs = field(default_factory=FakeJobs)
    chores: list[Chore] = field(default_factory=list)

    def worker(self, name: str, *, host: str = "elsewhere", pid: int = 1) -> Upkeep:
        async def due(session: AsyncSession, now: datetime) -> Iterable[Chore]:
            return self.chores

        return Upkeep(
            me=Me(executor_id=name, host=host, pid=pid),
            sessions=self.stage.sessions,
            jobs=self.jobs,
            now=self.stage.clock,
            sleep=asyncio.sleep,
            find_due=due,
        )

    async def known(self) -> list[str]:
        async with self.stage.sessions() as session:
            return [worker.executor_id for worker in await workers.all_known(session)]


@pytest.fixture
async def fleet(make_session: async_sessionmaker[AsyncSession]) -> Fleet:
    return Fleet(stage=await open_stage(make_session))


def _worker(*, seen: datetime, host: str = "here", pid: int = 7) -> Worker:
    return Worker(executor_id="w", host=host, pid=pid, started_at=NOW, seen_at=seen)


@pytest.mark.parametrize(
    ("worker", "gone"),
    [
        (_worker(seen=NOW), False),
        (_worker(seen=NOW - DEAD_AFTER + SECOND), False),
        (_worker(seen=NOW - DEAD_AFTER), True),
        (_worker(seen=NOW, pid=8), True),
        # Another machine's process ids say nothing here.
        (_worker(seen=NOW, pid=8, host="elsewhere"), False),
    ],
)
def test_who_is_silent_or_ended_on_this_machine_is_dead(worker: Worker, *, gone: bool) -> None:
    found = dead([worker], now=NOW, host="here", alive=lambda pid: pid == 7)

    assert bool(found) is gone


def test_a_dead_machine_is_replaced_within_thirty_seconds() -> None:
    assert timedelta(seconds=30) >= DEAD_AFTER + 2 * BEAT


def test_each_start_is_a_worker_of_its_own_on_the_same_machine() -> None:
    one, two = me(), me()

    assert one.executor_id != two.executor_id
    assert (one.host, one.pid) == (two.host, two.pid)


async def test_jobs_of_a_silent_worker_are_taken_over_once(fleet: Fleet) -> None:
    quiet, heir, other = fleet.worker("quiet"), fleet.worker("heir"), fleet.worker("other")
    await quiet.beat()
    fleet.stage.clock.time += DEAD_AFTER
    for worker in (heir, other):
        await worker.beat()

    assert await heir.take_over() == 3
    assert await other.take_over() == 0
    assert fleet.jobs.handed_over == ["quiet"]
    assert await fleet.known() == ["heir", "other"]


async def test_who_beats_is_not_taken_over(fleet: Fleet) -> None:
    lively, heir = fleet.worker("lively"), fleet.worker("heir")
    for _ in range(10):
        await lively.beat()
        await heir.beat()
        fleet.stage.clock.time += BEAT
        assert await heir.take_over() == 0

    assert fleet.jobs.handed_over == []


async def test_a_take_over_that_dies_is_done_by_another(fleet: Fleet) -> None:
    quiet, first, second = fleet.worker("quiet"), fleet.worker("first"), fleet.worker("second")
    await quiet.beat()
    fleet.stage.clock.time += DEAD_AFTER
    await first.beat()
    fleet.jobs.dies = True
    with pytest.raises(ConnectionError):
        await first.take_over()
    fleet.jobs.dies = False
    await second.beat()
    assert await second.take_over() == 0  # the first might still be at it
    fleet.stage.clock.time += DEAD_AFTER
    await second.beat()

    assert await second.take_over() == 6  # that of the quiet one, and that of the first
    assert fleet.jobs.handed_over == ["quiet", "quiet", "first"]
    assert await fleet.known() == ["second"]


async def test_who_leaves_is_not_waited_for(fleet: Fleet) -> None:
    worker = fleet.worker("one")
    await worker.beat()
    await worker.leave()

    assert await fleet.known() == []


async def test_of_many_workers_one_ticks_each_minute(fleet: Fleet) -> None:
    fleet.chores = [Chore(id="retention:2026-11-18", kind=Kind.RETENTION)]
    three = [fleet.worker(name) for name in ("one", "two", "three")]

    for minute in range(3):
        fleet.stage.clock.time = NOW + minute * MINUTE + 7 * SECOND
        assert [await worker.tick() for worker in three].count(1) == 1
    assert fleet.jobs.begun == ["retention:2026-11-18"] * 3


async def test_the_tick_begins_what_is_due_again_and_what_was_forgotten(fleet: Fleet) -> None:
    stage, worker = fleet.stage, fleet.worker("one")
    stage.troubles.always["ladder"] = SourceDownError("Deezer")
    failed = await stage.submit(stage.song("one"))
    await stage.process(failed)
    lost = await stage.submit(stage.song("two"))
    assert await worker.tick() == 0  # too early for both

    stage.clock.time += 2 * MINUTE
    assert await worker.tick() == 2
    assert fleet.jobs.begun == [f"score:{failed.submission_id}:2", f"score:{lost.submission_id}:1"]
