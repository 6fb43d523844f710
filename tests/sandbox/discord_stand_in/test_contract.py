"""Discord's own files: the stand-in holds the bot to them, and itself."""

import json
from pathlib import Path
from typing import Any

import discord
import httpx
import pytest

from bot.sandbox.calls import Service
from bot.sandbox.discord.interactions import Kind
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.faults import Fault, FaultKind
from tests.sandbox.discord_stand_in.conftest import Place, running
from tests.sandbox.discord_stand_in.contract import OfficialContract, needs_contract
from tests.sandbox.discord_stand_in.small_bot import SmallBot

FOLDER = Path(__file__).resolve().parents[3] / "../shared/contracts/discord"
MESSAGES = "/channels/{channel_id}/messages"

pytestmark = needs_contract


@pytest.fixture(scope="module")
def contract() -> OfficialContract:
    return OfficialContract(FOLDER)


def _example(name: str) -> Any:
    (path,) = FOLDER.glob(f"docs-examples/{name}*")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        ({"content": "x"}, True),
        ({"content": "x", "attachments": [{"id": 0}]}, True),
        ({"content": 7}, False),
        ({"embeds": [{"title": "x" * 257}]}, False),
        ({"components": [{"type": 99}]}, False),
    ],
)
def test_a_body_is_held_to_the_openapi_file(
    contract: OfficialContract, body: object, *, fits: bool
) -> None:
    assert (contract.request_problems("POST", MESSAGES, body) == []) is fits


def test_a_route_that_discord_does_not_have_is_told(contract: OfficialContract) -> None:
    assert contract.request_problems("POST", "/nowhere", {}) == [
        "POST /nowhere is no route of Discord's"
    ]


def test_an_event_that_lacks_something_is_told(contract: OfficialContract) -> None:
    event = {"op": 0, "t": "MESSAGE_CREATE", "s": 1, "d": {"content": "x"}}

    assert contract.event_problems("MESSAGE_CREATE", event)


def test_an_answer_that_lacks_something_is_told(contract: OfficialContract) -> None:
    assert contract.answer_problems("GET", "/users/@me", 200, {"id": "1"})
    assert contract.answer_problems("GET", "/users/@me", 201, {})


async def test_what_breaks_the_file_is_refused_and_written_down(
    stand_in: DiscordStandIn, place: Place, http: httpx.AsyncClient
) -> None:
    answer = await http.post(
        f"{stand_in.api_url}/channels/{place.channel.id}/messages",
        json={"content": "x", "tts": "loud"},
        headers={"Authorization": f"Bot {stand_in.token}"},
    )

    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    assert [each.request for each in stand_in.violations] == [f"POST {MESSAGES}"]
    assert "'loud' is not" in stand_in.violations[0].rule


async def test_what_a_client_sends_to_the_gateway_is_held_to_its_schema(
    stand_in: DiscordStandIn, contract: OfficialContract
) -> None:
    async with running(SmallBot(stand_in), stand_in) as bot:
        await bot.change_presence(status=discord.Status.idle)
    said = {"op": 2, "d": {"token": "x", "intents": "all"}}

    assert stand_in.violations == []
    assert contract.sent_problems(said)


async def test_a_rate_limit_reads_as_in_the_docs(
    stand_in: DiscordStandIn, http: httpx.AsyncClient
) -> None:
    for kind, example in (
        (FaultKind.RATE_LIMITED, "rate-limits-202"),
        (FaultKind.RATE_LIMITED_OVERALL, "rate-limits-204"),
    ):
        stand_in.set_fault(Fault(service=Service.DISCORD, kind=kind, times=1, retry_after=64.57))
        answer = await http.get(f"{stand_in.api_url}/users/@me")

        assert answer.json() == _example(example)


@pytest.mark.parametrize("example", ["application-commands-003", "application-commands-007"])
async def test_an_interaction_has_all_that_the_docs_show(
    stand_in: DiscordStandIn, place: Place, example: str
) -> None:
    shown = _example(example)
    heard: list[dict[str, Any]] = []
    stand_in.core.listeners.append(lambda event: heard.append(event.payload))
    stand_in.interactions.open(Kind.COMMAND, shown["data"], user=place.ana, channel=place.channel)

    assert shown.keys() - heard[-1].keys() == set()
    # This is an old name of `pending`.
    assert shown["member"].keys() - heard[-1]["member"].keys() == {"is_pending"}
