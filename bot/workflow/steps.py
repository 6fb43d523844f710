"""How the steps of a job are run: one after the other here, kept across a crash by an engine.

What a step returns goes through JSON where an engine keeps it. So a step returns plain values, a
refusal or a failure is a value too, and audio never leaves the step that fetched it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

T = TypeVar("T")


class Fate(StrEnum):
    """What a failure means for the submission: nobody can review it, or it waits unscored."""

    REFUSED = "refused"
    UNSCORED = "unscored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a step could not do its part.

    `reason` is the stored key, `kind` the error's own for programs, `until` the moment before
    which the service will not listen, if it named one. `passing`: a later go may succeed, since
    less than usual was known this time.
    """

    fate: Fate
    kind: str
    reason: str
    sentence: str
    until: datetime | None = None
    passing: bool = False


class Steps(Protocol):
    async def run(self, name: str, result: object, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work`, or return what it returned before the process was stopped.

        `result` is the type of what it returns, for who keeps it.
        """
        ...


class PlainSteps:
    """No memory: what is stopped begins anew, which every step allows."""

    async def run(self, name: str, result: object, work: Callable[[], Awaitable[T]]) -> T:
        del name, result
        return await work()
