"""`earmark bench chat`: how fast people on Discord are answered while files are heard."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import click
from rich.table import Table

from bot import full_desk, settings
from bot.app import open_desk
from bot.commands.running import json_option, out, print_json, progress_console
from bot.lag import at_share
from bot.platforms.discord.control import open_bot
from bot.platforms.discord.permissions import needed
from bot.sandbox.bundled import bundled_clips
from bot.sandbox.discord.people import Person, Reply
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.server import DiscordStandIn
from bot.settings import Settings
from bot.workflow.desk import Desk
from bot.workflow.places import desk_at
from db.models import Platform

# What the product promises of 95 in 100. Discord itself gives up after 3,000.
_MOST_FIRST_MS, _MOST_LIST_MS = 150.0, 300.0
_COMMANDS = ("mysubs", "calls", "privacy", "check")
_LINK = "https://open.spotify.com/track/11dFghVXANMlKmJXsNCbNl"
_PATIENCE_S = 30.0

# What is typed into which option of which command. Nothing typed finds the most.
_LISTS: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = MappingProxyType(
    {
        "playlists": ("queue", "playlist", ("", "night", "drive 4")),
        "submission ids": ("track", "id", ("", "t-1", "T-0042")),
        "time zones": ("setup", "zone", ("", "ber", "america/")),
    }
)

Deed = Callable[[int], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long each answer took, and how many never came."""

    took_ms: tuple[float, ...]
    unanswered: int

    def at_ms(self, share: float) -> float:
        """Return what `share` (0 to 1) of the answers did not exceed."""
        return at_share(self.took_ms, share)

    @property
    def worst_ms(self) -> float:
        return max(self.took_ms, default=0.0)

    @property
    def asked(self) -> int:
        return len(self.took_ms) + self.unanswered

    def to_json(self) -> dict[str, float]:
        return {"p50": self.at_ms(0.5), "p95": self.at_ms(0.95), "worst": self.worst_ms}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The first answers to commands, the lists for who types, and the clips heard meanwhile."""

    first: Times
    lists: Mapping[str, Times]
    clips: int

    def to_json(self) -> dict[str, object]:
        return {
            "interactions": self.first.asked,
            "unanswered": self.first.unanswered,
            "first_answer_ms": self.first.to_json(),
            "lists": sum(times.asked for times in self.lists.values()),
            "lists_unanswered": sum(times.unanswered for times in self.lists.values()),
            "list_ms": {name: times.to_json() for name, times in self.lists.items()},
            "desk": {"playlists": full_desk.PLAYLISTS, "submissions": full_desk.SUBMISSIONS},
            "clips_heard": self.clips,
            "promised": {"p95_ms": _MOST_FIRST_MS, "list_p95_ms": _MOST_LIST_MS},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who uses the bot: artists, and one who reviews and manages; `role` is the curators'."""

    artists: Sequence[Person]
    curator: Person
    guild_id: int
    role: int


@click.command()
@click.option("--interactions", type=click.IntRange(1, 10_000), default=200, help="How many.")
@click.option("--per-second", type=click.FloatRange(0.1, 1000), default=20.0, help="How often.")
@click.option("--idle", is_flag=True, help="Hear nothing meanwhile, to compare.")
@json_option
def chat(*, interactions: int, per_second: float, idle: bool, as_json: bool) -> None:
    """Use commands on a stand-in of Discord at full load of the scorer; time the first answers.

    Then type into options of a full desk, each list as often, and time what is offered. The
    stand-in runs in this process, so its own work is in the times as well.
    """
    with progress_console().status("Typing and listening"):
        answers = asyncio.run(_measure(interactions, per_second=per_second, idle=idle))
    if as_json:
        print_json(answers.to_json())
    else:
        out().print(_picture(answers))


async def _measure(count: int, *, per_second: float, idle: bool) -> Answers:
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as folder:
        chosen = settings.load(
            database_url=f"sqlite:///{folder}/earmark.db", data_dir=Path(folder) / "data"
        )
        async with open_desk(chosen) as desk, DiscordStandIn.start() as discord:
            crowd = _crowd(discord)
            heard: list[int] = []
            async with _listening(desk, discord), _busy(desk, chosen, heard, idle=idle):
                # The first command of a server makes its workspace.
                await crowd.artists[0].command("calls")
                before = len(heard)
                first = await _evenly(count, per_second, lambda number: _command(crowd, number))
                await _fill(desk, crowd)
                lists = await _lists(crowd, count, per_second)
                return Answers(first=first, lists=lists, clips=len(heard) - before)


@asynccontextmanager
async def _listening(desk: Desk, discord: DiscordStandIn) -> AsyncIterator[None]:
    """Let the bot listen at the stand-in for as long as the block runs."""
    async with open_bot(desk, discord.token, url=discord.url) as (listen, _):
        listening = asyncio.create_task(listen())
        await discord.gateway.connected()
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


@asynccontextmanager
async def _busy(
    desk: Desk, chosen: Settings, heard: list[int], *, idle: bool
) -> AsyncIterator[None]:
    """Keep every scoring process busy with the bundled clips for as long as the block runs."""
    clips = [one.path.read_bytes() for one in bundled_clips()]

    async def listen(first: int) -> None:
        number = first
        while True:
            await desk.services.hearing.score(clips[number % len(clips)])
            heard.append(number)
            number += 1

    processes = 0 if idle else chosen.scoring_processes
    load = [asyncio.create_task(listen(first)) for first in range(processes)]
    try:
        yield
    finally:
        for task in load:
            task.cancel()
        await asyncio.gather(*load, return_exceptions=True)


async def _evenly(count: int, per_second: float, deed: Deed) -> Times:
    """Do it `count` times, evenly spaced, whether or not earlier ones have been answered."""
    loop = asyncio.get_running_loop()
    begun, typed = loop.time(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, begun + number / per_second - loop.time()))
        typed.append(asyncio.create_task(_timed(deed, number)))
    took = await asyncio.gather(*typed, return_exceptions=True)
    answered = tuple(one for one in took if isinstance(one, float))
    return Times(took_ms=answered, unanswered=count - len(answered))


async def _timed(deed: Deed, number: int) -> float:
    """Return the milliseconds until the first answer."""
    async with asyncio.timeout(_PATIENCE_S):
        reply = await deed(number)
    if reply.interaction.choices == []:
        # The desk holds something for whatever is typed here, so it was given up.
        raise TimeoutError
    return 1000 * reply.took_s


async def _lists(crowd: Crowd, count: int, per_second: float) -> dict[str, Times]:
    """Have each list asked for `count` times, and return how long each took."""
    measured = {}
    for name, (command, option, typed) in _LISTS.items():

        async def ask(
            number: int, command: str = command, option: str = option, typed: Sequence[str] = typed
        ) -> Reply:
            return await crowd.curator.type(command, option, typed[number % len(typed)])

        measured[name] = await _evenly(count, per_second, ask)
    return measured


def _crowd(discord: DiscordStandIn) -> Crowd:
    nina = discord.world.add_user("Nina")
    guild = discord.world.add_guild("Bench", owner=nina, bot_permissions=Permission(needed().value))
    discord.world.add_channel(guild, "music")
    managing = discord.world.add_role(guild, "Staff", permissions=Permission.MANAGE_GUILD)
    role = discord.world.add_role(guild, "Curators")
    return Crowd(
        artists=[discord.person(f"Artist {number}", guild) for number in range(10)],
        curator=discord.person("Mo", guild, roles=[managing, role]),
        guild_id=guild.id,
        role=role.id,
    )


async def _fill(desk: Desk, crowd: Crowd) -> None:
    there = await desk_at(
        desk, platform=Platform.DISCORD, external_id=str(crowd.guild_id), name="Bench"
    )
    await full_desk.fill(there, curator_role=str(crowd.role))


async def _command(crowd: Crowd, number: int) -> Reply:
    name = _COMMANDS[number % len(_COMMANDS)]
    options = {"privacy": {"action": "export"}, "check": {"link": _LINK}}.get(name, {})
    person = crowd.artists[number % len(crowd.artists)]
    return await person.command(name, settle=False, **options)


def _picture(answers: Answers) -> Table:
    table = Table(title="First answers on Discord", title_justify="left")
    table.add_column("to")
    for name in ("asked", "unanswered", "p50 ms", "p95 ms", "worst ms", "promised p95 ms"):
        table.add_column(name, justify="right")
    rows = [("commands", answers.first, _MOST_FIRST_MS)]
    rows += [(name, times, _MOST_LIST_MS) for name, times in answers.lists.items()]
    for name, times, promised in rows:
        table.add_row(
            name,
            str(times.asked),
            str(times.unanswered),
            f"{times.at_ms(0.5):.0f}",
            f"{times.at_ms(0.95):.0f}",
            f"{times.worst_ms:.0f}",
            f"{promised:.0f}",
        )
    table.caption = (
        f"{answers.clips} clips heard meanwhile; lists of {full_desk.PLAYLISTS} playlists"
        f" and {full_desk.SUBMISSIONS} submissions"
    )
    return table
