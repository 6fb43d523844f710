"""`earmark db` and `earmark doctor`: keeping a desk in order."""

import asyncio

import click

from bot import settings
from bot.app import STATES, database_state, upgrade_database
from bot.commands.running import complain, json_option, out, print_json, progress_console
from bot.doctor import examine
from bot.errors import DatabaseError
from bot.platforms.console.tables import checkup_table
from db.schema import SchemaState


@click.group()
def db() -> None:
    """Set up, upgrade and check the database.

    Which one is the setting EARMARK_DATABASE_URL; without it, the file earmark.db in this folder.
    """


@db.command()
def upgrade() -> None:
    """Bring the database to this version; nothing in it is lost."""
    url = settings.load().database_url
    if asyncio.run(database_state(url)) is SchemaState.UNKNOWN:
        raise DatabaseError(STATES[SchemaState.UNKNOWN])
    asyncio.run(upgrade_database(url))
    out().print("The database is up to date.")


@db.command()
@json_option
def check(*, as_json: bool) -> None:
    """Tell whether the database is as this version needs it."""
    state = asyncio.run(database_state(settings.load().database_url))
    if state is not SchemaState.CURRENT:
        raise DatabaseError(STATES[state])
    if as_json:
        print_json({"ok": True, "state": state.value})
    else:
        out().print("The database is up to date.")


@click.command()
@json_option
def doctor(*, as_json: bool) -> int:
    """Check settings, database, model and every service.

    Each line says what to do unless all is good; the exit status is 1 if something is bad.
    """
    with progress_console().status("Asking the services"):
        checkup = asyncio.run(examine(settings.load()))
    if as_json:
        print_json(checkup.to_json())
    else:
        out().print(checkup_table(checkup))
    if not checkup.ok:
        complain(f"Not as it should be: {', '.join(checkup.bad)}.")
    return int(not checkup.ok)
