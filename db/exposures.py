"""What the queue showed to whom, and why: without it the ranking cannot be judged later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db.models import Exposure


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One row of a page. `slot` is its place in the whole queue; 1 is the top."""

    submission_id: int
    slot: int
    why: str
    discovery: bool = False
    propensity: float | None = None


async def log(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    member_id: int | None,
    page: int,
    rows: Iterable[Shown],
    seed: int | None,
    rule_version: str,
    at: datetime,
) -> None:
    """Note one page that was shown. `member_id` is None where a program asked for it."""
    session.add_all(
        Exposure(
            workspace_id=workspace_id,
            playlist_id=playlist_id,
            member_id=member_id,
            submission_id=row.submission_id,
            page=page,
            slot=row.slot,
            why=row.why,
            discovery=row.discovery,
            propensity=row.propensity,
            seed=seed,
            rule_version=rule_version,
            at=at,
        )
        for row in rows
    )
    await session.flush()


async def last(
    session: AsyncSession, *, workspace_id: int, submission_id: int, member_id: int
) -> Exposure | None:
    """Return how a member last saw a submission in the queue."""
    return await session.scalar(
        select(Exposure)
        .where(
            Exposure.workspace_id == workspace_id,
            Exposure.submission_id == submission_id,
            Exposure.member_id == member_id,
        )
        .order_by(Exposure.id.desc())
        .limit(1)
    )


async def of_submission(
    session: AsyncSession, *, workspace_id: int, submission_id: int
) -> list[Exposure]:
    """Return every time a submission was shown, with to whom, oldest first."""
    found = await session.scalars(
        select(Exposure)
        .where(Exposure.workspace_id == workspace_id, Exposure.submission_id == submission_id)
        .order_by(Exposure.id)
        .options(selectinload(Exposure.member))
    )
    return list(found)


async def delete_before(session: AsyncSession, *, workspace_id: int, moment: datetime) -> int:
    """Delete what was shown before `moment` and return how many rows that were.

    Decisions keep what their curator saw, so nothing that fit learns from is lost.
    """
    old = (Exposure.workspace_id == workspace_id, Exposure.at < moment)
    count = await session.scalar(select(func.count()).select_from(Exposure).where(*old))
    await session.execute(delete(Exposure).where(*old))
    return count or 0
