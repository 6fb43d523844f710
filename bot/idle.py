"""What `earmark run` costs while nobody asks for anything: CPU time of the process at rest."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.bench_database import sqlite_database
from bot.processes import cpu_seconds, running
from bot.sandbox.discord.server import DiscordStandIn
from bot.serve import Role
from db.engine import create_engine, read_only_sessions

# What the product promises, on SQLite.
MOST_PERCENT = 3.0
# The first tick has the day's clean-up in it, and a chat its greeting.
_SETTLE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """`cpu_s` is None where the system does not tell."""

    role: Role
    seconds: float
    cpu_s: float | None

    @property
    def percent(self) -> float | None:
        """Return the share of one core."""
        return None if self.cpu_s is None else 100 * self.cpu_s / self.seconds

    def to_json(self) -> dict[str, object]:
        return {
            "role": self.role.value,
            "seconds": self.seconds,
            "cpu_s": self.cpu_s,
            "percent_of_a_core": self.percent,
        }


async def bench_idle(role: Role, *, seconds: float, settle_s: float = _SETTLE_S) -> Idle:
    """Let a process of this role rest for `settle_s`, and then measure it for `seconds`."""
    async with sqlite_database() as url, _chat(role) as chat:
        engine = create_engine(url)
        try:
            async with running(
                role,
                1,
                sessions=read_only_sessions(engine),
                settings={"EARMARK_DATABASE_URL": url, **chat},
            ) as (pid,):
                await asyncio.sleep(settle_s)
                before, started = cpu_seconds(pid), time.monotonic()
                await asyncio.sleep(seconds)
                after, took = cpu_seconds(pid), time.monotonic() - started
        finally:
            await engine.dispose()
    spent = None if before is None or after is None else after - before
    return Idle(role=role, seconds=took, cpu_s=spent)


@asynccontextmanager
async def _chat(role: Role) -> AsyncIterator[dict[str, str]]:
    """Yield the settings of a Discord to listen to, where the role does."""
    if role is Role.WORKER:
        yield {}
        return
    async with DiscordStandIn.start() as discord:
        yield {"EARMARK_DISCORD_TOKEN": discord.token, "EARMARK_DISCORD_URL": discord.url}
