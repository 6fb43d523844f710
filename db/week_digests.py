"""Which weekly digests are sent or skipped: one row for each playlist and ISO week."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import DigestOutcome, WeekDigest
from db.upsert import insert_or_skip


async def settle(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    week: str,
    outcome: DigestOutcome,
    at: datetime,
    member_id: int | None = None,
) -> bool:
    """Note what became of a week's digest; return False where that is settled already."""
    row = WeekDigest(
        workspace_id=workspace_id,
        playlist_id=playlist_id,
        week=week,
        outcome=outcome,
        at=at,
        member_id=member_id,
    )
    return await insert_or_skip(session, row)


async def outcome_of(
    session: AsyncSession, *, workspace_id: int, playlist_id: int, week: str
) -> DigestOutcome | None:
    """Return what became of a week's digest, or None while it is open."""
    return await session.scalar(
        select(WeekDigest.outcome).where(
            WeekDigest.workspace_id == workspace_id,
            WeekDigest.playlist_id == playlist_id,
            WeekDigest.week == week,
        )
    )


async def sent_at(
    session: AsyncSession, *, workspace_id: int, playlist_id: int
) -> dict[str, datetime]:
    """Return when each week's digest was sent, as far as it was."""
    found = await session.scalars(
        select(WeekDigest).where(
            WeekDigest.workspace_id == workspace_id,
            WeekDigest.playlist_id == playlist_id,
            WeekDigest.outcome == DigestOutcome.SENT,
        )
    )
    return {row.week: row.at for row in found}


async def last_settled(session: AsyncSession, *, workspace_id: int) -> dict[int, str]:
    """Return the latest settled week of each playlist. Labels sort as weeks do."""
    found = await session.execute(
        select(WeekDigest.playlist_id, WeekDigest.week)
        .where(WeekDigest.workspace_id == workspace_id)
        .order_by(WeekDigest.week)
    )
    return {playlist_id: week for playlist_id, week in found}  # noqa: C416 - rows are no tuples to mypy


async def unskip(session: AsyncSession, *, workspace_id: int, playlist_id: int, week: str) -> bool:
    """Let a skipped week be sent after all; return False where it was not skipped."""
    removed = await session.scalar(
        delete(WeekDigest)
        .where(
            WeekDigest.workspace_id == workspace_id,
            WeekDigest.playlist_id == playlist_id,
            WeekDigest.week == week,
            WeekDigest.outcome == DigestOutcome.SKIPPED,
        )
        .returning(WeekDigest.playlist_id)
    )
    return removed is not None
