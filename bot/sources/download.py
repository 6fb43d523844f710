"""Fetch a file from a host we named, within limits, into memory."""

from dataclasses import dataclass

import httpx

from bot.errors import NoPreviewError


class ExpiredError(NoPreviewError):
    """The link was good once (403, 404 or 410): ask the service for a fresh one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRules:
    """Hosts that may be fetched from: `cdn.example` exactly, `*.example` with what is below it.

    `plain` lists hosts that may be spoken to without https, as `host` or `host:port`: stand-ins only.
    """

    allowed: tuple[str, ...]
    plain: tuple[str, ...] = ()


async def download(
    http: httpx.AsyncClient, url: str, *, hosts: HostRules, max_bytes: int, seconds: float
) -> bytes:
    """Return the audio file at `url`."""
    raise NotImplementedError
