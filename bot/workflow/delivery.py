"""What a chat is handed to deliver, and what it has to be able to do."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Card
from db.models import OutboxMessage
from db.recipients import Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message of a workspace.

    `calls` is the platform's id of the one person whom it calls by name; `lasting` asks for a place
    where it is always found, as by pinning it.
    """

    workspace_id: int
    card: Card
    calls: str | None = None
    lasting: bool = False

    @property
    def fingerprint(self) -> str:
        """What tells two messages apart that do not look the same."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


class Courier(Protocol):
    """Sends to one platform, and tells by the errors of `DeliveryError` why it could not.

    `pace` is the least time between two messages to one recipient.
    """

    @property
    def pace(self) -> timedelta: ...

    async def post(self, to: Recipient, message: Outgoing, *, nonce: str) -> str:
        """Post a message and return the platform's id of it.

        The same `nonce` again means the same message again, after a try whose end nobody saw.
        """
        ...

    async def edit(self, to: Recipient, message_id: str, message: Outgoing) -> None: ...

    async def delete(self, to: Recipient, message_id: str, *, workspace_id: int) -> None: ...


class Compose(Protocol):
    async def __call__(
        self, session: AsyncSession, row: OutboxMessage, *, posted: bool, now: datetime
    ) -> Outgoing | None:
        """Return the message that the row stands for, as of now; None where nothing is to be told.

        `posted`: the message stands in the chat already, and would be changed.
        """
        ...


def nonce_of(row: OutboxMessage) -> str:
    """Return what names a message to a platform: the same for each try, and only our own id."""
    return f"{row.workspace_id}.{row.id}"


def row_id_of(nonce: str) -> int:
    """Return the row that `nonce_of` named."""
    return int(nonce.rpartition(".")[2])
