"""Find out what a short link opens, without ever asking a host that is not Spotify's."""

import asyncio
import html
import re
from urllib.parse import unquote

import httpx

from bot.errors import LinkError, SourceDownError
from bot.links import Found, find_links

SERVICE = "Spotify's short link service"
# A text from the chat must never choose whom we call, so every hop is checked.
HOSTS = frozenset({"spotify.link", "spotify.app.link", "spoti.fi", "open.spotify.com"})
MAX_HOPS = 4
SECONDS = 4.0
MAX_BODY = 64 * 1024
# spotify.link is run by Branch.io, which shows phones and browsers a page and redirects only curl.
_HEADERS = {"User-Agent": "earmark (as curl)", "Accept-Encoding": "identity"}

_META = re.compile(r"<meta\b[^>]{0,2000}>", re.IGNORECASE)
_CONTENT = re.compile(r"""\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_OG_URL = re.compile(r"""\bproperty\s*=\s*["']og:url["']""", re.IGNORECASE)

_PLEASE = "Please paste the long link."


class ShortLinks:
    def __init__(self, http: httpx.AsyncClient, *, seconds: float = SECONDS) -> None:
        self._http = http
        self._seconds = seconds

    async def resolve(self, url: str) -> Found:
        """Return the one track or the one album that `url` opens.

        Raise LinkError where it opens anything else, SourceDownError where nobody answers.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(url)
        except (httpx.HTTPError, TimeoutError) as error:
            raise SourceDownError(SERVICE) from error
        # httpx lets the UnicodeError of an impossible host name through.
        except (httpx.InvalidURL, UnicodeError) as error:
            raise LinkError(f"That short link leads nowhere. {_PLEASE}") from error

    async def _follow(self, url: str) -> Found:
        # The first request is no hop yet.
        for _ in range(MAX_HOPS + 1):
            _check_host(httpx.URL(url))
            if found := _target(url):
                return found
            url = await self._next(url)
        raise LinkError(f"That short link leads in a circle. {_PLEASE}")

    async def _next(self, url: str) -> str:
        """Return where `url` leads: by redirect, or by the address that its page gives itself."""
        page = ""
        for method in ("HEAD", "GET"):
            async with self._http.stream(
                method, url, headers=_HEADERS, follow_redirects=False
            ) as reply:
                if location := reply.headers.get("Location"):
                    return str(reply.url.join(location))
                if method == "GET":
                    page = await _beginning(reply)
        return _own_address(page)


def _check_host(url: httpx.URL) -> None:
    if url.scheme != "https" or url.host not in HOSTS or url.port or url.userinfo:
        raise LinkError(f"That short link leads away from Spotify. {_PLEASE}")


def _target(url: str) -> Found | None:
    """Return what the URL itself names; phones get it escaped twice, inside a parameter."""
    for text in (url, unquote(url), unquote(unquote(url))):
        found = find_links(text)
        if found.tracks or found.albums:
            return found
        if found.refused:
            raise LinkError(str(found.refused[0]))
    return None


async def _beginning(reply: httpx.Response) -> str:
    if reply.status_code == httpx.codes.TOO_MANY_REQUESTS or reply.is_server_error:
        raise SourceDownError(SERVICE)
    body = bytearray()
    async for chunk in reply.aiter_bytes():
        body += chunk
        if len(body) >= MAX_BODY:
            break
    return body[:MAX_BODY].decode("utf-8", "replace")


def _own_address(page: str) -> str:
    for tag in _META.findall(page):
        content = _CONTENT.search(tag)
        if content and _OG_URL.search(tag):
            return html.unescape(content[1] or content[2] or "")
    raise LinkError(f"That short link does not say what it opens. {_PLEASE}")
