"""A Discord server with Earmark in it, and people who use it as they would: everything but Discord,
the music services and the scorer is real.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.platforms.discord.client import EarmarkBot
from bot.platforms.discord.permissions import needed
from bot.sandbox.discord.interactions import Answer
from bot.sandbox.discord.people import Person, Reply
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.discord.world import Channel, Guild, Message, Role
from bot.sandbox.faults import Fault
from bot.sources.upload import Spool
from bot.workflow.desk import Desk
from bot.workflow.process import process
from bot.workflow.services import Services
from db.goes import Go
from tests.sandbox.discord_stand_in.contract import official_contract
from tests.workflow.stage import Stage, open_stage

_READY_S = 20.0


@dataclass(slots=True)
class Worker:
    """Does the work behind a submission at once, in this process."""

    stage: Stage
    services: Services
    running: set[asyncio.Task[object]] = field(default_factory=set)

    async def start_go(self, go: Go, *, confirmed: bool = False) -> None:
        task: asyncio.Task[object] = asyncio.create_task(
            process(
                go.submission_id,
                workspace_id=go.workspace_id,
                sessions=self.stage.sessions,
                services=self.services,
                now=self.stage.clock,
                confirmed=confirmed,
            )
        )
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def done(self) -> None:
        """Wait until nothing is being worked on."""
        while self.running:
            await asyncio.gather(*self.running)


@dataclass(slots=True)
class House:
    """One server: `reviews` for curators, `music` for artists; `mo` and `kim` curate."""

    discord: DiscordStandIn
    stage: Stage
    desk: Desk
    worker: Worker
    guild: Guild
    music: Channel
    reviews: Channel
    curators: Role
    owner: Person
    bot: EarmarkBot | None = None
    _running: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start the bot and wait until it knows the server."""
        self.bot = EarmarkBot(self.desk, connector=self.discord.connector())
        self._running = asyncio.create_task(self.bot.start(self.discord.token))
        async with asyncio.timeout(_READY_S):
            await self.discord.gateway.connected()
            await self.bot.wait_until_ready()

    async def close(self) -> None:
        if self.bot is not None and self._running is not None:
            await self.bot.close()
            await self._running
            self.bot = self._running = None

    async def restart(self) -> None:
        """Stop the bot and start another one: nothing of the old one's memory is left."""
        await self.close()
        await self.open()

    async def click(
        self, who: Person, where: Reply | Message, label: str, *, nth: int = 0
    ) -> Reply:
        """Press a button and wait until its answer is on the screen."""
        before = _edited(where)
        return await self._shown(await who.click(where, label=label, nth=nth), before)

    async def select(
        self, who: Person, where: Reply | Message, *choices: object, placeholder: str = ""
    ) -> Reply:
        """Choose in a select and wait until its answer is on the screen."""
        before = _edited(where)
        return await self._shown(await who.select(where, *choices, placeholder=placeholder), before)

    async def fill(self, who: Person, opened: Reply, answers: dict[str, object]) -> Reply:
        """Send a form and wait until its answer is on the screen."""
        message = opened.interaction.message
        before = message.edited if message is not None else None
        return await self._shown(await who.modal(opened, answers), before)

    async def _shown(self, reply: Reply, before: datetime | None) -> Reply:
        if reply.interaction.answer is Answer.DEFERRED_UPDATE:
            await self.discord.changes.until(
                lambda: reply.message.edited != before, what="the answer in place"
            )
        return reply

    def person(self, name: str, *, curates: bool = False, here: Channel | None = None) -> Person:
        roles = [self.curators] if curates else []
        return self.discord.person(name, self.guild, roles=roles, here=here or self.music)


def _edited(where: Reply | Message) -> datetime | None:
    message = where.message if isinstance(where, Reply) else where
    return message.edited


@asynccontextmanager
async def open_house(
    sessions: async_sessionmaker[AsyncSession],
    spool: Path,
    *,
    faults: Iterable[Fault] = (),
    seed: int = 0,
) -> AsyncIterator[House]:
    stage = await open_stage(sessions)
    services = replace(stage.services, files=Spool(spool))
    worker = Worker(stage, services)
    desk = Desk(
        workspace_id=stage.workspace_id,
        zone="Europe/Berlin",
        upload_max_mib=25,
        sessions=sessions,
        services=services,
        starter=worker,
        now=stage.clock,
        seed=lambda: 1,
    )
    async with DiscordStandIn.start(
        faults=faults, contract=official_contract(), seed=seed
    ) as discord:
        boss = discord.world.add_user("Nina")
        guild = discord.world.add_guild(
            "Night Drive Fans", owner=boss, bot_permissions=Permission(needed().value)
        )
        music = discord.world.add_channel(guild, "music")
        reviews = discord.world.add_channel(guild, "reviews")
        house = House(
            discord=discord,
            stage=stage,
            desk=desk,
            worker=worker,
            guild=guild,
            music=music,
            reviews=reviews,
            curators=discord.world.add_role(guild, "Curators"),
            owner=discord.person_of(boss, here=music),
        )
        await house.open()
        try:
            yield house
        finally:
            await house.close()
