"""Fetch an audio file from a host we named, within limits, into memory."""

import asyncio
from dataclasses import dataclass

import httpx

from bot.errors import NoPreviewError, SourceDownError, SourceRefusedError, UnusableAudioError
from scoring.containers import identify
from scoring.errors import AudioError

MAX_HOPS = 3
# Preview hosts answer an expired or tampered link with 403 and an HTML page, Discord with 404.
_GONE = frozenset({403, 404, 410})


class ExpiredError(NoPreviewError):
    """The link was good once: ask its service for a fresh one."""

    kind = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRules:
    """Hosts that may be fetched from: `a.example` exactly, `*.example` with all that is below.

    `plain` hosts, as `host` or `host:port`, may be spoken to without https: stand-ins.
    """

    allowed: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()

    def allow(self, url: httpx.URL) -> bool:
        here = f"{url.host}:{url.port}" if url.port else url.host
        if url.scheme in {"http", "https"} and (here in self.plain or url.host in self.plain):
            return True
        named = any(
            url.host.endswith(rule[1:]) if rule.startswith("*.") else url.host == rule
            for rule in self.allowed
        )
        return named and url.scheme == "https" and url.port is None


async def download(
    http: httpx.AsyncClient, url: str, *, hosts: HostRules, max_bytes: int, seconds: float
) -> bytes:
    """Return the audio file at `url`, whole and at most `max_bytes`, after at most `seconds`.

    Raises ExpiredError, SourceDownError, SourceRefusedError or UnusableAudioError.
    """
    try:
        start = httpx.URL(url)
        host = start.host
    # httpx lets the UnicodeError of an impossible host name through, here and in a redirect.
    except (httpx.InvalidURL, UnicodeError) as error:
        raise NoPreviewError("The link to the audio file is broken.") from error
    try:
        async with asyncio.timeout(seconds):
            content = await _follow(http, start, hosts=hosts, max_bytes=max_bytes)
    except (httpx.HTTPError, TimeoutError, UnicodeError) as error:
        raise SourceDownError(host) from error
    try:
        # The name and the Content-Type may lie; the bytes may not.
        identify(content)
    except AudioError as error:
        raise UnusableAudioError(
            f"{host} sent something that is not audio we can use.", reason=error.kind
        ) from error
    return content


async def _follow(
    http: httpx.AsyncClient, url: httpx.URL, *, hosts: HostRules, max_bytes: int
) -> bytes:
    for _ in range(MAX_HOPS + 1):
        if not hosts.allow(url):
            raise SourceRefusedError(
                f"The audio file lies at {url.host}, from where we may not fetch."
                " The operator can name the host in EARMARK_PREVIEW_HOSTS."
            )
        request = http.build_request("GET", url, headers={"Accept-Encoding": "identity"})
        reply = await http.send(request, stream=True, follow_redirects=False)
        try:
            if reply.next_request is None:
                return await _read(reply, max_bytes)
            url = reply.next_request.url
        finally:
            await reply.aclose()
    raise SourceDownError(url.host)


async def _read(reply: httpx.Response, max_bytes: int) -> bytes:
    if reply.status_code in _GONE:
        raise ExpiredError("The link to the audio file is no longer valid.")
    # The request forbids packing: a small packed body may be an endless unpacked one.
    if reply.status_code != httpx.codes.OK or "Content-Encoding" in reply.headers:
        raise SourceDownError(reply.url.host)
    length = reply.headers.get("Content-Length", "")
    promised = int(length) if length.isdecimal() else 0
    content = bytearray()
    if promised <= max_bytes:
        async for chunk in reply.aiter_bytes():
            content += chunk
            if len(content) > max_bytes:
                break
    if max(promised, len(content)) > max_bytes:
        raise UnusableAudioError(
            f"The audio file is larger than {max_bytes / 2**20:.0f} MiB.", reason="too_large"
        )
    # A cut MP3 decodes without complaint to a shorter one.
    if promised and len(content) != promised:
        raise SourceDownError(reply.url.host)
    return bytes(content)
