"""Teams that have let the app in by Slack's own page: their tokens, encrypted, and who may install.

One process may talk in any number of teams. Each is a place of its own, with a desk of its own.
"""

import json
import logging
import secrets as dice
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import RefusedMessageError, SettingsError
from bot.platforms.slack.clients import URL, answering_client
from bot.platforms.slack.courier import sending_client
from bot.platforms.slack.manifest import INSTALL_PATH, REDIRECT_PATH, SCOPES
from bot.workflow.desk import Desk
from db import outbox, secrets, workspaces
from db.models import Platform
from db.secrets import WrongKeyError

log = logging.getLogger(__name__)

# A desk is used from one Slack team at most.
_NAME: Final = "slack"
_LEFT: Final = "That team has removed Earmark from Slack."
# So long somebody may look at Slack's page before they press Allow.
_STATE_S: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What lets any team install the app. `key` is a Fernet key, `public_url` begins with https."""

    client_id: str
    client_secret: str
    signing_secret: str
    public_url: str
    key: bytes

    def __post_init__(self) -> None:
        require_key(self.key)


def require_key(key: bytes) -> None:
    """Raise SettingsError where `key` is no Fernet key."""
    try:
        Fernet(key)
    except ValueError as error:
        raise SettingsError(
            "EARMARK_SECRET_KEY is no key: .env.example has the command that makes one."
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One team's part: `token` is the bot's, and the ids are those of its user there."""

    team_id: str
    token: str
    bot_id: str
    bot_user_id: str


class Teams(AsyncInstallationStore, AsyncAuthorize):
    """Bolt's store of installations, on our tables; and who a request is answered as."""

    def __init__(self, desk: Desk, key: bytes, *, url: str = URL) -> None:
        self._desk = desk
        self._key = key
        self._url = url

    async def async_save(self, installation: Installation) -> None:
        """Keep a team's token in place of an older one; the first time it gets a desk."""
        if installation.team_id is None or installation.bot_token is None:
            raise BoltError("Earmark is installed into one team at a time.")
        installed = Installed(
            team_id=installation.team_id,
            token=installation.bot_token,
            bot_id=installation.bot_id or "",
            bot_user_id=installation.bot_user_id or "",
        )
        now = self._desk.now()
        async with self._desk.sessions.begin() as session:
            workspace = await workspaces.ensure_account(
                session,
                platform=Platform.SLACK,
                external_id=installed.team_id,
                name=installation.team_name or installed.team_id,
                now=now,
            )
            await secrets.put(
                session,
                workspace_id=workspace.id,
                name=_NAME,
                value=json.dumps(asdict(installed)),
                key=self._key,
                now=now,
            )
        log.info("installed in the team %s", installed.team_id)

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """Return what a team has let in, None where it has not."""
        del enterprise_id, is_enterprise_install
        installed = None if team_id is None else await self._of_team(team_id)
        if installed is None:
            return None
        return Bot(
            team_id=installed.team_id,
            bot_token=installed.token,
            bot_id=installed.bot_id,
            bot_user_id=installed.bot_user_id,
            installed_at=0,
        )

    async def async_delete_all(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget a team's token; its desk and its history stay for the day it comes back."""
        del enterprise_id
        if team_id is not None:
            await self.forget(team_id, at=self._desk.now())

    async def forget(self, team_id: str, *, at: datetime) -> None:
        """Forget a team that had removed the app at `at`, and send nothing more of what waits.

        Slack may tell of it late, or again: a team that has installed the app anew since stays.
        """
        async with self._desk.sessions.begin() as session:
            workspace = await workspaces.of_account(
                session, platform=Platform.SLACK, external_id=team_id
            )
            if workspace is None:
                return
            since = await secrets.stored_at(session, workspace_id=workspace.id, name=_NAME)
            if since is not None and since > at:
                return
            await secrets.remove(session, workspace_id=workspace.id, name=_NAME)
            await outbox.stop(
                session,
                workspace_id=workspace.id,
                platform=Platform.SLACK,
                at=self._desk.now(),
                error=_LEFT,
            )
        log.info("removed from the team %s", team_id)

    async def __call__(
        self,
        *,
        context: AsyncBoltContext,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
        **more: Any,
    ) -> AuthorizeResult | None:
        """Return whom Bolt answers as. Slack is not asked again: a dead token tells by itself."""
        del context, more
        installed = None if team_id is None else await self._of_team(team_id)
        if installed is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            bot_token=installed.token,
            bot_id=installed.bot_id,
            bot_user_id=installed.bot_user_id,
        )

    async def sending_client(self, workspace_id: int) -> AsyncWebClient:
        """Return the courier's client for a desk, or raise RefusedMessageError: nobody is there."""
        installed = await self._of_workspace(workspace_id)
        if installed is None:
            raise RefusedMessageError(_LEFT, reason="gone")
        return sending_client(installed.token, base_url=self._url)

    async def all_tokens(self) -> list[str]:
        """Return the bot tokens of all teams; SettingsError where they are of another key."""
        async with self._desk.sessions() as session:
            try:
                kept = await secrets.every(session, name=_NAME, key=self._key)
            except WrongKeyError as error:
                raise SettingsError(
                    "The teams' tokens were stored with another EARMARK_SECRET_KEY. Bring the old"
                    " one back, or let the teams install the app again."
                ) from error
        return [Installed(**json.loads(one)).token for one in kept]

    async def _of_team(self, team_id: str) -> Installed | None:
        async with self._desk.sessions() as session:
            workspace = await workspaces.of_account(
                session, platform=Platform.SLACK, external_id=team_id
            )
        return None if workspace is None else await self._of_workspace(workspace.id)

    async def _of_workspace(self, workspace_id: int) -> Installed | None:
        async with self._desk.sessions() as session:
            try:
                kept = await secrets.get(
                    session, workspace_id=workspace_id, name=_NAME, key=self._key
                )
            except WrongKeyError as error:
                # Whoever is told to install it again mends it.
                log.error("workspace=%d %s", workspace_id, error)  # noqa: TRY400 - known, no trace
                return None
        return None if kept is None else Installed(**json.loads(kept))


class States(AsyncOAuthStateStore):
    """Proof that who comes back from Slack's page was sent there by us, not long ago.

    It is a sealed stamp, so that any process may check what another one gave out. A browser shows
    it as a cookie besides, and Slack's code, which comes with it, is good for one use.
    """

    def __init__(self, desk: Desk, key: bytes) -> None:
        self._fernet = Fernet(key)
        self._now = desk.now

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """Return a new state."""
        del args, kwargs
        stamp = self._fernet.encrypt_at_time(dice.token_bytes(16), self._second())
        return stamp.decode()

    async def async_consume(self, state: str) -> bool:
        """Say whether a state is ours and young enough."""
        try:
            self._fernet.decrypt_at_time(state, _STATE_S, self._second())
        except (InvalidToken, TypeError):
            return False
        return True

    def _second(self) -> int:
        return int(self._now().timestamp())


def install_flow(desk: Desk, door: Door, teams: Teams, *, url: str = URL) -> AsyncOAuthFlow:
    """Return Bolt's pages for installing: /slack/install, and where Slack sends people back to."""
    settings = AsyncOAuthSettings(
        client_id=door.client_id,
        client_secret=door.client_secret,
        scopes=list(SCOPES),
        user_scopes=[],
        redirect_uri=door.public_url.rstrip("/") + REDIRECT_PATH,
        install_path=INSTALL_PATH,
        redirect_uri_path=REDIRECT_PATH,
        installation_store=teams,
        installation_store_bot_only=True,
        state_store=States(desk, door.key),
        state_expiration_seconds=_STATE_S,
    )
    # Bolt's own would ask Slack who we are, each time before anybody is answered.
    settings.authorize = teams
    return AsyncOAuthFlow(client=answering_client(url=url), settings=settings)
