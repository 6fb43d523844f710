"""A worker in a process of its own, for tests that kill it: its day takes two hours of ours.

Run it as `python -m tests.journeys.hurried`, with Earmark's settings in the environment. What it
hears is made up: the scorer's own processes have tests of their own.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from bot import settings as our_settings
from bot.app import World
from bot.serve import Role, open_service
from bot.settings import Settings
from scoring.analysis import Analysis
from tests.workflow.fakes import analysis_of

SPEED = 12
_BEGAN = time.time()


class MadeUp:
    """Hears a clip in a hundredth of a second, and the same in the same clip each time."""

    model_version = "made-up-1"

    async def score(self, content: bytes) -> Analysis:
        await asyncio.sleep(0.01)
        return analysis_of(len(content) % 80, model_version=self.model_version)


@asynccontextmanager
async def _hearing(settings: Settings) -> AsyncIterator[MadeUp]:
    del settings
    yield MadeUp()


def hurried(began: float) -> World:
    """Return a world whose clock runs SPEED times as fast since `began`, in all processes."""

    def now() -> datetime:
        return datetime.fromtimestamp(began, UTC) + timedelta(seconds=(time.time() - began) * SPEED)

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)

    return World(now=now, sleep=sleep, hearing=_hearing)


async def _work(began: float) -> None:
    async with open_service(our_settings.load(), Role.WORKER, hurried(began)) as tasks:
        sys.stdout.write("at work\n")
        sys.stdout.flush()
        await asyncio.wait(tasks)


if __name__ == "__main__":
    asyncio.run(_work(float(sys.argv[1])))
