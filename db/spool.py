"""Artists' files that wait to be heard, under the SHA-256 of their content.

In the database, so that a file is accepted in the commit of its submission, and any worker on any
machine can hear it.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import SpooledFile
from db.upsert import insert_or_change


async def put(session: AsyncSession, *, sha256: str, content: bytes, at: datetime) -> None:
    """Keep a file; one that is there already counts as new, so that no sweep takes it."""
    row = SpooledFile(sha256=sha256, content=content, kept_at=at)
    await insert_or_change(session, row, unique={"sha256"})


async def get(session: AsyncSession, *, sha256: str) -> bytes | None:
    return await session.scalar(select(SpooledFile.content).where(SpooledFile.sha256 == sha256))


async def discard(session: AsyncSession, *, sha256: str) -> None:
    """Delete a file; it may be gone already."""
    await session.execute(delete(SpooledFile).where(SpooledFile.sha256 == sha256))


async def sweep(session: AsyncSession, *, keep: Collection[str], before: datetime) -> int:
    """Delete what was kept before then and nobody waits for; return how many files that were."""
    gone = await session.scalars(
        delete(SpooledFile)
        .where(SpooledFile.kept_at < before, SpooledFile.sha256.not_in(keep))
        .returning(SpooledFile.sha256)
    )
    return len(gone.all())
