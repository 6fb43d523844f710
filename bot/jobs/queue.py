"""Jobs by the engine's own client: started, looked at, cancelled, from any process."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Protocol

from dbos import DBOSClient, EnqueueOptions, WorkflowStatus

from bot.jobs.port import JOBS_VERSION, OPEN, Job, JobState, JobStep, go_id
from bot.workflow.chores import Chore
from db.goes import Go

QUEUE: Final = "jobs"
SCORE: Final = "score"
CHORE: Final = "chore"

_STATES: Final[Mapping[str, JobState]] = MappingProxyType(
    {
        "DELAYED": JobState.WAITING,
        "ENQUEUED": JobState.WAITING,
        "PENDING": JobState.RUNNING,
        "SUCCESS": JobState.DONE,
        "ERROR": JobState.FAILED,
        "MAX_RECOVERY_ATTEMPTS_EXCEEDED": JobState.FAILED,
        "CANCELLED": JobState.CANCELLED,
    }
)
# One statement deletes or hands over at most so many.
_BATCH: Final = 500


class Here(Protocol):
    """An engine in this process that can begin at once."""

    async def start(self, name: str, job_id: str, arguments: tuple[object, ...]) -> bool: ...


class JobQueue:
    """The engine's doors; a process with these alone runs no job itself."""

    def __init__(self, client: DBOSClient, *, here: Here | None = None) -> None:
        self._client = client
        self._here = here

    async def start_go(self, go: Go, *, confirmed: bool = False) -> None:
        """Have a submission scored by whoever is at work; asked for twice, it is done once."""
        await self._start(SCORE, go_id(go), go.workspace_id, go.submission_id, go.number, confirmed)

    async def start_chore(self, chore: Chore) -> None:
        await self._start(
            CHORE,
            chore.id,
            chore.id,
            chore.kind,
            chore.workspace_id,
            chore.subject_id,
            chore.period,
        )

    async def _start(self, name: str, job_id: str, *arguments: object) -> None:
        known = await self._status(job_id)
        if known is not None:
            if _STATES[known.status] is not JobState.FAILED:
                return
            # The engine keeps what failed for good; begun anew it needs its name back.
            await self._client.delete_workflow_async(job_id)
        if self._here is not None and await self._here.start(name, job_id, arguments):
            return
        await self._enqueue(name, job_id, *arguments)

    async def _enqueue(self, name: str, job_id: str, *arguments: object) -> None:
        options = EnqueueOptions(
            queue_name=QUEUE, workflow_name=name, workflow_id=job_id, app_version=JOBS_VERSION
        )
        await self._client.enqueue_async(options, *arguments)

    async def find(
        self, *, states: Sequence[JobState] = (), prefix: str = "", limit: int = 50
    ) -> list[Job]:
        """Return jobs, the newest first."""
        wanted = [raw for raw, state in _STATES.items() if state in states]
        found = await self._client.list_workflows_async(
            status=wanted or None,
            workflow_id_prefix=prefix or None,
            limit=limit,
            sort_desc=True,
            load_input=False,
        )
        return [_job(one) for one in found]

    async def show(self, job_id: str) -> Job | None:
        """Return a job with its steps, or None where there is none of this name."""
        status = await self._status(job_id)
        if status is None:
            return None
        steps = await self._client.list_workflow_steps_async(job_id)
        return _job(
            status,
            tuple(
                JobStep(
                    name=step["function_name"], finished=step["completed_at_epoch_ms"] is not None
                )
                for step in steps
            ),
        )

    async def retry(self, job_id: str) -> bool:
        """Begin a job that failed or was cancelled anew; return False where it is neither."""
        found = await self._client.list_workflows_async(workflow_ids=[job_id])
        if not found or _STATES[found[0].status] not in {JobState.FAILED, JobState.CANCELLED}:
            return False
        given = found[0].input
        if given is None:
            raise LookupError(f"the engine has lost what {job_id} was asked to do")
        await self._client.delete_workflow_async(job_id)
        await self._enqueue(found[0].name, job_id, *given["args"])
        return True

    async def cancel(self, job_id: str) -> None:
        """Keep a job from going on; what it has stored stays."""
        await self._client.cancel_workflow_async(job_id)

    async def at_work(self, executor_id: str) -> list[str]:
        """Return the ids of the jobs that a process has in hand."""
        found = await self._client.list_workflows_async(
            status="PENDING", executor_id=executor_id, limit=_BATCH, load_input=False
        )
        return [one.workflow_id for one in found]

    async def hand_over(self, executor_id: str) -> int:
        """Put what a dead process was at back into the queue; return how many jobs that were."""
        ids = await self.at_work(executor_id)
        if ids:
            await self._client.resume_workflows_async(ids, queue_name=QUEUE)
        return len(ids)

    async def sweep(self, *, before: datetime) -> int:
        """Delete all finished jobs that ended before then; return how many went."""
        deleted = 0
        while ids := await self._ended(before):
            await self._client.delete_workflows_async(ids)
            deleted += len(ids)
        return deleted

    async def close(self) -> None:
        await asyncio.to_thread(self._client.destroy)

    async def _ended(self, before: datetime) -> list[str]:
        """Return the ids of some finished jobs that ended before then, or of none."""
        ended = await self._client.list_workflows_async(
            status=[raw for raw, state in _STATES.items() if state not in OPEN],
            completed_before=before.isoformat(),
            limit=_BATCH,
            load_input=False,
            load_output=False,
        )
        return [one.workflow_id for one in ended]

    async def _status(self, job_id: str) -> WorkflowStatus | None:
        found = await self._client.list_workflows_async(workflow_ids=[job_id], load_input=False)
        return found[0] if found else None


def _job(status: WorkflowStatus, steps: tuple[JobStep, ...] = ()) -> Job:
    result = str(status.error) if status.error else ""
    if status.output is not None:
        result = json.dumps(status.output)
    return Job(
        id=status.workflow_id,
        state=_STATES[status.status],
        created_at=_moment(status.created_at),
        updated_at=_moment(status.updated_at),
        worker=status.executor_id,
        result=result,
        steps=steps,
    )


def _moment(milliseconds: int | None) -> datetime:
    return datetime.fromtimestamp((milliseconds or 0) / 1000, UTC)
