"""People who use the bot as they would at Discord: they type, click, fill in, and read.

`ana = stand_in.person("Ana", guild)` makes one. Each deed waits for the bot's answer, and returns
it as a `Reply`:

* `await ana.command("submit", link="https://…", audio=Upload.named("song.mp3", b"…"))`;
  a subcommand is `"playlist add"`; a choice goes by its name or its value
* `await ana.autocomplete("submit", "playlist", "Nig")` returns the names that are offered
* `await ana.message_menu("Submit this track", message)`
* `await ana.click(reply, label="Keep")`, with `nth=3` for the fourth of that label
* `await ana.select(reply, "Oldest first")`, by the labels of the options
* `await ana.modal(reply, {"Link": "https://…", "AI": "No"})` fills in and submits what a reply
  showed; `labels_in(reply.modal)` tells the fields

And they read: `ana.ephemeral()`, `ana.read(channel)`, `ana.direct()`, `ana.pinned(channel)`,
`ana.pings()`. What Discord itself would not let them do raises RefusedError; what the bot does not
answer raises NoAnswerError.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.changes import NothingHappenedError
from bot.sandbox.discord.commands import CHAT_INPUT, MESSAGE_MENU, Commands
from bot.sandbox.discord.components import STRING_SELECT
from bot.sandbox.discord.core import Core
from bot.sandbox.discord.forms import form_data
from bot.sandbox.discord.gateway import Gateway
from bot.sandbox.discord.interactions import Answer, Interaction, Interactions, Kind
from bot.sandbox.discord.message_json import message_json, numbered
from bot.sandbox.discord.offers import Offers
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.posting import Posting
from bot.sandbox.discord.seen import buttons_of, selects_of, text_of
from bot.sandbox.discord.world import Channel, Json, Message, User
from bot.sandbox.refusals import NoAnswerError, RefusedError
from bot.sandbox.upload import Upload

# Real seconds until a test gives up; Discord's own three run on the stand-in's clock.
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The bot's answer to one deed, as it is by now."""

    interaction: Interaction

    @property
    def message(self) -> Message:
        """The message that the answer shows, or RefusedError where it shows none."""
        if self.interaction.original is None:
            raise RefusedError("this answer shows no message")
        return self.interaction.original

    @property
    def text(self) -> str:
        return text_of(self.message)

    @property
    def ephemeral(self) -> bool:
        return self.message.ephemeral_to is not None

    @property
    def followups(self) -> list[Message]:
        return self.interaction.followups

    @property
    def modal(self) -> Json:
        """The modal that the answer opened, or RefusedError where it opened none."""
        if self.interaction.modal is None:
            raise RefusedError("this answer opened no modal")
        return self.interaction.modal

    @property
    def deferred(self) -> bool:
        """Whether the first answer only promised a later one."""
        return self.interaction.answer in (Answer.DEFERRED_MESSAGE, Answer.DEFERRED_UPDATE)

    @property
    def took_s(self) -> float:
        """How long the first answer took, in real seconds."""
        if self.interaction.took_s is None:
            raise NoAnswerError("no answer yet")
        return self.interaction.took_s


class Person:
    """One account, in one channel at a time: `here`.

    It waits `patience_s` real seconds for an answer before it gives up.
    """

    def __init__(
        self,
        core: Core,
        *,
        user: User,
        here: Channel,
        commands: Commands,
        interactions: Interactions,
        gateway: Gateway,
        posting: Posting,
    ) -> None:
        self.user = user
        self.here = here
        self.patience_s = PATIENCE_S
        self._suggested: dict[tuple[str, str], dict[str, Any]] = {}
        self._core = core
        self._commands = commands
        self._interactions = interactions
        self._gateway = gateway
        self._posting = posting

    @property
    def id(self) -> int:
        return self.user.id

    async def command(self, name: str, /, *, settle: bool = True, **options: Any) -> Reply:
        """Use a slash command here. Without `settle`, return at the first answer."""
        command, path = self._offered(name)
        picked = {
            option: self._suggested.get((name, option), {}).get(value, value)
            if isinstance(value, str)
            else value
            for option, value in options.items()
        }
        data = self._offers().command_data(command, path, picked)
        return await self._do(Kind.COMMAND, data, settle=settle)

    async def autocomplete(
        self, name: str, option: str, typed: str = "", /, **filled: Any
    ) -> list[str]:
        """Return what an option offers for what has been typed of it so far.

        Whoever then gives one of these names to `command` has picked it from the list: its value
        is sent, as Discord does.
        """
        reply = await self.type(name, option, typed, **filled)
        choices = {each["name"]: each["value"] for each in reply.interaction.choices or []}
        self._suggested[name, option] = choices
        return list(choices)

    async def type(self, name: str, option: str, typed: str = "", /, **filled: Any) -> Reply:
        """Type into an option that offers a list, and return the bot's answer."""
        command, path = self._offered(name)
        given = {**filled, option: typed}
        data = self._offers().command_data(command, path, given, focused=option)
        return await self._do(Kind.AUTOCOMPLETE, data)

    async def message_menu(self, name: str, message: Message, *, settle: bool = True) -> Reply:
        """Use a command of a message's menu."""
        command = self._found(name, MESSAGE_MENU)
        self._look_at(message)
        told = message_json(self._core.world, self._core.cdn, message)
        data = {
            "id": command["id"],
            "name": command["name"],
            "type": MESSAGE_MENU,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): told}},
        }
        return await self._do(Kind.COMMAND, data, settle=settle)

    async def click(
        self,
        where: Reply | Message,
        /,
        *,
        label: str = "",
        custom_id: str = "",
        nth: int = 0,
        settle: bool = True,
    ) -> Reply:
        """Press a button, by its label (or emoji), or by its custom_id."""
        message = self._look_at(where)
        fitting = [
            part
            for part in buttons_of(_numbered(message))
            if (custom_id and part.get("custom_id") == custom_id)
            or (label and label in (part.get("label"), (part.get("emoji") or {}).get("name")))
        ]
        if nth >= len(fitting):
            seen = [part.get("label") for part in buttons_of(message)]
            raise RefusedError(f"{self.user.name} sees no button {label or custom_id!r}: {seen}")
        button = _pressable(fitting[nth])
        data = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
        return await self._do(Kind.COMPONENT, data, message=message, settle=settle)

    async def select(
        self,
        where: Reply | Message,
        /,
        *choices: Any,
        placeholder: str = "",
        nth: int = 0,
        settle: bool = True,
    ) -> Reply:
        """Choose in a select by the labels of its options, or users, roles and channels."""
        message = self._look_at(where)
        fitting = [
            part
            for part in selects_of(_numbered(message))
            if not placeholder or part.get("placeholder") == placeholder
        ]
        if nth >= len(fitting):
            raise RefusedError(f"{self.user.name} sees no select {placeholder!r}")
        menu = _pressable(fitting[nth])
        offers = self._offers(message)
        data: Json = {
            "custom_id": menu["custom_id"],
            "component_type": menu["type"],
            "id": menu["id"],
            "values": _values(menu, choices, offers),
        }
        if menu["type"] != STRING_SELECT:
            data["resolved"] = offers.resolved
        return await self._do(Kind.COMPONENT, data, message=message, settle=settle)

    async def modal(
        self, opened: Reply, answers: dict[str, Any] | None = None, /, *, settle: bool = True
    ) -> Reply:
        """Fill in the modal that a reply opened, by its labels, and submit it."""
        parent = opened.interaction
        if parent.user is not self.user:
            raise RefusedError("this modal is open before somebody else")
        data = form_data(opened.modal, answers or {}, self._offers(parent.message))
        return await self._do(
            Kind.MODAL, data, message=parent.message, parent=parent, settle=settle
        )

    def say(self, text: str, *, files: Iterable[Upload] = ()) -> Message:
        """Write a message here."""
        self._allowed(self.here, Permission.SEND_MESSAGES)
        return self._posting.say(self.user, text, channel=self.here, files=files)

    def write(self, text: str) -> Message:
        """Write to the bot in private."""
        place = self._core.world.direct(self.user)
        return self._posting.say(self.user, text, channel=place)

    def delete(self, message: Message) -> None:
        """Delete a message: one's own, or as a moderator."""
        self._look_at(message)
        if message.author is not self.user:
            place = self._core.world.channels[message.channel_id]
            self._allowed(place, Permission.MANAGE_MESSAGES)
        self._posting.delete(message)

    def sees(self, message: Message) -> bool:
        """Say whether the message is there for this person."""
        channel = self._core.world.channels.get(message.channel_id)
        there = channel is not None and message.id in self._core.world.messages[channel.id]
        if channel is None or not there or message.ephemeral_to not in (None, self.id):
            return False
        return self._core.may(channel, Permission.VIEW_CHANNEL, user=self.user)

    def read(self, channel: Channel | None = None) -> list[Message]:
        """Return what this person sees in a channel, oldest first."""
        place = channel or self.here
        every = self._core.world.messages[place.id].values()
        return [each for each in every if self.sees(each)]

    def direct(self) -> list[Message]:
        """Return what the bot wrote to this person in private, oldest first."""
        place = self._core.world.direct(self.user)
        app = self._core.world.app
        return [each for each in self.read(place) if each.author is app]

    def ephemeral(self) -> Message | None:
        """Return the latest message that this person sees alone."""
        every = self._core.world.messages.values()
        own = [
            each for messages in every for each in messages.values() if each.ephemeral_to == self.id
        ]
        return max(own, key=lambda each: each.id, default=None)

    def pinned(self, channel: Channel | None = None) -> list[Message]:
        return [each for each in self.read(channel) if each.pinned is not None]

    def pings(self) -> list[Message]:
        """Return the messages that made a sound for this person, deleted ones too."""
        world = self._core.world
        there = [each for messages in world.messages.values() for each in messages.values()]
        heard = [each for each in there + world.deleted if self.id in each.pings.people]
        return sorted(heard, key=lambda each: each.id)

    def commands(self) -> list[str]:
        """Return the names of the commands that this person is offered here."""
        seen = self._commands.seen_in(self.here.guild_id)
        return [self._local(each) for each in seen if self._may_use(each)]

    def _offers(self, message: Message | None = None) -> Offers:
        world = self._core.world
        place = self.here if message is None else world.channels[message.channel_id]
        return Offers(world, self._core.cdn, user=self.user, channel=place)

    def _local(self, command: Json) -> str:
        localized = command.get("name_localizations") or {}
        return str(localized.get(self.user.locale, command["name"]))

    def _offered(self, name: str) -> tuple[Json, list[str]]:
        first, *path = name.removeprefix("/").split(" ")
        return self._found(first, CHAT_INPUT), path

    def _found(self, name: str, kind: int) -> Json:
        for command in self._commands.seen_in(self.here.guild_id):
            if command["type"] == kind and name in (command["name"], self._local(command)):
                if not self._may_use(command):
                    raise RefusedError(f"{self.user.name} may not use {name!r} here")
                return command
        raise RefusedError(f"there is no command {name!r} here")

    def _may_use(self, command: Json) -> bool:
        """Say what Discord says, from the permissions that a command asks for."""
        if self.here.guild_id is None:
            return True
        needed = Permission.VIEW_CHANNEL | Permission.USE_APPLICATION_COMMANDS
        asked = command["default_member_permissions"]
        if asked is not None:
            # None at all are enough for "0": only administrators have everything.
            needed |= Permission(int(asked)) or Permission.ADMINISTRATOR
        return self._core.may(self.here, needed, user=self.user)

    def _allowed(self, channel: Channel, wanted: Permission) -> None:
        if not self._core.may(channel, wanted, user=self.user):
            raise RefusedError(f"{self.user.name} may not do that in #{channel.name}")

    def _look_at(self, where: Reply | Message) -> Message:
        message = where.message if isinstance(where, Reply) else where
        if not self.sees(message):
            raise RefusedError(f"{self.user.name} does not see this message")
        return message

    async def _do(
        self,
        kind: Kind,
        data: Json,
        *,
        message: Message | None = None,
        parent: Interaction | None = None,
        settle: bool = True,
    ) -> Reply:
        """Tell the bot, and wait for its answer."""
        await self._gateway.connected()
        place = self.here if message is None else self._core.world.channels[message.channel_id]
        interaction = self._interactions.open(
            kind, data, user=self.user, channel=place, message=message, parent=parent
        )
        await self.until(lambda: interaction.answer is not None, "an answer")
        if settle:
            await self.until(lambda: interaction.settled, "the answer that was promised")
        return Reply(interaction=interaction)

    async def until(self, look: Callable[[], object], what: str) -> None:
        """Wait until `look` is true of what is shown, or raise NoAnswerError."""
        try:
            await self._core.changes.until(look, what=what, within_s=self.patience_s)
        except NothingHappenedError as error:
            raise NoAnswerError(f"{self.user.name} waited for {what}") from error


def _numbered(message: Message) -> Message:
    """Return the message with the ids that Discord gave to its components."""
    return Message(
        id=message.id,
        channel_id=message.channel_id,
        author=message.author,
        created=message.created,
        parts=numbered(message.parts),
    )


def _pressable(part: Json) -> Json:
    if part.get("disabled") or not part.get("custom_id"):
        raise RefusedError(f"{part.get('label') or part.get('placeholder')!r} does nothing")
    return part


def _values(menu: Json, choices: tuple[Any, ...], offers: Offers) -> list[str]:
    least, most = menu["min_values"], menu["max_values"]
    if not least <= len(choices) <= most:
        raise RefusedError(f"this select takes {least} to {most}, not {len(choices)}")
    if menu["type"] != STRING_SELECT:
        return [offers.resolve(each) for each in choices]
    by_label = {option["label"]: option["value"] for option in menu["options"]}
    if wrong := [each for each in choices if each not in by_label]:
        raise RefusedError(f"this select does not offer {wrong}: {list(by_label)}")
    return [by_label[each] for each in choices]
