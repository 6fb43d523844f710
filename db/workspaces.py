"""Workspaces: made at the first meeting, found by name or by the place they are used from."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Platform, Playlist, Workspace, WorkspaceAccount
from db.upsert import insert_or_skip


async def ensure(session: AsyncSession, *, name: str, now: datetime) -> Workspace:
    """Return the workspace called `name`, made now where there is none."""
    found = await by_name(session, name=name)
    if found is None:
        await insert_or_skip(session, Workspace(name=name, created_at=now))
        found = (await session.scalars(select(Workspace).where(Workspace.name == name))).one()
    return found


async def all_ids(session: AsyncSession) -> list[int]:
    """Return every workspace, for the tick, which looks after all of them."""
    found = await session.scalars(select(Workspace.id).order_by(Workspace.id))
    return list(found)


async def by_name(session: AsyncSession, *, name: str) -> Workspace | None:
    return await session.scalar(select(Workspace).where(Workspace.name == name))


async def of_account(
    session: AsyncSession, *, platform: Platform, external_id: str
) -> Workspace | None:
    """Return the workspace that a Discord server or a Slack team works in."""
    return await session.scalar(
        select(Workspace)
        .join(WorkspaceAccount, WorkspaceAccount.workspace_id == Workspace.id)
        .where(WorkspaceAccount.platform == platform, WorkspaceAccount.external_id == external_id)
    )


async def ensure_account(
    session: AsyncSession, *, platform: Platform, external_id: str, name: str, now: datetime
) -> Workspace:
    """Return the workspace of a Discord server or a Slack team, made at the first meeting.

    `name` is what the place calls itself. Two meetings at once make one workspace.
    """
    known = await of_account(session, platform=platform, external_id=external_id)
    if known is not None:
        return known
    # The id is in the name, as two servers may call themselves alike.
    workspace = await ensure(session, name=f"{platform}:{external_id}", now=now)
    account = WorkspaceAccount(
        platform=platform, external_id=external_id, workspace_id=workspace.id, name=name, since=now
    )
    await insert_or_skip(session, account)
    found = await of_account(session, platform=platform, external_id=external_id)
    if found is None:
        raise LookupError(f"the {platform} account {external_id} vanished while it was stored")
    return found


async def accounts_of(session: AsyncSession, *, workspace_id: int) -> list[WorkspaceAccount]:
    """Return the places that a workspace is used from, the oldest first."""
    found = await session.scalars(
        select(WorkspaceAccount)
        .where(WorkspaceAccount.workspace_id == workspace_id)
        .order_by(WorkspaceAccount.since, WorkspaceAccount.platform)
    )
    return list(found)


async def move_account(
    session: AsyncSession, *, platform: Platform, external_id: str, to_workspace_id: int
) -> bool:
    """Let a place work in another workspace; return False where that is not known.

    The database refuses a second place of one platform in one workspace.
    """
    moved = await session.scalar(
        update(WorkspaceAccount)
        .where(WorkspaceAccount.platform == platform, WorkspaceAccount.external_id == external_id)
        .values(workspace_id=to_workspace_id)
        .returning(WorkspaceAccount.workspace_id)
    )
    return moved is not None


async def is_unused(session: AsyncSession, *, workspace_id: int) -> bool:
    """Say whether a workspace has no playlist, and so no submission either."""
    some = await session.scalar(
        select(Playlist.id).where(Playlist.workspace_id == workspace_id).limit(1)
    )
    return some is None


async def remove(session: AsyncSession, *, workspace_id: int) -> None:
    """Delete a workspace with everything in it."""
    await session.execute(delete(Workspace).where(Workspace.id == workspace_id))
