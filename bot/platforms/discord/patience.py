"""Waiting for an answer only so long, where the work cannot be stopped at once.

A database call that waits for a lock goes on for a while after it was cancelled, and a caller that
cancels waits with it. So late work is left to end by itself, and whoever closes waits for it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Patience:
    """Keeps what came too late until it has ended."""

    def __init__(self) -> None:
        self._going: set[asyncio.Task[Any]] = set()

    async def within(self, seconds: float, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns, or raise TimeoutError where that takes longer."""

        async def run() -> T:
            return await work()

        task = asyncio.create_task(run())
        self._going.add(task)
        task.add_done_callback(self._ended)
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise TimeoutError
        return task.result()

    async def close(self) -> None:
        await asyncio.gather(*self._going, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._going.discard(task)
        if not task.cancelled():
            # Whoever waited has been told already that it was too late.
            task.exception()
