"""Telling Discord which commands there are: only when they changed, and never over others'.

Registering is limited to 200 new commands a day, and every client loads the list again. So the
hash of what was registered last is kept in the database.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.workflow.desk import Desk
from db import workspace_settings

Payload = dict[str, Any]


class Sync(StrEnum):
    SAME = "same"
    REGISTERED = "registered"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What was done; `foreign` are commands of this app that are not ours."""

    outcome: Sync
    names: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


async def payloads(tree: app_commands.CommandTree[Any]) -> list[Payload]:
    """Return what is registered of a tree's global commands, in an order that does not change."""
    translator = tree.translator
    found: list[Payload] = []
    kinds = (discord.AppCommandType.chat_input, discord.AppCommandType.message)
    for command in (one for kind in kinds for one in tree.get_commands(type=kind)):
        made = (
            await command.get_translated_payload(tree, translator)
            if translator is not None
            else command.to_dict(tree)
        )
        found.append(made)
    return sorted(found, key=lambda made: (made["type"], made["name"]))


def digest_of(made: Sequence[Mapping[str, Any]]) -> str:
    text = json.dumps(made, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


async def sync(bot: commands.Bot, desk: Desk, *, force: bool = False) -> Synced:
    """Register the commands where they changed since the last time; `force` registers anyway.

    Where the app has commands that are not in this bot's tree, nothing is done: replacing the list
    would delete those.
    """
    made = await payloads(bot.tree)
    names = tuple(one["name"] for one in made)
    key = f"discord.commands:{bot.application_id}"
    registered = {"sha256": digest_of(made), "names": list(names)}
    async with desk.sessions() as session:
        known = await workspace_settings.get(session, workspace_id=desk.workspace_id, key=key)
    if known == registered and not force:
        return Synced(outcome=Sync.SAME, names=names)
    # What an older version of ours has registered may go.
    before: set[str] = set(known.get("names", [])) if isinstance(known, dict) else set()
    foreign = tuple(
        command.name
        for command in await bot.tree.fetch_commands()
        if command.name not in before.union(names)
    )
    if foreign and not force:
        return Synced(outcome=Sync.FOREIGN, names=names, foreign=foreign)
    await bot.tree.sync()
    async with desk.sessions.begin() as session:
        await workspace_settings.put(
            session, workspace_id=desk.workspace_id, key=key, value=registered
        )
    return Synced(outcome=Sync.REGISTERED, names=names)
