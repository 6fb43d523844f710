"""Settings that a workspace makes for itself, in the chat."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import WorkspaceSetting
from db.upsert import insert_or_change


async def get(session: AsyncSession, *, workspace_id: int, key: str) -> object | None:
    """Return the JSON value of a setting, or None where it was never made."""
    return await session.scalar(
        select(WorkspaceSetting.value).where(
            WorkspaceSetting.workspace_id == workspace_id, WorkspaceSetting.key == key
        )
    )


async def put(session: AsyncSession, *, workspace_id: int, key: str, value: object) -> None:
    """Make a setting: anything JSON can hold but null."""
    setting = WorkspaceSetting(workspace_id=workspace_id, key=key, value=value)
    await insert_or_change(session, setting, unique={"workspace_id", "key"})
