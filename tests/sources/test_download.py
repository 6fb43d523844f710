import asyncio
import gzip
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from bot.errors import NoPreviewError, SourceDownError, SourceRefusedError, UnusableAudioError
from bot.sources.download import ExpiredError, HostRules, download
from tests.sources.clips import WAV

HOSTS = HostRules(allowed=("cdn.example", "*.dzcdn.net"), plain=("127.0.0.1:8080", "localhost"))
URL = "https://cdnt-preview.dzcdn.net/a.mp3?hdnea=exp=1"


class Chunks(httpx.AsyncByteStream):
    """Chunks of a body; counts how many were read."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            self.sent += 1
            yield chunk


class Stuck(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"ID3"
        await asyncio.Event().wait()


class Host:
    """Answers every request by `reply`, and remembers what was asked."""

    def __init__(self, reply: Callable[[httpx.Request], httpx.Response]) -> None:
        self.asked: list[str] = []
        self._reply = reply

    async def fetch(self, url: str = URL, *, max_bytes: int = 10_000, seconds: float = 5) -> bytes:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self._answer)) as http:
            return await download(http, url, hosts=HOSTS, max_bytes=max_bytes, seconds=seconds)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        return self._reply(request)


def always(status: int, **reply: object) -> Host:
    return Host(lambda _: httpx.Response(status, **reply))  # type: ignore[arg-type]  # passed on


def sends(*chunks: bytes, **headers: str) -> Host:
    return Host(lambda _: httpx.Response(200, stream=Chunks(*chunks), headers=headers))


async def test_an_allowed_host_s_audio_comes_whole() -> None:
    assert await sends(WAV[:100], WAV[100:]).fetch() == WAV


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example/a.mp3",
        "https://CDN.example/a.mp3",
        "https://a.b.dzcdn.net/a.mp3",
        "http://127.0.0.1:8080/a.mp3",
        "http://localhost:9999/a.mp3",
    ],
)
async def test_named_hosts_are_fetched_from(url: str) -> None:
    assert await sends(WAV).fetch(url) == WAV


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.example/a.mp3",
        "https://cdn.example:8443/a.mp3",
        "https://sub.cdn.example/a.mp3",
        "https://dzcdn.net/a.mp3",
        "https://evildzcdn.net/a.mp3",
        "https://a.dzcdn.net.evil.example/a.mp3",
        "https://a.dzcdn.net@evil.example/a.mp3",
        "https://evil.example/#a.dzcdn.net",
        "http://127.0.0.1:8081/a.mp3",
        "http://127.0.0.1/a.mp3",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "ftp://localhost/a.mp3",
    ],
)
async def test_other_hosts_are_never_asked(url: str) -> None:
    host = sends(WAV)

    with pytest.raises(SourceRefusedError, match="EARMARK_PREVIEW_HOSTS"):
        await host.fetch(url)
    assert host.asked == []


async def test_the_hosts_hold_for_every_redirect() -> None:
    host = always(302, headers={"Location": "http://127.0.0.1/admin"})

    with pytest.raises(SourceRefusedError):
        await host.fetch()
    assert host.asked == [URL]


async def test_an_allowed_redirect_is_followed() -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.host == "cdn.example":
            return httpx.Response(200, content=WAV)
        return httpx.Response(302, headers={"Location": "https://cdn.example/b.mp3"})

    assert await Host(reply).fetch() == WAV


async def test_a_redirect_loop_ends() -> None:
    host = always(302, headers={"Location": URL})

    with pytest.raises(SourceDownError):
        await host.fetch()
    assert len(host.asked) == 4


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_an_expired_link_is_told_from_a_dead_host(status: int) -> None:
    with pytest.raises(ExpiredError, match="no longer valid") as caught:
        await always(status, html="<html>Forbidden</html>").fetch()
    assert isinstance(caught.value, NoPreviewError)


@pytest.mark.parametrize("status", [204, 304, 400, 401, 429, 500, 503])
async def test_any_other_status_is_an_outage(status: int) -> None:
    with pytest.raises(SourceDownError, match=r"cdnt-preview\.dzcdn\.net is not answering"):
        await always(status).fetch()


async def test_a_host_that_cannot_be_reached_is_an_outage() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(SourceDownError):
        await Host(refuse).fetch()


async def test_a_host_that_stops_in_the_middle_is_an_outage() -> None:
    host = Host(lambda _: httpx.Response(200, stream=Stuck()))

    with pytest.raises(SourceDownError):
        await host.fetch(seconds=0.01)


async def test_less_than_was_promised_is_an_outage_and_not_a_shorter_song() -> None:
    with pytest.raises(SourceDownError):
        await sends(WAV[:-1], **{"Content-Length": str(len(WAV))}).fetch()


async def test_a_file_promised_too_large_is_not_even_read() -> None:
    body = Chunks(WAV)
    host = Host(lambda _: httpx.Response(200, stream=body, headers={"Content-Length": "10001"}))

    with pytest.raises(UnusableAudioError, match="larger than") as caught:
        await host.fetch()
    assert caught.value.reason == "too_large"
    assert body.sent == 0


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "5"}, {"Content-Length": "x"}])
async def test_reading_stops_at_the_limit_whatever_was_promised(headers: dict[str, str]) -> None:
    body = Chunks(*[bytes(2_004)] * 1_000)
    host = Host(lambda _: httpx.Response(200, stream=body, headers=headers))

    with pytest.raises(UnusableAudioError, match="larger than"):
        await host.fetch()
    assert body.sent == 5


@pytest.mark.parametrize("body", [b"", b"<!DOCTYPE html><html>sign in</html>", b'{"error":{}}'])
async def test_a_page_answered_with_200_is_not_audio(body: bytes) -> None:
    with pytest.raises(UnusableAudioError, match="not audio") as caught:
        await always(200, content=body, headers={"Content-Type": "audio/mpeg"}).fetch()
    assert caught.value.reason == "not_audio"


async def test_a_packed_body_is_not_unpacked() -> None:
    with pytest.raises(SourceDownError):
        await sends(gzip.compress(WAV), **{"Content-Encoding": "gzip"}).fetch()


@pytest.mark.parametrize("url", ["https://a\x00b/", "https://xn--/"])
async def test_a_broken_link_is_no_preview(url: str) -> None:
    with pytest.raises(NoPreviewError, match="broken"):
        await sends(WAV).fetch(url)


async def test_a_redirect_to_an_impossible_host_is_an_outage() -> None:
    with pytest.raises(SourceDownError):
        await always(302, headers={"Location": "https://xn--/"}).fetch()
