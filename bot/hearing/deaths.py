"""Why a scoring process ended, whose fault that was, and what to tell about the file."""

import signal
from enum import StrEnum
from typing import assert_never

from bot.errors import UnusableAudioError
from bot.hearing.wire import OUT_OF_MEMORY

# A crash never sends these: somebody else did, or Linux, which was out of memory as a whole.
_FROM_OUTSIDE = frozenset({-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP})


class Death(StrEnum):
    """How a scoring process ended."""

    TOO_HEAVY = "too_heavy"
    TOO_SLOW = "took_too_long"
    CRASHED = "crashed"
    KILLED = "killed"


def death_of(returncode: int) -> Death:
    """Return how a process ended that we did not end; `returncode` is as subprocess has it."""
    if returncode == OUT_OF_MEMORY:
        return Death.TOO_HEAVY
    return Death.KILLED if returncode in _FROM_OUTSIDE else Death.CRASHED


def try_again(death: Death, *, heard_before: int, tries: int) -> bool:
    """Tell whether the file gets a second, fresh process after its first one died.

    Only what ends a fresh process is to blame: the files heard before may have hurt an older one.
    A file that took too long took its time already.
    """
    if tries > 1 or death is Death.TOO_SLOW:
        return False
    return death is Death.KILLED or heard_before > 0


def blame(death: Death, *, memory_mib: int, seconds: float) -> UnusableAudioError:
    """Return what is told about a file that ended its process."""
    match death:
        case Death.TOO_HEAVY:
            told = f"Hearing the file takes more than {memory_mib} MiB of memory."
        case Death.TOO_SLOW:
            told = f"Hearing the file takes longer than {seconds:g} s."
        case Death.CRASHED | Death.KILLED:
            told = "The file stops the program that hears it."
        case _:
            assert_never(death)
    return UnusableAudioError(
        f"{told} Export it again as an ordinary MP3 or WAV and send that.",
        reason=(Death.CRASHED if death is Death.KILLED else death).value,
    )
