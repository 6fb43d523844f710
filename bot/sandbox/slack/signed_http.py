"""Signed requests to the address of the app, as without Socket Mode."""

import hashlib
import hmac
import json
from typing import Final
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.clock import Clock, system_clock
from bot.sandbox.faults import FaultKind
from bot.sandbox.slack.core import Core
from bot.sandbox.slack.delivery import Delivery, Kind, NotTakenError
from bot.sandbox.slack.world import Json

_REASONS: Final = {"timeout": "http_timeout", "connection_failed": "connection_failed"}


class SignedHttp:
    """Posts to `url`. The app compares the time of a signature with its own clock: `signed_at`.

    To see how the app refuses, set `secret` to a wrong one, or `age_s` to 360 seconds. `statuses`
    are those of all answers, oldest first.
    """

    def __init__(self, core: Core, url: str, *, signed_at: Clock = system_clock) -> None:
        self.url = url
        self.secret = core.config.signing_secret
        self.age_s = 0
        self.statuses: list[int] = []
        self._signed_at = signed_at
        self._no_retry = False

    async def ready(self, *, within_s: float) -> None:
        """An app that listens by HTTP is told at once, be it there or not."""

    async def send(self, delivery: Delivery) -> Json:
        if delivery.fault is FaultKind.EVENT_TWICE:
            await self._post(delivery)
        answer = await self._post(delivery)
        if delivery.fault is FaultKind.SOCKET_DROP:
            raise NotTakenError("connection_failed")
        return answer

    async def verify(self, challenge: str = "stand-in-challenge") -> str:
        """Ask the app to prove that the address is its own; return what it answers."""
        asked = {"type": "url_verification", "token": "verification-token", "challenge": challenge}
        status, text = await self._request(json.dumps(asked), "application/json", {})
        if status != 200:
            raise NotTakenError("http_error")
        return str(json.loads(text)["challenge"]) if text.startswith("{") else text

    async def _post(self, delivery: Delivery) -> Json:
        body, content_type = _encoded(delivery)
        headers = {}
        if delivery.attempt:
            reason = _REASONS.get(delivery.reason, "http_error")
            headers = {
                "X-Slack-Retry-Num": str(delivery.attempt),
                "X-Slack-Retry-Reason": reason,
            }
        try:
            status, text = await self._request(body, content_type, headers)
        except (aiohttp.ClientError, OSError) as error:
            raise NotTakenError("connection_failed") from error
        if not 200 <= status < 300:
            raise NotTakenError("http_error", final=self._no_retry)
        return _answer(text)

    async def _request(
        self, body: str, content_type: str, headers: dict[str, str]
    ) -> tuple[int, str]:
        stamp = str(int(self._signed_at().timestamp()) - self.age_s)
        headers = {
            **headers,
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self.secret, stamp, body),
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body.encode(), headers=headers) as reply,
        ):
            self.statuses.append(reply.status)
            self._no_retry = reply.headers.get("X-Slack-No-Retry") == "1"
            return reply.status, await reply.text()


def signature(secret: str, stamp: str, body: str) -> str:
    """Return `X-Slack-Signature` for a body that was sent at `stamp`."""
    signed = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256)
    return f"v0={signed.hexdigest()}"


def _encoded(delivery: Delivery) -> tuple[str, str]:
    match delivery.kind:
        case Kind.EVENT:
            return json.dumps(delivery.payload), "application/json"
        case Kind.COMMAND:
            return urlencode(delivery.payload), "application/x-www-form-urlencoded"
        case Kind.INTERACTIVE:
            packed = urlencode({"payload": json.dumps(delivery.payload)})
            return packed, "application/x-www-form-urlencoded"


def _answer(text: str) -> Json:
    if not text:
        return {}
    if text.startswith("{"):
        said: Json = json.loads(text)
        return said
    return {"text": text}
