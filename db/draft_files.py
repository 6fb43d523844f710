"""Files of refused submissions, each kept for its sender alone until they have thought again."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import DraftFile
from db.upsert import insert_or_change


async def put(
    session: AsyncSession,
    *,
    workspace_id: int,
    member_id: int,
    sha256: str,
    name: str,
    at: datetime,
) -> None:
    """Keep a file for a member; it takes the place of an earlier one."""
    row = DraftFile(
        workspace_id=workspace_id, member_id=member_id, sha256=sha256, name=name, kept_at=at
    )
    await insert_or_change(session, row, unique={"workspace_id", "member_id"})


async def of_member(
    session: AsyncSession, *, workspace_id: int, member_id: int
) -> DraftFile | None:
    """Return the file that is kept for a member, if there is one."""
    return await session.scalar(
        select(DraftFile)
        .where(DraftFile.workspace_id == workspace_id, DraftFile.member_id == member_id)
        .execution_options(populate_existing=True)
    )


async def drop(session: AsyncSession, *, workspace_id: int, member_id: int) -> str | None:
    """Keep a member's file no longer; return the hash of what was kept."""
    return await session.scalar(
        delete(DraftFile)
        .where(DraftFile.workspace_id == workspace_id, DraftFile.member_id == member_id)
        .returning(DraftFile.sha256)
    )


async def are_older(session: AsyncSession, *, kept_before: datetime) -> bool:
    """Say whether, in any workspace, something was kept before then."""
    found = select(DraftFile.id).where(DraftFile.kept_at < kept_before).limit(1)
    return await session.scalar(found) is not None


async def sweep(session: AsyncSession, *, kept_before: datetime) -> set[str]:
    """Keep no longer, in any workspace, what was kept before then; return the hashes."""
    gone = await session.scalars(
        delete(DraftFile).where(DraftFile.kept_at < kept_before).returning(DraftFile.sha256)
    )
    return set(gone)
