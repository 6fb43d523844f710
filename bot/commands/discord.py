"""`earmark discord …`: inviting the app and registering its commands."""

import asyncio

import click

from bot import settings
from bot.app import open_desk
from bot.commands.running import examples, json_option, out, print_json
from bot.errors import SettingsError
from bot.platforms.discord import control
from bot.platforms.discord.sync import Sync, Synced
from bot.settings import Settings


@click.group()
def discord() -> None:
    """Invite the Discord app to a server, and register its commands.

    Set EARMARK_DISCORD_TOKEN first; docs/discord.md tells where to get it.
    """


@discord.command(epilog=examples("discord invite"))
@json_option
def invite(*, as_json: bool) -> None:
    """Print the link that adds the app to a server, with exactly the permissions it needs."""
    loaded = settings.load()
    link = asyncio.run(control.invite(_token(loaded), url=loaded.discord_url))
    if as_json:
        print_json({"ok": True, "url": link})
    else:
        # Not through the console, which would break the link at the window's edge.
        click.echo(link)


@discord.command(epilog=examples("discord sync", "discord sync --force"))
@click.option("--force", is_flag=True, help="Register them even if nothing changed.")
@json_option
def sync(*, force: bool, as_json: bool) -> int:
    """Register the commands with Discord, if they changed since the last time.

    A bot that Earmark is mounted into has commands of its own, which this would delete. Then
    nothing is done; that bot registers all of them itself.
    """
    synced = asyncio.run(_register(settings.load(), force=force))
    if as_json:
        print_json(
            {
                "ok": synced.outcome is not Sync.FOREIGN,
                "outcome": synced.outcome.value,
                "commands": list(synced.names),
                "foreign": list(synced.foreign),
            }
        )
    else:
        out().print(_told(synced))
    return int(synced.outcome is Sync.FOREIGN)


async def _register(loaded: Settings, *, force: bool) -> Synced:
    token = _token(loaded)
    async with open_desk(loaded) as desk:
        return await control.register(desk, token, force=force, url=loaded.discord_url)


def _token(loaded: Settings) -> str:
    if loaded.discord_token is None:
        raise SettingsError(
            "There is no Discord token. Set EARMARK_DISCORD_TOKEN; docs/discord.md tells where to"
            " get it."
        )
    return loaded.discord_token.get_secret_value()


def _told(synced: Synced) -> str:
    match synced.outcome:
        case Sync.SAME:
            return f"Nothing changed: {len(synced.names)} commands are registered."
        case Sync.REGISTERED:
            return f"Registered: {', '.join(synced.names)}."
        case Sync.FOREIGN:
            return (
                f"Nothing was done: this app has other commands, too ({', '.join(synced.foreign)}),"
                " and they would be deleted. Let the bot that has them register all with"
                " `await bot.tree.sync()`, or use --force."
            )
