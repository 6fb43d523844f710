import re
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, cast

import discord
import pytest
from discord.ext import commands

from bot.platforms.discord import extension, limits
from bot.platforms.discord.client import intents
from bot.platforms.discord.german_texts import GERMAN
from bot.platforms.discord.sync import digest_of, payloads

if TYPE_CHECKING:
    from bot.workflow.desk import Desk

Payload = dict[str, Any]

# Application Command Naming: letters of any script in lower case, digits, - and _.
_NAME = re.compile(r"[-_\w]{1,32}")
# No command asks the desk for anything while it is being registered.
NO_DESK = cast("Desk", None)


@pytest.fixture
async def bot() -> AsyncIterator[commands.Bot]:
    bot = commands.Bot(command_prefix="!", intents=intents(), help_command=None)
    await extension.add(bot, NO_DESK)
    yield bot
    await bot.close()


@pytest.fixture
async def made(bot: commands.Bot) -> list[Payload]:
    return await payloads(bot.tree)


def test_all_commands_are_there(made: list[Payload]) -> None:
    assert [one["name"] for one in made if one["type"] == 1] == [
        "blocklist",
        "calls",
        "check",
        "digest",
        "mysubs",
        "next",
        "playlist",
        "privacy",
        "queue",
        "setup",
        "submit",
        "track",
        "undo",
    ]
    assert [one["name"] for one in made if one["type"] == 3] == ["Submit this track"]


def test_every_name_and_description_is_one_that_discord_takes(made: list[Payload]) -> None:
    for part in _parts(made):
        for name in (part["name"], *part.get("name_localizations", {}).values()):
            if part.get("type") != 3 or "description" in part:
                assert _NAME.fullmatch(name), name
                assert name == name.lower()
        for text in (
            part.get("description", "-"),
            *part.get("description_localizations", {}).values(),
        ):
            assert 1 <= len(text) <= limits.COMMAND_DESCRIPTION, text
        for choice in part.get("choices", []):
            assert 1 <= len(choice["name"]) <= limits.CHOICE_NAME


def test_everything_is_there_in_german_too(made: list[Payload]) -> None:
    said = {part["name"] for part in _parts(made)}
    said |= {part["description"] for part in _parts(made) if part.get("description")}
    said |= {one["name"] for part in _parts(made) for one in part.get("choices", [])}

    assert said - set(GERMAN) == set()
    (submit,) = [one for one in made if one["name"] == "submit"]
    assert submit["name_localizations"] == {"de": "einreichen"}
    assert "de" in submit["description_localizations"]


def test_no_two_commands_have_one_name_in_german(made: list[Payload]) -> None:
    names = [one["name_localizations"]["de"] for one in made]

    assert len(names) == len(set(names))


def test_every_command_belongs_into_a_server(made: list[Payload]) -> None:
    assert all(one["contexts"] == [0] or one.get("dm_permission") is False for one in made)


def test_only_who_manages_a_server_is_shown_its_settings(made: list[Payload]) -> None:
    manage = str(discord.Permissions(manage_guild=True).value)
    asked = {one["name"]: one["default_member_permissions"] for one in made}

    shown = {name for name, needed in asked.items() if str(needed) == manage}
    assert shown == {"setup", "playlist", "blocklist"}
    assert all(asked[name] is None for name in set(asked) - shown)


async def test_the_commands_are_the_same_each_time_they_are_made(made: list[Payload]) -> None:
    other = commands.Bot(command_prefix="!", intents=intents(), help_command=None)
    await extension.add(other, NO_DESK)

    assert digest_of(await payloads(other.tree)) == digest_of(made)
    await other.close()


async def test_a_host_keeps_its_own_translator_and_commands() -> None:
    class Silent(discord.app_commands.Translator):
        pass

    host = commands.Bot(command_prefix="!", intents=intents(), help_command=None)
    silent = Silent()
    await host.tree.set_translator(silent)

    @host.tree.command(name="ping", description="pong")
    async def ping(interaction: discord.Interaction) -> None: ...

    await extension.add(host, NO_DESK)

    assert host.tree.translator is silent
    assert host.tree.get_command("ping") is ping
    await host.close()


def _parts(made: list[Payload]) -> Iterator[Payload]:
    for command in made:
        yield command
        yield from command.get("options", [])
