"""Keep our own calls below a service's limit, so that it never has to refuse one."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType


class Pace:
    """Lets at most `calls` calls begin within any `seconds`; the others wait for their turn.

    Use it as `async with pace:` around a call.
    """

    def __init__(self, *, calls: int, seconds: float) -> None:
        self._seconds = seconds
        self._free = asyncio.Semaphore(calls)

    async def __aenter__(self) -> None:
        await self._free.acquire()
        # The place comes back by the clock, not at the end of the call: the limit is on beginnings.
        asyncio.get_running_loop().call_later(self._seconds, self._free.release)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Do nothing: see `__aenter__`."""


class SharedPace:
    """A pace that all workers on all machines keep together, as they share one address or key.

    `take` notes a call and returns 0, or the seconds after which it is to be asked again. `own` is
    this process's pace: it keeps most of the waiting out of the database.
    """

    def __init__(self, take: Callable[[], Awaitable[float]], *, own: Pace) -> None:
        self._take = take
        self._own = own

    async def __aenter__(self) -> None:
        async with self._own:
            seconds = await self._take()
            while seconds > 0:
                await asyncio.sleep(seconds)
                seconds = await self._take()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Do nothing, like `Pace`: the limit is on beginnings."""
