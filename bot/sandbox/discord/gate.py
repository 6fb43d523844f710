"""What every request passes: the count, the faults, the token and the rate limits."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.calls import Call, Calls, Service
from bot.sandbox.discord.core import API, Core, Refusal, json_answer, route_of
from bot.sandbox.discord.errors import ApiError, unauthorized
from bot.sandbox.discord.rates import RateLimiter, Verdict
from bot.sandbox.faults import Fault, FaultKind, Faults
from bot.sandbox.trouble import play

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Discord answers through a proxy, and discord.py takes a 429 without this for a ban by Cloudflare.
VIA = {"Via": "1.1 google"}
# The places that have a bucket of their own within a route.
_PLACES = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_token")
# These carry a token of their own in the path, and do not count towards the bot's 50 a second.
_TOKEN_IN_PATH = (f"{API}/interactions/", f"{API}/webhooks/")


@dataclass(slots=True, kw_only=True)
class Gate:
    """The middleware of the stand-in."""

    core: Core
    calls: Calls
    faults: Faults
    limiter: RateLimiter

    @web.middleware
    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        service = _service(request)
        self.calls.made.append(
            Call(
                service=service,
                method=request.method,
                path=request.path,
                query=request.rel_url.query_string,
            )
        )
        if service is Service.DISCORD_GATEWAY:
            # Its faults come with its events.
            return await handler(request)
        fault = self.faults.strike(service, request.path, method=request.method)
        if service is not Service.DISCORD:
            return await (handler(request) if fault is None else play(fault, request, handler))
        if fault is None:
            return await self._limited(request, handler)
        if refused := _refusal(fault):
            for name, value in self._take(request).headers.items():
                refused.headers.setdefault(name, value)
            return refused

        async def limited(asked: web.Request) -> web.StreamResponse:
            return await self._limited(asked, handler)

        return await play(fault, request, limited)

    async def _limited(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        own_token = request.path.startswith(_TOKEN_IN_PATH)
        verdict = self._take(request)
        if verdict.retry_after is not None:
            return too_many(verdict.retry_after, verdict=verdict)
        answer = await self._answered(request, handler, own_token=own_token)
        answer.headers.update(verdict.headers | VIA)
        return answer

    def _take(self, request: web.Request) -> Verdict:
        return self.limiter.take(
            route=f"{request.method} {route_of(request)}",
            place="+".join(request.match_info.get(place, "") for place in _PLACES),
            counts_overall=not request.path.startswith(_TOKEN_IN_PATH),
        )

    async def _answered(
        self, request: web.Request, handler: Handler, *, own_token: bool
    ) -> web.StreamResponse:
        try:
            if not own_token and request.headers.get("Authorization") != f"Bot {self.core.token}":
                raise unauthorized()
            return await handler(request)
        except ApiError as error:
            asked = f"{request.method} {route_of(request)}"
            self.core.refusals.append(Refusal(request=asked, code=error.code))
            return json_answer(error.body(), status=error.status)
        except web.HTTPNotFound:
            return json_answer({"message": "404: Not Found", "code": 0}, status=404)
        except web.HTTPMethodNotAllowed:
            return json_answer({"message": "405: Method Not Allowed", "code": 0}, status=405)


def too_many(retry_after: float, *, verdict: Verdict) -> web.Response:
    """Return Discord's 429; the exact wait is in the body, whole seconds are in the header."""
    body = {
        "message": "You are being rate limited.",
        "retry_after": round(retry_after, 3),
        "global": verdict.overall,
    }
    headers = verdict.headers | VIA | {"Retry-After": str(int(retry_after) + 1)}
    return json_answer(body, status=429, headers=headers)


def _refusal(fault: Fault) -> web.Response | None:
    """Return the answer of a fault that is worded as only Discord words it."""
    wait = 1.0 if fault.retry_after is None else fault.retry_after
    match fault.kind:
        case FaultKind.RATE_LIMITED:
            headers = {"X-RateLimit-Scope": "shared"}
            return too_many(wait, verdict=Verdict(headers=headers))
        case FaultKind.RATE_LIMITED_OVERALL:
            headers = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
            return too_many(wait, verdict=Verdict(headers=headers, overall=True))
        case FaultKind.FORBIDDEN:
            error = ApiError(403, 50013, "Missing Permissions")
            return json_answer(error.body(), status=403, headers=VIA)
        case FaultKind.DMS_TOO_FAST:
            error = ApiError(400, 40003, "You are opening direct messages too fast")
            return json_answer(error.body(), status=400, headers=VIA)
        case _:
            return None


def _service(request: web.Request) -> Service:
    if request.path.startswith(API):
        return Service.DISCORD
    return Service.DISCORD_GATEWAY if request.path == "/gateway" else Service.DISCORD_CDN
