"""A stand-in on an event loop of its own, in a thread of its own: for callers that block."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeVar

_T = TypeVar("_T")


@contextmanager
def in_thread(start: Callable[[], AbstractAsyncContextManager[_T]]) -> Iterator[_T]:
    """Run what `start` opens until the block ends. Only look at it from here: it is not locked."""
    started: Future[tuple[_T, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        async with start() as stand_in:
            started.set_result((stand_in, asyncio.get_running_loop(), stop))
            await stop.wait()

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox") as pool:
        ended = pool.submit(asyncio.run, serve())
        either: list[Future[Any]] = [started, ended]
        wait(either, return_when=FIRST_COMPLETED)
        if ended.done():
            ended.result()
        stand_in, loop, stop = started.result()
        try:
            yield stand_in
        finally:
            loop.call_soon_threadsafe(stop.set)
            ended.result()
