"""A stock discord.py connects, resumes and begins anew; a bare socket is thrown out by the book."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest

from bot.sandbox.calls import Service
from bot.sandbox.discord.intents import Intent
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.faults import Fault, FaultKind
from tests.sandbox.discord_stand_in.conftest import Place, running


class Listener(discord.Client):
    """Keeps what it hears."""

    def __init__(self, stand_in: DiscordStandIn, intents: discord.Intents | None = None) -> None:
        super().__init__(
            intents=intents or discord.Intents.default(),
            connector=stand_in.connector(),
            guild_ready_timeout=0.01,
        )
        self.heard: list[str] = []
        self.came = asyncio.Event()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once: discord.py waits five seconds before it does so again."""

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message.content)
        self.came.set()

    async def until(self, count: int) -> list[str]:
        while len(self.heard) < count:
            self.came.clear()
            await asyncio.wait_for(self.came.wait(), 5)
        return self.heard


def _say(stand_in: DiscordStandIn, place: Place, text: str) -> None:
    stand_in.say(place.ana, text, channel=place.channel)


async def test_a_stock_client_sees_its_server_and_hears_what_is_said(
    stand_in: DiscordStandIn, place: Place
) -> None:
    async with running(Listener(stand_in), stand_in) as bot:
        _say(stand_in, place, f"hello <@{stand_in.world.app.id}>")
        heard = await bot.until(1)
        guild = bot.get_guild(place.guild.id)

        assert guild is not None
        assert [each.name for each in guild.text_channels] == ["review"]
        assert guild.me.guild_permissions.pin_messages
        assert heard == [f"hello <@{stand_in.world.app.id}>"]
    assert stand_in.violations == []


async def test_what_is_said_is_blank_without_the_intent_unless_it_is_for_the_bot(
    stand_in: DiscordStandIn, place: Place
) -> None:
    async with running(Listener(stand_in), stand_in) as bot:
        _say(stand_in, place, "among ourselves")
        stand_in.say(place.ana, "for you alone")

        assert await bot.until(2) == ["", "for you alone"]


async def test_a_privileged_intent_must_be_switched_on(stand_in: DiscordStandIn) -> None:
    intents = discord.Intents.default() | discord.Intents(message_content=True)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with running(Listener(stand_in, intents), stand_in):
            pass
    stand_in.gateway.allowed = Intent.MESSAGE_CONTENT

    async with running(Listener(stand_in, intents), stand_in):
        assert [said["intents"] for said in stand_in.gateway.identified] == [intents.value]


@pytest.mark.parametrize("how", ["close", "reconnect", "invalidate"])
async def test_nothing_is_missed_or_doubled_over_a_resume(
    stand_in: DiscordStandIn, place: Place, how: str
) -> None:
    break_off: dict[str, Callable[[], None]] = {
        "close": lambda: stand_in.gateway.close(4000),
        "reconnect": stand_in.gateway.reconnect,
        "invalidate": lambda: stand_in.gateway.invalidate(resumable=True),
    }
    async with running(Listener(stand_in), stand_in) as bot:
        stand_in.say(place.ana, "one")
        await bot.until(1)
        break_off[how]()
        stand_in.say(place.ana, "two")
        heard = await bot.until(2)

    assert heard == ["one", "two"]
    assert (stand_in.gateway.resumed, len(stand_in.gateway.identified)) == (1, 1)


async def test_a_session_that_is_over_begins_anew(stand_in: DiscordStandIn, place: Place) -> None:
    async with running(Listener(stand_in), stand_in) as bot:
        stand_in.gateway.invalidate()
        await stand_in.gateway.connected()
        stand_in.say(place.ana, "after")

        assert await bot.until(1) == ["after"]
    assert (stand_in.gateway.resumed, len(stand_in.gateway.identified)) == (0, 2)


@pytest.mark.parametrize(
    ("kind", "times"),
    [
        (FaultKind.GATEWAY_CLOSE, 1),
        (FaultKind.GATEWAY_RECONNECT, 1),
        (FaultKind.GATEWAY_INVALID, 1),
        (FaultKind.EVENT_TWICE, 2),
    ],
)
async def test_an_event_can_be_struck(
    stand_in: DiscordStandIn, place: Place, kind: FaultKind, times: int
) -> None:
    stand_in.set_fault(
        Fault(service=Service.DISCORD_GATEWAY, kind=kind, path="/MESSAGE_CREATE", times=1)
    )
    async with running(Listener(stand_in), stand_in) as bot:
        stand_in.say(place.ana, "struck")
        await bot.until(times)
        await stand_in.gateway.connected()
        stand_in.say(place.ana, "spared")

        assert await bot.until(times + 1) == ["struck"] * times + ["spared"]


class Socket:
    """A bare client of the gateway."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def hear(self) -> dict[str, Any]:
        said: dict[str, Any] = await self._socket.receive_json(timeout=5)
        return said

    async def say(self, op: int, data: object) -> None:
        await self._socket.send_json({"op": op, "d": data})

    async def raw(self, text: str) -> None:
        await self._socket.send_str(text)

    async def identify(self, **more: Any) -> None:
        properties = {"os": "linux", "browser": "bare", "device": "bare"}
        said = {"token": "stand-in.bot.token", "intents": 1, "properties": properties}
        await self.say(2, said | more)

    async def leave(self, code: int) -> None:
        await self._socket.close(code=code)

    async def closed(self) -> int | None:
        while (await self._socket.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT:
            pass
        return self._socket.close_code


@asynccontextmanager
async def bare(stand_in: DiscordStandIn, version: int = 10) -> AsyncIterator[Socket]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{stand_in.gateway_url}?v={version}&encoding=json") as socket,
    ):
        yield Socket(socket)


async def test_hello_then_heartbeats_are_acknowledged(stand_in: DiscordStandIn) -> None:
    async with bare(stand_in) as socket:
        hello = await socket.hear()
        await socket.say(1, None)

        assert (hello["op"], hello["d"]["heartbeat_interval"]) == (10, 41250)
        assert (await socket.hear())["op"] == 11


@pytest.mark.parametrize(("code", "answer"), [(1000, 9), (1001, 9), (4000, 0)])
async def test_a_session_ends_with_a_goodbye_and_outlives_everything_else(
    stand_in: DiscordStandIn, code: int, answer: int
) -> None:
    async with bare(stand_in) as socket:
        await socket.identify()
        session = await stand_in.gateway.connected()
        seen = session.sequence
        await socket.leave(code)
        await stand_in.changes.until(lambda: not session.live, what="the end of the connection")
    async with bare(stand_in) as again:
        await again.hear()
        said = {"token": stand_in.token, "session_id": session.id, "seq": seen}
        await again.say(6, said)

        # 9 is an invalid session, 0 an event: RESUMED.
        assert (await again.hear())["op"] == answer


async def test_a_heartbeat_can_go_unanswered(stand_in: DiscordStandIn) -> None:
    stand_in.set_fault(
        Fault(service=Service.DISCORD_GATEWAY, kind=FaultKind.NO_HEARTBEAT_ACK, times=1)
    )
    async with bare(stand_in) as socket:
        await socket.hear()
        await socket.say(1, None)
        await socket.identify()

        assert (await socket.hear())["t"] == "READY"


async def test_a_client_without_a_heartbeat_is_thrown_out(stand_in: DiscordStandIn) -> None:
    stand_in.gateway.heartbeat_s = 0.02
    async with bare(stand_in) as socket:
        assert await socket.closed() == 4009


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        (99, None, 4001),
        (3, {}, 4003),
        (2, {"token": "wrong"}, 4004),
        (2, {"intents": -1}, 4013),
        (2, {"intents": 1 << 15}, 4014),
        (2, {"shard": [1, 1]}, 4010),
        (6, {"token": "wrong", "session_id": "x", "seq": 0}, 4004),
    ],
)
async def test_a_client_is_thrown_out_by_the_book(
    stand_in: DiscordStandIn, op: int, data: dict[str, Any] | None, code: int
) -> None:
    async with bare(stand_in) as socket:
        await (socket.identify(**(data or {})) if op == 2 else socket.say(op, data))

        assert await socket.closed() == code


async def test_more_of_the_book(stand_in: DiscordStandIn) -> None:
    async with bare(stand_in, version=8) as old:
        assert await old.closed() == 4012
    async with bare(stand_in) as garbled:
        await garbled.raw("{")
        assert await garbled.closed() == 4002
    async with bare(stand_in) as twice:
        for _ in range(2):
            await twice.identify()
        assert await twice.closed() == 4005
    async with bare(stand_in) as hasty:
        for _ in range(121):
            await hasty.say(1, None)
        assert await hasty.closed() == 4008


async def test_an_unknown_session_cannot_be_resumed(stand_in: DiscordStandIn) -> None:
    async with bare(stand_in) as socket:
        await socket.hear()
        await socket.say(6, {"token": stand_in.token, "session_id": "none", "seq": 1})

        assert await socket.hear() == {"op": 9, "d": False}


async def test_a_number_that_was_never_sent_is_refused(stand_in: DiscordStandIn) -> None:
    async with bare(stand_in) as first, bare(stand_in) as second:
        await first.identify()
        session = await stand_in.gateway.connected()
        said = {"token": stand_in.token, "session_id": session.id, "seq": 99}
        await second.say(6, said)

        assert await second.closed() == 4007


async def test_members_are_told_by_their_ids_without_the_intent(
    stand_in: DiscordStandIn, place: Place
) -> None:
    async with running(Listener(stand_in), stand_in) as bot:
        guild = bot.get_guild(place.guild.id)
        assert guild is not None
        found = await guild.query_members(user_ids=[place.ana.id, 1])

    assert [member.name for member in found] == ["ana"]
