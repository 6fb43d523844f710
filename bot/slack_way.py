"""How Slack reaches us, as the settings have it."""

from enum import StrEnum
from typing import Final

from bot.errors import SettingsError
from bot.settings import PREFIX, Settings


class SlackWay(StrEnum):
    """By a connection that we open, by requests that Slack signs, or those from any team."""

    SOCKET = "socket"
    HTTP = "http"
    INSTALL = "install"


# What teams that install the app by themselves need, besides the client's id.
_TO_INSTALL: Final = (
    "slack_client_secret",
    "slack_signing_secret",
    "slack_public_url",
    "secret_key",
)


def slack_way(settings: Settings) -> SlackWay | None:
    """Return the way, None where Slack is not used; SettingsError where half of one is set."""
    if settings.slack_client_id is not None:
        return _installable(settings)
    if settings.slack_token is None:
        return None
    if settings.slack_signing_secret is None:
        if settings.slack_app_token is None:
            raise SettingsError(
                "Slack needs a second token to talk to us: make an app-level token with"
                " connections:write on the app's page, under Basic Information, and put it into"
                " EARMARK_SLACK_APP_TOKEN."
            )
        return SlackWay.SOCKET
    if settings.slack_app_token is not None:
        raise SettingsError(
            "EARMARK_SLACK_APP_TOKEN means Socket Mode and EARMARK_SLACK_SIGNING_SECRET means"
            " HTTP. Take one of them out."
        )
    return SlackWay.HTTP


def _installable(settings: Settings) -> SlackWay:
    missing = [name for name in _TO_INSTALL if getattr(settings, name) is None]
    if missing:
        raise SettingsError(
            "An app that any team may install, as EARMARK_SLACK_CLIENT_ID says, also needs"
            f" {', '.join(PREFIX + name.upper() for name in missing)}. docs/slack.md tells which"
            " is which."
        )
    for other in ("slack_token", "slack_app_token"):
        if getattr(settings, other) is not None:
            raise SettingsError(
                f"{PREFIX}{other.upper()} is of one team, and EARMARK_SLACK_CLIENT_ID lets any"
                " team in. Take one of them out."
            )
    return SlackWay.INSTALL
