"""One-time codes: made by one account, used by another, kept as a hash only."""

import hashlib
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import CodePurpose, JoinCode


async def put(
    session: AsyncSession,
    *,
    workspace_id: int,
    member_id: int,
    purpose: CodePurpose,
    code: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Keep a code until it is used, in place of an older one of the same member."""
    await session.execute(
        delete(JoinCode).where(
            JoinCode.workspace_id == workspace_id,
            JoinCode.member_id == member_id,
            JoinCode.purpose == purpose,
        )
    )
    session.add(
        JoinCode(
            workspace_id=workspace_id,
            member_id=member_id,
            purpose=purpose,
            code_sha256=_hash(code),
            created_at=now,
            expires_at=expires_at,
        )
    )
    await session.flush()


async def take(
    session: AsyncSession,
    *,
    purpose: CodePurpose,
    code: str,
    now: datetime,
    workspace_id: int | None = None,
) -> tuple[int, int] | None:
    """Use a code up and return its workspace and member, or None where it is not good any more.

    With `workspace_id` only that workspace's codes count. Of two who use one at once, one wins.
    """
    query = delete(JoinCode).where(
        JoinCode.purpose == purpose,
        JoinCode.code_sha256 == _hash(code),
        JoinCode.expires_at > now,
    )
    if workspace_id is not None:
        query = query.where(JoinCode.workspace_id == workspace_id)
    found = await session.execute(query.returning(JoinCode.workspace_id, JoinCode.member_id))
    row = found.one_or_none()
    return None if row is None else (row.workspace_id, row.member_id)


async def sweep(session: AsyncSession, *, now: datetime) -> None:
    """Delete codes that nobody has used in time."""
    await session.execute(delete(JoinCode).where(JoinCode.expires_at <= now))


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
