"""The gateway: HELLO, IDENTIFY, events, heartbeats, RESUME, and every way to be thrown out."""

import asyncio
import json
import secrets
import time
from collections import deque

from aiohttp import WSMsgType, web

from bot.sandbox.calls import Service
from bot.sandbox.discord.connection import (
    HEARTBEAT,
    HEARTBEAT_ACK,
    HELLO,
    INVALID_SESSION,
    RECONNECT,
    CloseError,
    Connection,
    Session,
)
from bot.sandbox.discord.core import Core, Event
from bot.sandbox.discord.errors import Problem
from bot.sandbox.discord.intents import ALL_INTENTS, PRIVILEGED, Intent, as_seen, wanted
from bot.sandbox.discord.wire import guild_create_json, member_json, own_user_json
from bot.sandbox.discord.world import Json
from bot.sandbox.faults import Fault, FaultKind, Faults

_AT_EVENTS = frozenset(
    {
        FaultKind.GATEWAY_CLOSE,
        FaultKind.GATEWAY_RECONNECT,
        FaultKind.GATEWAY_INVALID,
        FaultKind.EVENT_TWICE,
    }
)
_AT_HEARTBEATS = frozenset({FaultKind.NO_HEARTBEAT_ACK})
# After these two a client has said goodbye, and its session is over.
_GOODBYE = (1000, 1001)
_MOST_SENT = 120
_PER_S = 60.0


class Gateway:
    """All connections and sessions of the bot.

    `allowed` are the privileged intents that are switched on for it at Discord: none, unless a
    test wants them. A client that does not send a heartbeat within one and a half
    `heartbeat_s` is thrown out.
    """

    def __init__(
        self, core: Core, faults: Faults, *, heartbeat_s: float = 41.25, allowed: int = 0
    ) -> None:
        self.heartbeat_s = heartbeat_s
        self.allowed = allowed
        self.sessions: dict[str, Session] = {}
        self.identified: list[Json] = []
        self.resumed = 0
        self._core = core
        self._faults = faults
        self._connections: set[Connection] = set()
        core.listeners.append(self._hear)

    def attach(self, app: web.Application) -> None:
        app.router.add_get("/gateway", self._connect)
        app.on_shutdown.append(self._close_all)

    async def connected(self, *, within_s: float = 15.0) -> Session:
        """Wait until the bot has a live session, and return it.

        discord.py takes five seconds before it identifies anew.
        """
        return await self._core.changes.until(
            lambda: next((each for each in self.sessions.values() if each.live), None),
            what="a live session of the bot",
            within_s=within_s,
        )

    def reconnect(self) -> None:
        """Ask every client to connect again and to resume (op 7)."""
        for session in self.sessions.values():
            self._ask_to_reconnect(session)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Tell every client that its session is over (op 9), or that it may still resume."""
        for session in list(self.sessions.values()):
            self._invalidate(session, resumable=resumable)

    def close(self, code: int = 4000) -> None:
        """Close every connection with this code; the sessions stay."""
        for session in self.sessions.values():
            self._close(session, code)

    def _close(self, session: Session, code: int) -> None:
        if session.connection is not None:
            session.connection.close(code)
            session.connection = None

    def _ask_to_reconnect(self, session: Session) -> None:
        if session.connection is not None:
            session.connection.send({"op": RECONNECT, "d": None})
            # Nothing more is sent here: it waits for the resume.
            session.connection = None

    def _invalidate(self, session: Session, *, resumable: bool) -> None:
        if session.connection is not None:
            session.connection.send({"op": INVALID_SESSION, "d": resumable})
            session.connection = None
        if not resumable:
            self.sessions.pop(session.id, None)

    async def _close_all(self, _: web.Application) -> None:
        for connection in self._connections:
            connection.close(1001)

    def _hear(self, event: Event) -> None:
        if self.sessions:
            self._core.check_event(event.name, event.payload)
        for session in list(self.sessions.values()):
            if wanted(event, session.intents):
                self._deliver(session, event)

    def _deliver(self, session: Session, event: Event) -> None:
        """Send an event as the faults want it.

        A closed connection and a reconnect come before the event, so that it is replayed. The
        end of the session comes after it: what happens without a session is lost at Discord.
        """
        fault = self._strike(event.name, _AT_EVENTS) if session.live else None
        kind = None if fault is None else fault.kind
        if fault is not None and kind is FaultKind.GATEWAY_CLOSE:
            self._close(session, fault.close_code)
        if kind is FaultKind.GATEWAY_RECONNECT:
            self._ask_to_reconnect(session)
        payload = as_seen(event, session.intents, app_id=self._core.world.app.id)
        for _ in range(2 if kind is FaultKind.EVENT_TWICE else 1):
            session.dispatch(event.name, payload)
        if kind is FaultKind.GATEWAY_INVALID:
            self._invalidate(session, resumable=False)

    def _dispatch(self, session: Session, name: str, payload: Json) -> None:
        self._core.check_event(name, payload)
        session.dispatch(name, payload)

    def _strike(self, name: str, kinds: frozenset[FaultKind]) -> Fault | None:
        return self._faults.strike(Service.DISCORD_GATEWAY, f"/{name}", only=kinds)

    async def _connect(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(socket, compressed=request.query.get("compress") == "zlib-stream")
        self._connections.add(connection)
        writer = asyncio.create_task(connection.write())
        try:
            _refuse_other_versions(request)
            await _Client(self, self._core, socket, connection).listen()
        except CloseError as end:
            connection.close(end.code, end.reason)
            await writer
        finally:
            connection.closing = True
            writer.cancel()
            self._connections.discard(connection)
            self._part(connection, socket.close_code)
        return socket

    def _part(self, connection: Connection, code: int | None) -> None:
        for session in list(self.sessions.values()):
            if session.connection is connection:
                session.connection = None
                if code in _GOODBYE:
                    del self.sessions[session.id]
        self._core.changes.happened()

    def acknowledges(self) -> bool:
        """Say whether a heartbeat is answered, as the faults want it."""
        return self._strike("HEARTBEAT", _AT_HEARTBEATS) is None

    def identify(self, connection: Connection, said: Json) -> Session:
        """Begin a session: READY, then one GUILD_CREATE for each server."""
        self.identified.append(said)
        session = Session(id=secrets.token_hex(16), intents=said["intents"], connection=connection)
        self.sessions[session.id] = session
        world = self._core.world
        self._dispatch(session, "READY", self._ready_json(session, said))
        if session.intents & Intent.GUILDS:
            for guild in world.guilds.values():
                self._dispatch(session, "GUILD_CREATE", guild_create_json(world, guild))
        self._core.changes.happened()
        return session

    def _ready_json(self, session: Session, said: Json) -> Json:
        world = self._core.world
        return {
            "v": 10,
            "user": own_user_json(world.app),
            "guilds": [{"id": str(each), "unavailable": True} for each in world.guilds],
            "private_channels": [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": f"{self._core.cdn.base.replace('http', 'ws', 1)}/gateway",
            "application": {"id": str(world.app.id), "flags": 0, "flags_new": "0"},
            **({"shard": said["shard"]} if "shard" in said else {}),
        }

    def resume(self, connection: Connection, said: Json) -> Session | None:
        """Take a session up again where the client left it, or say that there is none."""
        session = self.sessions.get(said.get("session_id") or "")
        seen = said.get("seq") or 0
        if session is None:
            connection.send({"op": INVALID_SESSION, "d": False})
            return None
        if seen > session.sequence:
            raise CloseError(4007, "Invalid seq.")
        session.replay(connection, after=seen)
        self._dispatch(session, "RESUMED", {})
        self.resumed += 1
        self._core.changes.happened()
        return session

    def members(self, session: Session, said: Json) -> None:
        """Answer a request for members: all of them only with the intent for it."""
        guild = self._core.world.guilds[int(said["guild_id"])]
        asked = said.get("user_ids")
        if asked is None and not session.intents & Intent.GUILD_MEMBERS:
            raise CloseError(4014, "Disallowed intent(s).")
        ids = guild.members if asked is None else [int(each) for each in asked]
        found = [guild.members[each] for each in ids if each in guild.members]
        payload: Json = {
            "guild_id": str(guild.id),
            "members": [member_json(member) for member in found],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [str(each) for each in ids if each not in guild.members],
        }
        if "nonce" in said:
            payload["nonce"] = said["nonce"]
        self._dispatch(session, "GUILD_MEMBERS_CHUNK", payload)


def _refuse_other_versions(request: web.Request) -> None:
    if request.query.get("v") not in ("9", "10"):
        raise CloseError(4012, "Invalid API version.")


class _Client:
    """Listens to what a client says on one connection."""

    def __init__(
        self,
        gateway: Gateway,
        core: Core,
        socket: web.WebSocketResponse,
        connection: Connection,
    ) -> None:
        self._gateway = gateway
        self._core = core
        self._socket = socket
        self._connection = connection
        self._session: Session | None = None
        self._times: deque[float] = deque(maxlen=_MOST_SENT)

    async def listen(self) -> None:
        """Answer until the client leaves; raise CloseError to throw it out."""
        patience = self._gateway.heartbeat_s * 1.5
        interval = int(self._gateway.heartbeat_s * 1000)
        self._connection.send({"op": HELLO, "d": {"heartbeat_interval": interval}})
        deadline = time.monotonic() + patience
        while True:
            try:
                async with asyncio.timeout(deadline - time.monotonic()):
                    message = await self._socket.receive()
            except TimeoutError as error:
                raise CloseError(4009, "Session timed out.") from error
            if message.type is not WSMsgType.TEXT:
                return
            said = self._parse(message.data)
            if said["op"] == HEARTBEAT:
                deadline = time.monotonic() + patience
            self._answer(said["op"], said.get("d") or {})

    def _parse(self, text: str) -> Json:
        now = time.monotonic()
        if len(self._times) == _MOST_SENT and now - self._times[0] < _PER_S:
            raise CloseError(4008, "Rate limited.")
        self._times.append(now)
        try:
            said = json.loads(text)
        except ValueError as error:
            raise CloseError(4002, "Error while decoding payload.") from error
        if not isinstance(said, dict) or not isinstance(said.get("op"), int):
            raise CloseError(4002, "Error while decoding payload.")
        if self._core.contract is not None:
            rules = self._core.contract.sent_problems(said)
            self._core.note_sent(Problem(path=f"op {said['op']}", rule=rule) for rule in rules)
        return said

    def _answer(self, op: int, said: Json) -> None:
        # By number: 1 heartbeat, 2 identify, 3 presence, 4 voice, 6 resume, 8 request members.
        match op:
            case 1:
                if self._gateway.acknowledges():
                    self._connection.send({"op": HEARTBEAT_ACK, "d": None})
            case 2:
                self._identify(said)
            case 6:
                self._known(said)
                self._session = self._gateway.resume(self._connection, said)
            case 3 | 4 | 8 if self._session is None:
                raise CloseError(4003, "Not authenticated.")
            case 8 if self._session is not None:
                self._gateway.members(self._session, said)
            case 3 | 4:
                pass
            case _:
                raise CloseError(4001, "Unknown opcode.")

    def _identify(self, said: Json) -> None:
        self._known(said)
        intents = said.get("intents")
        if not isinstance(intents, int) or not 0 <= intents <= ALL_INTENTS:
            raise CloseError(4013, "Invalid intent(s).")
        if intents & PRIVILEGED & ~self._gateway.allowed:
            raise CloseError(4014, "Disallowed intent(s).")
        shard, shards = said.get("shard", (0, 1))
        if not 0 <= shard < shards:
            raise CloseError(4010, "Invalid shard.")
        self._session = self._gateway.identify(self._connection, said)

    def _known(self, said: Json) -> None:
        if self._session is not None:
            raise CloseError(4005, "Already authenticated.")
        if said.get("token") != self._core.token:
            raise CloseError(4004, "Authentication failed.")
