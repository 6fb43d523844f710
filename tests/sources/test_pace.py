import asyncio

from bot.sources.pace import Pace

LONG = 3600.0


async def _calls(pace: Pace, done: list[int], count: int) -> None:
    for number in range(count):
        async with pace:
            done.append(number)


async def _some_turns_of_the_loop() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_calls_beyond_the_limit_wait() -> None:
    done: list[int] = []
    task = asyncio.create_task(_calls(Pace(calls=3, seconds=LONG), done, 5))
    await _some_turns_of_the_loop()
    task.cancel()

    assert done == [0, 1, 2]


async def test_a_call_that_ends_early_gives_no_place_back() -> None:
    pace = Pace(calls=1, seconds=LONG)
    async with pace:
        pass
    task = asyncio.create_task(_calls(pace, [], 1))
    await _some_turns_of_the_loop()

    assert not task.done()
    task.cancel()


async def test_places_come_back_with_time() -> None:
    done: list[int] = []
    await _calls(Pace(calls=1, seconds=0), done, 4)

    assert done == [0, 1, 2, 3]
