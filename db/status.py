"""Where a submission stands, and where it may go from there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    RECEIVED = "received"
    QUEUED = "queued"
    MAYBE = "maybe"
    KEPT = "kept"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    PLACED = "placed"
    ROTATED_OUT = "rotated_out"


MOVES: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        # A curator may decide before the track is scored, so `received` goes where `queued` goes.
        Status.RECEIVED: frozenset(
            {
                Status.QUEUED,
                Status.MAYBE,
                Status.KEPT,
                Status.DECLINED,
                Status.WITHDRAWN,
                Status.EXPIRED,
            }
        ),
        Status.QUEUED: frozenset(
            {Status.MAYBE, Status.KEPT, Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED}
        ),
        Status.MAYBE: frozenset({Status.KEPT, Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED}),
        Status.KEPT: frozenset({Status.PLACED, Status.WITHDRAWN}),
        Status.PLACED: frozenset({Status.ROTATED_OUT}),
    }
)
"""Status to the statuses it may move to. What is missing here is an end."""

WAITING = frozenset({Status.RECEIVED, Status.QUEUED})
"""In the queue: no curator has said anything yet."""

UNANSWERED = WAITING | {Status.MAYBE}
"""The artist still waits for a yes or a no."""

DECIDED = frozenset({Status.MAYBE, Status.KEPT, Status.DECLINED})
"""Set by a curator's decision, so an undo may take it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a submission's status; `undo` takes an earlier change back."""

    before: Status
    after: Status
    at: datetime
    undo: bool = False


def decision_in_force(changes: Iterable[Change]) -> Change | None:
    """Return the decision that an undo would take back, or None where there is none.

    `changes` are all changes of one submission, oldest first. An undone decision no longer
    counts: after queued, maybe, kept and one undo it is `maybe` that is in force again.
    """
    in_force: list[Change] = []
    for change in changes:
        if change.undo:
            in_force.pop()
        else:
            in_force.append(change)
    if in_force and in_force[-1].after in DECIDED:
        return in_force[-1]
    return None
