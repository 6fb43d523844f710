"""A Deezer that answers as it is told."""

import httpx

from bot.sources.deezer import Deezer


def replaying(*bodies: object) -> Deezer:
    """Return a Deezer that answers with these bodies, one call after the other."""
    left = iter(bodies)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=next(left)))
    return Deezer(httpx.AsyncClient(transport=transport), wait_s=0)
