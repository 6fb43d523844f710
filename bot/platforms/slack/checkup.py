"""What `earmark doctor` finds out of Slack: are the tokens good, and may they do what is needed?"""

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError

from bot.errors import SettingsError, SourceDownError
from bot.platforms.slack.clients import URL, answering_client
from bot.platforms.slack.installs import Teams, require_key
from bot.platforms.slack.manifest import INSTALL_PATH
from bot.platforms.slack.service import UNKNOWN_APP, whoami
from bot.workflow.desk import Desk


async def look_at_team(token: SecretStr, app_token: SecretStr | None, *, url: str = URL) -> str:
    """Return a sentence of what works, or raise SettingsError or SourceDownError.

    Without `app_token` Slack's requests come in by HTTP, which only Slack can try.
    """
    name = await whoami(token.get_secret_value(), url=url, every_scope=True)
    if app_token is not None:
        await _try_app_token(app_token.get_secret_value(), url=url)
    return f"It knows the app as {name}."


async def look_at_teams(desk: Desk, *, key: bytes, public_url: str, url: str = URL) -> str:
    """Return the same for an app that any team may install; all that have are tried."""
    require_key(key)
    tokens = await Teams(desk, key, url=url).all_tokens()
    failed = [error for token in tokens if (error := await _failure(token, url=url))]
    if failed:
        raise SettingsError(
            f"{len(failed)} of {len(tokens)} teams cannot be served. The first: {failed[0]} There,"
            f" somebody opens {public_url}{INSTALL_PATH} again."
        )
    count = f"{len(tokens)} {'team has' if len(tokens) == 1 else 'teams have'}"
    return f"{count} installed it; any other may at {public_url}{INSTALL_PATH}."


async def _failure(token: str, *, url: str) -> str:
    try:
        await whoami(token, url=url, every_scope=True)
    except SettingsError as error:
        return str(error)
    return ""


async def _try_app_token(token: str, *, url: str) -> None:
    try:
        await answering_client(url=url).apps_connections_open(app_token=token)
    except SlackApiError as error:
        raise SettingsError(UNKNOWN_APP) from error
    except (aiohttp.ClientError, OSError) as error:
        raise SourceDownError("Slack") from error
