"""Play a fault: what the client sees of it on the wire."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.calls import Call, Calls, Service
from bot.sandbox.faults import Fault, FaultKind, Faults

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PREMIUM_TEXT = (
    "Active premium subscription required for the owner of the app. When the subscription status"
    " changes, it can take a few hours before requests are allowed again."
)
# Seen in August 2026, after some 2,600 calls within two days.
QUOTA_SECONDS = 48_925


def staged(service: Service, calls: Calls, faults: Faults) -> web.Application:
    """Return an empty application whose calls are counted and struck by `faults`."""

    @web.middleware
    async def strike(request: web.Request, handler: Handler) -> web.StreamResponse:
        query = request.rel_url.query_string
        calls.made.append(
            Call(service=service, method=request.method, path=request.path, query=query)
        )
        fault = faults.strike(service, request.path, method=request.method)
        return await (handler(request) if fault is None else play(fault, request, handler))

    return web.Application(middlewares=[strike])


async def play(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer `request` as `fault` says; only some faults let the real handler run."""
    match fault.kind:
        case FaultKind.DROP_BEFORE:
            return _drop(request)
        case FaultKind.DROP_AFTER:
            await handler(request)
            return _drop(request)
        case FaultKind.DELAY:
            await asyncio.sleep(fault.seconds)
            return await handler(request)
        case FaultKind.TRUNCATED:
            return await _half(request, await handler(request))
        case _:
            return _REPLIES[fault.kind](fault)


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, reply: web.StreamResponse) -> web.StreamResponse:
    """Promise the whole body in Content-Length, send half of it and hang up."""
    body = reply.body if isinstance(reply, web.Response) else None
    body = body if isinstance(body, bytes) else b""
    cut = web.StreamResponse(status=reply.status)
    cut.content_type = reply.content_type
    cut.content_length = len(body) + 1  # so that an empty body is cut, too
    await cut.prepare(request)
    await cut.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return cut


def refusal(status: int, message: str) -> web.Response:
    """Return an error as Spotify's Web API words it."""
    return web.json_response({"error": {"status": status, "message": message}}, status=status)


def deezer_error(kind: str, message: str, code: int | None = None) -> web.Response:
    """Return an error as Deezer words it: the status is 200 whatever went wrong."""
    error: dict[str, str | int] = {"type": kind, "message": message}
    return web.json_response({"error": error if code is None else {**error, "code": code}})


def _too_many(error: dict[str, str], seconds: float) -> web.Response:
    return web.json_response(
        {"error": {"status": 429, **error}}, status=429, headers={"Retry-After": f"{seconds:g}"}
    )


def _rate(fault: Fault) -> web.Response:
    return _too_many({"message": "API rate limit exceeded"}, fault.retry_after or 1)


def _quota(fault: Fault) -> web.Response:
    error = {"message": "Too many requests", "reason": "QUOTA_EXCEEDED"}
    return _too_many(error, fault.retry_after or QUOTA_SECONDS)


def _page(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=f"<html>{text}</html>", content_type="text/html")


# The ready-made replies of the faults that never reach the handler.
_REPLIES: dict[FaultKind, Callable[[Fault], web.Response]] = {
    FaultKind.RATE_LIMITED: _rate,
    FaultKind.RATE_LIMITED_TEXT: lambda _: web.Response(status=429, text="Too many requests"),
    FaultKind.QUOTA_EXCEEDED: _quota,
    FaultKind.PREMIUM_REQUIRED: lambda _: web.Response(status=403, text=PREMIUM_TEXT),
    FaultKind.FORBIDDEN: lambda _: refusal(403, "Forbidden"),
    FaultKind.SERVER_ERROR: lambda fault: web.Response(status=fault.status, text="upstream"),
    FaultKind.WRONG_TYPE: lambda _: _page(200, "Please sign in to go on."),
    FaultKind.EXPIRED_LINK: lambda _: _page(403, "Forbidden"),
    FaultKind.DEEZER_QUOTA: lambda _: deezer_error("Exception", "Quota limit exceeded", 4),
    FaultKind.DEEZER_BUSY: lambda _: deezer_error("Exception", "Service busy", 700),
    FaultKind.DEEZER_NO_CODE: lambda _: deezer_error("Exception", "An error has occurred"),
}
