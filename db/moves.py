"""How submissions move from status to status, and who has one in hand.

Every change is one guarded UPDATE and one event in the caller's transaction, so of two people
who press a button at once exactly one wins, and the history has no gap.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from db import decisions, events
from db.models import Event, EventKind, Status, Submission
from db.status import MOVES, UNANSWERED, Change, decision_in_force


async def move(
    session: AsyncSession,
    *,
    workspace_id: int,
    submission_id: int,
    to: Status,
    actor: int | None,
    at: datetime,
    reasons: Sequence[str] = (),
    note: str | None = None,
) -> bool:
    """Move a submission to `to`; return False where it may not go there (any more).

    `actor` is a member's id, or None for Earmark itself.
    """
    now = await _locked_status(session, workspace_id, submission_id)
    if now is None or to not in MOVES.get(now, frozenset()):
        return False
    if not await _set_status(session, workspace_id, submission_id, now=now, to=to, at=at):
        return False
    await events.add(
        session,
        workspace_id=workspace_id,
        submission_id=submission_id,
        kind=EventKind.MOVED,
        at=at,
        actor=actor,
        from_status=now,
        to_status=to,
        reasons=reasons,
        note=note,
    )
    return True


async def undo_last_decision(
    session: AsyncSession,
    *,
    workspace_id: int,
    submission_id: int,
    actor: int | None,
    at: datetime,
    decided_after: datetime | None = None,
) -> Status | None:
    """Restore the status before the decision in force and return it, or None where none can be.

    None means that the last change was no decision (it was placed, say, or withdrawn), or that
    the decision is not younger than `decided_after`. The decision is marked as undone.
    """
    now = await _locked_status(session, workspace_id, submission_id)
    if now is None:
        return None
    decision = decision_in_force(await _changes(session, workspace_id, submission_id))
    if decision is None or (decided_after is not None and decision.at <= decided_after):
        return None
    before = decision.before
    if not await _set_status(session, workspace_id, submission_id, now=now, to=before, at=at):
        return None
    await decisions.undo(session, workspace_id=workspace_id, submission_id=submission_id, at=at)
    await events.add(
        session,
        workspace_id=workspace_id,
        submission_id=submission_id,
        kind=EventKind.UNDONE,
        at=at,
        actor=actor,
        from_status=now,
        to_status=before,
    )
    return before


async def claim(
    session: AsyncSession,
    *,
    workspace_id: int,
    submission_id: int,
    member_id: int,
    at: datetime,
    stale_before: datetime,
) -> bool:
    """Take a submission in hand; return False where somebody else has it or it is answered.

    A claim made before `stale_before` no longer counts.
    """
    free = (
        Submission.claimed_by.is_(None)
        | (Submission.claimed_by == member_id)
        | (Submission.claimed_at < stale_before)
    )
    return await _handle(
        session,
        workspace_id,
        submission_id,
        free,
        {"claimed_by": member_id, "claimed_at": at},
        kind=EventKind.CLAIMED,
        actor=member_id,
        at=at,
    )


async def release(
    session: AsyncSession, *, workspace_id: int, submission_id: int, member_id: int, at: datetime
) -> bool:
    """Give a submission back; return False where this member does not have it."""
    return await _handle(
        session,
        workspace_id,
        submission_id,
        Submission.claimed_by == member_id,
        {"claimed_by": None, "claimed_at": None},
        kind=EventKind.RELEASED,
        actor=member_id,
        at=at,
    )


async def snooze(
    session: AsyncSession,
    *,
    workspace_id: int,
    submission_id: int,
    member_id: int,
    until: datetime,
    at: datetime,
) -> bool:
    """Set a submission aside until then; return False where it is answered."""
    return await _handle(
        session,
        workspace_id,
        submission_id,
        true(),
        {"snoozed_until": until},
        kind=EventKind.SNOOZED,
        actor=member_id,
        at=at,
    )


async def _handle(
    session: AsyncSession,
    workspace_id: int,
    submission_id: int,
    condition: ColumnElement[bool],
    values: dict[str, object],
    *,
    kind: EventKind,
    actor: int,
    at: datetime,
) -> bool:
    """Set fields of an unanswered submission where `condition` holds, and add the event."""
    changed = await session.scalar(
        update(Submission)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.id == submission_id,
            Submission.status.in_(UNANSWERED),
            condition,
        )
        .values(**values)
        .returning(Submission.id)
    )
    if changed is None:
        return False
    await events.add(
        session,
        workspace_id=workspace_id,
        submission_id=submission_id,
        kind=kind,
        at=at,
        actor=actor,
    )
    return True


async def _locked_status(
    session: AsyncSession, workspace_id: int, submission_id: int
) -> Status | None:
    # The event needs the old status, which an UPDATE cannot return on SQLite. PostgreSQL locks
    # the row here; on SQLite the transaction holds the only write lock.
    return await session.scalar(
        select(Submission.status)
        .where(Submission.workspace_id == workspace_id, Submission.id == submission_id)
        .with_for_update()
    )


async def _set_status(
    session: AsyncSession,
    workspace_id: int,
    submission_id: int,
    *,
    now: Status,
    to: Status,
    at: datetime,
) -> bool:
    changed = await session.scalar(
        update(Submission)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.id == submission_id,
            Submission.status == now,
        )
        .values(status=to, status_at=at, version=Submission.version + 1)
        .returning(Submission.id)
    )
    return changed is not None


async def _changes(session: AsyncSession, workspace_id: int, submission_id: int) -> list[Change]:
    found = await session.scalars(
        select(Event)
        .where(
            Event.workspace_id == workspace_id,
            Event.submission_id == submission_id,
            Event.kind.in_({EventKind.MOVED, EventKind.UNDONE}),
        )
        .order_by(Event.id)
    )
    return [
        Change(
            before=event.from_status,
            after=event.to_status,
            at=event.at,
            undo=event.kind is EventKind.UNDONE,
        )
        for event in found
        # A CHECK makes sure of both for these kinds.
        if event.from_status is not None and event.to_status is not None
    ]
