"""How long the event loop keeps a chat waiting: the lag of a timer that comes again and again."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

EVERY_S = 0.005


@dataclass(slots=True)
class Lag:
    """How late each tick came, and what the loop's thread computed before it, in milliseconds.

    A busy machine makes ticks late. CPU time is the loop's own doing: nothing else could run on the
    loop meanwhile, or only in between.
    """

    late_ms: list[float] = field(default_factory=list)
    work_ms: list[float] = field(default_factory=list)

    @property
    def ticks(self) -> int:
        return len(self.late_ms)

    @property
    def worst_ms(self) -> float:
        return max(self.late_ms, default=0.0)

    @property
    def most_work_ms(self) -> float:
        return max(self.work_ms, default=0.0)

    def at_ms(self, share: float) -> float:
        """Return the lag that `share` (0 to 1) of the ticks did not exceed."""
        return at_share(self.late_ms, share)


def at_share(values: Sequence[float], share: float) -> float:
    """Return what `share` (0 to 1) of the values do not exceed; 0 where there is none.

    >>> at_share([3.0, 1.0, 2.0], 0.5)
    2.0
    """
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


@asynccontextmanager
async def lag_measured(*, every_s: float = EVERY_S) -> AsyncIterator[Lag]:
    """Measure for as long as the block runs, on the loop that runs it."""
    lag = Lag()
    ticking = asyncio.create_task(_tick(lag, every_s))
    try:
        yield lag
    finally:
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)


async def _tick(lag: Lag, every_s: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due, worked = loop.time() + every_s, time.thread_time()
        await asyncio.sleep(every_s)
        lag.late_ms.append(1000 * (loop.time() - due))
        lag.work_ms.append(1000 * (time.thread_time() - worked))
