"""`earmark …`: the command line, and the one place where its errors become sentences.

Exit status: 0 done, 1 refused or failed (one sentence on stderr), 2 wrong usage, 130 interrupted.
With `--json` an error is also one JSON object on stdout, so that a program need not read stderr.
"""

import io
import json
import logging
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import click

from bot.errors import EarmarkError
from scoring.errors import ScoringError

# Each command with its module and what `earmark --help` says of it, in the order of a first day.
# A module is loaded when its command runs: help needs no database, and a queue no model.
COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "demo": ("demo", "Play the whole flow on real music: no account, no network."),
        "score": ("files", "Score audio files: interval, attributes and reasons for each."),
        "compare": ("files", "Put audio files side by side; tell which are too close to call."),
        "whatif": ("whatif", "Show how a file's facts change with another tempo, gain or start."),
        "calls": ("asking", "Show which playlists are open, and on what terms."),
        "check": ("asking", "Ask privately whether a playlist would take a track; uses no slot."),
        "submit": ("desk", "Submit a Spotify link or an audio file to a playlist."),
        "queue": ("desk", "Show a playlist's queue, ranked, and why each row is there."),
        "review": ("curating", "Review track after track: claim, snooze, pin, note, ask."),
        "decide": ("desk", "Answer a submission: keep, maybe or decline."),
        "undo": ("desk", "Take the last answer to a submission back, within ten minutes."),
        "track": ("curating", "Show a track's whole record, for its curators."),
        "board": ("curating", "Show every playlist's counts and the top of its queue."),
        "status": ("desk", "Show where an artist's own submissions stand."),
        "facts": ("facts", "Show how your own track sounds beside the playlist's range."),
        "attach": ("desk", "Add your own file to a submission that could not be scored."),
        "confirm": ("desk", "Say that the recording Earmark found is yours."),
        "answer": ("curating", "Answer what the curators have asked about your submission."),
        "withdraw": ("desk", "Take your own submission out of the queue."),
        "privacy": ("person", "Get a copy of your data, turn messages off, or be forgotten."),
        "link": ("person", "Make one person of your accounts on two platforms, by a code."),
        "digest": ("desk", "Show a playlist's week: kept, declined, waiting."),
        "due": ("curating", "Do what the calendar asks for: reminders, expiries, digests."),
        "process": ("desk", "Try again what could not be scored, or was interrupted."),
        "playlist": ("keeping", "Add, edit, open and close playlists; say who reviews."),
        "blocklist": ("keeping", "Keep users or artists out, and let them in again."),
        "setup": ("keeping", "Set up where Earmark talks on Discord and Slack."),
        "run": ("service", "Run the desk: chats, scoring, digests, until it is stopped."),
        "jobs": ("service", "List, show, retry or cancel the work behind submissions."),
        "discord": ("discord", "Invite the Discord app, and register its commands."),
        "slack": ("slack", "Print the manifest that makes the Slack app."),
        "db": ("operate", "Set up, upgrade and check the database."),
        "doctor": ("operate", "Check settings, database, model and every service."),
        "bench": ("bench", "Measure what Earmark costs on this machine."),
        "model": ("model", "Show, install, measure and train the model that scores."),
    }
)

# They log whole addresses at INFO, and titles and names of artists are in those.
_TALKATIVE = ("httpx", "httpcore", "alembic")


class _Commands(click.Group):
    """The commands of the table above, each loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        if cmd_name not in COMMANDS:
            near = get_close_matches(cmd_name, COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"There is no command {cmd_name!r}.{hint}", ctx)
        module, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"bot.commands.{module}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, purpose) for name, (_, purpose) in COMMANDS.items()])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`earmark COMMAND --help` explains a command and gives examples.",
)
@click.version_option(version("earmark"), prog_name="earmark")
@click.option("-v", "--verbose", is_flag=True, help="Log what happens to stderr.")
def earmark(*, verbose: bool) -> None:
    """A submission desk for playlist curators: tracks in, one ranked, explained queue out.

    New here? `earmark demo` plays the whole flow on real music in under a minute.
    """
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; no traceback ever reaches the person."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        # A pipe may know ASCII only, and a file's name may be no text at all.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        status = earmark.main(args=given, prog_name="earmark", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 2
    except SystemExit:
        # Click and rich leave this way when the reader (`earmark queue … | head`) has seen enough.
        return 0
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the outermost handler
        return _fail(_failure(error), as_json="--json" in given)
    return status if isinstance(status, int) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """What went wrong: `kind` for programs, `sentence` for people."""

    status: int
    kind: str
    sentence: str


def _failure(error: BaseException) -> _Failure:
    match error:
        case click.ClickException():
            return _Failure(status=2, kind="usage", sentence=_usage(error))
        case EarmarkError() | ScoringError():
            return _Failure(status=1, kind=error.kind, sentence=str(error))
        case KeyboardInterrupt() | click.Abort():
            told = "Stopped. Nothing that was accepted is lost."
            return _Failure(status=130, kind="interrupted", sentence=told)
        case _:
            told = f"Earmark stumbled over itself. {_keep_details()}"
            return _Failure(status=1, kind="internal", sentence=told)


def _usage(error: click.ClickException) -> str:
    """Return Click's complaint with the way to the help."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "earmark"
    return f"{error.format_message()} See: {command} --help"


def _fail(failure: _Failure, *, as_json: bool) -> int:
    line = " ".join(failure.sentence.split())
    if as_json:
        told = {"ok": False, "error": {"kind": failure.kind, "sentence": line}}
        click.echo(json.dumps(told))
    click.echo(f"earmark: {line}", err=True)
    return failure.status


def _keep_details() -> str:
    with tempfile.NamedTemporaryFile(
        mode="w", prefix="earmark-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exc(file=file)
    return f"The details are in {Path(file.name)}; please report them."
