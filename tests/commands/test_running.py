"""What the commands share: where they print, and where progress is shown."""

import io
import sys

import pytest
from rich.console import Console as Screen

from bot.commands.running import out, progress_console


def test_progress_beside_printed_lines_is_shown_by_the_same_console_on_a_terminal() -> None:
    terminal = Screen(file=io.StringIO(), force_terminal=True)

    assert progress_console(beside=terminal) is terminal


def test_progress_stays_out_of_what_a_pipe_reads() -> None:
    pipe = Screen(file=io.StringIO())

    assert progress_console(beside=pipe).file is sys.stderr
    assert progress_console().file is sys.stderr


def test_what_is_printed_goes_to_stdout_as_it_is_now(capsys: pytest.CaptureFixture[str]) -> None:
    out().print("Night Drive [bold]")

    assert capsys.readouterr().out == "Night Drive \n"
