"""Whom a message pings: its text, what `allowed_mentions` lets through, and what is permitted."""

import re
from collections.abc import Iterator

from bot.sandbox.discord.components import walk
from bot.sandbox.discord.errors import Problem
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.world import Channel, Json, Message, Pings, User, World

_CODE = re.compile(r"(`{1,3})(?:.+?)\1", re.DOTALL)
_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")
_KINDS = ("users", "roles", "everyone")


def allowed_mentions_problems(allowed: Json | None) -> Iterator[Problem]:
    """Check that no kind is both parsed and listed, and that the lists are of at most 100."""
    if allowed is None:
        return
    parse = allowed.get("parse") or []
    for kind in parse:
        if kind not in _KINDS:
            yield Problem(path="allowed_mentions.parse", rule=f"{kind!r} is no kind of mention")
    for kind in ("users", "roles"):
        listed = allowed.get(kind) or []
        if kind in parse and listed:
            rule = f"parse has {kind}, so that {kind} must not be listed, too"
            yield Problem(path="allowed_mentions", rule=rule)
        if len(listed) > 100:
            yield Problem(path=f"allowed_mentions.{kind}", rule="at most 100")


def named(world: World, message: Message) -> Pings:
    """Return who is named in the text, whether or not anybody may hear of it."""
    texts = [message.content, *(part.get("content") or "" for _, part in walk(message.parts))]
    text = _CODE.sub(" ", "\n".join(texts))
    users = {int(found) for found in _USER.findall(text)} & world.users.keys()
    guild_id = world.channels[message.channel_id].guild_id
    roles = {int(found) for found in _ROLE.findall(text)}
    if guild_id is None:
        return Pings(users=frozenset(users))
    return Pings(
        users=frozenset(users),
        roles=frozenset(roles & world.guilds[guild_id].roles.keys() - {guild_id}),
        everyone=bool(_EVERYONE.search(text)),
    )


def pinged(world: World, message: Message, allowed: Json | None) -> Pings:
    """Return who really hears of a new message.

    Without `allowed_mentions` all that is named counts. A role must be mentionable, and everybody
    takes a permission of the author. Nobody hears of a message that another one sees alone.
    """
    said = named(world, message)
    channel = world.channels[message.channel_id]
    users = _let_through("users", said.users, allowed)
    users |= _replied_to(world, message, allowed)
    loud = Permission.MENTION_EVERYONE in world.permissions(channel, message.author)
    roles = _let_through("roles", said.roles, allowed)
    if channel.guild_id is not None and not loud:
        known = world.guilds[channel.guild_id].roles
        roles = {role for role in roles if known[role].mentionable}
    everyone = said.everyone and loud and _parses("everyone", allowed)
    people = _reached(world, channel, users=users, roles=roles, everyone=everyone)
    if message.ephemeral_to is not None:
        people &= {message.ephemeral_to}
    return Pings(
        users=frozenset(users),
        roles=frozenset(roles),
        everyone=everyone,
        people=frozenset(people - {message.author.id}),
    )


def _parses(kind: str, allowed: Json | None) -> bool:
    return allowed is None or kind in (allowed.get("parse") or [])


def _let_through(kind: str, ids: frozenset[int], allowed: Json | None) -> set[int]:
    if _parses(kind, allowed):
        return set(ids)
    listed = {int(each) for each in (allowed or {}).get(kind) or []}
    return set(ids) & listed


def _replied_to(world: World, message: Message, allowed: Json | None) -> set[int]:
    before = world.messages[message.channel_id].get(message.reply_to or 0)
    wanted = allowed is None or bool(allowed.get("replied_user"))
    return {before.author.id} if before is not None and wanted else set()


def _reached(
    world: World, channel: Channel, *, users: set[int], roles: set[int], everyone: bool
) -> set[int]:
    """Return those of the people meant who see the channel."""
    audience = world.audience(channel)
    if everyone:
        return set(audience)
    if channel.guild_id is None:
        return users & audience
    members = world.guilds[channel.guild_id].members.values()
    by_role = {member.user.id for member in members if roles & set(member.roles)}
    return (users | by_role) & audience


def mentioned_users(world: World, message: Message) -> list[User]:
    return [world.users[each] for each in sorted(message.mentions.users)]
