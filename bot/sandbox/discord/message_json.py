"""Discord's JSON for a message: files become addresses, components get their numbers."""

import copy
import itertools
from collections.abc import Iterator

from bot.sandbox.discord.cdn import Cdn
from bot.sandbox.discord.components import walk
from bot.sandbox.discord.mentions import mentioned_users
from bot.sandbox.discord.wire import channel_json, stamp, user_json
from bot.sandbox.discord.world import DIRECT, Attachment, Json, Message, World

_ATTACHMENT = "attachment://"
_SELECT_DEFAULTS: Json = {"min_values": 1, "max_values": 1, "disabled": False}
_DEFAULTS: dict[int, Json] = {
    2: {"disabled": False},
    **dict.fromkeys((3, 5, 6, 7, 8), _SELECT_DEFAULTS),
    11: {"description": None, "spoiler": False},
    13: {"spoiler": False},
    14: {"spacing": 1, "divider": True},
    17: {"accent_color": None, "spoiler": False},
}


def message_json(world: World, cdn: Cdn, message: Message, *, in_event: bool = False) -> Json:
    """Return a message as a bot reads it.

    A file that an embed or a component shows is not listed as an attachment: so does Discord,
    and whoever edits the message loses it unless they keep it by its id. In an event of the
    gateway the payload also has its server, which is added where the event is made.
    """
    embeds = [_embed(cdn, message, embed) for embed in message.embeds]
    parts = numbered(message.parts)
    for _, part in walk(parts):
        _resolve_media(cdn, message, part)
    payload: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": message.kind,
        "author": user_json(message.author),
        "content": message.content,
        "timestamp": stamp(message.created),
        "edited_timestamp": stamp(message.edited),
        "tts": False,
        "pinned": message.pinned is not None,
        "flags": message.flags,
        "mention_everyone": message.mentions.everyone,
        "mentions": [user_json(user) for user in mentioned_users(world, message)],
        "mention_roles": [str(role) for role in sorted(message.mentions.roles)],
        "attachments": [cdn.attachment_json(each) for each in _listed(message)],
        "embeds": embeds,
        "components": parts,
    }
    channel = world.channels[message.channel_id]
    if in_event and channel.kind == DIRECT:
        payload["channel_type"] = DIRECT
    return payload | _optional(world, cdn, message)


def _optional(world: World, cdn: Cdn, message: Message) -> Json:
    more: Json = {}
    if message.nonce is not None:
        more["nonce"] = message.nonce
    if message.application_id is not None:
        more["application_id"] = str(message.application_id)
        more["webhook_id"] = str(message.application_id)
    if message.origin is not None:
        more["interaction_metadata"] = message.origin
    if message.thread_id is not None:
        more["thread"] = channel_json(world, world.channels[message.thread_id])
    if message.reply_to is not None:
        place = world.channels[message.channel_id]
        before = world.messages[message.channel_id].get(message.reply_to)
        reference = {"message_id": str(message.reply_to), "channel_id": str(message.channel_id)}
        if place.guild_id is not None:
            reference["guild_id"] = str(place.guild_id)
        more["message_reference"] = {"type": 0, **reference}
        # One level deep, as Discord does.
        more["referenced_message"] = before and {
            **message_json(world, cdn, before),
            "referenced_message": None,
        }
    return more


def numbered(parts: list[Json]) -> list[Json]:
    """Return a copy in which every component has an id and what Discord fills in."""
    parts = copy.deepcopy(parts)
    taken = {part.get("id") for _, part in walk(parts)}
    free = (number for number in itertools.count(1) if number not in taken)
    for _, part in walk(parts):
        if not part.get("id"):
            part["id"] = next(free)
        for key, value in _DEFAULTS.get(part["type"], {}).items():
            part.setdefault(key, value)
        for option in part.get("options") or []:
            option.setdefault("default", False)
        for chosen in part.get("default_values") or []:
            # Clients may send numbers; what comes back is text, as every id is.
            chosen["id"] = str(chosen["id"])
    return parts


def _media(part: Json) -> Iterator[Json]:
    """Return the dicts in a component that name a file."""
    if isinstance(part.get("media"), dict):
        yield part["media"]
    if isinstance(part.get("file"), dict):
        yield part["file"]
    for item in part.get("items") or []:
        item.setdefault("description", None)
        item.setdefault("spoiler", False)
        yield item["media"]


def _resolve_media(cdn: Cdn, message: Message, part: Json) -> None:
    for media in _media(part):
        file = _named(message, media["url"])
        if file is not None:
            media["url"] = cdn.url(file)
            media["attachment_id"] = str(file.id)
            media["content_type"] = file.content_type
            if part["type"] == 13:
                part |= {"name": file.filename, "size": len(file.content)}
        media |= {"id": str(message.id), "proxy_url": media["url"]}


def _embed(cdn: Cdn, message: Message, embed: Json) -> Json:
    embed = {"type": "rich", **copy.deepcopy(embed)}
    # discord.py sends them, and Discord does not take them from a bot.
    embed.pop("flags", None)
    for field in embed.get("fields") or []:
        field.setdefault("inline", False)
    for name in ("image", "thumbnail"):
        picture = embed.get(name)
        if picture:
            file = _named(message, picture["url"])
            picture["url"] = picture["url"] if file is None else cdn.url(file)
            picture |= {"proxy_url": picture["url"], "width": 0, "height": 0}
    return embed


def _named(message: Message, url: str) -> Attachment | None:
    if not url.startswith(_ATTACHMENT):
        return None
    name = url.removeprefix(_ATTACHMENT)
    return next((each for each in message.attachments if each.filename == name), None)


def _listed(message: Message) -> list[Attachment]:
    """Return the files that no embed and no component shows already."""
    shown = list(_shown(message))
    return [
        each
        for each in message.attachments
        if not any(url == f"{_ATTACHMENT}{each.filename}" or f"/{each.id}/" in url for url in shown)
    ]


def _shown(message: Message) -> Iterator[str]:
    for embed in message.embeds:
        for name in ("image", "thumbnail"):
            yield str((embed.get(name) or {}).get("url"))
    for _, part in walk(message.parts):
        for media in _media(part):
            yield str(media["url"])
