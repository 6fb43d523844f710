"""One connection to the gateway, and the session that outlives it."""

import asyncio
import json
import zlib
from dataclasses import dataclass, field

from aiohttp import web

from bot.sandbox.discord.world import Json

DISPATCH = 0
HEARTBEAT = 1
RECONNECT = 7
INVALID_SESSION = 9
HELLO = 10
HEARTBEAT_ACK = 11


class CloseError(Exception):
    """Ends a connection with one of Discord's close codes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Connection:
    """Sends in the order in which it was asked to, compressed if the client wished so."""

    def __init__(self, socket: web.WebSocketResponse, *, compressed: bool) -> None:
        self._socket = socket
        # One stream for the whole connection; each message ends at a flush.
        self._stream = zlib.compressobj() if compressed else None
        self._outbox: asyncio.Queue[Json | CloseError] = asyncio.Queue()
        self.closing = False

    def send(self, payload: Json) -> None:
        if not self.closing:
            self._outbox.put_nowait(payload)

    def close(self, code: int, reason: str = "") -> None:
        """Close once all that was asked for before has been sent."""
        if not self.closing:
            self.closing = True
            self._outbox.put_nowait(CloseError(code, reason))

    async def write(self) -> None:
        """Send until the connection closes."""
        while True:
            match await self._outbox.get():
                case CloseError() as end:
                    await self._socket.close(code=end.code, message=end.reason.encode())
                    return
                case payload:
                    await self._write(json.dumps(payload).encode())

    async def _write(self, text: bytes) -> None:
        try:
            if self._stream is None:
                await self._socket.send_str(text.decode())
            else:
                packed = self._stream.compress(text) + self._stream.flush(zlib.Z_SYNC_FLUSH)
                await self._socket.send_bytes(packed)
        except ConnectionError:
            # The client has gone; what it missed waits for it in the session.
            self.closing = True


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """What a client may resume: all events so far, and the connection that it has now, if any."""

    id: str
    intents: int
    sequence: int = 0
    sent: list[Json] = field(default_factory=list)
    connection: Connection | None = None

    @property
    def live(self) -> bool:
        return self.connection is not None and not self.connection.closing

    def dispatch(self, name: str, payload: Json) -> None:
        """Number an event and send it; without a connection it waits for a resume."""
        self.sequence += 1
        event: Json = {"op": DISPATCH, "t": name, "s": self.sequence, "d": payload}
        self.sent.append(event)
        if self.connection is not None:
            self.connection.send(event)

    def replay(self, connection: Connection, *, after: int) -> None:
        """Send on a new connection what came after the last number that the client saw."""
        self.connection = connection
        for event in self.sent:
            if event["s"] > after:
                connection.send(event)
