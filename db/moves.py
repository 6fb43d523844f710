"""How submissions move from status to status, and who has one in hand.

Every change is one guarded UPDATE and one event in the caller's transaction, so of two people
who press a button at once exactly one wins, and the history has no gap.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from db import decisions, events
from db.models import Event, EventKind, Status, Submission
from db.status import MOVES, UNANSWERED, Change, decision_in_force

# By default SQLAlchemy judges by what the session loaded, which may be old, whether a loaded row
# was changed. The database knows.
_SYNCHRONISED = {"synchronize_session": "fetch"}


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
    only_from: Collection[Status] | None = None,
) -> bool:
    """Move a submission to `to`; return False where it may not go there (any more).

    `actor` is a member's id, or None for Earmark itself. `only_from` narrows down from where.
    """
    while True:
        seen = await _look(session, workspace_id, submission_id)
        if seen is None or to not in MOVES.get(seen.status, frozenset()):
            return False
        if only_from is not None and seen.status not in only_from:
            return False
        if await _set_status(session, workspace_id, submission_id, seen=seen, to=to, at=at):
            break
        # Somebody else moved it since that look. `to` may still be allowed: look again.
    await events.add(
        session,
        workspace_id=workspace_id,
        submission_id=submission_id,
        kind=EventKind.MOVED,
        at=at,
        actor=actor,
        from_status=seen.status,
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

    None means that the last change was no decision (it was placed, say, or withdrawn), that the
    decision is not younger than `decided_after`, or that somebody else was faster. The decision
    is marked as undone.
    """
    seen = await _look(session, workspace_id, submission_id)
    if seen is None:
        return None
    decision = decision_in_force(await _changes(session, workspace_id, submission_id))
    if decision is None or (decided_after is not None and decision.at <= decided_after):
        return None
    before = decision.before
    if not await _set_status(session, workspace_id, submission_id, seen=seen, to=before, at=at):
        return None
    await decisions.undo(session, workspace_id=workspace_id, submission_id=submission_id, at=at)
    await events.add(
        session,
        workspace_id=workspace_id,
        submission_id=submission_id,
        kind=EventKind.UNDONE,
        at=at,
        actor=actor,
        from_status=seen.status,
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
        .execution_options(**_SYNCHRONISED)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    status: Status
    version: int


async def _look(session: AsyncSession, workspace_id: int, submission_id: int) -> _Seen | None:
    row = (
        await session.execute(
            select(Submission.status, Submission.version).where(
                Submission.workspace_id == workspace_id, Submission.id == submission_id
            )
        )
    ).one_or_none()
    return None if row is None else _Seen(status=row.status, version=row.version)


async def _set_status(
    session: AsyncSession,
    workspace_id: int,
    submission_id: int,
    *,
    seen: _Seen,
    to: Status,
    at: datetime,
) -> bool:
    # The version stands for the status that was seen: every move adds one to it.
    changed = await session.scalar(
        update(Submission)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.id == submission_id,
            Submission.version == seen.version,
        )
        .values(status=to, status_at=at, version=seen.version + 1)
        .returning(Submission.id)
        .execution_options(**_SYNCHRONISED)
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
