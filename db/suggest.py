"""What somebody may mean who has typed a part of it: short lists, read in one query each."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

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
    playlist_ids: Collection[int],
) -> list[Submission]:
    """Return submissions of these playlists whose code contains `text`, the last touched first."""
    found = await session.scalars(
        select(Submission)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.playlist_id.in_(playlist_ids),
            Submission.code.contains(text.strip().upper(), autoescape=True),
        )
        .order_by(Submission.status_at.desc(), Submission.id.desc())
        .limit(limit)
        .options(joinedload(Submission.track), joinedload(Submission.member))
    )
    return list(found)
