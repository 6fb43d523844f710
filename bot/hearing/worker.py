"""One scoring process as the desk sees it: start it, ask it, end it."""

import asyncio
import os
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bot.errors import ScorerDownError, UnusableAudioError
from bot.hearing.deaths import Death, death_of
from bot.hearing.wire import (
    HEADER,
    LONGEST_REPLY,
    Kind,
    WireError,
    header,
    read_header,
    read_refusal,
    unpack,
)
from scoring.analysis import Analysis
from scoring.errors import ModelError

# Loading takes half a second of CPU; the first start after an installation compiles it all, too.
_START_S = 60.0
# A process whose pipe has closed is on its way out.
_LAST_BREATH_S = 1.0
# The event loop copies what does not go through at once, so a large file goes in pieces.
_PIECE = 256 * 2**10
_TAIL = 2_000

# What a process needs of our environment: it hears strangers' files, so no token is among it.
_PASSED_ON = frozenset({"PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE"})
# One core a process; a pool of threads in each would only get into the others' way.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class DiedError(Exception):
    """The process ended before it answered; `last_words` is the end of its stderr."""

    def __init__(self, death: Death, last_words: str) -> None:
        super().__init__(death.value)
        self.death = death
        self.last_words = last_words


class Worker:
    """A scoring process. `heard` counts the files that it was given."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._killed = False
        self._stderr = b""
        # It must be read always, or a chatty decoder would wait for ever.
        self._listening = asyncio.create_task(self._keep_last_words())
        self.heard = 0

    @classmethod
    async def start(cls, *, scorer: str, model_file: Path, memory_mib: int) -> "Worker":
        """Start a process, or raise ScorerDownError.

        It ends with this process, and with the thread that calls.
        """
        arguments = (scorer, str(model_file), str(memory_mib), str(os.getpid()))
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "bot.hearing.child", *arguments),
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                env=_environment(os.environ),
                # Ctrl-C at the console is for us, from its first moment on.
                process_group=0,
            )
        except OSError as error:
            raise ScorerDownError(str(error)) from error
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None and not self._killed

    async def ready(self, *, memory_mib: int) -> None:
        """Wait until the model is loaded, or raise ModelError or ScorerDownError."""
        try:
            async with asyncio.timeout(_START_S):
                kind, body = await self._receive()
        except TimeoutError as error:
            raise ScorerDownError(f"the scorer takes longer than {_START_S:.0f} s") from error
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            died = await self._died()
            if died.death is Death.TOO_HEAVY:
                raise ScorerDownError(f"{memory_mib} MiB are too few for the scorer") from error
            last = died.last_words.splitlines()[-1:] or [f"the scorer {died.death.value}"]
            raise ScorerDownError(last[0]) from error
        if kind is Kind.NO_MODEL:
            raise ModelError(body.decode(errors="replace"))

    async def score(self, clip: bytes, *, within_s: float) -> Analysis:
        """Return the analysis, or raise UnusableAudioError, or DiedError after the process ended.

        It does not outlive a call that is cancelled.
        """
        self.heard += 1
        try:
            async with asyncio.timeout(within_s):
                await self._send(clip)
                kind, body = await self._receive()
            if kind is Kind.ANALYSIS:
                return unpack(body)
            reason, sentence = read_refusal(body)
        except TimeoutError as error:
            raise DiedError(Death.TOO_SLOW, self._last_words()) from error
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            raise await self._died() from error
        except WireError as error:
            raise DiedError(Death.CRASHED, str(error)) from error
        except BaseException:
            self.kill()
            raise
        raise UnusableAudioError(sentence, reason=reason)

    def kill(self) -> None:
        """End the process now; it needs no time to tidy up."""
        self._killed = True
        if self._process.returncode is None:
            self._process.kill()

    async def gone(self) -> None:
        """Wait until a process that was killed, or died, has left nothing behind."""
        self._stdin.close()
        await asyncio.gather(self._process.wait(), self._stdout.read(), self._listening)
        with suppress(ConnectionError):  # what it has not read is of no use to anybody
            await self._stdin.wait_closed()

    @property
    def _stdin(self) -> StreamWriter:
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        return self._process.stdin

    @property
    def _stdout(self) -> StreamReader:
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        return self._process.stdout

    async def _send(self, clip: bytes) -> None:
        self._stdin.write(header(Kind.CLIP, clip))
        rest = memoryview(clip)
        for start in range(0, len(clip), _PIECE):
            self._stdin.write(rest[start : start + _PIECE])
            await self._stdin.drain()

    async def _receive(self) -> tuple[Kind, bytes]:
        kind, length = read_header(await self._stdout.readexactly(HEADER.size))
        if length > LONGEST_REPLY:
            raise WireError(f"an answer of {length} bytes")
        return kind, await self._stdout.readexactly(length)

    async def _died(self) -> DiedError:
        """Return how the process ended whose pipe has closed."""
        try:
            async with asyncio.timeout(_LAST_BREATH_S):
                returncode = await self._process.wait()
                await self._listening
        except TimeoutError:
            return DiedError(Death.CRASHED, self._last_words())
        return DiedError(death_of(returncode), self._last_words())

    def _last_words(self) -> str:
        return self._stderr.decode(errors="replace").strip()

    async def _keep_last_words(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - a pipe was asked for
        while words := await self._process.stderr.read(_TAIL):
            self._stderr = (self._stderr + words)[-_TAIL:]


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    passed_on = {name: value for name, value in ours.items() if name in _PASSED_ON}
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return {**passed_on, **_ONE_THREAD, "PYTHONPATH": path}
