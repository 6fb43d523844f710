"""What all parts of the Slack stand-in share: the world, the app's own data, and the record."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.sandbox.changes import Changes
from bot.sandbox.clock import Clock
from bot.sandbox.slack.config import AppConfig
from bot.sandbox.slack.scopes import EVENT_SCOPES
from bot.sandbox.slack.world import Json, SlackChannel, SlackMessage, Team, View, World


class Contract(Protocol):
    """Slack's published descriptions, for those who have them beside this checkout."""

    def block_problems(self, blocks: list[Json]) -> list[str]: ...

    def view_problems(self, view: Json) -> list[str]: ...

    def payload_problems(self, name: str, payload: Json) -> list[str]: ...


class Refusal(Exception):  # noqa: N818  # it becomes an answer, not an error of ours
    """One of Slack's error codes; `more` are further keys of the answer."""

    def __init__(self, code: str, *, status: int = 200, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.more = more


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A call of the Web API: by whom, and with what."""

    method: str
    said: Json
    team: Team

    def text(self, key: str) -> str:
        """Return an argument as text; an absent one is empty."""
        value = self.said.get(key)
        return "" if value is None else str(value)

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self.said.get(key, default)
        return value in (True, 1, "1", "true", "True")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something for the Events API; `name` is what a manifest calls it."""

    team: Team
    name: str
    payload: Json
    external: bool = False


@dataclass(slots=True, kw_only=True)
class Core:
    """`flaws` are the stand-in's own payloads that do not fit Slack's description.

    `used_scopes` are those without which something that was done here would have been refused.
    """

    world: World
    clock: Clock
    config: AppConfig
    contract: Contract | None = None
    url: str = ""
    changes: Changes = field(default_factory=Changes)
    violations: list[str] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)
    flaws: list[str] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    used_scopes: set[str] = field(default_factory=set)
    listeners: list[Callable[[Event], None]] = field(default_factory=list)

    def publish(self, event: Event) -> None:
        """Tell the app of an event, if it listens, and wake everybody who waits for a change."""
        needed = EVENT_SCOPES.get(event.name)
        allowed = needed is None or needed in event.team.scopes
        if allowed and event.team.installed and self.config.hears(event.name):
            self.used_scopes |= set() if needed is None else {needed}
            self.events.append(event.payload)
            for listener in self.listeners:
                listener(event)
        self.changes.happened()

    def changed(self, what: SlackMessage | View) -> None:
        what.change = self.world.next()
        self.changes.happened()

    def note(self, problems: Iterable[str]) -> list[str]:
        """Write down what broke a rule, and return it."""
        found = list(problems)
        self.violations += found
        return found

    def check_payload(self, name: str, payload: Json) -> None:
        """Note where something that the app is sent is not as Slack would send it."""
        if self.contract is not None:
            found = self.contract.payload_problems(name, payload)
            self.flaws += [f"{name}: {problem}" for problem in found]

    def takes_direct(self, user_id: str) -> bool:
        """Say whether the app may write to somebody in private."""
        return self.config.messages_tab and not self.world.users[user_id].closed

    def channel(self, asked: Asked, key: str = "channel") -> SlackChannel:
        """Return the channel that a call names, in which the app is a member."""
        channel = self.known_channel(asked, key)
        if not channel.member:
            raise Refusal("not_in_channel")
        if channel.archived:
            raise Refusal("is_archived")
        return channel

    def known_channel(self, asked: Asked, key: str = "channel") -> SlackChannel:
        """Return a channel that the app may know of, be it in there or not."""
        channel = self.world.channels.get(asked.text(key))
        if channel is None or channel.team_id != asked.team.id:
            raise Refusal("channel_not_found")
        if channel.private and not channel.member:
            raise Refusal("channel_not_found")
        return channel
