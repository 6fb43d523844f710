"""`earmark …`: the command line, and the one place where its errors become sentences.

Exit status: 0 done, 1 refused or failed (one sentence on stderr), 2 wrong usage, 130 interrupted.
With `--json` an error is also one JSON object on stdout, so that a program need not read stderr.
"""

import json
import logging
import sys
import tempfile
import traceback
from importlib.metadata import version
from pathlib import Path

import click

from bot.commands.demo import demo
from bot.commands.desk import desk_commands
from bot.commands.files import compare, score
from bot.commands.operate import db, doctor
from bot.errors import EarmarkError
from scoring.errors import ScoringError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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


for command in (*desk_commands, demo, score, compare, db, doctor):
    earmark.add_command(command)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status; no traceback ever reaches the person."""
    try:
        status = earmark.main(args=arguments, prog_name="earmark", standalone_mode=False)
    except click.ClickException as error:
        return _fail("usage", _sentence(error), status=2)
    except (EarmarkError, ScoringError) as error:
        return _fail(error.kind, str(error), status=1)
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted", "Stopped. Nothing that was accepted is lost.", status=130)
    except BrokenPipeError:
        # The reader (`earmark queue … | head`) has seen enough.
        sys.stderr.close()
        return 0
    except Exception:  # noqa: BLE001 - the outermost handler: keep the details, tell the person
        return _fail("internal", f"Earmark stumbled over itself. {_keep_details()}", status=1)
    return status if isinstance(status, int) else 0


def _sentence(error: click.ClickException) -> str:
    """Return Click's complaint with the way to the help, on one line."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "earmark"
    return f"{error.format_message()} See: {command} --help"


def _fail(kind: str, sentence: str, *, status: int) -> int:
    line = " ".join(sentence.split())
    if "--json" in sys.argv:
        print(json.dumps({"ok": False, "error": {"kind": kind, "sentence": line}}))
    print(f"earmark: {line}", file=sys.stderr)
    return status


def _keep_details() -> str:
    with tempfile.NamedTemporaryFile(
        mode="w", prefix="earmark-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exc(file=file)
    return f"The details are in {Path(file.name)}; please report them."


if __name__ == "__main__":
    sys.exit(main())
