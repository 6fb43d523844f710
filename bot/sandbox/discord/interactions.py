"""Interactions: what somebody did, what the bot answered, and by when it must."""

import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from bot.sandbox.discord.cdn import Cdn
from bot.sandbox.discord.core import Core
from bot.sandbox.discord.message_json import message_json
from bot.sandbox.discord.wire import channel_json, member_json, user_json
from bot.sandbox.discord.world import Channel, Json, Message, User, World

FIRST_ANSWER = timedelta(seconds=3)
TOKEN_LIFE = timedelta(minutes=15)
_ATTACHMENT_LIMIT = 10 * 1024 * 1024


class Kind(IntEnum):
    """Numbered as Discord does."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Answer(IntEnum):
    """The first callback to an interaction, numbered as Discord does."""

    PONG = 1
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(slots=True, kw_only=True, eq=False)
class Interaction:
    """`message` is the one whose component was used; `parent` is what showed a modal.

    `original` is what the bot's answer shows; `followups` are the further messages. `took_s` are
    the real seconds until the first answer, whatever the stand-in's clock says.
    """

    id: int
    token: str
    kind: Kind
    user: User
    channel: Channel
    created: datetime
    data: Json
    message: Message | None = None
    parent: "Interaction | None" = None
    answer: Answer | None = None
    answered: datetime | None = None
    changes_before: int = 0
    opened_s: float = field(default_factory=time.perf_counter)
    took_s: float | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None

    @property
    def settled(self) -> bool:
        """Whether the bot has done what it promised, and nobody waits for it any more.

        A promised update is one of the message, by whatever way, or a further message.
        """
        if self.answer is Answer.DEFERRED_UPDATE and self.message is not None:
            return bool(self.followups) or self.message.changes > self.changes_before
        return self.answer is not None and not (self.original and self.original.loading)


class Interactions:
    """Opens interactions and finds them again by their token."""

    def __init__(self, core: Core) -> None:
        self.every: list[Interaction] = []
        self._core = core
        self._by_token: dict[str, Interaction] = {}

    def open(
        self,
        kind: Kind,
        data: Json,
        *,
        user: User,
        channel: Channel,
        message: Message | None = None,
        parent: Interaction | None = None,
    ) -> Interaction:
        """Tell the bot of what somebody did."""
        interaction = Interaction(
            id=self._core.world.ids.next(),
            token=secrets.token_urlsafe(48),
            kind=kind,
            user=user,
            channel=channel,
            created=self._core.clock(),
            data=data,
            message=message,
            parent=parent,
            changes_before=0 if message is None else message.changes,
        )
        self.every.append(interaction)
        self._by_token[interaction.token] = interaction
        payload = interaction_json(self._core.world, self._core.cdn, interaction)
        self._core.publish("INTERACTION_CREATE", payload)
        return interaction

    def unanswered(self) -> list[Interaction]:
        """Return those that the bot has not answered, so far."""
        return [each for each in self.every if each.answer is None]

    def with_token(self, token: str) -> Interaction | None:
        return self._by_token.get(token)


def origin_json(interaction: Interaction) -> Json:
    """Return what a message says of the interaction that it came from."""
    origin: Json = {
        "id": str(interaction.id),
        "type": int(interaction.kind),
        "user": user_json(interaction.user),
        "authorizing_integration_owners": _owners(interaction),
    }
    if interaction.kind is Kind.COMPONENT and interaction.message is not None:
        origin["interacted_message_id"] = str(interaction.message.id)
    if interaction.kind is Kind.MODAL and interaction.parent is not None:
        origin["triggering_interaction_metadata"] = origin_json(interaction.parent)
    return origin


def interaction_json(world: World, cdn: Cdn, interaction: Interaction) -> Json:
    """Return the payload of INTERACTION_CREATE."""
    channel, user = interaction.channel, interaction.user
    payload: Json = {
        "id": str(interaction.id),
        "application_id": str(world.app.id),
        "type": int(interaction.kind),
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "locale": user.locale,
        "channel_id": str(channel.id),
        "channel": channel_json(world, channel)
        | {"permissions": str(int(world.permissions(channel, user)))},
        "app_permissions": str(int(world.permissions(channel, world.app))),
        "entitlements": [],
        "authorizing_integration_owners": _owners(interaction),
        "attachment_size_limit": _ATTACHMENT_LIMIT,
        "context": 1 if channel.guild_id is None else 0,
    }
    if interaction.message is not None:
        payload["message"] = message_json(world, cdn, interaction.message)
    return payload | _who(world, interaction)


def _who(world: World, interaction: Interaction) -> Json:
    """Return the member in a server, the bare user in private."""
    channel, user = interaction.channel, interaction.user
    if channel.guild_id is None:
        return {"user": user_json(user)}
    guild = world.guilds[channel.guild_id]
    permissions = str(int(world.permissions(channel, user)))
    return {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
        "guild_locale": guild.locale,
        "member": member_json(guild.members[user.id]) | {"permissions": permissions},
    }


def _owners(interaction: Interaction) -> Json:
    return {"0": str(interaction.channel.guild_id or 0)}
