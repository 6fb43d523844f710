"""What all routes of the Discord stand-in share: the world, who may do what, and the record."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from bot.sandbox.changes import Changes
from bot.sandbox.clock import Clock
from bot.sandbox.discord.body import Body, read_body
from bot.sandbox.discord.cdn import Cdn
from bot.sandbox.discord.errors import (
    Problem,
    invalid,
    missing_access,
    missing_permissions,
    unknown,
)
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.world import DIRECT, Channel, Guild, Json, Member, User, World

API = "/api/v10"


class Contract(Protocol):
    """Discord's published descriptions, for those who have them beside this checkout."""

    def request_problems(self, method: str, route: str, body: object) -> list[str]: ...

    def answer_problems(self, method: str, route: str, status: int, body: object) -> list[str]: ...

    def event_problems(self, name: str, payload: Json) -> list[str]: ...

    def sent_problems(self, payload: Json) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A request of the bot that broke a rule of Discord's, and which one."""

    request: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A request of the bot that Discord did not do, and by which of its codes."""

    request: str
    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something for the gateway; `direct` is what happens in private."""

    name: str
    payload: Json
    direct: bool = False


@dataclass(slots=True, kw_only=True)
class Core:
    """`flaws` are the stand-in's own answers and events that do not fit Discord's description."""

    world: World
    clock: Clock
    cdn: Cdn
    token: str
    contract: Contract | None = None
    changes: Changes = field(default_factory=Changes)
    violations: list[Violation] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    flaws: list[str] = field(default_factory=list)
    listeners: list[Callable[[Event], None]] = field(default_factory=list)

    def publish(self, name: str, payload: Json, *, direct: bool = False) -> None:
        """Tell the gateway, and wake everybody who waits for a change."""
        for listener in self.listeners:
            listener(Event(name=name, payload=payload, direct=direct))
        self.changes.happened()

    async def read(self, request: web.Request) -> Body:
        """Return the body of a request, or refuse one that does not fit the contract."""
        body = await read_body(request)
        if self.contract is not None:
            route = route_of(request)
            rules = self.contract.request_problems(request.method, route, body.json)
            self.refuse(request, (Problem(path="body", rule=rule) for rule in rules))
        return body

    def refuse(self, request: web.Request, problems: Iterable[Problem]) -> None:
        """Write down what broke a rule, and raise 50035 if anything did."""
        found = list(problems)
        self.note(request, found)
        if found:
            raise invalid(*found)

    def note(self, request: web.Request, problems: Iterable[Problem]) -> None:
        asked = f"{request.method} {route_of(request)}"
        self.violations.extend(
            Violation(request=asked, rule=f"{problem.path}: {problem.rule}") for problem in problems
        )

    def check_event(self, name: str, payload: Json) -> None:
        """Note where an event is not as Discord would send it."""
        if self.contract is not None:
            event = {"op": 0, "t": name, "s": 1, "d": payload}
            found = self.contract.event_problems(name, event)
            self.flaws.extend(f"{name}: {problem}" for problem in found)

    def note_sent(self, problems: Iterable[Problem]) -> None:
        """Write down what is wrong with something that the bot sent to the gateway."""
        self.violations.extend(
            Violation(request="gateway", rule=f"{problem.path}: {problem.rule}")
            for problem in problems
        )

    def channel(self, request: web.Request, key: str = "channel_id") -> Channel:
        """Return the channel that a path names, if the bot may know of it."""
        channel = self.world.channels.get(number(request, key))
        if channel is None:
            raise unknown("Channel", 10003)
        if channel.kind != DIRECT and not self.may(channel, Permission.VIEW_CHANNEL):
            raise missing_access()
        return channel

    def require_there(self, channel: Channel) -> None:
        """Refuse what goes to a channel that has been deleted meanwhile."""
        if channel.id not in self.world.channels:
            raise unknown("Channel", 10003)

    def guild(self, request: web.Request) -> Guild:
        guild = self.world.guilds.get(number(request, "guild_id"))
        if guild is None or self.world.app.id not in guild.members:
            raise unknown("Guild", 10004)
        return guild

    def member(self, guild: Guild, user_id: int) -> Member:
        if user_id not in self.world.users:
            raise unknown("User", 10013)
        if user_id not in guild.members:
            raise unknown("Member", 10007)
        return guild.members[user_id]

    def may(self, channel: Channel, wanted: Permission, *, user: User | None = None) -> bool:
        """Say whether the bot, or `user`, has all of the wanted permissions in a channel."""
        mine = self.world.permissions(channel, user or self.world.app)
        return wanted in mine

    def require(self, channel: Channel, wanted: Permission) -> None:
        if not self.may(channel, wanted):
            raise missing_permissions()

    def permissions_in(self, guild: Guild) -> Permission:
        """Return what the bot may do in a server, before any channel's overwrites."""
        mine = Permission.NONE
        for role_id in [guild.id, *guild.members[self.world.app.id].roles]:
            mine |= guild.roles[role_id].permissions
        return mine

    def require_in_guild(self, guild: Guild, wanted: Permission) -> None:
        mine = self.permissions_in(guild)
        if not (wanted in mine or Permission.ADMINISTRATOR in mine):
            raise missing_permissions()

    def answer(self, request: web.Request, body: object, *, status: int = 200) -> web.Response:
        """Return a JSON answer, after a look at whether Discord would have answered so."""
        if self.contract is not None:
            route = route_of(request)
            found = self.contract.answer_problems(request.method, route, status, body)
            self.flaws.extend(f"{request.method} {route}: {problem}" for problem in found)
        return json_answer(body, status=status)


def json_answer(
    body: object, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """Return JSON as Discord sends it: clients look for exactly this Content-Type."""
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        headers={"Content-Type": "application/json", **(headers or {})},
    )


def nothing() -> web.Response:
    return web.Response(status=204)


def route_of(request: web.Request) -> str:
    """Return the path with names for its numbers, as the OpenAPI file writes it."""
    resource = request.match_info.route.resource
    path = request.path if resource is None else resource.canonical
    return path.removeprefix(API)


def number(request: web.Request, key: str) -> int:
    """Return an id from the path, or refuse what is none."""
    text = request.match_info[key]
    if not text.isdigit():
        rule = f'Value "{text}" is not snowflake.'
        raise invalid(Problem(path=key, rule=rule))
    return int(text)
