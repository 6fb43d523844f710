"""`earmark playlist`, `blocklist` and `setup`: what who looks after a desk decides.

Whoever may open the database manages the desk, so everybody at this console is its admin.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import click
from sqlalchemy.ext.asyncio import AsyncSession

from bot import settings
from bot.app import open_desk
from bot.commands.running import as_option, examples, json_option, show
from bot.commands.seeding import seeds
from bot.errors import RuleError
from bot.platforms.console.keeping import blocklist_table, playlist_table, setup_table
from bot.workflow import blocklist as blocking
from bot.workflow import manage, places
from bot.workflow.desk import Desk
from bot.workflow.manage import PlaylistView
from bot.workflow.people import Person, console_operator, console_person
from bot.workflow.playlist_rules import SETTINGS
from db.types import BlockKind, Platform, Role
from db.workspace_settings import ChatChanges

T = TypeVar("T")
Work = Callable[[AsyncSession, Desk], Awaitable[T]]

_CHATS = click.Choice([Platform.DISCORD.value, Platform.SLACK.value])
_playlist = click.argument("playlist", metavar="PLAYLIST")
_changes = click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="RULE=VALUE",
    help="A rule and its value; repeatable. `earmark playlist show` lists all.",
)
_rules_help = "\b\nRules:\n" + "\n".join(f"  {one.key:<22}{one.meaning}" for one in SETTINGS)


@click.group()
def playlist() -> None:
    """Add, edit, open and close playlists, say what they hold and who reviews them."""


playlist.add_command(seeds)


@playlist.command("show", epilog=examples('playlist show "Night Drive" --as mo'))
@_playlist
@as_option
@json_option
def show_playlist(*, playlist: str, name: str, as_json: bool) -> None:
    """Show a playlist's rules, what each means, and who reviews it."""
    _show_playlist(
        lambda session, desk: manage.show_playlist(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=console_operator(name),
            now=desk.now(),
        ),
        as_json=as_json,
    )


@playlist.command(
    "add",
    epilog=f"{_rules_help}\n\n"
    + examples(
        'playlist add "Night Drive" --set answer_days=10 --set genres="Techno, House" --as mo'
    ),
)
@_playlist
@_changes
@as_option
@json_option
def add_playlist(*, playlist: str, changes: tuple[str, ...], name: str, as_json: bool) -> None:
    """Open a new playlist with the proposed rules; you look after it."""
    _show_playlist(
        lambda session, desk: manage.add_playlist(
            session,
            workspace_id=desk.workspace_id,
            person=console_operator(name),
            name=playlist,
            now=desk.now(),
            zone=desk.zone,
            changes=_pairs(changes),
        ),
        as_json=as_json,
    )


@playlist.command(
    "edit",
    epilog=f"{_rules_help}\n\n"
    + examples('playlist edit "Night Drive" --set intake_cap=30 --set ai_policy=none --as mo'),
)
@_playlist
@_changes
@as_option
@json_option
def edit_playlist(*, playlist: str, changes: tuple[str, ...], name: str, as_json: bool) -> None:
    """Change a playlist's rules; what is not named stays."""
    _show_playlist(
        lambda session, desk: manage.edit_playlist(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=console_operator(name),
            changes=_pairs(changes),
            now=desk.now(),
        ),
        as_json=as_json,
    )


@playlist.command("open", epilog=examples('playlist open "Night Drive" --until 2026-12-24 --as mo'))
@_playlist
@click.option(
    "--until", metavar="DATE", help="When it closes again: 2026-12-24, or 2026-12-24T18:00."
)
@as_option
@json_option
def open_playlist(*, playlist: str, until: str | None, name: str, as_json: bool) -> None:
    """Let submissions in."""
    _show_playlist(
        lambda session, desk: manage.open_playlist(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=console_operator(name),
            now=desk.now(),
            until=_moment(until, desk),
        ),
        as_json=as_json,
    )


@playlist.command(
    "close", epilog=examples('playlist close "Night Drive" --until 2027-01-07 --as mo')
)
@_playlist
@click.option("--until", metavar="DATE", help="When it opens again by itself; artists are told.")
@as_option
@json_option
def close_playlist(*, playlist: str, until: str | None, name: str, as_json: bool) -> None:
    """Take no more submissions; what waits stays in the queue."""
    _show_playlist(
        lambda session, desk: manage.close_playlist(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=console_operator(name),
            now=desk.now(),
            opens_at=_moment(until, desk),
        ),
        as_json=as_json,
    )


@playlist.command("grant", epilog=examples('playlist grant "Night Drive" kim --as mo'))
@_playlist
@click.argument("reviewer", metavar="NAME_OR_ROLE")
@click.option(
    "--platform",
    type=_CHATS,
    help="It is the id of a role there.",
)
@click.option("--admin", is_flag=True, help="They may change its rules, too.")
@as_option
@json_option
def grant(
    *, playlist: str, reviewer: str, platform: str | None, admin: bool, name: str, as_json: bool
) -> None:
    """Let somebody review a playlist, or everybody with a role on Discord or Slack."""
    _show_playlist(
        lambda session, desk: manage.grant(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=console_operator(name),
            platform=Platform(platform) if platform else None,
            to=reviewer if platform else console_person(reviewer),
            role=Role.ADMIN if admin else Role.CURATOR,
            now=desk.now(),
        ),
        as_json=as_json,
    )


@playlist.command("revoke", epilog=examples('playlist revoke "Night Drive" kim --as mo'))
@_playlist
@click.argument("reviewer", metavar="NAME_OR_ROLE")
@click.option(
    "--platform",
    type=_CHATS,
    help="It is the id of a role there.",
)
@as_option
@json_option
def revoke(*, playlist: str, reviewer: str, platform: str | None, name: str, as_json: bool) -> None:
    """Let somebody, or a role, review a playlist no longer."""
    _show_playlist(
        lambda session, desk: manage.revoke(
            session,
            workspace_id=desk.workspace_id,
            playlist=playlist,
            person=console_operator(name),
            platform=Platform(platform) if platform else None,
            of=reviewer if platform else console_person(reviewer),
            now=desk.now(),
        ),
        as_json=as_json,
    )


@click.group()
def blocklist() -> None:
    """Keep users or artists out, and let them in again."""


_kind = click.argument("kind", type=click.Choice([kind.value for kind in BlockKind]))
_whom = click.argument("whom", metavar="NAME")


@blocklist.command(
    "add",
    epilog=examples('blocklist add user lia --reason "nine times the same" --days 30 --as mo'),
)
@_kind
@_whom
@click.option("--reason", required=True, help="Told to whoever is refused.")
@click.option("--days", type=int, help="For how long; for good if left out.")
@as_option
@json_option
def add_block(
    *, kind: str, whom: str, reason: str, days: int | None, name: str, as_json: bool
) -> None:
    """Keep a user or an artist out."""
    view = _at_desk(
        lambda session, desk: blocking.add_block(
            session,
            workspace_id=desk.workspace_id,
            person=console_operator(name),
            whom=_somebody(kind, whom),
            reason=reason,
            days=days,
            now=desk.now(),
        )
    )
    show(view, blocklist_table(view), as_json=as_json)


@blocklist.command("remove", epilog=examples("blocklist remove user lia --as mo"))
@_kind
@_whom
@as_option
@json_option
def remove_block(*, kind: str, whom: str, name: str, as_json: bool) -> None:
    """Let a user or an artist in again."""
    view = _at_desk(
        lambda session, desk: blocking.remove_block(
            session,
            workspace_id=desk.workspace_id,
            person=console_operator(name),
            whom=_somebody(kind, whom),
            now=desk.now(),
        )
    )
    show(view, blocklist_table(view), as_json=as_json)


@blocklist.command("list")
@as_option
@json_option
def list_blocks(*, name: str, as_json: bool) -> None:
    """Show who is kept out, why and until when."""
    view = _at_desk(
        lambda session, desk: blocking.show_blocklist(
            session, workspace_id=desk.workspace_id, person=console_operator(name), now=desk.now()
        )
    )
    show(view, blocklist_table(view), as_json=as_json)


@click.command(epilog=examples("setup discord --review-channel 123 --submit-channel 456 --as mo"))
@click.argument("platform", type=_CHATS)
@click.option("--review-channel", metavar="ID", help="Where curators work.")
@click.option("--submit-channel", metavar="ID", help="Where artists submit.")
@click.option("--curator-role", metavar="ID", help="The role that reviews every playlist.")
@click.option(
    "--mention-fallback/--no-mention-fallback",
    default=None,
    help="Mention artists who take no direct messages in the submit channel, without details.",
)
@click.option("--zone", help="The time zone of this workspace, as in Europe/Berlin.")
@as_option
@json_option
def setup(
    *,
    platform: str,
    zone: str | None,
    name: str,
    as_json: bool,
    **given: str | bool | None,
) -> None:
    """Set up where Earmark talks; without options, show what is set up."""
    changes = {key: value for key, value in given.items() if value is not None}
    view = _at_desk(
        lambda session, desk: places.change_setup(
            session,
            workspace_id=desk.workspace_id,
            person=console_operator(name),
            changes=ChatChanges(**changes),  # type: ignore[typeddict-item]  # the options above
            now=desk.now(),
            zone=zone,
            platform=Platform(platform),
        )
    )
    show(view, setup_table(view), as_json=as_json)


def _show_playlist(work: Work[PlaylistView], *, as_json: bool) -> None:
    view = _at_desk(work)
    show(view, playlist_table(view), as_json=as_json)


def _at_desk(work: Work[T]) -> T:
    async def run() -> T:
        async with open_desk(settings.load()) as desk, desk.sessions.begin() as session:
            return await work(session, desk)

    return asyncio.run(run())


def _somebody(kind: str, whom: str) -> Person | str:
    return whom if kind == BlockKind.ARTIST else console_person(whom)


def _pairs(changes: tuple[str, ...]) -> dict[str, str]:
    pairs = [change.partition("=") for change in changes]
    for key, equals, _ in pairs:
        if not equals:
            raise click.UsageError(f"{key!r} names no value; write it as in intake_cap=40.")
    return {key.strip(): value for key, _, value in pairs}


def _moment(text: str | None, desk: Desk) -> datetime | None:
    """Return a typed date or moment in the desk's own zone, or raise RuleError."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise RuleError(
            f"{text!r} is no date. Write it as in 2026-12-24 or 2026-12-24T18:00.", rule="date"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(desk.zone))
