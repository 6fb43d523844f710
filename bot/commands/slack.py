"""`earmark slack …`: making the app."""

import click

from bot import settings
from bot.commands.running import examples, json_option, print_json


@click.group()
def slack() -> None:
    """Make the Slack app; docs/slack.md tells the whole way."""


@slack.command(epilog=examples("slack manifest > manifest.yaml"))
@json_option
def manifest(*, as_json: bool) -> None:
    """Print the app's manifest, for "Create an app from a manifest" on Slack's page.

    It has exactly the scopes and events that are used, and the command's name of the settings.
    With EARMARK_SLACK_PUBLIC_URL it is for HTTP at that address, without for Socket Mode.
    """
    # Slack's libraries take half a second to load.
    from bot.platforms.slack import manifest as slack_manifest  # noqa: PLC0415

    loaded = settings.load()
    url = loaded.slack_public_url
    if as_json:
        told = slack_manifest.manifest(command=loaded.slack_command, url=url)
        print_json({"ok": True, "manifest": told})
    else:
        click.echo(slack_manifest.manifest_yaml(command=loaded.slack_command, url=url), nl=False)
