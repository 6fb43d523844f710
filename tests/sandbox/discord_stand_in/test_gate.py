"""Tokens, rate limits and faults, as a stock discord.py and a bare client meet them."""

import aiohttp
import discord
import httpx
import pytest

from bot.sandbox.calls import Service
from bot.sandbox.clock import HandClock
from bot.sandbox.discord.rates import RateLimiter, Rates
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.faults import Fault, FaultKind
from tests.sandbox.discord_stand_in.conftest import Place


def _ask(stand_in: DiscordStandIn) -> dict[str, str]:
    return {"Authorization": f"Bot {stand_in.token}"}


async def test_a_wrong_token_does_not_log_in(stand_in: DiscordStandIn) -> None:
    async with discord.Client(
        intents=discord.Intents.none(), connector=stand_in.connector()
    ) as client:
        with pytest.raises(discord.LoginFailure):
            await client.login("wrong")


async def test_what_is_not_meant_for_discord_goes_its_own_way(
    stand_in: DiscordStandIn,
) -> None:
    async with aiohttp.ClientSession(connector=stand_in.connector()) as session:
        async with session.get(f"{stand_in.url}/nowhere") as here:
            pass
        headers = _ask(stand_in)
        async with session.get("https://discord.com/api/v10/gateway", headers=headers) as there:
            url = (await there.json())["url"]

    assert (here.status, url) == (404, stand_in.gateway_url)


async def test_answers_are_json_by_the_exact_type_and_carry_the_rate_limit(
    stand_in: DiscordStandIn, http: httpx.AsyncClient
) -> None:
    answers = [
        await http.get(f"{stand_in.api_url}/users/@me", headers=headers)
        for headers in ({}, _ask(stand_in))
    ]

    assert [answer.status_code for answer in answers] == [401, 200]
    for answer in answers:
        assert answer.headers["Content-Type"] == "application/json"
        assert int(answer.headers["X-RateLimit-Remaining"]) > 0
        assert float(answer.headers["X-RateLimit-Reset-After"]) > 0
        assert answer.headers["X-RateLimit-Bucket"]


async def test_a_route_that_is_used_up_answers_429_until_its_window_ends(
    clock: HandClock, http: httpx.AsyncClient
) -> None:
    rates = Rates(per_route=2, window_s=3600)
    async with DiscordStandIn.start(clock=clock, rates=rates) as stand_in:
        url = f"{stand_in.api_url}/users/@me"
        for _ in range(2):
            await http.get(url, headers=_ask(stand_in))
        late = await http.get(url, headers=_ask(stand_in))
        other = await http.get(f"{stand_in.api_url}/gateway/bot", headers=_ask(stand_in))

    assert (late.status_code, other.status_code) == (429, 200)
    assert late.headers["Via"]
    assert late.headers["X-RateLimit-Scope"] == "user"
    assert 3590 < late.json()["retry_after"] <= 3600
    assert late.json()["global"] is False


def test_the_51st_request_of_a_second_is_refused_wherever_it_goes() -> None:
    now = [0.0]
    limiter = RateLimiter(Rates(), lambda: now[0], lambda: 0.0)
    verdicts = [
        limiter.take(route=f"GET /{index}", place="", counts_overall=True) for index in range(51)
    ]
    own = limiter.take(route="POST /interactions", place="", counts_overall=False)
    now[0] = 1.0
    next_second = limiter.take(route="GET /0", place="", counts_overall=True)

    assert [verdict.overall for verdict in verdicts] == [False] * 50 + [True]
    assert verdicts[-1].retry_after == 1.0
    assert own.retry_after is None
    assert next_second.retry_after is None


@pytest.mark.parametrize("kind", [FaultKind.RATE_LIMITED, FaultKind.RATE_LIMITED_OVERALL])
async def test_a_stock_client_waits_out_a_429_and_sends_once(
    stand_in: DiscordStandIn, place: Place, channel: discord.PartialMessageable, kind: FaultKind
) -> None:
    fault = Fault(
        service=Service.DISCORD, kind=kind, path="/api/v10/channels", times=1, retry_after=0.01
    )
    stand_in.set_fault(fault)
    await channel.send("patience")

    assert len(stand_in.world.messages[place.channel.id]) == 1
    assert stand_in.calls.count(Service.DISCORD, f"/api/v10/channels/{channel.id}/messages") == 2


async def test_an_ordered_429_carries_the_headers_of_its_route(
    stand_in: DiscordStandIn, http: httpx.AsyncClient
) -> None:
    stand_in.set_fault(Fault(service=Service.DISCORD, kind=FaultKind.RATE_LIMITED, times=1))
    answer = await http.get(f"{stand_in.api_url}/users/@me", headers=_ask(stand_in))

    assert answer.status_code == 429
    assert answer.headers["X-RateLimit-Scope"] == "shared"
    assert answer.headers["X-RateLimit-Bucket"]
    assert answer.headers["Retry-After"] == "2"


async def test_a_slow_answer_comes_in_the_end(
    stand_in: DiscordStandIn, channel: discord.PartialMessageable
) -> None:
    stand_in.set_fault(Fault(service=Service.DISCORD, kind=FaultKind.DELAY, seconds=0.01, times=1))

    assert (await channel.send("slow")).content == "slow"


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_seed_strikes_the_same_calls_again(http: httpx.AsyncClient, seed: int) -> None:
    fault = Fault(service=Service.DISCORD, kind=FaultKind.SERVER_ERROR, probability=0.5)
    struck = []
    for _ in range(2):
        async with DiscordStandIn.start(faults=[fault], seed=seed) as stand_in:
            url = f"{stand_in.api_url}/users/@me"
            answers = [await http.get(url, headers=_ask(stand_in)) for _ in range(12)]
            struck.append([answer.status_code for answer in answers])

    assert struck[0] == struck[1]
    assert set(struck[0]) == {200, 503}


async def test_a_503_reaches_the_caller(
    stand_in: DiscordStandIn, channel: discord.PartialMessageable
) -> None:
    stand_in.set_fault(Fault(service=Service.DISCORD, kind=FaultKind.SERVER_ERROR, times=1))
    with pytest.raises(discord.DiscordServerError):
        await channel.send("down")

    assert (await channel.send("up again")).content == "up again"


async def test_opening_direct_channels_too_fast_has_its_own_code(
    stand_in: DiscordStandIn, place: Place, client: discord.Client
) -> None:
    stand_in.set_fault(
        Fault(service=Service.DISCORD, kind=FaultKind.DMS_TOO_FAST, path="/api/v10/users/@me/ch")
    )
    with pytest.raises(discord.HTTPException) as refused:
        await (await client.fetch_user(place.ana.id)).send("hello")

    assert refused.value.code == 40003


async def test_a_fault_of_one_method_leaves_the_others_alone(
    stand_in: DiscordStandIn, channel: discord.PartialMessageable
) -> None:
    fault = Fault(service=Service.DISCORD, kind=FaultKind.FORBIDDEN, method="PATCH")
    stand_in.set_fault(fault)
    message = await channel.send("fixed")
    with pytest.raises(discord.Forbidden):
        await message.edit(content="changed")
    stand_in.clear_faults()

    assert (await message.fetch()).content == "fixed"


async def test_a_body_that_is_no_json_is_refused(
    stand_in: DiscordStandIn, place: Place, http: httpx.AsyncClient
) -> None:
    url = f"{stand_in.api_url}/channels/{place.channel.id}/messages"
    json_type = {"Content-Type": "application/json"}
    broken = await http.post(url, content=b"{", headers=_ask(stand_in) | json_type)
    plain = await http.post(url, content=b"hello", headers=_ask(stand_in))

    assert (broken.status_code, broken.json()["code"]) == (400, 50109)
    assert plain.status_code == 415
