"""`earmark privacy` and `earmark link`: what a person decides about themselves."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click

from bot import settings
from bot.app import open_desk
from bot.commands.running import as_option, examples, json_option, out, print_json, show
from bot.errors import SettingsError
from bot.person_texts import code_text, deleted_text, dm_text, linked_text, retired_text, saved_text
from bot.workflow import linking
from bot.workflow import privacy as own_data
from bot.workflow.desk import Desk
from bot.workflow.people import console_person
from bot.workflow.privacy import DeletedView, ExportView, MessagesView

T = TypeVar("T")


@click.group()
def privacy() -> None:
    """Get a copy of your data, turn messages off, or be forgotten."""


@privacy.command(
    "export", epilog=examples("privacy export --as Lia", "privacy export --to my.json --as Lia")
)
@as_option
@click.option("--to", type=click.Path(path_type=Path), help="Write it to this file.")
def export(*, name: str, to: Path | None) -> None:
    """Print everything that is kept of you, as JSON."""
    view = _at_desk(lambda desk: _export(desk, name))
    if to is None:
        print_json(view.to_json())
        return
    try:
        to.write_text(view.text(), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"The copy cannot be written to {to}: {error.strerror}.") from error
    out().print(saved_text(str(to)))


@privacy.command("delete", epilog=examples("privacy delete --as Lia"))
@as_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def delete(*, name: str, yes: bool, as_json: bool) -> None:
    """Forget you at once: what waits is withdrawn, what was decided stays without your name."""
    if not yes:
        click.confirm("This cannot be taken back. Forget you now?", abort=True, err=True)
    view = _at_desk(lambda desk: _delete(desk, name))
    show(view, deleted_text(view.submissions, view.withdrawn), as_json=as_json)


@privacy.command("dm-on")
@as_option
@json_option
def dm_on(*, name: str, as_json: bool) -> None:
    """Let answers come as direct messages."""
    _allow(name, allowed=True, as_json=as_json)


@privacy.command("dm-off")
@as_option
@json_option
def dm_off(*, name: str, as_json: bool) -> None:
    """Send no direct messages; answers stand in `earmark status`."""
    _allow(name, allowed=False, as_json=as_json)


@privacy.command("retire")
def retire() -> None:
    """For the operator: forget who sent what was over more than a year ago."""
    out().print(retired_text(_at_desk(own_data.retire_at)))


@click.command(epilog=examples("link --as Lia", "link 4F7KQ2XP --as Lia"))
@click.argument("code", required=False)
@as_option
@json_option
def link(*, code: str | None, name: str, as_json: bool) -> None:
    """Make one person of two accounts: without CODE make one, with it use it up."""
    if code is None:
        made = _at_desk(lambda desk: _make_code(desk, name))
        show(made, code_text(made.code, made.expires_at), as_json=as_json)
        return
    joined = _at_desk(lambda desk: _join(desk, name, code))
    names = [f"{platform.value} {one}" for platform, one in joined.accounts]
    show(joined, linked_text(joined.name, names), as_json=as_json)


def _allow(name: str, *, allowed: bool, as_json: bool) -> None:
    view = _at_desk(lambda desk: _set_messages(desk, name, allowed=allowed))
    show(view, dm_text(allowed=view.dm_allowed), as_json=as_json)


async def _export(desk: Desk, name: str) -> ExportView:
    async with desk.sessions() as session:
        return await own_data.export(
            session, workspace_id=desk.workspace_id, person=console_person(name), now=desk.now()
        )


async def _delete(desk: Desk, name: str) -> DeletedView:
    return await own_data.delete_at(desk, person=console_person(name))


async def _set_messages(desk: Desk, name: str, *, allowed: bool) -> MessagesView:
    async with desk.sessions.begin() as session:
        return await own_data.allow_messages(
            session,
            workspace_id=desk.workspace_id,
            person=console_person(name),
            allowed=allowed,
            now=desk.now(),
        )


async def _make_code(desk: Desk, name: str) -> linking.CodeView:
    async with desk.sessions.begin() as session:
        return await linking.make_code(
            session, workspace_id=desk.workspace_id, person=console_person(name), now=desk.now()
        )


async def _join(desk: Desk, name: str, code: str) -> linking.LinkedView:
    async with desk.sessions.begin() as session:
        return await linking.join_person(
            session,
            workspace_id=desk.workspace_id,
            person=console_person(name),
            code=code,
            now=desk.now(),
        )


def _at_desk(work: Callable[[Desk], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_desk(settings.load()) as desk:
            return await work(desk)

    return asyncio.run(run())
