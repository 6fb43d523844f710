"""The lag probe: it sees a loop that was blocked, and counts the ticks of one that was not."""

import asyncio
import time

from bot.lag import Lag, lag_measured


async def test_a_loop_that_was_blocked_is_seen() -> None:
    async with lag_measured(every_s=0.001) as lag:
        await asyncio.sleep(0.002)
        time.sleep(0.05)  # noqa: ASYNC251 - what must not happen, on purpose
        await asyncio.sleep(0.002)

    assert lag.worst_ms >= 40


async def test_nothing_is_measured_after_the_block() -> None:
    async with lag_measured(every_s=0.001) as lag:
        await asyncio.sleep(0.005)
    ticks = lag.ticks
    await asyncio.sleep(0.005)

    assert lag.ticks == ticks


def test_shares_are_taken_of_the_ordered_ticks() -> None:
    lag = Lag([float(one) for one in range(100, 0, -1)])

    assert (lag.at_ms(0.5), lag.at_ms(0.99), lag.worst_ms) == (51.0, 100.0, 100.0)


def test_without_a_tick_there_is_no_lag() -> None:
    assert (Lag().at_ms(0.99), Lag().worst_ms) == (0.0, 0.0)
