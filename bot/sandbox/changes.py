"""Waiting for something to happen in the stand-in, instead of sleeping."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


class NothingHappenedError(Exception):
    """What was waited for did not come in time; the text says what it was."""


class Changes:
    """Wakes everybody who waits each time that anything changes."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def happened(self) -> None:
        for event in self._waiting:
            event.set()

    async def until(self, look: Callable[[], _T | None], *, what: str, within_s: float = 5.0) -> _T:
        """Return the first truthy answer of `look`, or raise NothingHappenedError.

        `within_s` are real seconds: they bound a test that would wait for ever, and no good one
        gets near them.
        """
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(within_s):
                while not (found := look()):
                    await event.wait()
                    event.clear()
                return found
        except TimeoutError as error:
            raise NothingHappenedError(f"{what} did not come within {within_s:g} s") from error
        finally:
            self._waiting.discard(event)
