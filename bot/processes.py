"""`earmark run` in processes of its own, as an operator starts it, for the benches."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot.errors import DatabaseError
from bot.serve import Role
from bot.settings import PREFIX
from bot.workflow.services import Sessions
from db import workers

_LOOK_EVERY_S = 0.05
_START_S = 60.0
_STOP_S = 15.0


@asynccontextmanager
async def running(
    role: Role, count: int, *, sessions: Sessions, settings: Mapping[str, str]
) -> AsyncIterator[list[int]]:
    """Run `count` processes until the block ends; yield their ids once all are at work.

    `settings` are all that they know: neither the environment's own nor a file's reach them, so
    that a bench never talks to a real service.
    """
    with tempfile.TemporaryDirectory(prefix="earmark-run-") as folder:
        log = Path(folder) / "log"
        started = [_start(role, Path(folder), log, settings) for _ in range(count)]
        try:
            await _at_work(started, sessions, log)
            yield [process.pid for process in started]
        finally:
            await asyncio.gather(*(asyncio.to_thread(_stop, process) for process in started))


def cpu_seconds(pid: int) -> float | None:
    """Return the CPU time of a running process and those that it runs, or None.

    None where the system does not tell, as on others than Linux.
    """
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        children = [
            int(child)
            for thread in Path(f"/proc/{pid}/task").iterdir()
            for child in (thread / "children").read_text(encoding="ascii").split()
        ]
    except OSError:
        return None
    # The name of the program comes before, in brackets, and may hold anything. Then: this process,
    # and its children that have ended.
    spent = sum(int(ticks) for ticks in told.rpartition(")")[2].split()[11:15])
    below = [cpu for child in children if (cpu := cpu_seconds(child)) is not None]
    return spent / os.sysconf("SC_CLK_TCK") + sum(below)


def _start(
    role: Role, folder: Path, log: Path, settings: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    with log.open("ab") as file:
        return subprocess.Popen(  # noqa: S603 - our own command, and no shell
            [sys.executable, "-m", "bot", "run", "--role", role],
            cwd=folder,
            env=clean | dict(settings),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )


async def _at_work(started: "list[subprocess.Popen[bytes]]", sessions: Sessions, log: Path) -> None:
    try:
        async with asyncio.timeout(_START_S):
            while await _known(sessions) < len(started):
                if any(process.poll() is not None for process in started):
                    raise DatabaseError(f"`earmark run` did not start: {_last_line(log)}")
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError as error:
        raise DatabaseError(
            f"`earmark run` is not at work after {_START_S:.0f} s: {_last_line(log)}"
        ) from error


async def _known(sessions: Sessions) -> int:
    async with sessions() as session:
        return len(await workers.all_known(session))


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[-1] if lines else "it says nothing."


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
