"""A chat that takes messages as a platform would, fails when told to, and forgets nothing."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from bot.errors import MessageGoneError
from bot.messages import Card
from bot.workflow.delivery import Outgoing
from db.recipients import Recipient


@dataclass(slots=True)
class Shown:
    """A message as people see it now; `cards` are all that it ever showed."""

    to: Recipient
    nonce: str
    cards: list[Card]
    calls: str | None = None

    @property
    def card(self) -> Card:
        return self.cards[-1]


@dataclass(slots=True)
class FakeChat:
    """`errors` are raised, one for each call. `compares_nonces` is Discord's way, not Slack's.

    With `hangs` a message arrives, and its answer never does; with `hangs_before` not even that.
    """

    pace: timedelta = timedelta(0)
    compares_nonces: bool = True
    errors: list[Exception] = field(default_factory=list)
    hangs: bool = False
    hangs_before: bool = False
    messages: dict[str, Shown] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    pinned: set[str] = field(default_factory=set)
    pins: list[str] = field(default_factory=list)
    pin_errors: list[Exception] = field(default_factory=list)
    may_pin: bool = True
    busy: int = 0
    busiest: int = 0

    async def post(self, to: Recipient, message: Outgoing, *, nonce: str) -> str:
        await self._begin(f"post {to.external_id}")
        message_id = self._known(to, nonce)
        if message_id is None:
            message_id = str(len(self.messages) + 1)
            self.messages[message_id] = Shown(to, nonce, [message.card], calls=message.calls)
            self.changed.set()
        await self._end()
        return message_id

    async def edit(self, to: Recipient, message_id: str, message: Outgoing) -> None:
        del to
        await self._begin(f"edit {message_id}")
        if message_id not in self.messages:
            raise MessageGoneError("That message was deleted.")
        self.messages[message_id].cards.append(message.card)
        await self._end()

    async def delete(self, to: Recipient, message_id: str, *, workspace_id: int) -> None:
        del to, workspace_id, self.messages[message_id]

    async def pin(self, to: Recipient, message_id: str, *, workspace_id: int, pinned: bool) -> bool:
        del to, workspace_id
        if self.pin_errors:
            raise self.pin_errors.pop(0)
        self.pins.append(f"{'pin' if pinned else 'unpin'} {message_id}")
        if not self.may_pin:
            return not pinned
        (self.pinned.add if pinned else self.pinned.discard)(message_id)
        return pinned

    async def shows(self, count: int) -> None:
        """Wait until so many messages stand here."""
        async with asyncio.timeout(20):
            while len(self.messages) < count:
                self.changed.clear()
                await self.changed.wait()

    def titles(self, external_id: str | None = None) -> list[str]:
        """Return the titles of all messages, or of those to one recipient, in their order."""
        return [
            shown.card.title
            for shown in self.messages.values()
            if external_id in {None, shown.to.external_id}
        ]

    def _known(self, to: Recipient, nonce: str) -> str | None:
        if not self.compares_nonces:
            return None
        same = [i for i, shown in self.messages.items() if (shown.to, shown.nonce) == (to, nonce)]
        return same[0] if same else None

    async def _begin(self, call: str) -> None:
        self.calls.append(call)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        # Others get a turn, as they would on a network.
        await asyncio.sleep(0)
        self.busy -= 1
        if self.errors:
            raise self.errors.pop(0)
        if self.hangs_before:
            await self._hang()

    async def _end(self) -> None:
        if self.hangs:
            await self._hang()

    async def _hang(self) -> None:
        self.arrived.set()
        await asyncio.Event().wait()
