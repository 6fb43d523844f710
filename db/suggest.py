"""What somebody may mean who has typed a part of it: short lists, read in one query each."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db.models import Playlist, Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A playlist's number and name."""

    id: int
    name: str


async def playlists_like(
    session: AsyncSession, *, workspace_id: int, text: str, limit: int
) -> list[Named]:
    """Return playlists whose name contains `text`, by name; case does not matter."""
    wanted = " ".join(text.split()).casefold()
    found = await session.execute(
        select(Playlist.id, Playlist.name)
        .where(
            Playlist.workspace_id == workspace_id,
            Playlist.name_key.contains(wanted, autoescape=True),
        )
        .order_by(Playlist.name_key)
        .limit(limit)
    )
    return [Named(id=row.id, name=row.name) for row in found]


async def submissions_like(
    session: AsyncSession,
    *,
    workspace_id: int,
    text: str,
    limit: int,
    playlist_ids: Collection[int] | None = None,
    member_id: int | None = None,
) -> list[Submission]:
    """Return submissions whose code contains `text`, what was touched last first.

    Only those of `playlist_ids`, and only those of the member, where these are given.
    """
    query = (
        select(Submission)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.code.contains(text.strip().upper(), autoescape=True),
        )
        .order_by(Submission.status_at.desc(), Submission.id.desc())
        .limit(limit)
        .options(selectinload(Submission.track), selectinload(Submission.member))
    )
    if playlist_ids is not None:
        query = query.where(Submission.playlist_id.in_(playlist_ids))
    if member_id is not None:
        query = query.where(Submission.member_id == member_id)
    return list(await session.scalars(query))
