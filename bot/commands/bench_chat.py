"""`earmark bench chat`: how fast people on Discord get a first answer while files are heard."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.table import Table

from bot import settings
from bot.app import open_desk
from bot.commands.running import json_option, out, print_json, progress_console
from bot.lag import at_share
from bot.platforms.discord.control import open_bot
from bot.platforms.discord.permissions import needed
from bot.sandbox.bundled import bundled_clips
from bot.sandbox.discord.people import Person
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.server import DiscordStandIn
from bot.settings import Settings
from bot.workflow.desk import Desk

# What the product promises of 95 in 100 first answers. Discord itself gives up after 3,000.
_MOST_P95_MS = 150.0
_COMMANDS = ("mysubs", "calls", "privacy", "check")
_LINK = "https://open.spotify.com/track/11dFghVXANMlKmJXsNCbNl"
_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How long each first answer took, and how many clips were heard meanwhile."""

    took_ms: tuple[float, ...]
    unanswered: int
    clips: int

    def at_ms(self, share: float) -> float:
        """Return what `share` (0 to 1) of the answers did not exceed."""
        return at_share(self.took_ms, share)

    def to_json(self) -> dict[str, object]:
        return {
            "interactions": len(self.took_ms) + self.unanswered,
            "unanswered": self.unanswered,
            "first_answer_ms": {
                "p50": self.at_ms(0.5),
                "p95": self.at_ms(0.95),
                "worst": max(self.took_ms, default=0.0),
            },
            "clips_heard": self.clips,
            "promised": {"p95_ms": _MOST_P95_MS},
        }


@click.command()
@click.option("--interactions", type=click.IntRange(1, 10_000), default=200, help="How many.")
@click.option("--per-second", type=click.FloatRange(0.1, 1000), default=20.0, help="How often.")
@click.option("--idle", is_flag=True, help="Hear nothing meanwhile, to compare.")
@json_option
def chat(*, interactions: int, per_second: float, idle: bool, as_json: bool) -> None:
    """Use commands on a stand-in of Discord at full load of the scorer; time the first answers.

    The stand-in runs in this process, so its own work is in the times as well.
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
        async with (
            open_desk(chosen) as desk,
            DiscordStandIn.start() as discord,
            _listening(desk, discord),
        ):
            return await _typing(desk, discord, chosen, count, per_second, idle=idle)


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


async def _typing(
    desk: Desk,
    discord: DiscordStandIn,
    chosen: Settings,
    count: int,
    per_second: float,
    *,
    idle: bool,
) -> Answers:
    """Type `count` commands, evenly spaced, whether or not earlier ones have been answered."""
    heard: list[int] = []
    load = [] if idle else _load(desk, chosen, heard)
    people = _people(discord)
    # The first command of a server makes its workspace.
    await people[0].command("calls")
    loop = asyncio.get_running_loop()
    begun, before = loop.time(), len(heard)
    typed = []
    for number in range(count):
        await asyncio.sleep(max(0.0, begun + number / per_second - loop.time()))
        typed.append(asyncio.create_task(_type(people[number % len(people)], number)))
    took = await asyncio.gather(*typed, return_exceptions=True)
    for task in load:
        task.cancel()
    await asyncio.gather(*load, return_exceptions=True)
    answered = tuple(one for one in took if isinstance(one, float))
    return Answers(took_ms=answered, unanswered=count - len(answered), clips=len(heard) - before)


def _load(desk: Desk, chosen: Settings, heard: list[int]) -> list[asyncio.Task[None]]:
    """Keep every scoring process busy with the bundled clips."""
    clips = [one.path.read_bytes() for one in bundled_clips()]

    async def listen(first: int) -> None:
        number = first
        while True:
            await desk.services.hearing.score(clips[number % len(clips)])
            heard.append(number)
            number += 1

    return [asyncio.create_task(listen(first)) for first in range(chosen.scoring_processes)]


def _people(discord: DiscordStandIn) -> Sequence[Person]:
    nina = discord.world.add_user("Nina")
    guild = discord.world.add_guild("Bench", owner=nina, bot_permissions=Permission(needed().value))
    discord.world.add_channel(guild, "music")
    return [discord.person(f"Artist {number}", guild) for number in range(10)]


async def _type(person: Person, number: int) -> float:
    """Use one command and return the milliseconds until its first answer."""
    name = _COMMANDS[number % len(_COMMANDS)]
    options = {"privacy": {"action": "export"}, "check": {"link": _LINK}}.get(name, {})
    async with asyncio.timeout(_PATIENCE_S):
        reply = await person.command(name, settle=False, **options)
    interaction = reply.interaction
    if interaction.answered is None:
        raise TimeoutError
    return 1000 * (interaction.answered - interaction.created).total_seconds()


def _picture(answers: Answers) -> Table:
    told = answers.to_json()
    table = Table(title="First answers on Discord", title_justify="left")
    for name in ("interactions", "unanswered", "p50 ms", "p95 ms", "worst ms", "clips heard"):
        table.add_column(name, justify="right")
    table.add_row(
        str(told["interactions"]),
        str(answers.unanswered),
        f"{answers.at_ms(0.5):.0f}",
        f"{answers.at_ms(0.95):.0f}",
        f"{max(answers.took_ms, default=0.0):.0f}",
        str(answers.clips),
    )
    table.caption = f"promised: {_MOST_P95_MS:.0f} ms for 95 in 100"
    return table
