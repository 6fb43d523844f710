"""Putting up, changing and taking down messages, whoever asks: a bot token or an interaction."""

from collections.abc import Iterable, Iterator
from typing import Any

from aiohttp import web

from bot.sandbox.discord.body import Body
from bot.sandbox.discord.core import Core
from bot.sandbox.discord.errors import ApiError, Problem
from bot.sandbox.discord.limits import message_problems
from bot.sandbox.discord.measures import too_long
from bot.sandbox.discord.mentions import allowed_mentions_problems, named, pinged
from bot.sandbox.discord.message_json import message_json
from bot.sandbox.discord.wire import member_json
from bot.sandbox.discord.world import (
    COMPONENTS_V2,
    DIRECT,
    EPHEMERAL,
    LOADING,
    Attachment,
    Channel,
    Json,
    Message,
    User,
)
from bot.sandbox.upload import Upload

_MAX_FILE_BYTES = 10 * 1024 * 1024
# Of the flags in a body only these two count when a message changes.
_SETTABLE = (1 << 2) | COMPONENTS_V2
_REPLY = 19
_LIVE = ("content", "embeds", "components")


class Posting:
    """All of it goes through here, so that every message meets the same limits."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def create(
        self,
        request: web.Request,
        body: Body,
        *,
        channel: Channel,
        author: User,
        **more: Any,
    ) -> Message:
        """Check and put up a new message, and tell the gateway unless one person sees it alone."""
        said: Json = body.json or {}
        message = self._blank(channel, author, said, more)
        self._core.refuse(request, self._problems(message, said, body.files))
        self._attach(message, said, body.files)
        self._refuse_empty(message)
        self._settle(message, said, new=True)
        self._core.world.messages[channel.id][message.id] = message
        self._tell("MESSAGE_CREATE", message)
        return message

    def _blank(self, channel: Channel, author: User, said: Json, more: Json) -> Message:
        reference = said.get("message_reference") or {}
        reply_to = int(reference["message_id"]) if "message_id" in reference else None
        kind = more.pop("kind", 0)
        return Message(
            id=self._core.world.ids.next(),
            channel_id=channel.id,
            author=author,
            created=self._core.clock(),
            content=said.get("content") or "",
            embeds=said.get("embeds") or [],
            parts=said.get("components") or [],
            flags=(said.get("flags") or 0) | (EPHEMERAL if more.get("ephemeral_to") else 0),
            kind=_REPLY if reply_to else kind,
            nonce=said.get("nonce"),
            reply_to=reply_to,
            **more,
        )

    def say(
        self, user: User, text: str, *, channel: Channel, files: Iterable[Upload] = ()
    ) -> Message:
        """Put up what a person writes."""
        message = self._blank(channel, user, {"content": text}, {})
        message.attachments = [
            self._store(message, {}, index, file) for index, file in enumerate(files)
        ]
        self._settle(message, {}, new=True)
        self._core.world.messages[channel.id][message.id] = message
        self._tell("MESSAGE_CREATE", message)
        return message

    def placeholder(self, *, channel: Channel, author: User, **more: Any) -> Message:
        """Put up what a deferred answer shows until there is one: "… is thinking"."""
        flags = LOADING | (EPHEMERAL if more.get("ephemeral_to") else 0)
        message = self._blank(channel, author, {"flags": flags}, more)
        self._core.world.messages[channel.id][message.id] = message
        self._tell("MESSAGE_CREATE", message)
        return message

    def edit(self, request: web.Request, body: Body, message: Message) -> Message:
        """Change what the body names, and leave the rest.

        The files that stay are those that `attachments` lists by id. Without that list they all
        stay, unless new ones come: then only those are left, as in version 10 of the API.
        """
        said: Json = body.json or {}
        wanted = said.get("flags")
        flags = (message.flags & ~LOADING) | ((wanted or 0) & _SETTABLE)
        draft = Message(
            id=message.id,
            channel_id=message.channel_id,
            author=message.author,
            created=message.created,
            content=(said["content"] or "") if "content" in said else message.content,
            embeds=(said["embeds"] or []) if "embeds" in said else message.embeds,
            parts=(said["components"] or []) if "components" in said else message.parts,
            attachments=list(message.attachments),
            flags=flags,
            ephemeral_to=message.ephemeral_to,
        )
        self._core.refuse(request, self._problems(draft, said, body.files))
        self._attach(draft, said, body.files)
        self._refuse_empty(draft)
        # Filling in a deferred answer is no edit.
        if not message.loading:
            message.edited = self._core.clock()
        message.content, message.embeds, message.parts = draft.content, draft.embeds, draft.parts
        message.attachments, message.flags = draft.attachments, draft.flags
        message.changes += 1
        self._settle(message, said, new=False)
        self._tell("MESSAGE_UPDATE", message)
        return message

    def delete(self, message: Message) -> None:
        world = self._core.world
        del world.messages[message.channel_id][message.id]
        world.deleted.append(message)
        message.flags &= ~LOADING
        message.changes += 1
        channel = world.channels[message.channel_id]
        payload: Json = {"id": str(message.id), "channel_id": str(channel.id)}
        if channel.guild_id is not None:
            payload["guild_id"] = str(channel.guild_id)
        if message.ephemeral_to is None:
            direct = channel.kind == DIRECT
            self._core.publish("MESSAGE_DELETE", payload, direct=direct)
        self._core.changes.happened()

    def json(self, message: Message) -> Json:
        return message_json(self._core.world, self._core.cdn, message)

    def _problems(
        self, message: Message, said: Json, files: dict[int, Upload]
    ) -> Iterator[Problem]:
        names = self._file_entries(message, said, files)
        yield from message_problems(
            {
                "content": message.content,
                "embeds": message.embeds,
                "components": message.parts,
                "flags": message.flags,
                "attachments": names,
            }
        )
        yield from allowed_mentions_problems(said.get("allowed_mentions"))
        reference = said.get("message_reference") or {}
        known = self._core.world.messages[message.channel_id]
        if message.reply_to not in (None, *known) and reference.get("fail_if_not_exists", True):
            yield Problem(path="message_reference", rule="Unknown message")
        yield from too_long("nonce", str(said.get("nonce") or ""), 25)
        for index, file in files.items():
            if len(file.content) > _MAX_FILE_BYTES:
                yield Problem(path=f"files.{index}", rule="larger than 10 MiB")
        if said.get("enforce_nonce") and said.get("nonce") is None:
            yield Problem(path="nonce", rule="enforce_nonce needs a nonce")

    def _file_entries(self, message: Message, said: Json, files: dict[int, Upload]) -> list[Json]:
        """Return the files that the message is going to have, as names and descriptions."""
        return [
            {"filename": each.filename, "description": each.description}
            for each in self._kept(message, said, files)
        ] + [
            {"filename": _entry(said, index).get("filename") or file.filename}
            | {"description": _entry(said, index).get("description")}
            for index, file in files.items()
        ]

    def _kept(self, message: Message, said: Json, files: dict[int, Upload]) -> list[Attachment]:
        listed = said.get("attachments")
        if listed is None:
            return [] if files else message.attachments
        ids = {int(each["id"]) for each in listed}
        return [each for each in message.attachments if each.id in ids]

    def _attach(self, message: Message, said: Json, files: dict[int, Upload]) -> None:
        kept = self._kept(message, said, files)
        new = [self._store(message, said, index, file) for index, file in sorted(files.items())]
        message.attachments = [*kept, *new]

    def _store(self, message: Message, said: Json, index: int, file: Upload) -> Attachment:
        entry = _entry(said, index)
        attachment = Attachment(
            id=self._core.world.ids.next(),
            channel_id=message.channel_id,
            filename=entry.get("filename") or file.filename,
            content=file.content,
            content_type=file.content_type,
            description=entry.get("description"),
            ephemeral=message.ephemeral_to is not None,
        )
        self._core.world.files[attachment.id] = attachment
        return attachment

    def _refuse_empty(self, message: Message) -> None:
        if not (message.content.strip() or message.embeds or message.parts or message.attachments):
            raise ApiError(400, 50006, "Cannot send an empty message")

    def _settle(self, message: Message, said: Json, *, new: bool) -> None:
        """Work out who is named, and for a new message who hears of it: an edit is silent."""
        allowed = said.get("allowed_mentions")
        message.mentions = named(self._core.world, message)
        if new:
            message.pings = pinged(self._core.world, message, allowed)

    def _tell(self, name: str, message: Message) -> None:
        if message.ephemeral_to is not None:
            self._core.changes.happened()
            return
        world = self._core.world
        channel = world.channels[message.channel_id]
        payload = message_json(world, self._core.cdn, message, in_event=True)
        if channel.guild_id is not None:
            payload["guild_id"] = str(channel.guild_id)
            member = world.guilds[channel.guild_id].members.get(message.author.id)
            if member is not None:
                payload["member"] = member_json(member, with_user=False)
        self._core.publish(name, payload, direct=channel.kind == DIRECT)


def live(said: Json) -> bool:
    """Say whether a body has anything in it that shows."""
    return any(said.get(key) for key in _LIVE)


def _entry(said: Json, index: int) -> Json:
    """Return what the `attachments` of a body say of the file `files[index]`."""
    listed: list[Json] = said.get("attachments") or []
    return next((each for each in listed if int(each["id"]) == index), {})
