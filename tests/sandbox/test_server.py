import socket
from pathlib import Path

import httpx
import pytest

from bot import settings
from bot.sandbox.calls import Call, Service
from bot.sandbox.catalogue import Catalogue
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox, run_in_thread
from bot.sandbox.trouble import PREMIUM_TEXT


async def _ask(
    sandbox: Sandbox, http: httpx.AsyncClient, service: Service = Service.DEEZER
) -> httpx.Response:
    return await http.get(
        {
            Service.DEEZER: f"{sandbox.deezer_url}/search?q=Sectoid",
            Service.SPOTIFY: f"{sandbox.spotify_api_url}tracks/{'0' * 22}",
            Service.PREVIEWS: f"http://{sandbox.preview_host}/none.mp3",
        }[service]
    )


@pytest.mark.parametrize(
    ("service", "kind", "answer"),
    [
        (Service.SPOTIFY, FaultKind.RATE_LIMITED, (429, "1", "API rate limit exceeded")),
        (Service.SPOTIFY, FaultKind.RATE_LIMITED_TEXT, (429, None, "Too many requests")),
        (Service.SPOTIFY, FaultKind.QUOTA_EXCEEDED, (429, "48925", '"QUOTA_EXCEEDED"')),
        (Service.SPOTIFY, FaultKind.PREMIUM_REQUIRED, (403, None, PREMIUM_TEXT)),
        (Service.SPOTIFY, FaultKind.FORBIDDEN, (403, None, '"message": "Forbidden"')),
        (Service.SPOTIFY, FaultKind.SERVER_ERROR, (503, None, "upstream")),
        (Service.DEEZER, FaultKind.WRONG_TYPE, (200, None, "<html>")),
        (Service.PREVIEWS, FaultKind.EXPIRED_LINK, (403, None, "<html>")),
        (Service.DEEZER, FaultKind.DEEZER_QUOTA, (200, None, '"code": 4')),
        (Service.DEEZER, FaultKind.DEEZER_BUSY, (200, None, '"code": 700')),
        (Service.DEEZER, FaultKind.DEEZER_NO_CODE, (200, None, 'occurred"}}')),
    ],
)
async def test_a_fault_is_answered_as_the_real_service_does(
    sandbox: Sandbox,
    http: httpx.AsyncClient,
    service: Service,
    kind: FaultKind,
    answer: tuple[int, str | None, str],
) -> None:
    sandbox.set_fault(Fault(service=service, kind=kind, times=1))
    reply = await _ask(sandbox, http, service)

    assert (reply.status_code, reply.headers.get("Retry-After")) == answer[:2]
    assert answer[2] in reply.text


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.DROP_BEFORE, httpx.RemoteProtocolError),
        (FaultKind.DROP_AFTER, httpx.RemoteProtocolError),
        (FaultKind.TRUNCATED, httpx.RemoteProtocolError),
        (FaultKind.DELAY, httpx.ReadTimeout),
    ],
)
async def test_a_broken_connection_is_a_broken_connection(
    sandbox: Sandbox, http: httpx.AsyncClient, kind: FaultKind, error: type[Exception]
) -> None:
    sandbox.set_fault(Fault(service=Service.DEEZER, kind=kind, times=1))
    with pytest.raises(error):
        await _ask(sandbox, http)

    assert (await _ask(sandbox, http)).status_code == 200
    assert sandbox.calls.count(Service.DEEZER) == 2


async def test_only_a_drop_afterwards_lets_the_request_be_handled(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    removed = f"{sandbox.spotify_api_url}audio-features/abc"
    for kind in (FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER):
        sandbox.set_fault(Fault(service=Service.SPOTIFY, kind=kind, times=1))
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(removed)

    assert sandbox.calls.violations == ["GET /v1/audio-features/abc"]


async def test_an_empty_answer_can_be_truncated_too(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    sandbox.set_fault(Fault(service=Service.OEMBED, kind=FaultKind.TRUNCATED))

    with pytest.raises(httpx.RemoteProtocolError):
        await http.get(sandbox.oembed_url)


async def test_a_short_delay_only_delays(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    sandbox.set_fault(Fault(service=Service.DEEZER, kind=FaultKind.DELAY, seconds=0.001))

    assert (await _ask(sandbox, http)).status_code == 200


async def test_a_fault_may_name_its_own_numbers(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    for fault in (
        Fault(service=Service.DEEZER, kind=FaultKind.RATE_LIMITED, retry_after=7, times=1),
        Fault(service=Service.DEEZER, kind=FaultKind.SERVER_ERROR, status=502, times=1),
    ):
        sandbox.set_fault(fault)

    assert (await _ask(sandbox, http)).headers["Retry-After"] == "7"
    assert (await _ask(sandbox, http)).status_code == 502


async def test_cleared_faults_are_over(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    sandbox.set_fault(Fault(service=Service.DEEZER, kind=FaultKind.SERVER_ERROR))
    sandbox.clear_faults()

    assert (await _ask(sandbox, http)).status_code == 200


async def test_calls_are_kept_with_their_query_until_cleared(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    await _ask(sandbox, http)
    made = list(sandbox.calls.made)
    counted = sandbox.calls.count(Service.DEEZER, "/search")
    sandbox.calls.clear()

    assert made == [Call(service=Service.DEEZER, method="GET", path="/search", query="q=Sectoid")]
    assert (counted, sandbox.calls.count(Service.DEEZER)) == (1, 0)


async def test_all_addresses_are_loopback_and_closed_in_the_end(http: httpx.AsyncClient) -> None:
    async with Sandbox.start(Catalogue(())) as sandbox:
        urls = (
            sandbox.spotify_api_url,
            sandbox.spotify_token_url,
            sandbox.oembed_url,
            sandbox.deezer_url,
            sandbox.itunes_url,
            f"http://{sandbox.preview_host}",
            f"http://{sandbox.itunes_preview_host}",
        )

    assert {httpx.URL(url).host for url in urls} == {"127.0.0.1"}
    for url in urls:
        with pytest.raises(httpx.ConnectError):
            await http.get(url)


def test_the_environment_sends_every_setting_of_an_address_to_loopback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with run_in_thread() as box:
        for name, value in box.environment().items():
            monkeypatch.setenv(name, value)
        read = settings.load()

    addresses = {name for name in settings.Settings.model_fields if name.endswith("_url")}
    # A chat is called with its token alone, and each has a stand-in of its own; the last is ours.
    elsewhere = {"database_url", "discord_url", "slack_url", "slack_public_url"}
    assert read.spotify_ready
    assert {httpx.URL(getattr(read, name)).host for name in addresses - elsewhere} == {"127.0.0.1"}


def test_a_thread_of_its_own_serves_a_caller_that_blocks() -> None:
    with run_in_thread(faults=[Fault(service=Service.DEEZER, kind=FaultKind.DEEZER_BUSY)]) as box:
        reply = httpx.get(f"{box.deezer_url}/search?q=Sectoid")
        address = (httpx.URL(box.deezer_url).host, httpx.URL(box.deezer_url).port or 0)

    assert reply.json()["error"]["code"] == 700
    assert box.calls.count(Service.DEEZER) == 1
    with pytest.raises(ConnectionRefusedError), socket.create_connection(address):
        pass


def test_a_sandbox_that_cannot_start_says_so_to_its_caller() -> None:
    class Broken(Catalogue):
        @property
        def twins(self) -> dict[int, object]:  # type: ignore[override] # broken on purpose
            raise LookupError("no twins")

    with pytest.raises(LookupError, match="no twins"), run_in_thread(Broken(())):
        pass
