"""What the rest of Earmark sees of the durable engine: jobs by name, and nothing of its library."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from db.goes import Go

# Jobs that were begun under another version are left alone by this one. Raise it only where a
# job's steps change so that a half-done one cannot go on: see CONTRIBUTING.md.
JOBS_VERSION: Final = "1"

_GO_ID: Final = re.compile(r"score:(\d{1,18}):(\d{1,9})")


class JobState(StrEnum):
    """Where a job stands, in our words."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN: Final = frozenset({JobState.WAITING, JobState.RUNNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStep:
    name: str
    finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it stands; `worker` has it or had it last, `result` is what it ended with."""

    id: str
    state: JobState
    created_at: datetime
    updated_at: datetime
    worker: str | None = None
    result: str = ""
    steps: tuple[JobStep, ...] = ()

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "state": self.state.value,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "worker": self.worker,
            "result": self.result,
            "steps": [{"name": step.name, "finished": step.finished} for step in self.steps],
        }


def go_id(go: Go) -> str:
    """Return the name of a go's job: `score:7:1` is the first go at submission 7."""
    return f"score:{go.submission_id}:{go.number}"


def go_number(job_id: str) -> tuple[int, int] | None:
    """Return the submission and the number of the go that a job is, or None for another job.

    >>> go_number("score:7:1")
    (7, 1)
    """
    match = _GO_ID.fullmatch(job_id)
    return (int(match[1]), int(match[2])) if match else None
