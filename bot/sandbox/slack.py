"""A stand-in for what Slack's Web API does with messages: post, change, delete, pin, open a DM.

It checks what it is sent by the rules of the block kit that neither Slack's schemas nor slack_sdk
know, and by `contract`, Slack's own schemas, for those who have them beside this checkout.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from bot.sandbox.calls import Calls, Service
from bot.sandbox.clock import Clock, system_clock
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.trouble import staged

HOST = "127.0.0.1"
TOKEN = "xoxb-stand-in"  # noqa: S105 - opens nothing but the stand-in

Json = dict[str, Any]
Contract = Callable[[list[Json]], list[str]]

_BLOCKS, _BUTTON_TEXT, _BUTTON_VALUE, _ACTION_ID = 50, 75, 2000, 255
_PAUSE_S: Final = 1.0
# What a method needs, as its page in Slack's documentation says.
_SCOPES: Final = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "conversations.open": "im:write",
    "pins.add": "pins:write",
}


@dataclass(slots=True, kw_only=True)
class SlackUser:
    """`closed`: the app may not write to them in private. `present` is False once deactivated."""

    id: str
    bot: bool = False
    closed: bool = False
    present: bool = True


@dataclass(slots=True, kw_only=True)
class SlackChannel:
    """`user` is the person of a direct channel. `member`: the app is in it."""

    id: str
    user: str | None = None
    member: bool = True
    archived: bool = False


@dataclass(slots=True, kw_only=True)
class SlackMessage:
    """A message as it stands; `texts` are all fallback texts it ever had."""

    channel: str
    ts: str
    texts: list[str]
    blocks: list[Json]
    metadata: Json
    pinned: bool = False

    @property
    def title(self) -> str:
        """Return the text of the header, or else the first line of the fallback."""
        headers = [block for block in self.blocks if block["type"] == "header"]
        return str(headers[0]["text"]["text"]) if headers else self.texts[-1].split("\n")[0]


class _Refusal(Exception):  # noqa: N818  # it becomes an answer, not an error of ours
    def __init__(self, code: str, *, status: int = 200, **more: str) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.more = more


@dataclass(slots=True, kw_only=True)
class SlackStandIn:
    """One team with one app in it. A good test ends with `violations` empty.

    `events` are what Slack would tell the app of its own messages, oldest first.
    """

    faults: Faults
    clock: Clock
    contract: Contract | None
    scopes: set[str] = field(default_factory=lambda: set(_SCOPES.values()))
    token: str = TOKEN
    url: str = ""
    calls: Calls = field(default_factory=Calls)
    users: dict[str, SlackUser] = field(default_factory=dict)
    channels: dict[str, SlackChannel] = field(default_factory=dict)
    messages: dict[tuple[str, str], SlackMessage] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    _last_post: dict[str, float] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        faults: Iterable[Fault] = (),
        clock: Clock = system_clock,
        contract: Contract | None = None,
        seed: int = 0,
    ) -> AsyncIterator["SlackStandIn"]:
        """Listen on a port of 127.0.0.1 until the block ends."""
        stand_in = cls(faults=Faults(faults, seed=seed), clock=clock, contract=contract)
        app = staged(Service.SLACK, stand_in.calls, stand_in.faults)
        app.router.add_post("/api/{method}", stand_in._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, 0).start()
            stand_in.url = f"http://{HOST}:{runner.addresses[0][1]}/api/"
            yield stand_in
        finally:
            await runner.cleanup()

    def add_user(self, user_id: str, *, bot: bool = False) -> SlackUser:
        self.users[user_id] = SlackUser(id=user_id, bot=bot)
        return self.users[user_id]

    def add_channel(self, channel_id: str) -> SlackChannel:
        self.channels[channel_id] = SlackChannel(id=channel_id)
        return self.channels[channel_id]

    def in_channel(self, channel_id: str) -> list[SlackMessage]:
        return [message for message in self.messages.values() if message.channel == channel_id]

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        try:
            self._authorize(request, method)
            said = await _body(request)
            return web.json_response({"ok": True} | self._do(method, said))
        except _Refusal as refusal:
            headers = {"Retry-After": "1"} if refusal.status == 429 else None
            body = {"ok": False, "error": refusal.code} | refusal.more
            return web.json_response(body, status=refusal.status, headers=headers)

    def _authorize(self, request: web.Request, method: str) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise _Refusal("invalid_auth")
        needed = _SCOPES.get(method)
        if needed is not None and needed not in self.scopes:
            raise _Refusal("missing_scope", needed=needed, provided=",".join(sorted(self.scopes)))

    def _do(self, method: str, said: Json) -> Json:
        match method:
            case "auth.test":
                return {
                    "url": "https://stand-in.slack.com/",
                    "team": "Stand-in",
                    "user": "earmark",
                    "team_id": "T0STANDIN",
                    "user_id": "U0EARMARK",
                    "bot_id": "B0EARMARK",
                }
            case "conversations.open":
                return {"channel": {"id": self._direct(str(said.get("users")))}}
            case "chat.postMessage":
                return self._post(said)
            case "chat.update":
                return self._update(said)
            case "chat.delete":
                message = self._message(said)
                del self.messages[message.channel, message.ts]
                return {"channel": message.channel, "ts": message.ts}
            case "pins.add":
                self._message(said, ts="timestamp").pinned = True
                return {}
            case _:
                raise _Refusal("unknown_method")

    def _direct(self, user_id: str) -> str:
        user = self.users.get(user_id)
        if user is None:
            raise _Refusal("user_not_found")
        if not user.present:
            raise _Refusal("user_disabled")
        if user.bot:
            raise _Refusal("cannot_dm_bot")
        channel_id = f"D{user_id[1:]}"
        self.channels.setdefault(channel_id, SlackChannel(id=channel_id, user=user_id))
        return channel_id

    def _post(self, said: Json) -> Json:
        channel = self._channel(said)
        if channel.user is not None and self.users[channel.user].closed:
            raise _Refusal("messages_tab_disabled")
        self._keep_pace(channel)
        self._check(said)
        ts = f"{self.clock().timestamp():.0f}.{len(self.messages) + 1:06d}"
        message = SlackMessage(
            channel=channel.id,
            ts=ts,
            texts=[said.get("text", "")],
            blocks=said.get("blocks", []),
            metadata=said.get("metadata", {}),
        )
        self.messages[channel.id, ts] = message
        if message.metadata:
            self.events.append(_metadata_posted(message))
        return {"channel": channel.id, "ts": ts, "message": _shown(message)}

    def _update(self, said: Json) -> Json:
        message = self._message(said)
        self._check(said)
        message.texts.append(said.get("text", ""))
        message.blocks = said.get("blocks", [])
        message.metadata = said.get("metadata", message.metadata)
        return {
            "channel": message.channel,
            "ts": message.ts,
            "text": message.texts[-1],
            "message": _shown(message),
        }

    def _channel(self, said: Json) -> SlackChannel:
        channel = self.channels.get(str(said.get("channel")))
        if channel is None:
            raise _Refusal("channel_not_found")
        if not channel.member:
            raise _Refusal("not_in_channel")
        if channel.archived:
            raise _Refusal("is_archived")
        return channel

    def _message(self, said: Json, *, ts: str = "ts") -> SlackMessage:
        message = self.messages.get((self._channel(said).id, str(said.get(ts))))
        if message is None:
            raise _Refusal("message_not_found")
        return message

    def _keep_pace(self, channel: SlackChannel) -> None:
        now = self.clock().timestamp()
        if now - self._last_post.get(channel.id, -_PAUSE_S) < _PAUSE_S:
            raise _Refusal("ratelimited", status=429)
        self._last_post[channel.id] = now

    def _check(self, said: Json) -> None:
        blocks = said.get("blocks", [])
        problems = list(block_problems(blocks))
        if self.contract is not None:
            problems += self.contract(blocks)
        if problems:
            self.violations += problems
            raise _Refusal("invalid_blocks")
        if not said.get("text") and not blocks:
            raise _Refusal("no_text")


def block_problems(blocks: list[Json]) -> Iterator[str]:
    """Return what breaks the five rules that Slack's published schemas do not know."""
    if len(blocks) > _BLOCKS:
        yield f"{len(blocks)} blocks are more than {_BLOCKS}"
    named = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"block_id {name!r} is there {n} times" for name, n in named.items() if n > 1)
    for element in (each for block in blocks for each in block.get("elements", [])):
        if len(element.get("action_id", "")) > _ACTION_ID:
            yield "an action_id is too long"
        if element.get("type") == "button":
            if len(element["text"]["text"]) > _BUTTON_TEXT:
                yield "the text of a button is too long"
            if len(element.get("value", "")) > _BUTTON_VALUE:
                yield "the value of a button is too long"


async def _body(request: web.Request) -> Json:
    """Return the arguments, which slack_sdk sends as JSON, as a form, or in the query."""
    said: Json = dict(request.query)
    if request.content_type == "application/json":
        said |= await request.json()
    else:
        said |= dict(await request.post())
    for name in ("blocks", "metadata"):
        if isinstance(said.get(name), str):
            said[name] = json.loads(said[name])
    return said


def _shown(message: SlackMessage) -> Json:
    return {
        "type": "message",
        "user": "U0EARMARK",
        "bot_id": "B0EARMARK",
        "team": "T0STANDIN",
        "ts": message.ts,
        "text": message.texts[-1],
        "blocks": message.blocks,
    }


def _metadata_posted(message: SlackMessage) -> Json:
    return {
        "type": "message_metadata_posted",
        "app_id": "A0EARMARK",
        "bot_id": "B0EARMARK",
        "user_id": "U0EARMARK",
        "team_id": "T0STANDIN",
        "channel_id": message.channel,
        "metadata": message.metadata,
        "message_ts": message.ts,
        "event_ts": message.ts,
    }
