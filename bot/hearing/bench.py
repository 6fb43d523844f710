"""What hearing costs the chat: the event loop's lag while every scoring process is busy.

Only ratios within one report can be trusted: the same loop is measured idle, beside processes,
and beside a thread that does the same work, one after the other on the same machine.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bot.hearing.pool import HearingPool, Limits
from bot.lag import Lag, lag_measured

Score = Callable[[bytes], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The loop's lag under one load; `peak_mib` is the memory of each process, where known."""

    name: str
    lag: Lag
    clips_per_s: float
    peak_mib: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingReport:
    """`start_s`: from nothing to the first score, less a warm one. `warm_ms`: one clip after that.

    `here_ms` is the same clip in the process that asks, so the difference is the way there and
    back. All by the clock.
    """

    idle: Load
    loads: tuple[Load, ...]
    start_s: float
    warm_ms: float
    here_ms: float


async def bench_hearing(
    model_file: Path,
    clips: Sequence[bytes],
    *,
    seconds: float,
    processes: Collection[int] = (1, 2),
    memory_mib: int = 1024,
) -> HearingReport:
    """Measure each load for `seconds`; there must be a clip, and one of usual length first."""
    async with lag_measured() as lag:
        await asyncio.sleep(seconds)
    idle = Load(name="idle", lag=lag, clips_per_s=0.0)
    loads, starts, warm = [], [], []
    for count in processes:
        limits = Limits(processes=count, memory_mib=memory_mib, seconds=60.0)
        pool = HearingPool(lambda: model_file, limits=limits)
        try:
            first_ms = await _milliseconds(pool.score, clips[0])
            again_ms = median([await _milliseconds(pool.score, clips[0]) for _ in range(3)])
            name = f"{count} in processes" if count > 1 else "1 in a process"
            load = await _under(name, pool.score, clips, count, seconds)
            loads.append(_with_memory(load, pool.pids))
        finally:
            await pool.aclose()
        warm.append(again_ms)
        starts.append((first_ms - again_ms) / 1000)
    thread = await _beside_a_thread(model_file, clips, seconds)
    return HearingReport(
        idle=idle,
        loads=(*loads, thread.load),
        start_s=median(starts),
        warm_ms=median(warm),
        here_ms=thread.clip_ms,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    load: Load
    clip_ms: float


async def _beside_a_thread(model_file: Path, clips: Sequence[bytes], seconds: float) -> _Beside:
    """Score on a thread of this process, as a bot without processes would."""
    from scoring.scorer import Scorer  # noqa: PLC0415 - a second, for this comparison only

    scorer = Scorer.load(model_file)

    async def score(clip: bytes) -> object:
        return await asyncio.to_thread(scorer.score, clip)

    await score(clips[0])
    clip_ms = median([await _milliseconds(score, clips[0]) for _ in range(3)])
    return _Beside(load=await _under("1 on a thread", score, clips, 1, seconds), clip_ms=clip_ms)


async def _under(
    name: str, score: Score, clips: Sequence[bytes], busy: int, seconds: float
) -> Load:
    """Keep `busy` scorers busy for `seconds`, with a clip more in line than they can hear."""
    endless = itertools.cycle(clips)
    done = 0
    loop = asyncio.get_running_loop()
    # All are running before the measuring starts: a start is told on its own.
    await asyncio.gather(*(score(clips[0]) for _ in range(busy)))
    started = loop.time()

    async def ask() -> None:
        nonlocal done
        while loop.time() < started + seconds:
            await score(next(endless))
            done += 1

    async with lag_measured() as lag:
        await asyncio.gather(*(ask() for _ in range(busy + 1)))
    return Load(name=name, lag=lag, clips_per_s=done / (loop.time() - started))


def _with_memory(load: Load, pids: Collection[int]) -> Load:
    peaks = tuple(peak for pid in sorted(pids) if (peak := _peak_mib(pid)) is not None)
    return Load(name=load.name, lag=load.lag, clips_per_s=load.clips_per_s, peak_mib=peaks)


def _peak_mib(pid: int) -> float | None:
    """Return the most memory that a process has had, or None where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    peaks = (int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))
    return next(peaks, None)


async def _milliseconds(score: Score, clip: bytes) -> float:
    started = time.perf_counter()
    await score(clip)
    return 1000 * (time.perf_counter() - started)
