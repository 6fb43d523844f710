"""Routes for the bot's own account, and for what every client asks at its start."""

from aiohttp import web

from bot.sandbox.discord.core import API, Core
from bot.sandbox.discord.wire import own_user_json, user_json
from bot.sandbox.discord.world import Json

_GATEWAY_LIMIT = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}


class ApplicationRoutes:
    """`/users/@me`, `/oauth2/applications/@me` and `/gateway/bot`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def attach(self, app: web.Application) -> None:
        app.router.add_get(f"{API}/users/@me", self._me)
        app.router.add_get(f"{API}/oauth2/applications/@me", self._application)
        app.router.add_get(f"{API}/applications/@me", self._application)
        app.router.add_get(f"{API}/gateway", self._gateway)
        app.router.add_get(f"{API}/gateway/bot", self._gateway_bot)

    async def _me(self, request: web.Request) -> web.Response:
        return self._core.answer(request, own_user_json(self._core.world.app))

    async def _application(self, request: web.Request) -> web.Response:
        return self._core.answer(request, self.application_json())

    def application_json(self) -> Json:
        app = self._core.world.app
        return {
            "id": str(app.id),
            "name": app.name,
            "icon": None,
            "description": "",
            "type": None,
            "bot": user_json(app),
            "summary": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 0,
            "flags_new": "0",
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "owner": user_json(app),
            "approximate_guild_count": len(self._core.world.guilds),
            "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0,
            "team": None,
            "eligible_oauth2_scopes": [],
        }

    async def _gateway(self, request: web.Request) -> web.Response:
        return self._core.answer(request, {"url": gateway_url(self._core)})

    async def _gateway_bot(self, request: web.Request) -> web.Response:
        body = {
            "url": gateway_url(self._core),
            "session_start_limit": _GATEWAY_LIMIT,
            "shards": 1,
        }
        return self._core.answer(request, body)


def gateway_url(core: Core) -> str:
    return f"{core.cdn.base.replace('http', 'ws', 1)}/gateway"
