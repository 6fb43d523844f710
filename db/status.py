"""Where a submission stands, and where it may go from there."""

from collections.abc import Iterable, Mapping
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


def sources_of(target: Status) -> frozenset[Status]:
    """Return the statuses from which a submission may move to `target`."""
    return frozenset(status for status, targets in MOVES.items() if target in targets)


def status_before(changes: Iterable[tuple[Status, Status, bool]]) -> Status | None:
    """Return the status that an undo restores, or None where no decision is in force.

    `changes` are all changes of one submission, oldest first, as (from, to, is an undo).
    An undone decision no longer counts: after queued, maybe, kept and one undo it is the
    `maybe` that is in force, and the next undo restores `queued`.
    """
    in_force: list[tuple[Status, Status]] = []
    for old, new, undone in changes:
        if undone:
            in_force.pop()
        else:
            in_force.append((old, new))
    if not in_force:
        return None
    before, now = in_force[-1]
    return before if now in DECIDED else None
