"""The command line itself: usage, help, how it ends, and what it never prints."""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import click
import pytest

from bot import cli
from bot.cli import COMMANDS, earmark
from bot.sandbox.bundled import clip
from bot.sandbox.server import Sandbox
from tests.commands.console import Console

SHORT = str(clip("caribbean_8s.ogg").path)
PASSWORD = "correct-horse"  # noqa: S105 - opens nothing
# What takes a tenth of a second or more to load, and has no part in showing help or a queue.
HEAVY = {
    "aiohttp",
    "av",
    "librosa",
    "matplotlib",
    "onnxruntime",
    "PIL",
    "scipy",
    "spotipy",
    "torch",
}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, and wait for it."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot", *words], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(earmark: Console, name: str) -> None:
    ran = earmark(name, "--help")

    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(f"Usage: earmark {name} ")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_is_for(name: str) -> None:
    context = click.Context(earmark)
    command = earmark.get_command(context, name)

    _, purpose = COMMANDS[name]
    assert command is not None
    assert command.name == name
    # One line of a terminal, with the names beside it; no full sentence is cut off.
    assert len(purpose) <= 66
    assert purpose.endswith(".")


def test_help_lists_every_command_with_its_purpose_uncut(earmark: Console) -> None:
    ran = earmark("--help")

    assert ran.status == 0
    for name, (_, purpose) in COMMANDS.items():
        assert name in ran.out
        assert purpose in ran.out


@pytest.mark.parametrize("words", [(), ("db",)])
def test_a_bare_command_shows_its_help(earmark: Console, words: tuple[str, ...]) -> None:
    ran = earmark(*words)

    assert ran.status == 2
    assert ran.out.startswith("Usage: earmark")


def test_the_version_is_told(earmark: Console) -> None:
    ran = earmark("--version")

    assert ran.status == 0
    assert ran.out.startswith("earmark, version ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("queu", "P"), "There is no command 'queu'. Did you mean 'queue'? See: earmark --help"),
        (("xyzzy",), "There is no command 'xyzzy'. See: earmark --help"),
        (("queue",), "Missing argument 'PLAYLIST'. See: earmark queue --help"),
        (("queue", "P", "--all"), "No such option '--all'. Did you mean '--as'?"),
        (("--jsn",), "No such option '--jsn'. See: earmark --help"),
        (("score",), "Missing argument 'FILE...'. See: earmark score --help"),
        (("status",), "Missing option '--as'. See: earmark status --help"),
        (("submit", "x.mp3", "--as", "Lia"), "Missing option '--playlist'."),
        (("submit", "x.mp3", "--audio", "y.mp3", "--playlist", "P", "--as", "Lia"), "--audio goes"),
        (("decide", "T-4F7K", "love", "--as", "mo"), "'love' is not one of"),
        (("db", "downgrade"), "Did you mean 'upgrade'? See: earmark db --help"),
        (("bench", "audio", "--rounds", "0"), "0 is not in the range"),
    ],
)
def test_wrong_usage_is_one_sentence_with_the_way_to_the_help(
    earmark: Console, words: tuple[str, ...], told: str
) -> None:
    for_people, for_programs = earmark(*words), earmark(*words, "--json")

    assert for_people.status == for_programs.status == 2
    assert for_people.out == ""
    assert told in for_people.complaint
    assert for_programs.json["ok"] is False
    assert for_programs.json["error"]["kind"] == "usage"


def test_an_error_that_nobody_foresaw_is_kept_and_told_without_a_traceback(
    earmark: Console, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(cli, "COMMANDS", {"queue": ("missing", "")})

    ran = earmark("queue", "P", "--json")

    (log,) = tmp_path.glob("earmark-*.log")
    assert ran.status == 1
    assert ran.complaint.startswith("Earmark stumbled over itself.")
    assert str(log) in ran.complaint
    assert ran.json["error"]["kind"] == "internal"
    assert "ModuleNotFoundError" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption_has_its_own_status_and_calms(error: BaseException) -> None:
    failure = cli._failure(error)

    assert (failure.status, failure.kind) == (130, "interrupted")
    assert failure.sentence == "Stopped. Nothing that was accepted is lost."


def test_a_shell_completes_the_names_of_commands(
    earmark: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_EARMARK_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "earmark de")
    monkeypatch.setenv("COMP_CWORD", "1")

    ran = earmark()

    assert (ran.status, ran.err) == (0, "")
    assert ran.out.split() == ["plain,demo", "plain,decide"]


def test_a_log_is_kept_on_stderr_where_it_is_asked_for(sandbox: Sandbox) -> None:
    link = sandbox.catalogue.titled("Ocean").spotify_url
    words = ("submit", link, "--playlist", "P", "--as", "Lia")

    loud, quiet = run("-v", *words), run("status", "--as", "Lia")

    assert loud.returncode == quiet.returncode == 0
    assert "INFO bot.sources.ladder" in loud.stderr
    assert "ocean" not in loud.stderr.lower()
    assert sandbox.client_secret not in loud.stdout + loud.stderr
    assert quiet.stderr == ""


def test_what_a_service_refuses_is_one_sentence_without_any_log(sandbox: Sandbox) -> None:
    link = f"https://open.spotify.com/track/{'0' * 22}"

    ran = run("submit", link, "--playlist", "P", "--as", "Lia")

    assert ran.returncode == 1
    assert ran.stderr == "earmark: Spotify knows no track with this link.\n"
    assert sandbox.calls.made


def _interrupted(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """Press Ctrl-C; a press that falls into some library's clean-up is lost, and comes again."""
    for _ in range(5):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=10)
    raise AssertionError("it does not stop")


def test_ctrl_c_stops_quietly_and_keeps_what_was_accepted(earmark: Console, folder: Path) -> None:
    pipe = folder / "never-written.mp3"
    os.mkfifo(pipe)
    # It waits for ever for somebody who writes into the pipe: us, and then we interrupt it.
    with (
        subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "bot", "score", str(pipe)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
        pipe.open("wb"),
    ):
        out, err = _interrupted(process)

    assert process.returncode == 130
    assert out == ""
    assert err.strip() == "earmark: Stopped. Nothing that was accepted is lost."


@pytest.mark.parametrize("words", [("score", SHORT, "--json"), ("score", SHORT), ("--help",)])
def test_a_reader_that_has_seen_enough_is_no_error(words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        ran = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "bot", *words],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (ran.returncode, ran.stderr) == (0, "")


def test_letters_that_a_pipe_does_not_know_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")

    for_people, for_programs = run("score", SHORT), run("score", SHORT, "--json")

    assert for_people.returncode == for_programs.returncode == 0
    assert "LUFS" in for_people.stdout
    assert for_programs.stdout.isascii()


@pytest.mark.parametrize("words", [("--help",), ("queue", "P"), ("status", "--as", "Lia")])
def test_a_command_loads_no_library_that_it_does_not_need(words: tuple[str, ...]) -> None:
    program = (
        "import sys; from bot.cli import main; status = main(sys.argv[1:]);"
        f"print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    ran = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True
    )

    assert ran.stderr.splitlines()[-1] == "[]"


def test_scoring_a_file_needs_neither_a_database_nor_the_network(folder: Path) -> None:
    program = (
        "import sys; from bot.cli import main; status = main(sys.argv[1:]);"
        "print(sorted({'aiohttp', 'httpx', 'librosa', 'matplotlib', 'sqlalchemy', 'torch'}"
        " & set(sys.modules)), file=sys.stderr)"
    )
    ran = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", program, "score", SHORT],
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stderr.splitlines() == ["[]"]
    assert "of 100" in ran.stdout


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{PASSWORD}@127.0.0.1:1/earmark",
        f"postgresql://me:{PASSWORD}@no host/earmark",
        f"postgresql://me:{PASSWORD}@127.0.0.1:port/earmark",
        f"mysql://me:{PASSWORD}@127.0.0.1/earmark",
        f"{PASSWORD} is my password",
    ],
)
@pytest.mark.parametrize(
    "words",
    [("queue", "P"), ("db", "check"), ("db", "upgrade"), ("doctor",), ("demo", "--db")],
)
def test_the_password_of_a_database_is_never_printed(
    earmark: Console,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    url: str,
    words: tuple[str, ...],
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("EARMARK_DATABASE_URL", url)
    words = (*words, url) if words[-1] == "--db" else words

    for more in ((), ("--json",)) if words != ("db", "upgrade") else ((),):
        ran = earmark(*words, *more)
        assert ran.status == 1
        assert PASSWORD not in ran.out + ran.err
        assert "stumbled" not in ran.err
        assert "Traceback" not in ran.err
    assert not list(tmp_path.glob("earmark-*.log"))
