"""Curators' votes: one for each member and submission, which may be changed."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db.models import Answer, Vote
from db.upsert import insert_or_change


async def cast(
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
) -> None:
    """Vote, or change one's vote."""
    vote = Vote(
        workspace_id=workspace_id,
        submission_id=submission_id,
        member_id=member_id,
        answer=answer,
        at=at,
        reasons=list(reasons),
        note=note,
        welcome_next=welcome_next,
    )
    await insert_or_change(session, vote, unique={"submission_id", "member_id"})


async def take_back(
    session: AsyncSession, *, workspace_id: int, submission_id: int, member_id: int
) -> bool:
    """Take a member's vote back; return False where there is none."""
    removed = await session.scalar(
        delete(Vote)
        .where(
            Vote.workspace_id == workspace_id,
            Vote.submission_id == submission_id,
            Vote.member_id == member_id,
        )
        .returning(Vote.id)
    )
    return removed is not None


async def of(session: AsyncSession, *, workspace_id: int, submission_id: int) -> list[Vote]:
    """Return a submission's votes with who cast them, first cast first."""
    found = await of_many(session, workspace_id=workspace_id, submission_ids=[submission_id])
    return found[submission_id]


async def of_many(
    session: AsyncSession, *, workspace_id: int, submission_ids: Collection[int]
) -> dict[int, list[Vote]]:
    """Return the votes on each of these submissions, first cast first."""
    found = await session.scalars(
        select(Vote)
        .where(Vote.workspace_id == workspace_id, Vote.submission_id.in_(submission_ids))
        # A changed vote keeps its row, so the moment tells, and the row where moments are equal.
        .order_by(Vote.at, Vote.id)
        .options(selectinload(Vote.member))
        .execution_options(populate_existing=True)
    )
    votes: dict[int, list[Vote]] = {submission_id: [] for submission_id in submission_ids}
    for vote in found:
        votes[vote.submission_id].append(vote)
    return votes


async def last_of_member(
    session: AsyncSession, *, workspace_id: int, member_id: int
) -> Vote | None:
    """Return the vote that a member cast, or changed, last."""
    return await session.scalar(
        select(Vote)
        .where(Vote.workspace_id == workspace_id, Vote.member_id == member_id)
        .order_by(Vote.at.desc(), Vote.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
