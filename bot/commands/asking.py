"""`earmark calls` and `earmark check`: what an artist learns before a slot is spent."""

import asyncio

import click

from bot import settings
from bot.app import open_desk
from bot.commands.running import as_option, examples, json_option, show
from bot.platforms.console.calls import calls_table, checks_text
from bot.workflow.calls import CallsView, show_calls
from bot.workflow.check import ChecksView
from bot.workflow.check import check as check_track
from bot.workflow.people import console_person
from bot.workflow.rescore import version_in_use
from bot.workflow.submit import Request
from db.types import AiUse


@click.command()
@json_option
def calls(*, as_json: bool) -> None:
    """Show which playlists are open, what they look for, and how long answers take."""
    view = asyncio.run(_calls())
    show(view, calls_table(view), as_json=as_json)


@click.command(
    epilog=examples(
        "check https://open.spotify.com/track/… --as Lia",
        'check https://open.spotify.com/track/… --playlist "Night Drive" --as Lia',
    )
)
@click.argument("link", metavar="LINK")
@click.option("--playlist", default="", metavar="PLAYLIST", help="One playlist; all if left out.")
@as_option
@click.option(
    "--ai",
    "ai_use",
    type=click.Choice([use.value for use in AiUse]),
    help="How far AI tools made the track.",
)
@click.option("--genre", help="Its genre.")
@click.option("--language", help="What it is sung in.")
@json_option
def check(
    *,
    link: str,
    playlist: str,
    name: str,
    ai_use: str | None,
    genre: str | None,
    language: str | None,
    as_json: bool,
) -> None:
    """Ask whether a playlist would take a track now, and how long an answer would take.

    Nothing is sent and nothing is used up. If the track was heard before, its facts stand beside
    the playlist's range.
    """
    request = Request(
        playlist=playlist,
        person=console_person(name),
        text=link,
        ai_use=AiUse(ai_use) if ai_use else None,
        genre=genre,
        language=language,
    )
    view = asyncio.run(_check(request))
    show(view, checks_text(view), as_json=as_json)


async def _calls() -> CallsView:
    async with open_desk(settings.load()) as desk, desk.sessions() as session:
        return await show_calls(session, workspace_id=desk.workspace_id, now=desk.now())


async def _check(request: Request) -> ChecksView:
    async with open_desk(settings.load()) as desk, desk.sessions() as session:
        return await check_track(
            session,
            workspace_id=desk.workspace_id,
            request=request,
            now=desk.now(),
            model_version=version_in_use(desk.services.hearing),
        )
