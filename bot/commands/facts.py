"""`earmark facts`: what an artist may know of the sound of an own track."""

import asyncio

import click

from bot import settings
from bot.app import open_desk
from bot.commands.running import as_option, examples, json_option, show
from bot.platforms.console.facts import facts_table
from bot.workflow.desk import Desk
from bot.workflow.facts import FactsView, show_facts
from bot.workflow.people import console_person
from bot.workflow.rescore import version_in_use


@click.command(epilog=examples("facts T-4F7K --as Lia"))
@click.argument("code", metavar="ID")
@as_option
@json_option
def facts(*, code: str, name: str, as_json: bool) -> None:
    """Show your own track's tempo, loudness, energy … beside the playlist's range.

    Facts, not a verdict: the range is where most of the tracks lie that the playlist has kept.
    """
    view = asyncio.run(_facts(code, name))
    show(view, facts_table(view), as_json=as_json)


async def _facts(code: str, name: str) -> FactsView:
    async with open_desk(settings.load()) as desk:
        return await _shown(desk, code, name)


async def _shown(desk: Desk, code: str, name: str) -> FactsView:
    async with desk.sessions() as session:
        return await show_facts(
            session,
            workspace_id=desk.workspace_id,
            code=code,
            person=console_person(name),
            model_version=version_in_use(desk.services.hearing),
        )
