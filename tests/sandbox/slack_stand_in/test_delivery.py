"""How the app is told: sockets that go, acknowledgements that are lost, signatures, retries."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox.calls import Service
from bot.sandbox.clock import HandClock
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.listening import listening
from bot.sandbox.refusals import NoAnswerError
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.server import SlackStandIn
from bot.sandbox.slack.signed_http import signature
from bot.sandbox.slack.world import SlackChannel
from tests.platforms.slack.contract import CONTRACT
from tests.sandbox.slack_stand_in.conftest import by_http, by_socket
from tests.sandbox.slack_stand_in.small_app import SmallApp, client_of, small_app


@pytest.fixture
def ana(slack: SlackStandIn, review: SlackChannel) -> Person:
    return slack.person("Ana", here=review)


def heard(app: SmallApp) -> list[str]:
    return [each["message"] for each in app.heard]


def fault(kind: FaultKind, path: str = "/events_api/message", *, times: int = 1) -> Fault:
    return Fault(service=Service.SLACK_DELIVERY, kind=kind, path=path, times=times)


async def test_an_address_for_a_socket_is_good_for_one_client(slack: SlackStandIn) -> None:
    client = client_of(slack)
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            hello = json.loads(await socket.receive_str())
        with pytest.raises(aiohttp.WSServerHandshakeError, match="408"):
            await session.ws_connect(url)

    assert (hello["type"], hello["num_connections"]) == ("hello", 1)


async def test_an_eleventh_client_is_sent_away(slack: SlackStandIn) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(slack.socket.address()) for _ in range(11)]
        first = [json.loads(await each.receive_str()) for each in sockets]
        for each in sockets:
            await each.close()

    assert [each["type"] for each in first] == ["hello"] * 10 + ["disconnect"]
    assert first[-1]["reason"] == "too_many_websockets"


@pytest.mark.parametrize("kind", [FaultKind.SOCKET_REFRESH, FaultKind.SOCKET_DROP])
async def test_a_stock_client_comes_again_and_misses_nothing(
    slack: SlackStandIn, ana: Person, review: SlackChannel, kind: FaultKind
) -> None:
    app = small_app(slack)
    async with by_socket(slack, app):
        slack.set_fault(fault(kind))
        ana.say(review, "One")
        await slack.deliveries.settled()

    assert set(heard(app)) == {"One"}
    assert slack.socket.opened == 2


async def test_an_event_whose_acknowledgement_is_lost_comes_again_with_the_same_id(
    slack: SlackStandIn, ana: Person, review: SlackChannel
) -> None:
    app = small_app(slack)
    async with by_socket(slack, app):
        slack.set_fault(fault(FaultKind.ACK_LOST, times=2))
        ana.say(review, "One")
        await slack.deliveries.settled()
    (told,) = slack.deliveries.of("message")

    assert heard(app) == ["One"] * 3
    assert len({each["event_id"] for each in app.heard}) == 1
    assert (told.attempt, told.reason, told.taken) == (2, "timeout", True)


async def test_an_event_is_given_up_after_three_more_tries(
    slack: SlackStandIn, ana: Person, review: SlackChannel
) -> None:
    app = small_app(slack)
    async with by_socket(slack, app):
        slack.set_fault(fault(FaultKind.ACK_LOST, times=9))
        ana.say(review, "One")
        await slack.deliveries.settled()

    assert heard(app) == ["One"] * 4
    assert [each.taken for each in slack.deliveries.of("message")] == [False]


@pytest.mark.parametrize("way", [by_socket, by_http])
async def test_an_envelope_may_come_twice_and_an_event_be_replayed(
    slack: SlackStandIn, ana: Person, review: SlackChannel, way: object
) -> None:
    app = small_app(slack)
    async with by_socket(slack, app) if way is by_socket else by_http(slack, app):
        slack.set_fault(fault(FaultKind.EVENT_TWICE))
        ana.say(review, "One")
        await slack.deliveries.settled()
        await slack.deliveries.replay(slack.deliveries.of("message")[0])

    assert heard(app) == ["One"] * 3


async def test_an_acknowledgement_after_three_seconds_is_too_late(
    slack: SlackStandIn, clock: HandClock, ana: Person
) -> None:
    app = SmallApp(slack)

    @app.command("/earmark")
    async def slow(ack: object) -> None:
        clock.forward(3.1)
        await ack("Here!")  # type: ignore[operator]  # Bolt hands in what it likes

    async with by_socket(slack, app):
        with pytest.raises(NoAnswerError, match="/earmark failed: timeout"):
            await ana.command("/earmark")

    assert ana.ephemerals() == []
    assert [each.name for each in slack.deliveries.unanswered()] == ["/earmark"]


async def test_an_answer_to_what_takes_none_is_a_violation(
    slack: SlackStandIn, ana: Person, review: SlackChannel
) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(slack.socket.address())
        await socket.receive_str()
        ana.say(review, "One")
        envelope = json.loads(await socket.receive_str())
        answer = {"envelope_id": envelope["envelope_id"], "payload": {"text": "x"}}
        await socket.send_str(json.dumps(answer))
        await slack.deliveries.settled()
        await socket.close()

    assert envelope["accepts_response_payload"] is False
    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (0, "")
    assert slack.violations.pop() == "an answer to message, which takes none: ['text']"


async def test_a_bad_signature_and_an_old_one_are_refused_by_a_stock_app(
    slack: SlackStandIn, ana: Person
) -> None:
    app = small_app(slack)
    async with by_http(slack, app) as url:
        wrong = slack.deliver_to(url)
        wrong.secret = "wrong"  # noqa: S105 - wrong on purpose
        with pytest.raises(NoAnswerError):
            await ana.command("/earmark", "dance")
        old = slack.deliver_to(url)
        old.age_s = 6 * 60
        with pytest.raises(NoAnswerError):
            await ana.command("/earmark", "dance")

    assert (wrong.statuses, old.statuses) == ([401], [401])
    assert ana.ephemerals() == []


async def test_the_app_proves_that_an_address_is_its_own(slack: SlackStandIn) -> None:
    async with by_http(slack, small_app(slack)) as url:
        assert await slack.deliver_to(url).verify("abc") == "abc"


@asynccontextmanager
async def listener(
    *statuses: int, headers: dict[str, str] | None = None
) -> AsyncIterator[tuple[str, list[web.Request]]]:
    """Answer one request after the other with these statuses."""
    asked: list[web.Request] = []
    left = list(statuses)

    async def answer(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(status=left.pop(0), headers=headers)

    app = web.Application()
    app.router.add_post("/", answer)
    async with listening(app) as url:
        yield f"{url}/", asked


async def test_a_failing_address_gets_an_event_again_and_is_told_why(
    slack: SlackStandIn, ana: Person, review: SlackChannel
) -> None:
    async with listener(500, 404, 200) as (url, asked):
        slack.deliver_to(url)
        ana.say(review, "One")
        await slack.deliveries.settled()

    assert [each.headers.get("X-Slack-Retry-Num") for each in asked] == [None, "1", "2"]
    assert [each.headers.get("X-Slack-Retry-Reason") for each in asked] == [
        None,
        "http_error",
        "http_error",
    ]


async def test_an_app_that_wants_no_retry_gets_none(
    slack: SlackStandIn, ana: Person, review: SlackChannel
) -> None:
    async with listener(500, headers={"X-Slack-No-Retry": "1"}) as (url, asked):
        slack.deliver_to(url)
        ana.say(review, "One")
        await slack.deliveries.settled()

    assert len(asked) == 1


async def test_an_address_where_nobody_listens_is_tried_four_times(
    slack: SlackStandIn, ana: Person, review: SlackChannel
) -> None:
    async with listener() as (url, _):
        pass
    slack.deliver_to(url)
    ana.say(review, "One")
    await slack.deliveries.settled()
    (told,) = slack.deliveries.of("message")

    assert (told.attempt, told.reason, told.taken) == (3, "connection_failed", False)


async def test_what_is_told_while_no_app_is_there_waits_for_one(
    slack: SlackStandIn, ana: Person, review: SlackChannel
) -> None:
    ana.say(review, "One")
    app = small_app(slack)
    async with by_socket(slack, app):
        await slack.deliveries.settled()

    assert heard(app) == ["One"]


async def test_a_stand_in_that_stops_leaves_nothing_running() -> None:
    async with SlackStandIn.start(contract=CONTRACT) as slack:
        channel = slack.add_channel("C0REVIEW")
        slack.person("Ana", here=channel).say(channel, "One")
    left = [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]

    assert left == []


def test_a_signature_is_slacks_own() -> None:
    # The example of https://docs.slack.dev/authentication/verifying-requests-from-slack.
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        "&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        "%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
        ".803a0bc887a14d10d2c447fce8b6703c"
    )
    secret = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 - from the example

    assert signature(secret, "1531420618", body) == (
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )
