"""The threads in which people talk about submissions: one for each submission and platform."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Platform, Submission, Thread
from db.upsert import insert_or_skip


async def remember(
    session: AsyncSession,
    *,
    workspace_id: int,
    submission_id: int,
    platform: Platform,
    channel_id: str,
    thread_id: str,
    at: datetime,
) -> Thread:
    """Note a new thread and return the one that counts: the first of two that open one at once."""
    thread = Thread(
        workspace_id=workspace_id,
        submission_id=submission_id,
        platform=platform,
        channel_id=channel_id,
        thread_id=thread_id,
        at=at,
    )
    await insert_or_skip(session, thread)
    stored = await of(
        session, workspace_id=workspace_id, submission_id=submission_id, platform=platform
    )
    if stored is None:
        raise LookupError(f"thread {thread_id} belongs to another submission")
    return stored


async def of(
    session: AsyncSession, *, workspace_id: int, submission_id: int, platform: Platform
) -> Thread | None:
    return await session.scalar(
        select(Thread)
        .where(
            Thread.workspace_id == workspace_id,
            Thread.submission_id == submission_id,
            Thread.platform == platform,
        )
        .execution_options(populate_existing=True)
    )


async def code_of(
    session: AsyncSession, *, workspace_id: int, platform: Platform, thread_id: str
) -> str | None:
    """Return the code of the submission that a thread is about."""
    return await session.scalar(
        select(Submission.code)
        .join(Thread, Thread.submission_id == Submission.id)
        .where(
            Submission.workspace_id == workspace_id,
            Thread.workspace_id == workspace_id,
            Thread.platform == platform,
            Thread.thread_id == thread_id,
        )
    )


async def forget(
    session: AsyncSession, *, workspace_id: int, platform: Platform, thread_id: str
) -> bool:
    """Forget a thread that was deleted on its platform; return False where none is known."""
    removed = await session.scalar(
        delete(Thread)
        .where(
            Thread.workspace_id == workspace_id,
            Thread.platform == platform,
            Thread.thread_id == thread_id,
        )
        .returning(Thread.submission_id)
    )
    return removed is not None
