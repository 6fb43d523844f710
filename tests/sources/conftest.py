"""The desk that the tests of the Spotify adapter start from."""

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.server import Sandbox
from tests.sources.spotify_desk import Clock, Desk, Ledger, adapter


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    ledger, clock = Ledger(), Clock()
    async with (
        Sandbox.start() as sandbox,
        adapter(
            api_url=sandbox.spotify_api_url,
            token_url=sandbox.spotify_token_url,
            ledger=ledger,
            clock=clock,
        ) as spotify,
    ):
        yield Desk(spotify=spotify, sandbox=sandbox, ledger=ledger, clock=clock)
        # No call may have used what Spotify has taken from new apps.
        assert sandbox.calls.violations == []
