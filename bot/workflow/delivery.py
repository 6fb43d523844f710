"""What a chat is handed to deliver, and what it has to be able to do."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.curation import BoardView, ReviewCard
from bot.messages import Card, DigestView
from db.models import Mailbox, OutboxMessage, Post
from db.outbox import Box
from db.recipients import Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message of a workspace.

    `card` is for every platform. `view` holds the same facts, for one that has a better look for
    them. `calls` is the platform's id of the one person whom it calls by name; `lasting` asks for
    a pin, so that it is always found, and for a new message where somebody has deleted it.
    """

    workspace_id: int
    card: Card
    view: ReviewCard | BoardView | DigestView | None = None
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

    async def pin(self, to: Recipient, message_id: str, *, workspace_id: int, pinned: bool) -> bool:
        """Pin a message, or take it down; return whether it is pinned now.

        A missing permission is no error: the message is there and works.
        """
        ...


class Compose(Protocol):
    async def __call__(
        self, session: AsyncSession, row: OutboxMessage, *, posted: bool, now: datetime
    ) -> Outgoing | None:
        """Return the message that the row stands for, as of now; None where nothing is to be told.

        `posted`: the message stands in the chat already, and would be changed.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How patient the sender is."""

    # Enough for a busy evening; a platform's own limit for the whole bot comes before it.
    parallel: int = 16
    # A full box gives way to the others after so many messages.
    turn: int = 5
    # Longer than one try takes, shorter than people notice.
    lease: timedelta = timedelta(seconds=60)
    # discord.py repeats after a server error for half a minute by itself.
    try_s: float = 40.0
    # Pauses after failures double from the first to the last of these.
    first_pause: timedelta = timedelta(seconds=2)
    longest_pause: timedelta = timedelta(minutes=10)
    # Somebody has to give us a permission first.
    mending_pause: timedelta = timedelta(minutes=10)
    # Who has closed direct messages is not tried again for so long.
    closed_for: timedelta = timedelta(days=1)
    # A platform that is down for a day loses nothing; news older than this help nobody.
    give_up: timedelta = timedelta(days=7)
    # Rows of other processes are found by looking; our own wake us.
    look_every_s: float = 2.0

    def pause(self, failures: int, *, dice: float) -> timedelta:
        """Return a pause that doubles with each failure, by chance between a half and all of it."""
        doubled = self.first_pause * float(2 ** min(failures, 20))
        return min(doubled, self.longest_pause) * (0.5 + dice / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One message to bring into a chat: the rows that it answers for, and where it stands now."""

    box: Box
    rows: Sequence[OutboxMessage]
    post: Post | None
    mailbox: Mailbox
    # An earlier try was begun and its end was never seen.
    again: bool

    @property
    def ids(self) -> list[int]:
        return [row.id for row in self.rows]

    @property
    def nonce(self) -> str:
        return nonce_of(self.rows[0])

    @property
    def is_pinned(self) -> bool:
        return self.post is not None and self.post.pinned

    def shows(self, message: Outgoing) -> bool:
        """Say whether that is what the chat shows already."""
        return self.post is not None and self.post.fingerprint == message.fingerprint


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one pass has done, in messages; `changed` are those that stood in the chat already."""

    posted: int = 0
    changed: int = 0
    dropped: int = 0
    refused: int = 0
    failed: int = 0
    put_off: int = 0


def nonce_of(row: OutboxMessage) -> str:
    """Return what names a message to a platform: the same for each try, and only our own id."""
    return f"{row.workspace_id}.{row.id}"


def row_id_of(nonce: str) -> int:
    """Return the row that `nonce_of` named."""
    return int(nonce.rpartition(".")[2])
