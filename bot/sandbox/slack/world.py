"""What exists in the Slack stand-in: teams, people, channels, what was said and what is open."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.sandbox.clock import Clock

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True, eq=False)
class Team:
    """One workspace. `scopes` are those that the app was given when it was installed."""

    id: str
    name: str
    domain: str
    token: str
    bot_user_id: str
    bot_id: str
    scopes: set[str]
    installed: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class SlackUser:
    """`closed`: the app may not write to them in private. `present` is False once deactivated.

    `restricted` and `ultra_restricted` are guests of many channels, and of one.
    """

    id: str
    team_id: str
    name: str
    bot: bool = False
    closed: bool = False
    present: bool = True
    tz: str = "Europe/London"
    admin: bool = False
    restricted: bool = False
    ultra_restricted: bool = False
    locale: str = "en-GB"


@dataclass(slots=True, kw_only=True, eq=False)
class SlackChannel:
    """`user` is the person of a direct channel. `member`: the app is in it.

    `team_id` is the team that owns it, `shared_with` are those connected to it by Slack Connect.
    """

    id: str
    team_id: str
    name: str = ""
    user: str | None = None
    member: bool = True
    archived: bool = False
    private: bool = False
    members: set[str] = field(default_factory=set)
    shared_with: set[str] = field(default_factory=set)
    bookmarks: list[Json] = field(default_factory=list)


@dataclass(slots=True, kw_only=True, eq=False)
class UserGroup:
    """People who are called by one handle, as `@curators`."""

    id: str
    team_id: str
    name: str
    handle: str
    users: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True, eq=False)
class SlackFile:
    """A file; it is there for others once `shared` or handed in with a view."""

    id: str
    team_id: str
    user_id: str
    name: str
    title: str
    mimetype: str
    size: int
    created: datetime
    content: bytes | None = None
    channels: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True, eq=False)
class SlackMessage:
    """A message as it stands; `texts` are all fallback texts it ever had.

    `ephemeral_to` is the only one who sees it. `change` is a number that grows with each change
    of anything in the world.
    """

    channel: str
    ts: str
    user_id: str
    texts: list[str]
    blocks: list[Json]
    metadata: Json = field(default_factory=dict)
    by_app: bool = False
    pinned: bool = False
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    files: list[SlackFile] = field(default_factory=list)
    subtype: str | None = None
    gone: bool = False
    change: int = 0

    @property
    def text(self) -> str:
        return self.texts[-1]

    @property
    def title(self) -> str:
        """Return the text of the header, or else the first line of the fallback."""
        headers = [block for block in self.blocks if block["type"] == "header"]
        return str(headers[0]["text"]["text"]) if headers else self.text.split("\n")[0]


@dataclass(slots=True, kw_only=True, eq=False)
class View:
    """A modal or a home tab, as one person has it before them.

    `team_id` is the person's team, `app_team_id` the one whose app has made the view.
    `said` is what the app sent, every block with its id; `state` is what has been filled in, by
    the ids of block and action.
    """

    id: str
    team_id: str
    app_team_id: str
    user_id: str
    said: Json
    hash: str
    root_id: str = ""
    previous_id: str | None = None
    state: dict[tuple[str, str], Json] = field(default_factory=dict)
    open: bool = True
    change: int = 0

    @property
    def kind(self) -> str:
        return str(self.said["type"])

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.said["blocks"]
        return blocks

    @property
    def title(self) -> str:
        return str((self.said.get("title") or {}).get("text", ""))


@dataclass(slots=True, eq=False)
class World:
    """Everything, by id. Deleted messages stay in `deleted` for those who want to know."""

    clock: Clock
    teams: dict[str, Team] = field(default_factory=dict)
    users: dict[str, SlackUser] = field(default_factory=dict)
    channels: dict[str, SlackChannel] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=dict)
    messages: dict[tuple[str, str], SlackMessage] = field(default_factory=dict)
    ephemerals: list[SlackMessage] = field(default_factory=list)
    deleted: list[SlackMessage] = field(default_factory=list)
    files: dict[str, SlackFile] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[tuple[str, str], View] = field(default_factory=dict)
    serial: int = 0

    def next(self) -> int:
        """Return a number that is greater than all before."""
        self.serial += 1
        return self.serial

    def next_id(self, letter: str) -> str:
        return f"{letter}0{self.next():08X}"

    def next_ts(self) -> str:
        return f"{self.clock().timestamp():.0f}.{self.next():06d}"

    def direct(self, team: Team, user_id: str) -> SlackChannel:
        """Return the channel in which the app and a person of the team are alone."""
        channel_id = f"D{user_id[1:]}"
        if channel_id not in self.channels:
            members = {user_id, team.bot_user_id}
            self.channels[channel_id] = SlackChannel(
                id=channel_id, team_id=team.id, user=user_id, members=members
            )
        return self.channels[channel_id]

    def in_channel(self, channel_id: str) -> Iterator[SlackMessage]:
        return (each for each in self.messages.values() if each.channel == channel_id)

    def stack(self, user_id: str) -> list[View]:
        """Return the modals that a person has open, the one on top last."""
        return self.stacks.setdefault(user_id, [])

    def sees(self, user: SlackUser, channel: SlackChannel) -> bool:
        """Say whether somebody can look into a channel: guests only where they are members."""
        if channel.user is not None or channel.private or user.team_id != channel.team_id:
            return user.id in channel.members
        guest = user.restricted or user.ultra_restricted
        return user.id in channel.members or not guest
