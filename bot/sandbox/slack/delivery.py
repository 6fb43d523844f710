"""What Slack tells the app, by whichever way: sent, acknowledged in time, or sent again."""

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol

from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind, Faults
from bot.sandbox.slack.core import Core, Event
from bot.sandbox.slack.world import Json

DEADLINE: Final = timedelta(seconds=3)
RETRIES: Final = 3
# Real seconds until somebody gives up who waits for an app to connect.
_PATIENCE_S: Final = 15.0
_FOR_AS_LONG_AS_IT_TAKES_S: Final = 86_400.0

FAULTS: Final = frozenset(
    {
        FaultKind.ACK_LOST,
        FaultKind.EVENT_TWICE,
        FaultKind.SOCKET_DROP,
        FaultKind.SOCKET_REFRESH,
    }
)


class Kind(StrEnum):
    """The types of envelopes, as Socket Mode names them."""

    COMMAND = "slash_commands"
    INTERACTIVE = "interactive"
    EVENT = "events_api"


class NotTakenError(Exception):
    """The app has not acknowledged; the text is Slack's reason for a retry.

    `final`: the app wants no retry.
    """

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


@dataclass(slots=True, kw_only=True, eq=False)
class Delivery:
    """One thing that the app is told; `name` is the command, the interaction or the event.

    `answer` is what came with the acknowledgement, `took_s` the real seconds until it came.
    """

    kind: Kind
    name: str
    payload: Json
    takes_answer: bool = False
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempt: int = 0
    reason: str = ""
    fault: FaultKind | None = None
    taken: bool = False
    answer: Json = field(default_factory=dict)
    took_s: float | None = None


class Transport(Protocol):
    """Socket Mode or signed HTTP."""

    async def ready(self, *, within_s: float) -> None:
        """Wait until there is an app to tell, or raise NothingHappenedError."""
        ...

    async def send(self, delivery: Delivery) -> Json:
        """Return what came with the acknowledgement, or raise NotTakenError."""
        ...


class Deliveries:
    """Everything that the app was told, oldest first, in `every`.

    `deadline_s` are the real seconds until Slack takes something for not acknowledged. An
    acknowledgement counts as late, too, if the stand-in's clock has moved on by more than three.
    """

    def __init__(self, core: Core, faults: Faults) -> None:
        self.every: list[Delivery] = []
        self.deadline_s = DEADLINE.total_seconds()
        self.transport: Transport | None = None
        self._core = core
        self._faults = faults
        self._tasks: set[asyncio.Task[None]] = set()
        core.listeners.append(self._hear)

    async def tell(self, delivery: Delivery) -> Delivery:
        """Tell the app what a person did: once, for nobody waits longer than three seconds."""
        self.every.append(delivery)
        await self._ready(_PATIENCE_S)
        try:
            await self._once(delivery)
        finally:
            self._core.changes.happened()
        return delivery

    async def replay(self, delivery: Delivery) -> None:
        """Send an event once more, as Slack does where it has missed an acknowledgement."""
        delivery.attempt += 1
        delivery.reason = "timeout"
        await self._once(delivery)

    def of(self, name: str) -> list[Delivery]:
        """Return what the app was told of this name: `/earmark`, `block_actions`, or another."""
        return [each for each in self.every if each.name == name]

    def unanswered(self) -> list[Delivery]:
        """Return what the app has not acknowledged, so far."""
        return [each for each in self.every if not each.taken]

    async def settled(self, *, within_s: float = 5.0) -> None:
        """Wait until every event has been acknowledged or given up."""
        await self._core.changes.until(
            lambda: not self._tasks, what="the end of all deliveries", within_s=within_s
        )

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _hear(self, event: Event) -> None:
        if self.transport is None:
            return
        delivery = Delivery(
            kind=Kind.EVENT, name=event.payload["type"], payload=self._wrapped(event)
        )
        self.every.append(delivery)
        task = asyncio.create_task(self._insist(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._core.changes.happened()

    def _wrapped(self, event: Event) -> Json:
        """Return the envelope of the Events API, with an id by which doubles are known."""
        team = event.team
        return {
            "token": "verification-token",
            "team_id": team.id,
            "context_team_id": team.id,
            "api_app_id": self._core.config.id,
            "event": {"event_ts": self._core.world.next_ts()} | event.payload,
            "type": "event_callback",
            "event_id": self._core.world.next_id("Ev"),
            "event_time": int(self._core.clock().timestamp()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team.id,
                    "user_id": team.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": event.external,
            "event_context": f"4-{event.name}-{team.id}",
        }

    async def _insist(self, delivery: Delivery) -> None:
        """Send an event until it is taken, at most three times more.

        Slack would try again for an hour where there is no app at all; here it waits for one.
        """
        await self._ready(_FOR_AS_LONG_AS_IT_TAKES_S)
        for attempt in range(RETRIES + 1):
            delivery.attempt = attempt
            try:
                await self._once(delivery)
            except NotTakenError as error:
                delivery.reason = str(error)
                if error.final:
                    return
            else:
                return

    async def _ready(self, within_s: float) -> None:
        if self.transport is not None:
            await self.transport.ready(within_s=within_s)

    async def _once(self, delivery: Delivery) -> None:
        if self.transport is None:
            raise NotTakenError("there is no app to tell")
        fault = self._strike(delivery)
        delivery.fault = None if fault is None else fault.kind
        begun, told = time.perf_counter(), self._core.clock()
        try:
            async with asyncio.timeout(self.deadline_s):
                answer = await self.transport.send(delivery)
        except TimeoutError as error:
            raise NotTakenError("timeout") from error
        if delivery.fault is FaultKind.ACK_LOST or self._core.clock() - told > DEADLINE:
            raise NotTakenError("timeout")
        delivery.taken, delivery.answer = True, answer
        delivery.took_s = time.perf_counter() - begun
        if answer and not delivery.takes_answer:
            self._core.note([f"an answer to {delivery.name}, which takes none: {list(answer)}"])

    def _strike(self, delivery: Delivery) -> Fault | None:
        path = f"/{delivery.kind}/{delivery.name.strip('/')}"
        return self._faults.strike(Service.SLACK_DELIVERY, path, method="POST", only=FAULTS)
