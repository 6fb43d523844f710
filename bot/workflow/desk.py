"""What a platform is handed: one workspace's database, services, clock and dice."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.workflow.services import Clock, Services, Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`seed` gives the seed of the next discovery draw; it is stored, so the draw can be redone."""

    workspace_id: int
    zone: str
    upload_max_mib: int
    sessions: Sessions
    services: Services
    now: Clock
    seed: Callable[[], int]
