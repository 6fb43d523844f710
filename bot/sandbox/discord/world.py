"""What exists in the Discord stand-in: servers, channels, people and what was said."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.discord.permissions import ALL, Permission

Json = dict[str, Any]

_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)

TEXT = 0
DIRECT = 1
PUBLIC_THREAD = 11
PRIVATE_THREAD = 12
THREADS = (PUBLIC_THREAD, PRIVATE_THREAD)

EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
COMPONENTS_V2 = 1 << 15


class Snowflakes:
    """Makes ids that grow and carry their time, as Discord's do."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        milliseconds = (self._clock() - _EPOCH) // timedelta(milliseconds=1)
        self._last = max(self._last + 1, milliseconds << 22)
        return self._last


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    """One account. With `closed_dms` nobody may write to it in private."""

    id: int
    name: str
    bot: bool = False
    locale: str = "en-US"
    closed_dms: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Role:
    """`bot_id` is the bot whose own role this is, if it is one."""

    id: int
    name: str
    permissions: Permission
    position: int
    mentionable: bool = False
    bot_id: int | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    user: User
    joined_at: datetime
    roles: list[int] = field(default_factory=list)
    nick: str | None = None


@dataclass(slots=True, kw_only=True)
class Overwrite:
    """What a channel gives to or takes from one role or one member."""

    id: int
    is_member: bool = False
    allow: Permission = Permission.NONE
    deny: Permission = Permission.NONE


@dataclass(slots=True, kw_only=True, eq=False)
class Channel:
    """A text channel, a thread (then `parent_id` is its channel) or a direct one."""

    id: int
    kind: int
    name: str = ""
    guild_id: int | None = None
    parent_id: int | None = None
    recipient_id: int | None = None
    owner_id: int | None = None
    position: int = 0
    topic: str | None = None
    created: datetime = _EPOCH
    archived: bool = False
    locked: bool = False
    auto_archive_minutes: int = 1440
    overwrites: list[Overwrite] = field(default_factory=list)
    members: set[int] = field(default_factory=set)

    @property
    def is_thread(self) -> bool:
        return self.kind in THREADS


@dataclass(slots=True, kw_only=True, eq=False)
class Guild:
    """One server; the role with the server's own id is everybody's."""

    id: int
    name: str
    owner_id: int
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class Attachment:
    id: int
    channel_id: int
    filename: str
    content: bytes
    content_type: str
    description: str | None = None
    ephemeral: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pings:
    """Whom a message made a sound for; `people` are the users behind all of it."""

    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    everyone: bool = False
    people: frozenset[int] = frozenset()


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """`ephemeral_to` is the only one who sees it; `parts` are its components.

    `changes` counts how often it was edited, filled in or deleted, whatever the clock says.
    """

    id: int
    channel_id: int
    author: User
    created: datetime
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    parts: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    kind: int = 0
    nonce: str | int | None = None
    edited: datetime | None = None
    changes: int = 0
    pinned: datetime | None = None
    mentions: Pings = Pings()
    pings: Pings = Pings()
    ephemeral_to: int | None = None
    origin: Json | None = None
    reply_to: int | None = None
    application_id: int | None = None
    thread_id: int | None = None

    @property
    def loading(self) -> bool:
        return bool(self.flags & LOADING)


class World:
    """Everything, by id. Deleted messages stay in `deleted` for those who want to know."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, dict[int, Message]] = {}
        self.files: dict[int, Attachment] = {}
        self.deleted: list[Message] = []
        self.app = self.add_user("Earmark", bot=True)

    def add_user(self, name: str, *, bot: bool = False, locale: str = "en-US") -> User:
        user = User(id=self.ids.next(), name=name, bot=bot, locale=locale)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, *, owner: User, bot_permissions: Permission) -> Guild:
        """Make a server with the bot in it, whose own role gives it these permissions."""
        guild = Guild(id=self.ids.next(), name=name, owner_id=owner.id)
        guild.roles[guild.id] = Role(
            id=guild.id, name="@everyone", permissions=Permission.everyday(), position=0
        )
        self.guilds[guild.id] = guild
        own = self.add_role(guild, self.app.name, permissions=bot_permissions, bot_id=self.app.id)
        self.join(guild, owner)
        self.join(guild, self.app, roles=[own.id])
        return guild

    def add_role(
        self,
        guild: Guild,
        name: str,
        *,
        permissions: Permission = Permission.NONE,
        mentionable: bool = False,
        bot_id: int | None = None,
    ) -> Role:
        role = Role(
            id=self.ids.next(),
            name=name,
            permissions=permissions,
            position=len(guild.roles),
            mentionable=mentionable,
            bot_id=bot_id,
        )
        guild.roles[role.id] = role
        return role

    def join(self, guild: Guild, user: User, *, roles: list[int] | None = None) -> Member:
        member = Member(user=user, joined_at=self.clock(), roles=list(roles or []))
        guild.members[user.id] = member
        return member

    def add_channel(self, guild: Guild, name: str, **more: Any) -> Channel:
        channel = Channel(
            id=self.ids.next(),
            kind=more.pop("kind", TEXT),
            name=name,
            guild_id=guild.id,
            position=len(self.channels),
            created=self.clock(),
            **more,
        )
        return self.open(channel)

    def open(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self.messages.setdefault(channel.id, {})
        return channel

    def remove(self, channel: Channel) -> None:
        for each in list(self.channels.values()):
            if channel.id in (each.id, each.parent_id):
                del self.channels[each.id]
                self._cut_off(each)

    def _cut_off(self, thread: Channel) -> None:
        """Let the message that a thread hung on stand there without it."""
        beside = self.messages.get(thread.parent_id, {}) if thread.parent_id else {}
        if message := beside.get(thread.id):
            message.thread_id = None

    def direct(self, user: User) -> Channel:
        """Return the private channel between the bot and this user."""
        for channel in self.channels.values():
            if channel.recipient_id == user.id:
                return channel
        return self.open(
            Channel(id=self.ids.next(), kind=DIRECT, recipient_id=user.id, created=self.clock())
        )

    def in_guild(self, guild: Guild) -> Iterator[Channel]:
        return (each for each in self.channels.values() if each.guild_id == guild.id)

    def permissions(self, channel: Channel, user: User) -> Permission:
        """Return what this user may do in this channel; nothing where they do not belong."""
        if channel.guild_id is None:
            return ALL if user is self.app or user.id == channel.recipient_id else Permission.NONE
        guild = self.guilds[channel.guild_id]
        member = guild.members.get(user.id)
        if member is None:
            return Permission.NONE
        mine = _base(guild, member)
        if Permission.ADMINISTRATOR in mine:
            return ALL
        if channel.kind == PRIVATE_THREAD and user.id not in channel.members:
            return Permission.NONE
        place = self.channels[channel.parent_id] if channel.parent_id else channel
        mine = _overwritten(mine, place.overwrites, guild=guild, member=member)
        return mine if Permission.VIEW_CHANNEL in mine else Permission.NONE

    def audience(self, channel: Channel) -> frozenset[int]:
        """Return the ids of everybody who sees this channel, without bots."""
        if channel.guild_id is None:
            return frozenset({channel.recipient_id} if channel.recipient_id else ())
        return frozenset(
            member.user.id
            for member in self.guilds[channel.guild_id].members.values()
            if not member.user.bot
            and Permission.VIEW_CHANNEL in self.permissions(channel, member.user)
        )


def _base(guild: Guild, member: Member) -> Permission:
    if guild.owner_id == member.user.id:
        return ALL
    mine = guild.roles[guild.id].permissions
    for role_id in member.roles:
        mine |= guild.roles[role_id].permissions
    return mine


def _overwritten(
    mine: Permission, overwrites: list[Overwrite], *, guild: Guild, member: Member
) -> Permission:
    """Apply a channel's overwrites: everybody's first, then all roles together, then one's own."""
    everybody = [each for each in overwrites if each.id == guild.id]
    roles = [each for each in overwrites if each.id in member.roles]
    own = [each for each in overwrites if each.is_member and each.id == member.user.id]
    for group in (everybody, roles, own):
        for each in group:
            mine &= ~each.deny
        for each in group:
            mine |= each.allow
    return mine
