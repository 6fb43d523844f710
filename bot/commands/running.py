"""What the commands share: options, and how they print. Light, as every command loads it."""

import json
import sys
from pathlib import Path
from typing import Protocol

import click
from rich.console import Console, RenderableType

from bot.errors import SettingsError
from bot.messages import Image

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
as_option = click.option(
    "--as", "name", required=True, metavar="NAME", help="Who you are at this console."
)


class View(Protocol):
    """Anything a command can show."""

    def to_json(self) -> dict[str, object]: ...


def show(view: View, picture: RenderableType, *, as_json: bool) -> None:
    """Print `view` as one JSON object, or `picture` for people."""
    if as_json:
        print_json(view.to_json())
    else:
        out().print(picture)


def print_json(value: object) -> None:
    # ASCII, so that any pipe takes it; a file's name may even be no text at all.
    click.echo(json.dumps(value))


def complain(sentence: str) -> None:
    """Tell on stderr what failed, where the command has more to print than that."""
    click.echo(f"earmark: {sentence}", err=True)


def examples(*lines: str) -> str:
    """Return the end of a help text, with each example on a line of its own."""
    # Click leaves the lines after this mark as they are.
    return "\n".join(("\b", "Examples:", *(f"  earmark {line}" for line in lines)))


def out() -> Console:
    """Return the console on stdout as it is now; tests and pipes may have replaced it."""
    return Console(file=sys.stdout, soft_wrap=False, highlight=False)


def progress_console(*, beside: Console | None = None) -> Console:
    """Return the console for progress: stderr, so that stdout stays clean for programs.

    `beside` is the console that is printed on meanwhile, if any. Where that is a terminal it shows
    the progress, too: two consoles on one terminal would write into each other's lines.
    """
    if beside is not None and beside.is_terminal:
        return beside
    return Console(file=sys.stderr, highlight=False)


def write_picture(path: Path, image: Image) -> None:
    """Write the PNG and say what it shows, on stderr."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(image.png)
    except OSError as error:
        raise SettingsError(
            f"The picture cannot be written to {path}: {error.strerror}."
        ) from error
    click.echo(f"{path}: {image.alt}", err=True)
