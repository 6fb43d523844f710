"""The scoring process: reads clips from a pipe, scores them, writes the answers back.

The desk starts it as `python -m bot.hearing.child SCORER MODEL MEMORY_MIB PARENT`; SCORER is the
dotted name of what makes a scorer of a model file. What a file breaks, it breaks here: whatever
is not an AudioError ends the process, and the desk starts another.
"""

import ctypes
import faulthandler
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import BinaryIO, Protocol

from bot.hearing.wire import OUT_OF_MEMORY, Kind, frame, pack, read_clip, refusal
from scoring.analysis import Analysis
from scoring.errors import AudioError, ModelError

_PR_SET_PDEATHSIG = 1
# The desk is answering people meanwhile: on a busy machine it goes first.
_NICE = 5
# Where the whole machine runs out of memory, Linux shall end this process and not the desk.
_OOM_SCORE = 500


class ClipScorer(Protocol):
    def score(self, data: bytes, /) -> Analysis: ...


MakeScorer = Callable[[Path], ClipScorer]


def main() -> None:
    """Serve until the desk closes the pipe."""
    name, model_file, memory_mib, parent = sys.argv[1:]
    inbox, outbox = _private_streams()
    faulthandler.enable()
    _obey_only_the_desk()
    _die_with(int(parent))
    _stand_back()
    _limit_memory(int(memory_mib))
    try:
        serve(resolve_name(name), Path(model_file), inbox, outbox)
    except MemoryError:
        # Without tidying up, for which there may be no memory either.
        os._exit(OUT_OF_MEMORY)


def serve(make_scorer: MakeScorer, model_file: Path, inbox: BinaryIO, outbox: BinaryIO) -> None:
    """Say READY or NO_MODEL, then answer each clip with ANALYSIS or REFUSED."""
    try:
        scorer = make_scorer(model_file)
    except ModelError as error:
        _say(outbox, frame(Kind.NO_MODEL, str(error).encode()))
        return
    _say(outbox, frame(Kind.READY))
    while (clip := read_clip(inbox)) is not None:
        _say(outbox, _answer(scorer, clip))


def _answer(scorer: ClipScorer, clip: bytes) -> bytes:
    try:
        return frame(Kind.ANALYSIS, pack(scorer.score(clip)))
    except AudioError as error:
        return frame(Kind.REFUSED, refusal(error.kind, str(error)))


def _say(outbox: BinaryIO, words: bytes) -> None:
    outbox.write(words)
    outbox.flush()


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """Take the pipes off stdin and stdout, which libraries may read and print to."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return inbox, outbox


def _obey_only_the_desk() -> None:
    """Leave Ctrl-C, and systemd's signal to a whole group, to the desk: it may need us yet."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _die_with(parent: int) -> None:
    """End with the desk even in the middle of a file, and even where the desk was killed.

    Elsewhere than on Linux the closed pipe does it, at the end of the file.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # It may have died before we asked.
    if os.getppid() != parent:
        sys.exit()


def _stand_back() -> None:
    os.nice(_NICE)
    if sys.platform == "linux":
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE), encoding="ascii")


def _limit_memory(mebibytes: int) -> None:
    """Limit what is allocated, on Linux.

    RLIMIT_AS would count what is only reserved, too: 530 MiB where 240 are in use.
    """
    limit = mebibytes * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
