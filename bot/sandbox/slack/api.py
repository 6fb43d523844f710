"""The door of the Web API: faults, the token, the scopes, the arguments, and then the method."""

import base64
import json
import math
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from bot.sandbox.calls import Call, Calls, Service
from bot.sandbox.faults import Fault, FaultKind, Faults
from bot.sandbox.slack.accounts import Accounts
from bot.sandbox.slack.core import Asked, Core, Refusal
from bot.sandbox.slack.scopes import FORBIDDEN, READ_SCOPES, READS_CHANNELS, SCOPES
from bot.sandbox.slack.world import Json, Team
from bot.sandbox.trouble import play

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Method = Callable[[Core, Asked], Json]

# Arguments that are JSON within a form.
_NESTED: Final = ("blocks", "metadata", "view", "files", "unfurls", "attachments")


class Api:
    """`open_socket` returns the next address for a client of Socket Mode."""

    def __init__(
        self,
        core: Core,
        methods: dict[str, Method],
        accounts: Accounts,
        *,
        open_socket: Callable[[], str],
    ) -> None:
        self._core = core
        self._methods = methods
        self._accounts = accounts
        self._open_socket = open_socket

    def attach(self, app: web.Application) -> None:
        app.router.add_post("/api/{method}", self._answer)
        app.router.add_get("/api/{method}", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        try:
            said = await _arguments(request)
            token = _token(request, said)
            answer = {"ok": True} | self._do(request, method, said)
            return web.json_response(answer, headers=self._granted(token))
        except Refusal as refusal:
            self._core.refusals.append((method, refusal.code))
            return refused(refusal)

    def _do(self, request: web.Request, method: str, said: Json) -> Json:
        token = _token(request, said)
        said.pop("token", None)
        if method == "oauth.v2.access":
            return self._accounts.access(said, client=_client(request, said))
        if method == "apps.connections.open":
            return self._connect(token)
        team = self._team(token)
        if method in FORBIDDEN:
            self._core.note([f"{method}: nothing is ever rebuilt from history"])
        known = self._methods.get(method)
        if known is None:
            raise Refusal("unknown_method")
        self._require(method, said, team)
        return known(self._core, Asked(method=method, said=said, team=team))

    def _granted(self, token: str) -> dict[str, str]:
        """Return the header by which Slack tells each caller what their token may do."""
        scopes = [team.scopes for team in self._core.world.teams.values() if team.token == token]
        return {"X-OAuth-Scopes": ",".join(sorted(scopes[0]))} if scopes else {}

    def _connect(self, token: str) -> Json:
        config = self._core.config
        if not token:
            raise Refusal("not_authed")
        if token != config.app_token:
            raise Refusal("not_allowed_token_type" if token[:5] == "xoxb-" else "invalid_auth")
        if "connections:write" not in config.app_scopes:
            raise Refusal("missing_scope", needed="connections:write", provided="")
        return {"url": self._open_socket()}

    def _team(self, token: str) -> Team:
        if not token:
            raise Refusal("not_authed")
        for team in self._core.world.teams.values():
            if team.token == token:
                if team.installed:
                    return team
                raise Refusal("account_inactive")
        raise Refusal("invalid_auth")

    def _require(self, method: str, said: Json, team: Team) -> None:
        needed = SCOPES.get(method, ())
        if method in READS_CHANNELS:
            needed = READ_SCOPES
            channel = self._core.world.channels.get(str(said.get("channel")))
            if channel is not None:
                kind = "im" if channel.user else "groups" if channel.private else "channels"
                needed = (f"{kind}:read",)
        if not needed:
            return
        if not (given := team.scopes.intersection(needed)):
            provided = ",".join(sorted(team.scopes))
            raise Refusal("missing_scope", needed=",".join(needed), provided=provided)
        self._core.used_scopes.add(min(given))


def watched(calls: Calls, faults: Faults) -> web.Application:
    """Return an empty application whose calls are counted, and struck by `faults`."""

    @web.middleware
    async def strike(request: web.Request, handler: Handler) -> web.StreamResponse:
        query = request.rel_url.query_string
        calls.made.append(
            Call(service=Service.SLACK, method=request.method, path=request.path, query=query)
        )
        if request.path.startswith("/link"):
            # Its faults come with what is delivered.
            return await handler(request)
        fault = faults.strike(Service.SLACK, request.path, method=request.method)
        if fault is None:
            return await handler(request)
        return _told(fault) or await play(fault, request, handler)

    # The largest file that anybody hands over in a test is far below this.
    return web.Application(middlewares=[strike], client_max_size=64 * 1024 * 1024)


def refused(refusal: Refusal) -> web.Response:
    body = {"ok": False, "error": refusal.code} | refusal.more
    headers = {"Retry-After": "1"} if refusal.status == 429 else None
    return web.json_response(body, status=refusal.status, headers=headers)


def _told(fault: Fault) -> web.Response | None:
    """Return the answer of a fault that is worded as only Slack words it."""
    match fault.kind:
        case FaultKind.RATE_LIMITED:
            # Whole seconds: slack_sdk reads no others.
            wait = "1" if fault.retry_after is None else f"{math.ceil(fault.retry_after)}"
            return web.json_response(
                {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": wait}
            )
        case FaultKind.FORBIDDEN:
            return web.json_response({"ok": False, "error": "no_permission"})
        case _:
            return None


async def _arguments(request: web.Request) -> Json:
    """Return the arguments, which slack_sdk sends as JSON, as a form, or in the query."""
    said: Json = dict(request.query)
    try:
        if request.content_type == "application/json":
            said |= await request.json()
        elif request.can_read_body:
            said |= dict(await request.post())
        for name in _NESTED:
            if isinstance(said.get(name), str):
                said[name] = json.loads(said[name])
    except ValueError as error:
        raise Refusal("invalid_json") from error
    return said


def _token(request: web.Request, said: Json) -> str:
    token = str(said.get("token", "")) or request.headers.get("Authorization", "")
    return token.removeprefix("Bearer ")


def _client(request: web.Request, said: Json) -> tuple[str, str]:
    """Return id and secret of the app, from HTTP's basic authorization or from the form."""
    scheme, _, packed = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        client_id, _, secret = base64.b64decode(packed).decode().partition(":")
        return client_id, secret
    return str(said.get("client_id", "")), str(said.get("client_secret", ""))
