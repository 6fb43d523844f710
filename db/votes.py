"""Curators' votes: one for each member and submission, which may be changed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

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
) -> None:
    """Vote, or change one's vote."""
    vote = Vote(
        workspace_id=workspace_id,
        submission_id=submission_id,
        member_id=member_id,
        answer=answer,
        at=at,
    )
    await insert_or_change(session, vote, unique={"submission_id", "member_id"})


async def of(session: AsyncSession, *, workspace_id: int, submission_id: int) -> list[Vote]:
    """Return a submission's votes, first cast first."""
    found = await session.scalars(
        select(Vote)
        .where(Vote.workspace_id == workspace_id, Vote.submission_id == submission_id)
        .order_by(Vote.id)
        .execution_options(populate_existing=True)
    )
    return list(found)
