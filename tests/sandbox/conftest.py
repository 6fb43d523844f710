"""A running sandbox whose clock is set by hand, and a client for it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.sandbox.clock import HandClock
from bot.sandbox.server import Sandbox


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def sandbox(clock: HandClock) -> AsyncIterator[Sandbox]:
    async with Sandbox.start(clock=clock) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=0.5) as client:
        yield client


@pytest.fixture
async def bearer(sandbox: Sandbox, http: httpx.AsyncClient) -> dict[str, str]:
    """Return the header that a new app sends with each call to the Web API."""
    reply = await http.post(
        sandbox.spotify_token_url,
        data={"grant_type": "client_credentials"},
        auth=(sandbox.client_id, sandbox.client_secret),
    )
    return {"Authorization": f"Bearer {reply.json()['access_token']}"}
