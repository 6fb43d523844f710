"""A Discord server with Earmark in it, and people who use it as they would.

The bot, the sender, the workflow and the database are real; Discord is its stand-in, and the music
services and the scorer are fakes that answer at once.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import discord
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.platforms.discord.client import EarmarkBot
from bot.platforms.discord.courier import DiscordCourier
from bot.platforms.discord.permissions import needed
from bot.sandbox.clock import system_clock
from bot.sandbox.discord.core import Contract
from bot.sandbox.discord.interactions import Answer
from bot.sandbox.discord.people import Person, Reply
from bot.sandbox.discord.permissions import Permission
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.discord.world import Channel, Guild, Message, Role
from bot.sandbox.faults import Fault
from bot.sources.upload import Spool
from bot.workflow.delivery import Limits
from bot.workflow.desk import Desk
from bot.workflow.notice_cards import compose
from bot.workflow.outbox import Sender
from bot.workflow.process import process
from bot.workflow.services import Services
from db.goes import Go
from db.models import Platform
from tests.workflow.stage import Stage, open_stage

_READY_S = 20.0
# How long somebody waits before a test gives up; no good one gets near it.
PATIENCE_S = 20.0
# Longer than the pause of a board and of a sender that failed.
_A_WHILE = timedelta(minutes=2)


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
                number=go.number,
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
    """One server: `reviews` for curators, `music` for artists; `boss` set it up.

    `restless`: the bot is stopped, and another one started, before everything that somebody does.
    """

    discord: DiscordStandIn
    stage: Stage
    desk: Desk
    worker: Worker
    guild: Guild
    music: Channel
    reviews: Channel
    curators: Role
    boss: Person
    restless: bool = False
    _bot: EarmarkBot | None = None
    _running: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start the bot and wait until it knows the server."""
        self._bot = EarmarkBot(self.desk, connector=self.discord.connector())
        there = asyncio.Event()

        async def arrived(guild: discord.Guild) -> None:
            there.set()

        # discord.py calls itself ready only two seconds after the last server.
        self._bot.add_listener(arrived, "on_guild_available")
        self._running = asyncio.create_task(self._bot.start(self.discord.token))
        async with asyncio.timeout(_READY_S):
            await there.wait()

    async def close(self) -> None:
        if self._bot is not None and self._running is not None:
            await self._bot.close()
            await self._running
            self._bot = self._running = None

    async def restart(self) -> None:
        """Stop the bot and start another one: nothing of the old one's memory is left."""
        await self.close()
        await self.open()

    def bot(self) -> EarmarkBot:
        if self._bot is None:
            raise LookupError("the bot is not running")
        return self._bot

    def kept_views(self) -> int:
        """Count what discord.py holds in memory for buttons and forms that it has sent."""
        store = self.bot()._connection._view_store  # no public door leads there
        return len(store._views) + len(store._modals) + len(store._synced_message_views)

    def person(self, name: str, *, curates: bool = False) -> Person:
        roles = [self.curators] if curates else []
        here = self.reviews if curates else self.music
        person = self.discord.person(name, self.guild, roles=roles, here=here)
        person.patience_s = PATIENCE_S
        return person

    async def command(self, who: Person, name: str, **options: Any) -> Reply:
        await self.before()
        return await who.command(name, **options)

    async def click(
        self, who: Person, where: Reply | Message, label: str, *, nth: int = 0
    ) -> Reply:
        """Press a button and wait until its answer is on the screen."""
        await self.before()
        return await self.press(who, where, label, nth=nth)

    async def press(
        self, who: Person, where: Reply | Message, label: str, *, nth: int = 0
    ) -> Reply:
        """Press a button, whatever else happens at that moment."""
        before = _edited(where)
        return await self.shown(await who.click(where, label=label, nth=nth), before)

    async def select(
        self, who: Person, where: Reply | Message, *choices: object, placeholder: str = ""
    ) -> Reply:
        """Choose in a select and wait until its answer is on the screen."""
        await self.before()
        before = _edited(where)
        return await self.shown(await who.select(where, *choices, placeholder=placeholder), before)

    async def fill(self, who: Person, opened: Reply, answers: dict[str, Any]) -> Reply:
        """Send a form and wait until its answer is on the screen."""
        await self.before()
        message = opened.interaction.message
        before = message.edited if message is not None else None
        return await self.shown(await who.modal(opened, answers), before)

    async def shown(self, reply: Reply, before: datetime | None = None) -> Reply:
        """Wait for an answer that takes the place of the message that was pressed on."""
        if reply.interaction.answer is Answer.DEFERRED_UPDATE:
            await self.discord.changes.until(
                lambda: reply.message.edited != before,
                what="the answer in place",
                within_s=PATIENCE_S,
            )
        return reply

    async def settle(self) -> None:
        """Let everything be heard and told that is due within a while."""
        await self.worker.done()
        self.stage.clock.time += _A_WHILE
        sender = Sender(
            sessions=self.stage.sessions,
            couriers={Platform.DISCORD: DiscordCourier(self.bot())},
            compose=compose,
            worker="house",
            now=self.stage.clock,
            limits=Limits(lease=timedelta(0), first_pause=timedelta(0)),
        )
        await sender.deliver_due()

    async def before(self) -> None:
        """Do what happens before everything that somebody does."""
        if self.restless:
            await self.restart()


def _edited(where: Reply | Message) -> datetime | None:
    message = where.message if isinstance(where, Reply) else where
    return message.edited


@asynccontextmanager
async def open_house(
    sessions: async_sessionmaker[AsyncSession],
    *,
    faults: Iterable[Fault] = (),
    seed: int = 0,
    contract: Contract | None = None,
    one_clock: bool = False,
) -> AsyncIterator[House]:
    """Build a server with the bot in it. `seed` decides which calls a fault of chance strikes.

    With `contract` every request is held against Discord's own description, which takes a while.
    With `one_clock` Discord's deadlines go by the desk's clock, which moves only when told to.
    """
    stage = await open_stage(sessions)
    files = Spool(sessions)
    stage.ladder.files = files
    services = replace(stage.services, files=files)
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
    clock = stage.clock if one_clock else system_clock
    async with DiscordStandIn.start(contract=contract, seed=seed, clock=clock) as stand_in:
        boss = stand_in.world.add_user("Nina")
        guild = stand_in.world.add_guild(
            "Night Drive Fans", owner=boss, bot_permissions=Permission(needed().value)
        )
        music = stand_in.world.add_channel(guild, "music")
        reviews = stand_in.world.add_channel(guild, "reviews")
        house = House(
            discord=stand_in,
            stage=stage,
            desk=desk,
            worker=worker,
            guild=guild,
            music=music,
            reviews=reviews,
            curators=stand_in.world.add_role(guild, "Curators"),
            boss=stand_in.person_of(boss, here=music),
        )
        house.boss.patience_s = PATIENCE_S
        await house.open()
        for fault in faults:
            stand_in.set_fault(fault)
        try:
            yield house
        finally:
            stand_in.clear_faults()
            await worker.done()
            await house.close()
