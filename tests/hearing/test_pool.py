"""The scoring processes, real ones: what bad files do to them, and what they do to the desk."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from numpy.testing import assert_allclose

from bot.errors import ScorerDownError, UnusableAudioError
from bot.hearing.pool import HearingPool, Limits
from bot.lag import lag_measured
from bot.model_store import packaged_model, version_of
from bot.sandbox.bundled import clip
from scoring.errors import ModelError
from scoring.scorer import Scorer

CLIP = clip("caribbean_8s.ogg").path
MODEL = Path("model.onnx")


@asynccontextmanager
async def pool(
    scorer: str = "Obedient", *, processes: int = 1, seconds: float = 30.0
) -> AsyncIterator[HearingPool]:
    opened = HearingPool(
        lambda: MODEL,
        limits=Limits(processes=processes, memory_mib=512, seconds=seconds),
        scorer=f"tests.hearing.scorers:{scorer}",
    )
    try:
        yield opened
    finally:
        await opened.aclose()


async def pid_of(heard: HearingPool, clip: bytes = b"be") -> int:
    """Score a clip, and return the process that did."""
    return int((await heard.score(clip)).model_version)


async def refused(heard: HearingPool, clip: bytes) -> UnusableAudioError:
    with pytest.raises(UnusableAudioError) as caught:
        await heard.score(clip)
    return caught.value


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - another process makes it true
        await asyncio.sleep(0.01)


def is_there(pid: int) -> bool:
    """Tell whether a process is there, a dead one that nobody has fetched included."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_clip_is_scored_in_another_process_as_it_would_be_here() -> None:
    heard = HearingPool(packaged_model, limits=Limits(processes=1, memory_mib=1024, seconds=30))

    there = await heard.score(CLIP.read_bytes())
    processes = heard.pids
    await heard.aclose()

    here = Scorer.load(packaged_model()).score(CLIP.read_bytes())
    assert processes
    assert os.getpid() not in processes
    # One thread in the process, and as many as there are cores here, add up in another order.
    assert there.score.percentile == pytest.approx(here.score.percentile, abs=1e-3)
    assert there.attributes.tempo_bpm == here.attributes.tempo_bpm
    assert len(there.reasons) == len(here.reasons)
    assert_allclose(there.embedding, here.embedding, atol=1e-4, rtol=0)
    assert_allclose(there.logmel, here.logmel, atol=1e-3, rtol=0)
    assert (there.model_version, there.seconds) == (here.model_version, here.seconds)
    assert heard.model_version == here.model_version == version_of(packaged_model())


async def test_no_process_starts_before_there_is_something_to_hear() -> None:
    async with pool() as heard:
        assert heard.pids == frozenset()


async def test_one_process_hears_one_clip_after_another() -> None:
    async with pool(processes=2) as heard:
        first = await pid_of(heard)

        assert [await pid_of(heard) for _ in range(3)] == [first] * 3
        assert heard.pids == {first}


async def test_clips_at_once_are_heard_by_as_many_processes_as_are_allowed() -> None:
    async with pool(processes=2) as heard:
        pids = await asyncio.gather(*(pid_of(heard) for _ in range(6)))

        assert len(set(pids)) == 2


async def test_a_clip_of_many_megabytes_arrives_whole() -> None:
    async with pool() as heard:
        told = await heard.score(b"length" + b" " * 30_000_000)

    assert told.model_version == "30000006"


async def test_no_secret_is_known_to_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_SECRET_KEY", "hunter2")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    async with pool() as heard:
        told = await heard.score(b"environment")

    assert "SECRET" not in told.model_version


async def test_the_process_loads_nothing_but_what_scoring_needs() -> None:
    async with pool("Modules") as heard:
        told = await heard.score(b"")

    assert told.model_version == ""


async def test_what_the_scorer_refuses_is_refused_in_its_words_and_the_process_stays() -> None:
    async with pool() as heard:
        first = await pid_of(heard)
        error = await refused(heard, b"silence")

        assert (str(error), error.reason) == ("There is nothing to hear in the file.", "silent")
        assert await pid_of(heard) == first


@pytest.mark.parametrize(
    ("clip", "reason", "sentence"),
    [
        (b"eat", "too_heavy", "takes more than 512 MiB of memory"),
        (b"segfault", "crashed", "stops the program"),
        (b"stumble", "crashed", "stops the program"),
        (b"kill", "crashed", "stops the program"),
        (b"lie", "crashed", "stops the program"),
        (b"boast", "crashed", "stops the program"),
    ],
)
async def test_a_file_that_ends_its_process_is_refused_and_the_next_one_is_heard(
    clip: bytes, reason: str, sentence: str
) -> None:
    async with pool() as heard:
        first = await pid_of(heard)
        error = await refused(heard, clip)
        second = await pid_of(heard)

        assert error.reason == reason
        assert sentence in str(error)
        assert "MP3 or WAV" in str(error)
        assert second != first
        assert heard.pids == {second}
        assert not is_there(first)


async def test_a_file_that_never_ends_is_stopped_and_the_loop_goes_on_meanwhile() -> None:
    async with pool(processes=2, seconds=1) as heard, lag_measured() as lag:
        endless = asyncio.create_task(refused(heard, b"loop"))
        beside = [await pid_of(heard) for _ in range(3)]
        error = await endless

    assert error.reason == "took_too_long"
    assert "longer than 1 s" in str(error)
    assert len(set(beside)) == 1
    # A second has two hundred ticks; a loop that waited for the file would have had a handful.
    assert lag.ticks > 50


async def test_a_process_that_is_killed_in_the_middle_costs_the_file_nothing(
    tmp_path: Path,
) -> None:
    async with pool() as heard:
        survivor = await pid_of(heard, f"kill-once {tmp_path / 'killed'}".encode())

        assert (tmp_path / "killed").exists()
        assert heard.pids == {survivor}


async def test_a_process_that_is_killed_while_it_waits_is_replaced() -> None:
    async with pool() as heard:
        first = await pid_of(heard)
        os.kill(first, signal.SIGKILL)

        assert await pid_of(heard) != first
        assert not is_there(first)


async def test_a_file_is_not_blamed_for_what_an_earlier_one_broke() -> None:
    async with pool() as heard:
        first = await pid_of(heard)

        assert await pid_of(heard, b"segfault-unless-fresh") != first


async def test_what_a_library_prints_does_not_get_into_the_answers() -> None:
    async with pool() as heard:
        first = await pid_of(heard, b"print")

        assert await pid_of(heard) == first


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_to_the_whole_group_is_left_to_the_desk(number: signal.Signals) -> None:
    async with pool() as heard:
        first = await pid_of(heard)
        os.kill(first, number)

        assert await pid_of(heard) == first


async def test_the_process_is_in_a_group_of_its_own() -> None:
    async with pool() as heard:
        assert os.getpgid(await pid_of(heard)) != os.getpgid(0)


async def test_a_call_that_is_cancelled_ends_its_process_and_makes_room(tmp_path: Path) -> None:
    started = tmp_path / "started"
    async with pool() as heard:
        call = asyncio.create_task(heard.score(f"start {started}".encode()))
        await until(started.exists)
        (busy,) = heard.pids
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

        assert not is_there(busy)
        assert await pid_of(heard) != busy


async def test_a_call_that_is_cancelled_while_its_process_starts_leaves_none() -> None:
    async with pool() as heard:
        call = asyncio.create_task(heard.score(b"be"))
        await until(lambda: bool(heard.pids))
        (starting,) = heard.pids
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

        assert not is_there(starting)


async def test_closing_ends_what_is_being_heard_and_what_waits_for_its_turn(
    tmp_path: Path,
) -> None:
    started = tmp_path / "started"
    async with pool() as heard:
        busy = asyncio.create_task(heard.score(f"start {started}".encode()))
        await until(started.exists)
        waiting = asyncio.create_task(heard.score(b"be"))
        pids = heard.pids
        await heard.aclose()

        ended = await asyncio.gather(busy, waiting, return_exceptions=True)
        assert [type(error) for error in ended] == [ScorerDownError, ScorerDownError]
        assert not any(map(is_there, pids))
        with pytest.raises(ScorerDownError, match="Earmark is stopping"):
            await heard.score(b"too late")


@pytest.mark.parametrize(
    ("scorer", "error", "sentence"),
    [
        ("without_model", ModelError, "The model model.onnx cannot be read."),
        ("hungry", ScorerDownError, "512 MiB are too few"),
        ("broken", ScorerDownError, "no start with model.onnx"),
        ("nowhere", ScorerDownError, "nowhere"),
    ],
)
async def test_a_scorer_that_does_not_start_is_told_and_no_file_is_blamed(
    scorer: str, error: type[Exception], sentence: str
) -> None:
    async with pool(scorer) as heard:
        with pytest.raises(error, match=sentence):
            await heard.score(b"be")

        assert heard.pids == frozenset()


DESK = """
import asyncio, sys
from pathlib import Path
from tests.hearing.test_pool import pool

async def main():
    async with pool() as heard:
        call = asyncio.create_task(heard.score(b"start " + sys.argv[1].encode()))
        while not Path(sys.argv[1]).exists():
            await asyncio.sleep(0.01)
        print(*heard.pids, flush=True)
        await call

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a busy child at once")
async def test_the_process_ends_with_a_desk_that_is_killed(tmp_path: Path) -> None:
    desk = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", DESK, str(tmp_path / "started")), stdout=subprocess.PIPE
    )
    assert desk.stdout is not None
    child = int(await desk.stdout.readline())
    there = is_there(child)
    desk.kill()
    await desk.wait()

    assert there
    await until(lambda: not is_there(child))
