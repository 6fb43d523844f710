"""A web application on a free port of this machine, for as long as a block lasts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

HOST: Final = "127.0.0.1"


@asynccontextmanager
async def listening(app: web.Application) -> AsyncIterator[str]:
    """Serve `app` until the block ends; yield its address, as `http://127.0.0.1:40123`."""
    # A delayed answer must not hold up the end: whoever waited for it has gone.
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
