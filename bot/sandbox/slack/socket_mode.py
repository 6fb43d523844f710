"""Socket Mode: addresses for one use, hello, envelopes and their acknowledgements."""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import Final

from aiohttp import WSMsgType, web

from bot.sandbox.faults import FaultKind
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.delivery import Delivery, Kind, NotTakenError
from bot.sandbox.slack.world import Json

_MOST: Final = 10
# Real seconds that a client may take to come again after it was asked to.
_PATIENCE_S: Final = 15.0


@dataclass(slots=True, eq=False)
class _Connection:
    """Sends in the order in which it was asked to. Leaving: Slack has asked it to come anew."""

    socket: web.WebSocketResponse
    leaving: bool = False
    outbox: "asyncio.Queue[Json | None]" = field(default_factory=asyncio.Queue)

    @property
    def live(self) -> bool:
        return not (self.leaving or self.socket.closed)

    def send(self, payload: Json) -> None:
        self.outbox.put_nowait(payload)

    def close(self) -> None:
        """Close once all that was asked for before has been sent."""
        self.leaving = True
        self.outbox.put_nowait(None)

    async def write(self) -> None:
        while (payload := await self.outbox.get()) is not None:
            try:
                await self.socket.send_str(json.dumps(payload))
            except ConnectionError:
                self.leaving = True
        await self.socket.close()


class SocketMode:
    """All connections of the app: ten at most; each envelope goes over one of them."""

    def __init__(self, core: Core) -> None:
        self.opened = 0
        self._core = core
        self._tickets: set[str] = set()
        self._connections: list[_Connection] = []
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._turn = 0

    def attach(self, app: web.Application) -> None:
        app.router.add_get("/link", self._connect)
        app.on_shutdown.append(self._close_all)

    def address(self) -> str:
        """Return an address that one client can use once."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return f"{self._core.url.replace('http', 'ws', 1)}/link?ticket={ticket}"

    async def ready(self, *, within_s: float = _PATIENCE_S) -> None:
        """Wait until the app is connected, or raise NothingHappenedError."""
        await self._core.changes.until(
            self._live, what="a connection of the app by Socket Mode", within_s=within_s
        )

    def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask every client to connect anew, as Slack does every few hours."""
        for connection in self._live():
            self._ask_to_leave(connection, reason)

    def cut(self) -> None:
        """Close every connection without a word."""
        for connection in self._live():
            connection.close()

    async def send(self, delivery: Delivery) -> Json:
        if delivery.fault is FaultKind.SOCKET_REFRESH:
            self.refresh()
        await self.ready()
        live = self._live()
        self._turn += 1
        connection = live[self._turn % len(live)]
        pending: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[delivery.id] = pending
        for _ in range(2 if delivery.fault is FaultKind.EVENT_TWICE else 1):
            connection.send(_envelope(delivery))
        if delivery.fault is FaultKind.SOCKET_DROP:
            connection.close()
            raise NotTakenError("connection_failed")
        return await pending

    def _live(self) -> list[_Connection]:
        return [each for each in self._connections if each.live]

    def _ask_to_leave(self, connection: _Connection, reason: str) -> None:
        connection.leaving = True
        connection.send(
            {
                "type": "disconnect",
                "reason": reason,
                "debug_info": {"host": "applink-stand-in"},
            }
        )

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=408, text="this address was used, or never given out")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = _Connection(socket)
        writer = asyncio.create_task(connection.write())
        if len(self._live()) >= _MOST:
            self._ask_to_leave(connection, "too_many_websockets")
        else:
            self._welcome(connection)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(message.data)
        finally:
            writer.cancel()
            if connection in self._connections:
                self._connections.remove(connection)
            self._core.changes.happened()
        return socket

    def _welcome(self, connection: _Connection) -> None:
        self._connections.append(connection)
        self.opened += 1
        connection.send(
            {
                "type": "hello",
                "num_connections": len(self._live()),
                "debug_info": {
                    "host": "applink-stand-in",
                    "build_number": 10,
                    "approximate_connection_time": 18060,
                },
                "connection_info": {"app_id": self._core.config.id},
            }
        )
        self._core.changes.happened()

    def _hear(self, text: str) -> None:
        """Take an acknowledgement; a second one for the same envelope says nothing new."""
        said = json.loads(text)
        pending = self._waiting.get(said.get("envelope_id", ""))
        if pending is None:
            self._core.note([f"an acknowledgement of no envelope: {said}"])
        elif not pending.done():
            pending.set_result(said.get("payload") or {})

    async def _close_all(self, _: web.Application) -> None:
        for connection in self._connections:
            connection.close()


def _envelope(delivery: Delivery) -> Json:
    envelope: Json = {
        "envelope_id": delivery.id,
        "payload": delivery.payload,
        "type": str(delivery.kind),
        "accepts_response_payload": delivery.takes_answer,
    }
    if delivery.kind is Kind.EVENT:
        envelope |= {"retry_attempt": delivery.attempt, "retry_reason": delivery.reason}
    return envelope
