"""The app's manifest, for Slack's page "Create an app from a manifest".

It has exactly the scopes, events and features that are used.
"""

from typing import Any, Final

import yaml

from bot.platforms.slack.app import SEND_SHORTCUT, SUBMIT_SHORTCUT
from bot.platforms.slack.commands import SUBCOMMANDS
from bot.platforms.slack.events import EVENTS
from bot.platforms.slack.text import COMMAND

# Each scope with what it is for.
SCOPES: Final = {
    "channels:history": "to see a link in the submit channel, and offer to submit it",
    "chat:write": "to post cards, the board, the digest and answers",
    "commands": "for the command and the shortcuts",
    "files:read": "to hear a file that an artist sends in the form",
    "files:write": "to send pictures, and the copy of somebody's data",
    "groups:history": "the same in a private submit channel",
    "im:read": "to know whose direct messages a channel is",
    "im:write": "to write to people in private",
    "metadata.message:read": "to recognise its own messages after a crash",
    "pins:write": "to pin the live board",
    "usergroups:read": "to know who reviews",
    "users:read": "to know names, time zones, and who is a guest",
}
EVENTS_PATH: Final = "/slack/events"
INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"


def manifest(*, command: str = COMMAND, url: str | None = None) -> dict[str, Any]:
    """Return the manifest; with `url` for signed HTTP at that address, else for Socket Mode."""
    events: dict[str, Any] = {"bot_events": list(EVENTS)}
    interactivity: dict[str, Any] = {"is_enabled": True}
    slash: dict[str, Any] = {
        "command": command,
        "description": "Submit tracks and review them",
        "usage_hint": f"[{' | '.join(SUBCOMMANDS)}]",
        "should_escape": True,
    }
    oauth: dict[str, Any] = {"scopes": {"bot": list(SCOPES)}}
    if url is not None:
        address = url.rstrip("/")
        events["request_url"] = interactivity["request_url"] = slash["url"] = address + EVENTS_PATH
        oauth["redirect_urls"] = [address + REDIRECT_PATH]
    return {
        "display_information": {
            "name": "Earmark",
            "description": "A submission desk for playlist curators",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Earmark", "always_online": True},
            "shortcuts": [
                _shortcut("Submit a track", "global", SUBMIT_SHORTCUT),
                _shortcut("Send to review queue", "message", SEND_SHORTCUT),
            ],
            "slash_commands": [slash],
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }


def manifest_yaml(*, command: str = COMMAND, url: str | None = None) -> str:
    """Return the manifest as Slack's page takes it."""
    return yaml.safe_dump(manifest(command=command, url=url), sort_keys=False, allow_unicode=True)


def _shortcut(name: str, kind: str, callback_id: str) -> dict[str, str]:
    return {
        "name": name,
        "type": kind,
        "callback_id": callback_id,
        "description": "Open the form for a track",
    }
