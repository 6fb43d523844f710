"""Keep our own calls below a service's limit, so that it never has to refuse one."""

import asyncio
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
