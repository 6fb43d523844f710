"""Settings that a workspace makes for itself, in the chat."""

from dataclasses import dataclass
from typing import TypedDict, Unpack

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Platform, WorkspaceSetting
from db.upsert import insert_or_change


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSettings:
    """Where one platform talks of a workspace, and how. Ids are the platform's own.

    `curator_role` holds for every playlist; a playlist may name further ones.
    `mention_fallback`: who takes no direct messages may be mentioned in the submit channel, without
    any detail.
    """

    review_channel: str | None = None
    submit_channel: str | None = None
    curator_role: str | None = None
    mention_fallback: bool = False


class ChatChanges(TypedDict, total=False):
    """The fields of `ChatSettings` to change; None takes a setting back."""

    review_channel: str | None
    submit_channel: str | None
    curator_role: str | None
    mention_fallback: bool


async def chat(session: AsyncSession, *, workspace_id: int, platform: Platform) -> ChatSettings:
    """Return what was set up for one platform; what was not keeps its default."""
    prefix = _prefix(platform)
    found = await session.execute(
        select(WorkspaceSetting.key, WorkspaceSetting.value).where(
            WorkspaceSetting.workspace_id == workspace_id,
            WorkspaceSetting.key.startswith(prefix, autoescape=True),
        )
    )
    made = {key.removeprefix(prefix): value for key, value in found}
    return ChatSettings(
        review_channel=_text(made.get("review_channel")),
        submit_channel=_text(made.get("submit_channel")),
        curator_role=_text(made.get("curator_role")),
        mention_fallback=made.get("mention_fallback") is True,
    )


async def change_chat(
    session: AsyncSession,
    *,
    workspace_id: int,
    platform: Platform,
    **changes: Unpack[ChatChanges],
) -> ChatSettings:
    """Change what is named, leave the rest, and return all of it."""
    for name, value in changes.items():
        key = f"{_prefix(platform)}{name}"
        if value is None:
            await forget(session, workspace_id=workspace_id, key=key)
        else:
            await put(session, workspace_id=workspace_id, key=key, value=value)
    return await chat(session, workspace_id=workspace_id, platform=platform)


async def zone(session: AsyncSession, *, workspace_id: int) -> str | None:
    """Return the workspace's IANA time zone, or None where nobody has said."""
    return _text(await get(session, workspace_id=workspace_id, key="zone"))


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


async def forget(session: AsyncSession, *, workspace_id: int, key: str) -> None:
    """Take a setting back."""
    await session.execute(
        delete(WorkspaceSetting).where(
            WorkspaceSetting.workspace_id == workspace_id, WorkspaceSetting.key == key
        )
    )


def _prefix(platform: Platform) -> str:
    return f"{platform}."


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
