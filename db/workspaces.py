"""Workspaces: made at the first meeting, found by name."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Workspace
from db.upsert import insert_or_skip


async def ensure(session: AsyncSession, *, name: str, now: datetime) -> Workspace:
    """Return the workspace called `name`, made now where there is none."""
    found = await by_name(session, name=name)
    if found is None:
        await insert_or_skip(session, Workspace(name=name, created_at=now))
        found = (await session.scalars(select(Workspace).where(Workspace.name == name))).one()
    return found


async def by_name(session: AsyncSession, *, name: str) -> Workspace | None:
    return await session.scalar(select(Workspace).where(Workspace.name == name))
