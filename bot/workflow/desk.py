"""What a platform is handed: one workspace's database, services, clock and dice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.errors import NotFoundError
from bot.workflow.services import Clock, Services, Sessions
from db import submissions
from db.goes import Go


class Starter(Protocol):
    """Begins the work behind a submission and does not wait for it."""

    async def start_go(self, go: Go, *, confirmed: bool = False) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskJobs:
    """The work behind the submissions of one workspace."""

    workspace_id: int
    sessions: Sessions
    starter: Starter

    async def submit(self, submission_id: int, *, confirmed: bool = False) -> None:
        """Begin the next go at a submission; call it after the commit that asks for it.

        `confirmed`: the artist has said that the recording found is theirs.
        """
        async with self.sessions() as session:
            row = await submissions.get(
                session, workspace_id=self.workspace_id, submission_id=submission_id
            )
        if row is None:
            raise NotFoundError("This submission is gone.")
        go = Go(workspace_id=self.workspace_id, submission_id=submission_id, number=row.tries + 1)
        await self.starter.start_go(go, confirmed=confirmed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`seed` gives the seed of the next discovery draw; it is stored, so the draw can be redone."""

    workspace_id: int
    zone: str
    upload_max_mib: int
    sessions: Sessions
    services: Services
    starter: Starter
    now: Clock
    seed: Callable[[], int]

    @property
    def jobs(self) -> DeskJobs:
        return DeskJobs(
            workspace_id=self.workspace_id, sessions=self.sessions, starter=self.starter
        )
