"""Who may review which playlist."""

from datetime import datetime

from sqlalchemy import delete, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db.models import Exposure, Platform, PlaylistCurator, PlaylistRole, Role
from db.upsert import insert_or_change


async def add(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    member_id: int,
    role: Role,
    now: datetime,
) -> None:
    """Let a member review a playlist, or change what they may do there."""
    row = PlaylistCurator(
        workspace_id=workspace_id,
        playlist_id=playlist_id,
        member_id=member_id,
        role=role,
        since=now,
    )
    await insert_or_change(session, row, unique={"playlist_id", "member_id"})


async def role_of(
    session: AsyncSession, *, workspace_id: int, playlist_id: int, member_id: int
) -> Role | None:
    """Return what a member may do for a playlist, or None for nothing."""
    return await session.scalar(
        select(PlaylistCurator.role).where(
            PlaylistCurator.workspace_id == workspace_id,
            PlaylistCurator.playlist_id == playlist_id,
            PlaylistCurator.member_id == member_id,
        )
    )


async def own(session: AsyncSession, *, workspace_id: int, member_id: int) -> dict[int, Role]:
    """Return what a member may do, by the ids of the playlists that they were given."""
    found = await session.execute(
        select(PlaylistCurator.playlist_id, PlaylistCurator.role).where(
            PlaylistCurator.workspace_id == workspace_id, PlaylistCurator.member_id == member_id
        )
    )
    return {row.playlist_id: row.role for row in found}


async def of_playlist(
    session: AsyncSession, *, workspace_id: int, playlist_id: int
) -> list[PlaylistCurator]:
    """Return a playlist's curators with their members, longest serving first."""
    found = await session.scalars(
        select(PlaylistCurator)
        .where(
            PlaylistCurator.workspace_id == workspace_id,
            PlaylistCurator.playlist_id == playlist_id,
        )
        .order_by(PlaylistCurator.since, PlaylistCurator.member_id)
        .options(selectinload(PlaylistCurator.member))
        .execution_options(populate_existing=True)
    )
    return list(found)


async def at_work(
    session: AsyncSession, *, workspace_id: int, playlist_id: int, since: datetime
) -> list[int]:
    """Return the members who review a playlist: by name, or because they have looked at its queue.

    Who reviews by a platform's role is known nowhere else: only curators are shown a queue.
    """
    named = select(PlaylistCurator.member_id).where(
        PlaylistCurator.workspace_id == workspace_id, PlaylistCurator.playlist_id == playlist_id
    )
    looked = select(Exposure.member_id).where(
        Exposure.workspace_id == workspace_id,
        Exposure.playlist_id == playlist_id,
        Exposure.at >= since,
        Exposure.member_id.is_not(None),
    )
    found = await session.scalars(union(named, looked))
    return sorted(int(one) for one in found)


async def remove(
    session: AsyncSession, *, workspace_id: int, playlist_id: int, member_id: int
) -> bool:
    """Take a playlist from a member; return False where they did not have it."""
    removed = await session.scalar(
        delete(PlaylistCurator)
        .where(
            PlaylistCurator.workspace_id == workspace_id,
            PlaylistCurator.playlist_id == playlist_id,
            PlaylistCurator.member_id == member_id,
        )
        .returning(PlaylistCurator.member_id)
    )
    return removed is not None


async def add_role(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    platform: Platform,
    external_id: str,
    role: Role,
    now: datetime,
) -> None:
    """Let everybody with a Discord role, or in a Slack user group, review a playlist."""
    row = PlaylistRole(
        workspace_id=workspace_id,
        playlist_id=playlist_id,
        platform=platform,
        external_id=external_id,
        role=role,
        since=now,
    )
    await insert_or_change(session, row, unique={"playlist_id", "platform", "external_id"})


async def roles_of(
    session: AsyncSession, *, workspace_id: int, playlist_id: int
) -> list[PlaylistRole]:
    """Return the platforms' roles that give rights for a playlist, the oldest first."""
    found = await session.scalars(
        select(PlaylistRole)
        .where(PlaylistRole.workspace_id == workspace_id, PlaylistRole.playlist_id == playlist_id)
        .order_by(PlaylistRole.since, PlaylistRole.external_id)
        .execution_options(populate_existing=True)
    )
    return list(found)


async def all_roles(session: AsyncSession, *, workspace_id: int) -> list[PlaylistRole]:
    """Return every right that the platforms' roles give, for any playlist."""
    found = await session.scalars(
        select(PlaylistRole)
        .where(PlaylistRole.workspace_id == workspace_id)
        .execution_options(populate_existing=True)
    )
    return list(found)


async def remove_role(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    platform: Platform,
    external_id: str,
) -> bool:
    """Take a playlist from a platform's role; return False where it did not have it."""
    removed = await session.scalar(
        delete(PlaylistRole)
        .where(
            PlaylistRole.workspace_id == workspace_id,
            PlaylistRole.playlist_id == playlist_id,
            PlaylistRole.platform == platform,
            PlaylistRole.external_id == external_id,
        )
        .returning(PlaylistRole.external_id)
    )
    return removed is not None
