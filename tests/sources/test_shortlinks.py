import asyncio
from collections.abc import AsyncIterator, Mapping
from urllib.parse import quote

import httpx
import pytest

from bot.errors import LinkError, SourceDownError
from bot.links import AlbumId, Found
from bot.sources.shortlinks import MAX_BODY, ShortLinks
from bot.track import TrackId

ID = TrackId("11dFghVXANMlKmJXsNCbNl")
TRACK = Found(tracks=(ID,))
LONG = f"https://open.spotify.com/track/{ID}?si=1"
SHORT = "https://spotify.link/hRkBrwub9xb"


def to(url: str, status: int = 307) -> httpx.Response:
    return httpx.Response(status, headers={"Location": url})


def page(html: str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, html=html)


class Web:
    """Answers by URL, or by method and URL; anything else is a 404."""

    def __init__(self, replies: Mapping[str, httpx.Response]) -> None:
        self.asked: list[str] = []
        self._replies = replies

    async def resolve(self, url: str = SHORT, *, seconds: float = 4.0) -> Found:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self._answer)) as http:
            return await ShortLinks(http, seconds=seconds).resolve(url)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        asked = f"{request.method} {request.url}"
        self.asked.append(asked)
        reply = self._replies.get(asked) or self._replies.get(str(request.url))
        if reply is None:
            return httpx.Response(404)
        return httpx.Response(
            reply.status_code,
            headers=reply.headers,
            content=b"" if request.method == "HEAD" else reply.content,
        )


async def test_a_redirect_to_a_track_needs_one_head_request_and_no_more() -> None:
    web = Web({SHORT: to(LONG)})

    assert await web.resolve() == TRACK
    assert web.asked == [f"HEAD {SHORT}"]


@pytest.mark.parametrize(
    "url",
    [
        "https://spotify.link/a",
        "https://spotify.app.link/a",
        "https://spoti.fi/a",
        "https://open.spotify.com/s/a",
    ],
)
async def test_every_short_host_is_asked(url: str) -> None:
    assert await Web({url: to(LONG)}).resolve(url) == TRACK


async def test_a_link_that_opens_an_album_gives_the_album() -> None:
    web = Web({SHORT: to(f"https://open.spotify.com/intl-de/album/{ID}")})

    assert await web.resolve() == Found(albums=(AlbumId(ID),))


async def test_a_target_escaped_twice_in_a_hop_is_found() -> None:
    hop = f"https://spotify.app.link/?$fallback_url={quote(quote(LONG, safe=''), safe='')}"

    assert await Web({SHORT: to(hop)}).resolve() == TRACK


async def test_a_relative_redirect_is_followed() -> None:
    assert await Web({SHORT: to("/b"), "https://spotify.link/b": to(LONG)}).resolve() == TRACK


async def test_where_head_is_refused_get_is_tried() -> None:
    web = Web({f"HEAD {SHORT}": httpx.Response(405), f"GET {SHORT}": to(LONG)})

    assert await web.resolve() == TRACK
    assert web.asked == [f"HEAD {SHORT}", f"GET {SHORT}"]


@pytest.mark.parametrize(
    "html",
    [
        f'<html><head><meta property="og:url" content="{LONG}&amp;nd=1"></head></html>',
        f'<meta property="og:url" content="{LONG.replace("/", "&#x2F;")}">',
        f"<META content='{LONG}' property='og:url'/>",
        f'<meta property="og:title" content="x"><meta property="og:url" content="{LONG}">',
    ],
)
async def test_the_page_shown_to_browsers_is_read_for_its_own_address(html: str) -> None:
    assert await Web({SHORT: page(html)}).resolve() == TRACK


@pytest.mark.parametrize(
    "url",
    [
        f"https://evil.example/track/{ID}",
        f"https://evil.example/?u={LONG}",
        "https://127.0.0.1/admin",
        f"http://open.spotify.com/track/{ID}",
        f"https://open.spotify.com@evil.example/track/{ID}",
        f"https://open.spotify.com:8443/track/{ID}",
        f"https://me:pw@open.spotify.com/track/{ID}",
        f"https://open.spotify.com.evil.example/track/{ID}",
        "https://open.spotify.com\\@evil.example/",
        "file:///etc/passwd",
        f"spotify://track/{ID}",
    ],
)
async def test_no_hop_leaves_spotify(url: str) -> None:
    for first in (to(url), page(f'<meta property="og:url" content="{url}">')):
        web = Web({SHORT: first})

        with pytest.raises(LinkError, match="paste the long link"):
            await web.resolve()
        assert {asked.split()[1] for asked in web.asked} == {SHORT}


async def test_a_foreign_short_link_is_not_even_asked() -> None:
    web = Web({})

    with pytest.raises(LinkError, match="away from Spotify"):
        await web.resolve("https://bit.ly/abc")
    assert web.asked == []


async def test_a_loop_ends_after_four_hops() -> None:
    web = Web({SHORT: to(SHORT)})

    with pytest.raises(LinkError, match="in a circle"):
        await web.resolve()
    assert len(web.asked) == 5


@pytest.mark.parametrize(
    ("url", "what"),
    [
        (f"https://open.spotify.com/playlist/{ID}", "a Spotify playlist"),
        (f"https://open.spotify.com/artist/{ID}", "a Spotify artist page"),
        ("https://open.spotify.com/track/abc", "cut short or mistyped"),
    ],
)
async def test_a_short_link_to_something_else_is_refused_by_name(url: str, what: str) -> None:
    with pytest.raises(LinkError, match=what):
        await Web({SHORT: to(url)}).resolve()


@pytest.mark.parametrize("reply", [httpx.Response(404), page("<html>open the app</html>")])
async def test_a_page_without_an_address_is_a_dead_link(reply: httpx.Response) -> None:
    with pytest.raises(LinkError, match="paste the long link"):
        await Web({SHORT: reply}).resolve()


@pytest.mark.parametrize("url", ["https://a\x00b", "https://xn--/"])
async def test_a_redirect_to_an_impossible_address_is_a_dead_link(url: str) -> None:
    with pytest.raises(LinkError, match="paste the long link"):
        await Web({SHORT: page(f'<meta property="og:url" content="{url}">')}).resolve()


async def test_only_the_beginning_of_a_page_is_read() -> None:
    class Endless(httpx.AsyncByteStream):
        sent = 0

        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                self.sent += 1
                yield b"x" * 1024

    body = Endless()
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=body))

    async with httpx.AsyncClient(transport=transport) as http:
        with pytest.raises(LinkError):
            await ShortLinks(http).resolve(SHORT)
    assert body.sent == MAX_BODY // 1024


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_server_in_trouble_is_told_from_a_bad_link(status: int) -> None:
    with pytest.raises(SourceDownError, match="short link service is not answering"):
        await Web({SHORT: httpx.Response(status)}).resolve()


async def test_an_unreachable_server_is_told_from_a_bad_link() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    async with httpx.AsyncClient(transport=httpx.MockTransport(refuse)) as http:
        with pytest.raises(SourceDownError):
            await ShortLinks(http).resolve(SHORT)


async def test_a_server_that_never_answers_is_given_up() -> None:
    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(hang)) as http:
        with pytest.raises(SourceDownError):
            await ShortLinks(http, seconds=0.01).resolve(SHORT)
