"""Jobs on the real engine: done once, kept across a stop, seen from any process."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.jobs.port import JobState, go_id
from bot.jobs.queue import JobQueue
from bot.jobs.store import connect
from bot.workflow.chores import Chore, Kind
from bot.workflow.outcome import Processed
from bot.workflow.steps import Steps
from db.engine import create_engine
from db.goes import Go
from db.models import Status
from tests.jobs.conftest import Bench, ended, over

STEPS = ["resolve", "metadata", "audio_score", "store"]


async def test_a_submission_goes_through_its_four_steps_and_is_scored(bench: Bench) -> None:
    go = await bench.go()
    async with bench.engine() as queue:
        await queue.start_go(go)
        job = await ended(queue, go)

    assert (job.id, job.state, job.worker) == (go_id(go), JobState.DONE, "one")
    assert [(step.name, step.finished) for step in job.steps] == [(name, True) for name in STEPS]
    (row,) = (await bench.stage.queue()).rows
    assert row.score is not None


async def test_what_is_asked_for_again_is_done_once(bench: Bench) -> None:
    go = await bench.go()
    async with bench.engine() as queue:
        await asyncio.gather(*(queue.start_go(go) for _ in range(5)))
        await ended(queue, go)
        await queue.start_go(go)

        assert len(await queue.find()) == 1
    assert len(bench.stage.hearing.heard) == 1


async def test_another_process_may_ask_and_this_one_works(bench: Bench) -> None:
    go = await bench.go()
    async with bench.engine():
        asking = JobQueue(connect(bench.url))
        await asking.start_go(go)
        job = await ended(asking, go)
        await asking.close()

    assert job.state is JobState.DONE
    assert (await queue_rows(bench)) == [Status.QUEUED]


async def test_more_than_fit_wait_in_the_queue_and_are_all_done(bench: Bench) -> None:
    goes = [await bench.go(f"song{number}") for number in range(6)]
    async with bench.engine(at_once=2) as queue:
        for go in goes:
            await queue.start_go(go)
        for go in goes:
            await ended(queue, go)

    assert await queue_rows(bench) == [Status.QUEUED] * 6
    assert len(bench.stage.hearing.heard) == 6


@pytest.mark.parametrize("last", STEPS[:3])
async def test_no_finished_step_is_repeated_after_a_stop_or_a_deploy_of_the_same_version(
    bench: Bench, last: str
) -> None:
    go = await bench.go()
    reached = asyncio.Event()

    async def older(of: Go, confirmed: bool, steps: Steps) -> Processed:  # noqa: FBT001
        return await bench.score(of, confirmed, _Until(steps, last, reached))

    async with bench.engine("before", score=older) as queue:
        await queue.start_go(go)
        await reached.wait()
    before = dict(bench.stage.troubles.calls)
    async with bench.engine("after") as queue:
        job = await ended(queue, go)

    assert (job.state, job.worker) == (JobState.DONE, "after")
    assert [step.name for step in job.steps] == STEPS
    after = bench.stage.troubles.calls
    done = {"resolve": (), "metadata": ("lookup",), "audio_score": ("lookup", "ladder", "hearing")}
    assert {name: after[name] for name in done[last]} == {name: before[name] for name in done[last]}
    assert (after["lookup"], after["ladder"], after["hearing"]) == (1, 1, 1)


async def test_a_failed_job_can_be_begun_anew_and_a_done_one_not(bench: Bench) -> None:
    go = await bench.go()

    async def broken(of: Go, confirmed: bool, steps: Steps) -> Processed:  # noqa: FBT001
        del of, confirmed, steps
        raise ZeroDivisionError("the database went away")

    async with bench.engine(score=broken) as queue:
        await queue.start_go(go)
        with pytest.raises(Exception, match="the database went away"):
            await ended(queue, go)
        (failed,) = await queue.find(states=[JobState.FAILED])
        assert "the database went away" in failed.result
    async with bench.engine() as queue:
        assert await queue.retry(go_id(go))
        assert (await ended(queue, go)).state is JobState.DONE
        assert not await queue.retry(go_id(go))
        assert not await queue.retry("score:999:1")
    assert await queue_rows(bench) == [Status.QUEUED]


async def test_a_cancelled_job_does_not_run(bench: Bench) -> None:
    go = await bench.go()
    asking = JobQueue(connect(bench.url))
    async with bench.engine(at_once=1):
        pass  # makes the tables
    await asking.start_go(go)
    await asking.cancel(go_id(go))
    (job,) = await asking.find()
    await asking.close()

    assert job.state is JobState.CANCELLED
    assert await queue_rows(bench) == [Status.RECEIVED]


async def test_a_chore_is_done_once_for_its_period(bench: Bench) -> None:
    chore = Chore(id="digest:1:2026-W47", kind=Kind.DIGEST, workspace_id=1, subject_id=1)
    async with bench.engine() as queue:
        await queue.start_chore(chore)
        await over(queue, chore.id)
        await queue.start_chore(chore)

    assert bench.chores == [chore]


async def test_finished_jobs_are_deleted_after_their_time(bench: Bench) -> None:
    go = await bench.go()
    async with bench.engine() as queue:
        await queue.start_go(go)
        job = await ended(queue, go)
        # SQLite's clock, which the engine reads, tells whole seconds.
        assert await queue.sweep(before=job.created_at - timedelta(seconds=1)) == 0
        assert await queue.sweep(before=job.updated_at.replace(year=2999)) == 1

        assert await queue.show(go_id(go)) is None


async def test_no_number_of_finished_jobs_is_too_many_to_delete(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs.queue._BATCH", 2)
    async with bench.engine() as queue:
        for number in range(5):
            chore = Chore(id=f"board:1:{number}", kind=Kind.BOARD, workspace_id=1)
            await queue.start_chore(chore)
            await over(queue, chore.id)

        assert await queue.sweep(before=datetime(2999, 1, 1, tzinfo=UTC)) == 5
        assert await queue.find() == []


async def test_what_the_engine_keeps_is_json_that_any_program_reads(
    bench: Bench,
) -> None:
    go = await bench.go()
    async with bench.engine() as queue:
        await queue.start_go(go)
        await ended(queue, go)

    kept = await _kept(bench.url, go_id(go))
    assert len(kept) == 2 + len(STEPS)
    assert all(json.loads(value) is not None for value in kept)


async def _kept(url: str, job_id: str) -> list[str]:
    """Return input and output of a job and of its steps, as they lie in the engine's tables."""
    store = create_engine(url)
    schema = "dbos." if url.startswith("postgres") else ""
    columns = {
        "workflow_input": "inputs",
        "workflow_output": "output",
        "operation_outputs": "output",
    }
    found: list[str] = []
    async with store.connect() as connection:
        for table, column in columns.items():
            look = f"SELECT {column} FROM {schema}{table} WHERE workflow_uuid = :id"  # noqa: S608
            found += await connection.scalars(text(look), {"id": job_id})
    await store.dispose()
    return found


async def queue_rows(bench: Bench) -> list[Status]:
    return [Status(row.status) for row in (await bench.stage.queue()).rows]


class _Until(Steps):
    """Steps that stop for ever after one of them, as a process that is killed there does."""

    def __init__(self, steps: Steps, last: str, reached: asyncio.Event) -> None:
        self._steps = steps
        self._last = last
        self._reached = reached

    async def run(self, name, result, work):  # type: ignore[no-untyped-def]  # as Steps.run
        done = await self._steps.run(name, result, work)
        if name == self._last:
            self._reached.set()
            await asyncio.Event().wait()
        return done
