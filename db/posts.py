"""Messages of ours that stand in a chat: known again after a restart, so as to be changed."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Platform, Post
from db.outbox import Box
from db.upsert import insert_or_change


async def remember(
    session: AsyncSession,
    *,
    box: Box,
    subject: str,
    message_id: str,
    at: datetime,
    submission_id: int | None = None,
    fingerprint: str | None = None,
    pinned: bool = False,
) -> None:
    """Note the message that shows `subject` there; a newer one takes the place of an older."""
    post = Post(
        workspace_id=box.workspace_id,
        platform=box.to.platform,
        recipient=box.to.address,
        subject=subject,
        submission_id=submission_id,
        message_id=message_id,
        fingerprint=fingerprint,
        pinned=pinned,
        changed_at=at,
    )
    await insert_or_change(
        session, post, unique={"workspace_id", "platform", "recipient", "subject"}
    )


async def find(session: AsyncSession, *, box: Box, subject: str) -> Post | None:
    return await session.scalar(
        select(Post)
        .where(*_in(box), Post.subject == subject)
        .execution_options(populate_existing=True)
    )


async def showing(session: AsyncSession, *, workspace_id: int, subject: str) -> list[Post]:
    """Return all messages, in any channel, that show `subject` or a part of it (`subject:…`)."""
    found = await session.scalars(
        select(Post)
        .where(
            Post.workspace_id == workspace_id,
            or_(
                Post.subject == subject,
                Post.subject.startswith(f"{subject}:", autoescape=True),
            ),
        )
        .order_by(Post.id)
        .execution_options(populate_existing=True)
    )
    return list(found)


async def move(
    session: AsyncSession, *, platform: Platform, workspace_id: int, to_workspace_id: int
) -> None:
    """Let another workspace change what stands in a platform's channels by now."""
    await session.execute(
        update(Post)
        .where(
            Post.workspace_id == workspace_id,
            Post.platform == platform,
            Post.submission_id.is_(None),
        )
        .values(workspace_id=to_workspace_id)
        .execution_options(synchronize_session=False)
    )


async def forget(session: AsyncSession, *, box: Box, subject: str) -> None:
    """Forget a message that is not there any more."""
    await session.execute(delete(Post).where(*_in(box), Post.subject == subject))


async def forget_message(
    session: AsyncSession, *, workspace_id: int, platform: Platform, message_id: str
) -> bool:
    """Forget a message that somebody deleted; return False where it was none of ours."""
    found = await session.scalar(
        delete(Post)
        .where(
            Post.workspace_id == workspace_id,
            Post.platform == platform,
            Post.message_id == message_id,
        )
        .returning(Post.id)
    )
    return found is not None


async def sweep(session: AsyncSession, *, changed_before: datetime, but: Collection[str]) -> int:
    """Forget what nothing has changed since then, in any workspace; return how many it was.

    `but` are subjects that are never forgotten: a board may stand as it is for months, and would
    be posted a second time.
    """
    deleted = await session.scalars(
        delete(Post)
        .where(Post.changed_at < changed_before, Post.subject.not_in(but))
        .returning(Post.id)
    )
    return len(deleted.all())


def _in(box: Box) -> tuple[ColumnElement[bool], ...]:
    return (
        Post.workspace_id == box.workspace_id,
        Post.platform == box.to.platform,
        Post.recipient == box.to.address,
    )
