"""`earmark demo`: the whole flow on real music, with no account and no network."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import assert_never

import click
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.status import Status as Spinner
from rich.text import Text

from bot import settings
from bot.app import check_url
from bot.commands.running import json_option, out, print_json, progress_console
from bot.demo import Arrival, Ending, Refused, Scene, Tell, Told, play
from bot.demo_script import STEPS, Step
from bot.messages import DecisionView, DigestView, QueueView, StatusView
from bot.platforms.console import tables
from db.engine import sqlite_path, without_password
from scoring.ranking import span


@click.command()
@click.option("--db", "url", metavar="URL", help="The database to play on; a new file if left out.")
@json_option
def demo(*, url: str | None, as_json: bool) -> None:
    """Play the whole flow on real music: submit, score, queue, review, digest.

    Stand-ins on this machine play Spotify and Deezer, and freely licensed clips are what they
    serve. Nothing leaves the machine. Pictures and the database are kept to look at afterwards.
    """
    if url is not None:
        check_url(url)
    folder = Path(tempfile.mkdtemp(prefix="earmark-demo-"))
    # Files that wait to be scored belong to a database: `earmark process` looks for them there,
    # should this run be killed.
    own = {} if url else {"data_dir": folder}
    url = url or f"sqlite:///{folder / 'demo.db'}"
    loaded = settings.load(database_url=url, **own)
    console = out()
    with progress_console(beside=None if as_json else console).status("Starting") as spinner:
        tell = _quiet(spinner) if as_json else _story(console, spinner)
        ending = asyncio.run(play(loaded, folder=folder, tell=tell))
    if as_json:
        print_json(ending.to_json() | {"db": without_password(url), "folder": str(folder)})
    else:
        _farewell(ending, url, folder)


def _quiet(spinner: Spinner) -> Tell:
    """Return a listener that only shows how far the demo is."""
    steps = 0

    def tell(told: Told) -> None:
        nonlocal steps
        steps += isinstance(told, Arrival | Refused)
        spinner.update(f"{steps} of {len(STEPS)} submissions")

    return tell


def _story(console: Console, spinner: Spinner) -> Tell:
    """Return a listener that prints the story as it happens."""

    def tell(told: Told) -> None:
        if isinstance(told, Scene):
            spinner.update(told.text)
        console.print(_picture(told))

    return tell


def _picture(told: Told) -> RenderableType:  # noqa: PLR0911 - one line for each kind of news
    match told:
        case Scene():
            return Padding(Rule(told.text, align="left"), (1, 0, 0, 0))
        case Arrival():
            return Group(_arrival(told.step), tables.sent_panel(told.sent))
        case Refused():
            return Group(_arrival(told.step), tables.error_text(told.error), Text())
        case QueueView():
            return tables.queue_table(told)
        case DecisionView():
            return tables.decision_text(told)
        case StatusView():
            return Group(Text(told.artist, style="bold"), tables.status_table(told))
        case DigestView():
            return tables.digest_text(told)
        case Path():
            return Text(f"  picture: {told}", style="dim")
        case _:
            assert_never(told)


def _arrival(step: Step) -> Text:
    when = f"{span(step.days_ago)} ago"
    return Text.assemble(
        (f"{when:>10}  ", "dim"), (step.artist, "bold"), f" sends {step.sent} to {step.playlist}"
    )


def _farewell(ending: Ending, url: str, folder: Path) -> None:
    path = sqlite_path(url)
    shown = without_password(url) if path is None else f"sqlite:///{path.absolute()}"
    # Right after the README's line it is not on the PATH.
    earmark = "earmark" if shutil.which("earmark") else sys.argv[0]
    out().print(Rule("Now you", align="left"))
    out().print(
        Text(
            f"{len(ending.pictures)} pictures are in {folder}. Ask this desk more:\n"
            f'  export EARMARK_DATABASE_URL="{shown}"\n'
            f'  {earmark} queue "Night Drive"\n'
            f'  {earmark} submit YOUR_SONG.mp3 --playlist "Night Drive" --as you\n'
            f"  {earmark} score YOUR_SONG.mp3",
        ),
        soft_wrap=True,
    )
