"""What holds on every route and for every event, whichever it is."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord
import httpx
import pytest

from bot.sandbox.calls import Service
from bot.sandbox.clock import HandClock
from bot.sandbox.discord.interactions import Kind
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.rates import Rates
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.discord.world import Json
from bot.sandbox.faults import Fault, FaultKind
from tests.sandbox.discord_stand_in.test_gateway import bare

HERE = Path(__file__).resolve()


@dataclass(slots=True)
class Noting:
    """A description of Discord's that refuses what it is told to, and keeps what it was asked."""

    refuses: bool = False
    asked: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    def request_problems(self, method: str, route: str, body: object) -> list[str]:
        del body
        self.asked.append(f"{method} {route}")
        return ["not so"] if self.refuses else []

    def answer_problems(self, method: str, route: str, status: int, body: object) -> list[str]:
        del method, route, status, body
        return []

    def event_problems(self, name: str, payload: Json) -> list[str]:
        del payload
        self.events.append(name)
        return []

    def sent_problems(self, payload: Json) -> list[str]:
        del payload
        return []


@dataclass(slots=True, kw_only=True)
class Desk:
    """A stand-in with everything in it that a path may name."""

    stand_in: DiscordStandIn
    http: httpx.AsyncClient
    noting: Noting
    names: dict[str, object]

    async def ask(self, asked: str, body: object) -> httpx.Response:
        method, _, path = asked.partition(" ")
        url = self.stand_in.api_url + path.format(**self.names)
        headers = {"Authorization": f"Bot {self.stand_in.token}"}
        return await self.http.request(method, url, json=body, headers=headers)


@pytest.fixture
async def patient() -> AsyncIterator[httpx.AsyncClient]:
    """A client that waits as long as a busy machine needs."""
    async with httpx.AsyncClient(timeout=20) as client:
        yield client


@pytest.fixture
async def desk(clock: HandClock, patient: httpx.AsyncClient) -> AsyncIterator[Desk]:
    noting = Noting()
    async with DiscordStandIn.start(clock=clock, contract=noting) as stand_in:
        world = stand_in.world
        mo = world.add_user("Mo")
        may = Permission.everyday() | Permission.MANAGE_CHANNELS | Permission.MANAGE_THREADS
        guild = world.add_guild("Night Drive", owner=mo, bot_permissions=may)
        channel = world.add_channel(guild, "review")
        command = {"id": "1", "name": "submit", "type": 1}
        opened = [
            stand_in.interactions.open(Kind.COMMAND, command, user=mo, channel=channel)
            for _ in range(2)
        ]
        desk = Desk(
            stand_in=stand_in,
            http=patient,
            noting=noting,
            names={
                "app": world.app.id,
                "guild": guild.id,
                "channel": channel.id,
                "person": mo.id,
                "open": f"{opened[0].id}/{opened[0].token}",
                "token": opened[1].token,
            },
        )
        sent = await desk.ask("POST /channels/{channel}/messages", {"content": "x"})
        made = await desk.ask("POST /applications/{app}/commands", COMMAND)
        answer = {"type": 4, "data": {"content": "x"}}
        callback = f"POST /interactions/{opened[1].id}/{opened[1].token}/callback"
        await desk.ask(callback, answer)
        desk.names |= {"message": sent.json()["id"], "command": made.json()["id"]}
        noting.asked.clear()
        yield desk


COMMAND = {"name": "submit", "description": "Send a track", "type": 1}
TWICE = [
    {
        "type": 1,
        "components": [{"type": 2, "style": 1, "label": "Keep", "custom_id": "same"}] * 2,
    }
]
BODIES: dict[str, Any] = {
    "POST /channels/{channel}/messages": {"content": "x"},
    "PATCH /channels/{channel}/messages/{message}": {"content": "y"},
    "PATCH /channels/{channel}": {"name": "crate"},
    "POST /channels/{channel}/threads": {"name": "talk", "type": 11},
    "POST /channels/{channel}/messages/{message}/threads": {"name": "talk"},
    "POST /users/@me/channels": {"recipient_id": "{person}"},
    "POST /guilds/{guild}/channels": {"name": "crate"},
    "POST /applications/{app}/commands": COMMAND,
    "PUT /applications/{app}/commands": [COMMAND],
    "PATCH /applications/{app}/commands/{command}": {"description": "Send it"},
    "POST /interactions/{open}/callback": {"type": 4, "data": {"content": "x"}},
    "POST /webhooks/{app}/{token}": {"content": "x"},
    "PATCH /webhooks/{app}/{token}/messages/@original": {"content": "y"},
}
WITH_PARTS = {
    "POST /channels/{channel}/messages": {"components": TWICE},
    "PATCH /channels/{channel}/messages/{message}": {"components": TWICE},
    "POST /interactions/{open}/callback": {"type": 4, "data": {"components": TWICE}},
    "POST /webhooks/{app}/{token}": {"components": TWICE},
    "PATCH /webhooks/{app}/{token}/messages/@original": {"components": TWICE},
}


@pytest.mark.parametrize("asked", BODIES)
async def test_every_body_is_held_to_the_file_before_anything_is_done(
    desk: Desk, asked: str
) -> None:
    desk.noting.refuses = True

    answer = await desk.ask(asked, BODIES[asked])

    assert len(desk.noting.asked) == 1
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    assert [one.rule for one in desk.stand_in.violations] == ["body: not so"]


@pytest.mark.parametrize("asked", WITH_PARTS)
async def test_the_rules_held_by_hand_hold_wherever_a_message_is_made(
    desk: Desk, asked: str
) -> None:
    answer = await desk.ask(asked, WITH_PARTS[asked])

    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    (violation,) = desk.stand_in.violations
    assert "custom_id 'same' is used 2 times" in violation.rule


async def test_every_event_that_a_client_hears_is_held_to_its_schema(desk: Desk) -> None:
    heard = []
    async with bare(desk.stand_in) as socket:
        await socket.identify(intents=discord.Intents.default().value)
        session = await desk.stand_in.gateway.connected()
        await desk.ask("POST /channels/{channel}/messages", {"content": "x"})
        await socket.say(8, {"guild_id": str(desk.names["guild"]), "user_ids": ["1"], "limit": 0})
        while "GUILD_MEMBERS_CHUNK" not in heard:
            heard.append((await socket.hear()).get("t"))
        desk.stand_in.gateway.close(4000)
        async with bare(desk.stand_in) as again:
            said = {"token": desk.stand_in.token, "session_id": session.id, "seq": session.sequence}
            await again.say(6, said)
            while "RESUMED" not in heard:
                heard.append((await again.hear()).get("t"))

    events = {name for name in heard if name}
    assert {"READY", "GUILD_CREATE", "MESSAGE_CREATE", "RESUMED"} <= events
    assert events - set(desk.noting.events) == set()


@pytest.mark.parametrize(
    ("asked", "body", "status"),
    [
        ("POST /channels/{channel}/messages", {"content": "x"}, 200),
        ("POST /channels/{channel}/messages", {"content": ""}, 400),
        ("POST /channels/1/messages", {"content": "x"}, 404),
        ("GET /nowhere", None, 404),
        ("PUT /users/@me", None, 405),
        ("PUT /channels/{channel}/messages/pins/{message}", None, 403),
        ("POST /interactions/{open}/callback", {"type": 5}, 204),
        ("POST /interactions/1/none/callback", {"type": 5}, 404),
        ("POST /webhooks/{app}/{token}", {"content": "x"}, 200),
    ],
)
async def test_every_answer_carries_the_rate_limit(
    desk: Desk, asked: str, body: object, status: int
) -> None:
    answer = await desk.ask(asked, body)

    assert answer.status_code == status
    _has_rate_limit(answer)


@pytest.mark.parametrize(
    "kind", [FaultKind.RATE_LIMITED, FaultKind.RATE_LIMITED_OVERALL, FaultKind.FORBIDDEN]
)
async def test_an_ordered_refusal_carries_it_too_and_looks_like_discords_own(
    desk: Desk, kind: FaultKind
) -> None:
    desk.stand_in.set_fault(Fault(service=Service.DISCORD, kind=kind, times=1))
    answer = await desk.ask("GET /users/@me", None)

    assert answer.status_code in {403, 429}
    # discord.py takes a 429 without it for one of Cloudflare's, and gives up.
    assert answer.headers["Via"]
    assert answer.headers["Content-Type"] == "application/json"
    _has_rate_limit(answer)


async def test_a_bot_over_its_fifty_a_second_is_told_so_by_discord_itself(
    clock: HandClock, patient: httpx.AsyncClient
) -> None:
    rates = Rates(overall_per_s=1, window_s=3600)
    async with DiscordStandIn.start(clock=clock, rates=rates) as stand_in:
        headers = {"Authorization": f"Bot {stand_in.token}"}
        answers = await asyncio.gather(
            *(patient.get(f"{stand_in.api_url}/users/@me", headers=headers) for _ in range(10))
        )

    assert [answer.status_code for answer in answers].count(429) > 0
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["Via"]
    assert refused.headers["X-RateLimit-Scope"] == "global"
    assert refused.json()["global"] is True


def _has_rate_limit(answer: httpx.Response) -> None:
    for name in ("Limit", "Remaining", "Reset", "Reset-After"):
        assert float(answer.headers[f"X-RateLimit-{name}"]) >= 0
    assert answer.headers["X-RateLimit-Bucket"]


@pytest.mark.parametrize(("seconds", "status"), [(2.9, 204), (3.1, 404)])
async def test_the_first_answer_has_three_seconds_and_not_less(
    desk: Desk, clock: HandClock, seconds: float, status: int
) -> None:
    clock.forward(seconds)
    answer = await desk.ask("POST /interactions/{open}/callback", {"type": 5})

    assert answer.status_code == status


@pytest.mark.parametrize(("minutes", "status"), [(14.9, 200), (15.1, 401)])
async def test_what_follows_has_fifteen_minutes_and_not_less(
    desk: Desk, clock: HandClock, minutes: float, status: int
) -> None:
    clock.forward(60 * minutes)
    for asked in (
        "POST /webhooks/{app}/{token}",
        "PATCH /webhooks/{app}/{token}/messages/@original",
    ):
        assert (await desk.ask(asked, {"content": "x"})).status_code == status


def test_without_the_official_files_their_checks_are_skipped_by_name_and_the_rest_passes(
    place_of_tests: Path,
) -> None:
    ran = subprocess.run(  # noqa: S603 - our own tests
        [
            *(sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"),
            *("-c", str(place_of_tests / "pytest.ini")),
            "tests/sandbox/discord_stand_in/test_contract.py",
            "tests/sandbox/discord_stand_in/test_places.py",
        ],
        cwd=place_of_tests,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Discord's contracts are not beside this checkout" in ran.stdout
    assert " passed, " in ran.stdout


@pytest.fixture
def place_of_tests(tmp_path: Path) -> Path:
    """These tests, copied to where nothing lies beside them."""
    there = tmp_path / "elsewhere/checkout"
    shutil.copytree(HERE.parents[2], there / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    (there / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n", encoding="utf-8")
    return there
