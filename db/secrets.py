"""OAuth tokens and the like, encrypted with the operator's key before they reach the database."""

from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Secret
from db.upsert import insert_or_change


class WrongKeyError(Exception):
    """A secret was encrypted with another key than the one in the settings."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The secret {name!r} was stored with another key; bring the old key back or connect"
            " the account again."
        )


async def put(
    session: AsyncSession, *, workspace_id: int, name: str, value: str, key: bytes, now: datetime
) -> None:
    """Store a secret under a Fernet key (`Fernet.generate_key()`), in place of an older one."""
    secret = Secret(
        workspace_id=workspace_id,
        name=name,
        ciphertext=Fernet(key).encrypt(value.encode()),
        updated_at=now,
    )
    await insert_or_change(session, secret, unique={"workspace_id", "name"})


async def get(session: AsyncSession, *, workspace_id: int, name: str, key: bytes) -> str | None:
    """Return a secret, None where there is none, or raise WrongKeyError."""
    ciphertext = await session.scalar(
        select(Secret.ciphertext).where(Secret.workspace_id == workspace_id, Secret.name == name)
    )
    if ciphertext is None:
        return None
    try:
        return Fernet(key).decrypt(ciphertext).decode()
    except InvalidToken as error:
        raise WrongKeyError(name) from error


async def every(session: AsyncSession, *, name: str, key: bytes) -> list[str]:
    """Return a secret of all workspaces, for the operator, or raise WrongKeyError."""
    found = await session.scalars(
        select(Secret.ciphertext).where(Secret.name == name).order_by(Secret.workspace_id)
    )
    try:
        return [Fernet(key).decrypt(ciphertext).decode() for ciphertext in found]
    except InvalidToken as error:
        raise WrongKeyError(name) from error


async def stored_at(session: AsyncSession, *, workspace_id: int, name: str) -> datetime | None:
    """Return since when a secret is as it is, or None where there is none."""
    return await session.scalar(
        select(Secret.updated_at).where(Secret.workspace_id == workspace_id, Secret.name == name)
    )


async def remove(session: AsyncSession, *, workspace_id: int, name: str) -> None:
    """Delete a secret; it is fine where there is none."""
    await session.execute(
        delete(Secret).where(Secret.workspace_id == workspace_id, Secret.name == name)
    )


async def move(session: AsyncSession, *, workspace_id: int, to_workspace_id: int) -> None:
    """Hand all secrets of a workspace to another one, which must have none of the same name."""
    await session.execute(
        update(Secret)
        .where(Secret.workspace_id == workspace_id)
        .values(workspace_id=to_workspace_id)
    )
