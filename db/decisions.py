"""Decisions: what curators said, and what they saw when they said it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db.models import Answer, Decision, Score, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the queue showed to the curator: the place of the row, and why it stood there."""

    slot: int | None = None
    discovery: bool = False
    propensity: float | None = None
    rule_version: str | None = None
    score: Score | None = None


async def add(
    session: AsyncSession,
    *,
    workspace_id: int,
    submission_id: int,
    member_id: int,
    answer: Answer,
    at: datetime,
    reasons: Sequence[str] = (),
    note: str | None = None,
    welcome_next: str | None = None,
    seen: Seen | None = None,
) -> Decision:
    """Write a decision down; the status is changed by `submissions.move` in the same commit."""
    seen = seen or Seen()
    score = seen.score
    decision = Decision(
        workspace_id=workspace_id,
        submission_id=submission_id,
        member_id=member_id,
        answer=answer,
        reasons=list(reasons),
        note=note,
        welcome_next=welcome_next,
        at=at,
        slot=seen.slot,
        discovery=seen.discovery,
        propensity=seen.propensity,
        rule_version=seen.rule_version,
        score_percentile=None if score is None else score.percentile,
        score_low=None if score is None else score.low,
        score_high=None if score is None else score.high,
        model_version=None if score is None else score.model_version,
    )
    session.add(decision)
    await session.flush()
    return decision


async def last(session: AsyncSession, *, workspace_id: int, submission_id: int) -> Decision | None:
    """Return the newest decision on a submission that was not undone."""
    return await session.scalar(
        select(Decision)
        .where(
            Decision.workspace_id == workspace_id,
            Decision.submission_id == submission_id,
            Decision.undone_at.is_(None),
        )
        .order_by(Decision.id.desc())
        .limit(1)
    )


async def last_of_member(
    session: AsyncSession, *, workspace_id: int, member_id: int
) -> Decision | None:
    """Return a member's newest decision that was not undone."""
    return await session.scalar(
        select(Decision)
        .where(
            Decision.workspace_id == workspace_id,
            Decision.member_id == member_id,
            Decision.undone_at.is_(None),
        )
        .order_by(Decision.id.desc())
        .limit(1)
    )


async def note_useful(
    session: AsyncSession, *, workspace_id: int, submission_id: int, useful: bool
) -> bool:
    """Note what an artist says of the decision that holds; False where none does."""
    decision = await last(session, workspace_id=workspace_id, submission_id=submission_id)
    if decision is None:
        return False
    decision.useful = useful
    await session.flush()
    return True


async def of_submissions(
    session: AsyncSession, *, workspace_id: int, submission_ids: Collection[int]
) -> list[Decision]:
    """Return what was decided on these submissions and not undone, oldest first."""
    found = await session.scalars(
        select(Decision)
        .where(
            Decision.workspace_id == workspace_id,
            Decision.submission_id.in_(submission_ids),
            Decision.undone_at.is_(None),
        )
        .order_by(Decision.id)
        .options(selectinload(Decision.member))
    )
    return list(found)


async def artists_told(
    session: AsyncSession, *, workspace_id: int, member_id: int, note: str
) -> int:
    """Return to how many artists a curator has written this very note, case aside."""
    told = await session.scalar(
        select(func.count(func.distinct(Submission.member_id)))
        .select_from(Decision)
        .join(Submission, Submission.id == Decision.submission_id)
        .where(
            Decision.workspace_id == workspace_id,
            Submission.workspace_id == workspace_id,
            Decision.member_id == member_id,
            Decision.undone_at.is_(None),
            func.lower(Decision.note) == func.lower(note),
        )
    )
    return told or 0


async def undo(
    session: AsyncSession, *, workspace_id: int, submission_id: int, at: datetime
) -> bool:
    """Mark the newest decision as undone; return False where there is none.

    `submissions.undo_last_decision` calls this when it takes the status back.
    """
    newest = await last(session, workspace_id=workspace_id, submission_id=submission_id)
    if newest is None:
        return False
    marked = await session.scalar(
        update(Decision)
        .where(
            Decision.workspace_id == workspace_id,
            Decision.id == newest.id,
            Decision.undone_at.is_(None),
        )
        .values(undone_at=at)
        .returning(Decision.id)
    )
    return marked is not None


async def of_playlist(
    session: AsyncSession, *, workspace_id: int, playlist_id: int, include_undone: bool = False
) -> list[Decision]:
    """Return a playlist's decisions, oldest first: what fit learns from."""
    query = (
        select(Decision)
        .join(Submission, Submission.id == Decision.submission_id)
        .where(
            Decision.workspace_id == workspace_id,
            Submission.workspace_id == workspace_id,
            Submission.playlist_id == playlist_id,
        )
        .order_by(Decision.id)
    )
    if not include_undone:
        query = query.where(Decision.undone_at.is_(None))
    return list(await session.scalars(query))
