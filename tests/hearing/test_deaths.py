"""Whose fault it was that a scoring process ended, and what is told of the file."""

import signal

import pytest

from bot.hearing.deaths import Death, blame, death_of, try_again
from bot.hearing.wire import OUT_OF_MEMORY


@pytest.mark.parametrize(
    ("returncode", "death"),
    [
        (OUT_OF_MEMORY, Death.TOO_HEAVY),
        (-signal.SIGKILL, Death.KILLED),
        (-signal.SIGTERM, Death.KILLED),
        (-signal.SIGSEGV, Death.CRASHED),
        (-signal.SIGABRT, Death.CRASHED),
        (1, Death.CRASHED),
        (0, Death.CRASHED),
    ],
)
def test_how_a_process_ended_tells_why(returncode: int, death: Death) -> None:
    assert death_of(returncode) is death


@pytest.mark.parametrize(
    ("death", "heard_before", "again"),
    [
        (Death.KILLED, 0, True),
        (Death.KILLED, 9, True),
        (Death.CRASHED, 0, False),
        (Death.CRASHED, 1, True),
        (Death.TOO_HEAVY, 0, False),
        (Death.TOO_HEAVY, 1, True),
        (Death.TOO_SLOW, 0, False),
        (Death.TOO_SLOW, 1, False),
    ],
)
def test_only_a_file_that_may_be_innocent_is_heard_again(
    death: Death, heard_before: int, *, again: bool
) -> None:
    assert try_again(death, heard_before=heard_before, tries=1) is again


@pytest.mark.parametrize("death", Death)
def test_nothing_is_heard_a_third_time(death: Death) -> None:
    assert not try_again(death, heard_before=5, tries=2)


@pytest.mark.parametrize(
    ("death", "reason", "words"),
    [
        (Death.TOO_HEAVY, "too_heavy", "more than 600 MiB"),
        (Death.TOO_SLOW, "took_too_long", "longer than 2.5 s"),
        (Death.CRASHED, "crashed", "stops the program"),
        (Death.KILLED, "crashed", "stops the program"),
    ],
)
def test_the_sentence_says_what_happened_and_what_to_send(
    death: Death, reason: str, words: str
) -> None:
    error = blame(death, memory_mib=600, seconds=2.5)

    assert error.reason == reason
    assert words in str(error)
    assert str(error).endswith("Export it again as an ordinary MP3 or WAV and send that.")
