"""`earmark playlist seeds`: the tracks that a playlist holds already."""

import asyncio
from dataclasses import replace
from typing import BinaryIO

import click
from rich.progress import Progress

from bot import settings
from bot.app import open_desk
from bot.commands.running import as_option, examples, json_option, progress_console, show
from bot.curation import SeedsView
from bot.platforms.console.keeping import seeds_table
from bot.workflow import seed_hearing
from bot.workflow import seeds as seeding
from bot.workflow.desk import Desk
from bot.workflow.people import Person, console_operator

_file = click.File("rb")


@click.command(
    epilog=examples(
        'playlist seeds "Night Drive" --add tracks.txt --as mo',
        'playlist seeds "Night Drive" --remove - --as mo < gone.txt',
    )
)
@click.argument("playlist", metavar="PLAYLIST")
@click.option("--add", type=_file, help="A text file with Spotify links to add; - reads stdin.")
@click.option("--remove", type=_file, help="A text file with links to take out; - reads stdin.")
@click.option("--clear", is_flag=True, help="Take all of them out.")
@click.option("--later", is_flag=True, help="Leave the listening to the desk that runs.")
@as_option
@json_option
def seeds(
    *,
    playlist: str,
    add: BinaryIO | None,
    remove: BinaryIO | None,
    clear: bool,
    later: bool,
    name: str,
    as_json: bool,
) -> None:
    """Show, add or take out the tracks that a playlist holds already.

    From them Earmark learns what the playlist sounds like, and what not to queue again. In
    Spotify's desktop app open the playlist, press Ctrl+A and Ctrl+C, and paste into a file: that
    copies the links of its tracks. A run that was stopped goes on when it is given again.
    """
    if sum((add is not None, remove is not None, clear)) > 1:
        raise click.UsageError("Choose one of --add, --remove and --clear.")
    person = console_operator(name)

    async def run() -> SeedsView:
        async with open_desk(settings.load()) as desk:
            if add is not None:
                added = await _add(desk, playlist, person, _text(add))
                if later:
                    return added
                await _hear(desk)
                heard = await _show(desk, playlist, person)
                return replace(added, rows=heard.rows, sound=heard.sound)
            if remove is not None or clear:
                return await _remove(desk, playlist, person, _text(remove) if remove else None)
            return await _show(desk, playlist, person)

    view = asyncio.run(run())
    show(view, seeds_table(view), as_json=as_json)


async def _add(desk: Desk, playlist: str, person: Person, text: str) -> SeedsView:
    async with desk.sessions.begin() as session:
        return await seeding.add_seeds(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=person,
            text=text,
            now=desk.now(),
        )


async def _remove(desk: Desk, playlist: str, person: Person, text: str | None) -> SeedsView:
    async with desk.sessions.begin() as session:
        return await seeding.remove_seeds(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=person,
            text=text,
            now=desk.now(),
        )


async def _show(desk: Desk, playlist: str, person: Person) -> SeedsView:
    async with desk.sessions.begin() as session:
        return await seeding.show_seeds(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=person,
            now=desk.now(),
        )


async def _hear(desk: Desk) -> None:
    """Listen to what waits, with a bar; a stop loses nothing, the next time goes on."""
    console = progress_console()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        async with desk.sessions() as session:
            every = await seeding.overview(session, workspace_id=desk.workspace_id)
        task = bar.add_task("Listening", total=sum(one.waiting for one in every))
        await seed_hearing.hear_due(
            workspace_id=desk.workspace_id,
            sessions=desk.sessions,
            services=desk.services,
            now=desk.now,
            progress=lambda done: bar.update(task, completed=done),
        )


def _text(file: BinaryIO) -> str:
    # A table from elsewhere may be in any encoding: links are ASCII in all of them.
    return file.read().decode("utf-8", errors="replace")
