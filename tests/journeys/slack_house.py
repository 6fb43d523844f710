"""A Slack team with Earmark in it, and people who use it as they would.

The app, the sender, the workflow and the database are real; Slack is its stand-in, and the music
services and the scorer are fakes that answer at once.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

import yaml
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.platforms.slack.courier import SlackCourier
from bot.platforms.slack.manifest import EVENTS_PATH, manifest_yaml
from bot.platforms.slack.service import by_http, by_socket, own_app
from bot.sandbox.faults import Fault
from bot.sandbox.slack.config import AppConfig
from bot.sandbox.slack.core import Contract
from bot.sandbox.slack.people import Person
from bot.sandbox.slack.server import SlackStandIn
from bot.sandbox.slack.world import SlackChannel, SlackMessage, UserGroup, View
from bot.sources.upload import Spool
from bot.workflow.delivery import Courier, Limits
from bot.workflow.desk import Desk
from bot.workflow.notice_cards import compose
from bot.workflow.outbox import Sender
from db.models import Platform
from tests.journeys.discord_house import PATIENCE_S, Worker
from tests.workflow.stage import Stage, open_stage

Mode = Literal["socket", "http"]
COMMAND = "/earmark"
# Longer than the pause of a board and of a sender that failed.
_A_WHILE = timedelta(minutes=2)


@dataclass(slots=True)
class SlackHouse:
    """One team: `reviews` for curators, `music` for artists; `boss` manages it.

    `restless`: the app is stopped, and another one started, before everything that somebody does.
    """

    slack: SlackStandIn
    stage: Stage
    desk: Desk
    worker: Worker
    mode: Mode
    music: SlackChannel
    reviews: SlackChannel
    curators: UserGroup
    boss: Person
    restless: bool = False
    _courier: SlackCourier | None = None
    _open: AsyncExitStack | None = None

    async def open(self) -> None:
        """Start the app and wait until Slack can tell it something."""
        stack = AsyncExitStack()
        secret = self.slack.config.signing_secret if self.mode == "http" else ""
        app, self._courier = own_app(
            self.desk, token=self.slack.token, signing_secret=secret, url=self.slack.url
        )
        if self.mode == "http":
            listen, port = await stack.enter_async_context(by_http(app, host="127.0.0.1", port=0))
            self.slack.deliver_to(f"http://127.0.0.1:{port}{EVENTS_PATH}")
        else:
            listen = await stack.enter_async_context(by_socket(app, self.slack.app_token))
        listening = asyncio.create_task(listen())
        stack.callback(listening.cancel)
        self._open = stack

    async def close(self) -> None:
        if self._open is not None:
            await self.slack.deliveries.settled()
            await self._open.aclose()
            self._open = None

    async def before(self) -> None:
        """Do what happens before everything that somebody does."""
        if self.restless:
            await self.close()
            await self.open()

    def person(self, name: str, *, curates: bool = False, **more: Any) -> Person:
        person = self.slack.person(name, here=self.reviews if curates else self.music, **more)
        person.patience_s = PATIENCE_S
        if curates:
            self.curators.users.add(person.id)
        return person

    async def command(self, who: Person, text: str = "", *, says: str) -> SlackMessage:
        """Type the command, and return the answer that only they see."""
        await self.before()
        await who.command(COMMAND, text)
        return await who.ephemeral(says)

    async def opens(self, who: Person, text: str = "", *, says: str) -> View:
        """Type the command, and return the modal that it opens."""
        await self.before()
        await who.command(COMMAND, text)
        return await who.modal(says)

    async def click(
        self, who: Person, where: SlackMessage | View, label: str, *, says: str, nth: int = 0
    ) -> View:
        """Press a button, and return the modal that shows `says` then."""
        await self.before()
        await who.click(where, label, nth=nth)
        return await who.modal(says)

    async def open_row(self, who: Person, where: SlackMessage, code: str, *, says: str) -> View:
        """Press the button of one row of a list."""
        await self.before()
        await who.click(where, action_id=f"q1|open|{code}|")
        return await who.modal(says)

    async def press(
        self, who: Person, where: SlackMessage | View, label: str, *, says: str
    ) -> SlackMessage:
        """Press a button, and return the message that only they see then."""
        await self.before()
        await who.click(where, label)
        return await who.ephemeral(says)

    async def choose(
        self, who: Person, where: SlackMessage, choice: object, *, of: str, says: str
    ) -> SlackMessage:
        await self.before()
        await who.choose(where, choice, of=of)
        return await who.ephemeral(says)

    async def pick(self, who: Person, *choices: object, of: str = "", says: str) -> View:
        """Choose in the modal on top, and return what it shows then."""
        await self.before()
        await who.choose(who.modals()[-1], *choices, of=of)
        return await who.modal(says)

    async def fill(self, who: Person, answers: Mapping[str, object], *, says: str) -> View:
        """Fill in and send the modal on top, and return the one that is there then."""
        await self.before()
        await who.submit_view(answers)
        return await who.modal(says)

    async def settle(self, others: Mapping[Platform, Courier] | None = None) -> None:
        """Let everything be heard and told that is due within a while."""
        await self.worker.done()
        self.stage.clock.time += _A_WHILE
        # A message a second and channel: what is left waits for the next round.
        for _ in range(4):
            await self.sender(others).deliver_due()
            self.stage.clock.time += timedelta(seconds=2)
        await self.slack.deliveries.settled()

    def sender(self, others: Mapping[Platform, Courier] | None = None) -> Sender:
        if self._courier is None:
            raise LookupError("the app was never opened")
        return Sender(
            sessions=self.stage.sessions,
            couriers={Platform.SLACK: self._courier, **(others or {})},
            compose=compose,
            worker="house",
            now=self.stage.clock,
            limits=Limits(lease=timedelta(0), first_pause=timedelta(0)),
        )


def desk_of(stage: Stage, worker: Worker) -> Desk:
    return Desk(
        workspace_id=stage.workspace_id,
        zone="Europe/Berlin",
        upload_max_mib=25,
        sessions=stage.sessions,
        services=worker.services,
        starter=worker,
        now=stage.clock,
        seed=lambda: 1,
    )


@asynccontextmanager
async def open_slack_house(
    sessions: async_sessionmaker[AsyncSession],
    *,
    mode: Mode = "socket",
    faults: Iterable[Fault] = (),
    seed: int = 0,
    contract: Contract | None = None,
) -> AsyncIterator[SlackHouse]:
    """Build a team with the app in it, told of things in one of the two ways."""
    stage = await open_stage(sessions)
    files = Spool(sessions)
    stage.ladder.files = files
    worker = Worker(stage, replace(stage.services, files=files))
    async with slack_house(
        stage, desk_of(stage, worker), worker, mode=mode, seed=seed, contract=contract
    ) as house:
        for fault in faults:
            house.slack.set_fault(fault)
        yield house


@asynccontextmanager
async def slack_house(
    stage: Stage,
    desk: Desk,
    worker: Worker,
    *,
    mode: Mode = "socket",
    seed: int = 0,
    contract: Contract | None = None,
) -> AsyncIterator[SlackHouse]:
    """Build a team around a desk that may have another place, too."""
    config = AppConfig.from_manifest(yaml.safe_load(manifest_yaml()))
    async with SlackStandIn.start(
        clock=stage.clock, config=config, contract=contract, seed=seed
    ) as slack:
        music = slack.add_channel("C0MUSIC")
        house = SlackHouse(
            slack=slack,
            stage=stage,
            desk=desk,
            worker=worker,
            mode=mode,
            music=music,
            reviews=slack.add_channel("C0REVIEWS"),
            curators=slack.add_usergroup("S0CURATORS", "Curators"),
            boss=slack.person("Nina", here=music, admin=True),
        )
        house.boss.patience_s = PATIENCE_S
        await house.open()
        try:
            yield house
        finally:
            slack.clear_faults()
            await worker.done()
            await house.close()
