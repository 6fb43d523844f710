"""The Web API's `auth.*`, `oauth.*` and `apps.*`: who the app is, and how it is let in and out."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from bot.sandbox.slack.core import Asked, Core, Event, Refusal
from bot.sandbox.slack.world import Json, SlackUser, Team

Method = Callable[[Core, Asked], Json]

CODE_LIFE: Final = timedelta(minutes=10)


@dataclass(slots=True, kw_only=True, eq=False)
class _Code:
    team: Team
    user: SlackUser
    scopes: set[str]
    redirect_uri: str
    made: datetime


class Accounts:
    """Installs the app by OAuth, and throws it out again."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._codes: dict[str, _Code] = {}

    def methods(self) -> dict[str, Method]:
        return {
            "auth.test": _test,
            "auth.revoke": self._revoke,
            "apps.uninstall": self._uninstall,
        }

    def allow(self, user: SlackUser, team: Team, said: Json) -> str:
        """Return where a person is sent who has clicked Allow; `said` is the query before."""
        scopes = {each for each in str(said.get("scope", "")).split(",") if each}
        redirect_uri = str(said.get("redirect_uri", ""))
        code = secrets.token_hex(16)
        self._codes[code] = _Code(
            team=team,
            user=user,
            scopes=scopes,
            redirect_uri=redirect_uri,
            made=self._core.clock(),
        )
        return f"{redirect_uri}?{urlencode({'code': code, 'state': said.get('state', '')})}"

    def access(self, said: Json, *, client: tuple[str, str]) -> Json:
        """Answer `oauth.v2.access`, which has no token yet."""
        config = self._core.config
        if client[0] != config.client_id:
            raise Refusal("invalid_client_id")
        if client[1] != config.client_secret:
            raise Refusal("bad_client_secret")
        code = self._codes.pop(str(said.get("code", "")), None)
        if code is None:
            raise Refusal("invalid_code")
        if self._core.clock() - code.made > CODE_LIFE:
            raise Refusal("code_expired")
        if str(said.get("redirect_uri") or code.redirect_uri) != code.redirect_uri:
            raise Refusal("bad_redirect_uri")
        team = code.team
        team.installed, team.scopes = True, set(code.scopes)
        team.token = f"xoxb-{team.id}-{secrets.token_hex(8)}"
        self._core.changes.happened()
        return {
            "app_id": config.id,
            "authed_user": {"id": code.user.id},
            "scope": ",".join(sorted(team.scopes)),
            "token_type": "bot",
            "access_token": team.token,
            "bot_user_id": team.bot_user_id,
            "team": {"id": team.id, "name": team.name},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def uninstall(self, team: Team) -> None:
        """Throw the app out: its token dies, and Slack tells it of both."""
        self._tell(team, _revoked(team))
        self._tell(team, {"type": "app_uninstalled"})
        self._end(team)

    def revoke(self, team: Team) -> None:
        """Take the token away and tell of it, as when an admin does so."""
        self._tell(team, _revoked(team))
        self._end(team)

    def _tell(self, team: Team, payload: Json) -> None:
        self._core.publish(Event(team=team, name=payload["type"], payload=payload))

    def _end(self, team: Team) -> None:
        team.installed = False
        self._core.changes.happened()

    def _revoke(self, _: Core, asked: Asked) -> Json:
        if not asked.flag("test"):
            self.uninstall(asked.team)
        return {"revoked": not asked.flag("test")}

    def _uninstall(self, core: Core, asked: Asked) -> Json:
        given = (asked.text("client_id"), asked.text("client_secret"))
        if given != (core.config.client_id, core.config.client_secret):
            raise Refusal("invalid_client_id")
        self.uninstall(asked.team)
        return {}


def _revoked(team: Team) -> Json:
    return {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [team.bot_user_id]}}


def _test(core: Core, asked: Asked) -> Json:
    team = asked.team
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": core.config.name,
        "team_id": team.id,
        "user_id": team.bot_user_id,
        "bot_id": team.bot_id,
        "is_enterprise_install": False,
    }
