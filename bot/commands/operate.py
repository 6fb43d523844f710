"""`earmark db` and `earmark doctor`: keeping a desk in order."""

import asyncio

import click

from bot import settings
from bot.app import check_url
from bot.commands.running import json_option, out, print_json
from bot.doctor import examine
from bot.errors import DatabaseError
from bot.platforms.console.tables import checkup_table
from db import schema
from db.schema import SchemaState

_STATES = {
    SchemaState.EMPTY: "The database is empty. Run: earmark db upgrade",
    SchemaState.BEHIND: "The database is of an older Earmark. Run: earmark db upgrade",
    SchemaState.UNKNOWN: "The database is of a newer Earmark, or of another program.",
}


@click.group()
def db() -> None:
    """Set up, upgrade and check the database of EARMARK_DATABASE_URL."""


@db.command()
def upgrade() -> None:
    """Bring the database to this version; nothing in it is lost."""
    url = _url()
    if asyncio.run(schema.state(url)) is SchemaState.UNKNOWN:
        raise DatabaseError(_STATES[SchemaState.UNKNOWN])
    asyncio.run(schema.upgrade(url))
    out().print("The database is up to date.")


@db.command()
@json_option
def check(*, as_json: bool) -> None:
    """Tell whether the database is as this version needs it."""
    state = asyncio.run(schema.state(_url()))
    if state is not SchemaState.CURRENT:
        raise DatabaseError(_STATES[state])
    if as_json:
        print_json({"ok": True, "state": state.value})
    else:
        out().print("The database is up to date.")


@click.command()
@json_option
def doctor(*, as_json: bool) -> int:
    """Check settings, database, model and every service, and say what to do about each."""
    checkup = asyncio.run(examine(settings.load()))
    if as_json:
        print_json(checkup.to_json())
    else:
        out().print(checkup_table(checkup))
    return int(not checkup.ok)


def _url() -> str:
    url = settings.load().database_url
    check_url(url)
    return url
