"""Earmark as a service: the engine, the upkeep and the chats, in the roles that a process takes."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from bot.app import World, open_desk, real_world
from bot.chats import Chat, OpenChats, open_chats
from bot.errors import SettingsError
from bot.jobs.engine import Work, open_engine
from bot.jobs.queue import JobQueue
from bot.jobs.store import connect, jobs_url, prepare
from bot.jobs.upkeep import Upkeep, me
from bot.settings import Settings
from bot.workflow.chores import Chores
from bot.workflow.desk import Desk
from bot.workflow.notice_cards import compose
from bot.workflow.outbox import Sender
from bot.workflow.outcome import Processed
from bot.workflow.process import process
from bot.workflow.rescore import version_in_use
from bot.workflow.steps import Steps
from db.goes import Go

log = logging.getLogger(__name__)


class Role(StrEnum):
    """What a process does: talk to people, do the work behind it, or both."""

    ALL = "all"
    CHAT = "chat"
    WORKER = "worker"


async def serve(settings: Settings, role: Role) -> None:
    """Run until SIGTERM or SIGINT; then take nothing new, finish or hand back, and close."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with open_service(settings, role) as tasks:
        log.info("at work as %s", role)
        await _until(stop, tasks)


@asynccontextmanager
async def open_service(
    settings: Settings,
    role: Role,
    world: World | None = None,
    *,
    chats: OpenChats = open_chats,
) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Start everything that `role` takes; yield the tasks, which do not end by themselves.

    `chats` opens other chats than those of the settings, where we live in somebody's bot.
    """
    this, world = me(), world or real_world()
    async with (
        open_desk(settings, world) as bare,
        open_jobs(settings, role, bare, executor_id=this.executor_id) as (jobs, chores),
        _chats(settings, role, replace(bare, starter=jobs), chats) as opened,
    ):
        work: list[Coroutine[Any, Any, None]] = [chat.listen() for chat in opened]
        if opened:
            work.append(_send(bare, opened, worker=this.executor_id))
        if role is not Role.CHAT:
            upkeep = Upkeep(
                me=this,
                sessions=bare.sessions,
                jobs=jobs,
                now=bare.now,
                sleep=world.sleep,
                find_due=chores.due,
            )
            work.append(upkeep.run())
        tasks = [asyncio.create_task(one) for one in work]
        try:
            yield tasks
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _chats(
    settings: Settings, role: Role, desk: Desk, open_them: OpenChats
) -> AsyncIterator[list[Chat]]:
    """Open the chats where this role talks in them."""
    if role is Role.WORKER:
        yield []
        return
    async with open_them(settings, desk) as chats:
        if role is Role.CHAT and not chats:
            raise SettingsError(
                "There is no chat to talk in. Set EARMARK_DISCORD_TOKEN or EARMARK_SLACK_TOKEN;"
                " docs/discord.md and docs/slack.md tell where to get them."
            )
        yield chats


async def _send(desk: Desk, chats: Sequence[Chat], *, worker: str) -> None:
    """Bring what the outbox holds until this is cancelled."""
    sender = Sender(
        sessions=desk.sessions,
        couriers={chat.platform: chat.courier for chat in chats},
        compose=partial(compose, model_version=version_in_use(desk.services.hearing)),
        worker=worker,
        now=desk.now,
    )
    await sender.run(asyncio.Event())


@asynccontextmanager
async def open_jobs(
    settings: Settings, role: Role, desk: Desk, *, executor_id: str
) -> AsyncIterator[tuple[JobQueue, Chores]]:
    """Open the engine's doors; a process that only chats enqueues, and others do the work."""
    url = jobs_url(settings.database_url)
    queue: JobQueue

    async def sweep(before: datetime) -> int:
        return await queue.sweep(before=before)

    chores = Chores(desk, sweep_jobs=sweep)
    if role is Role.CHAT:
        async with open_queue(settings) as queue:
            yield queue, chores
        return

    async def score(go: Go, confirmed: bool, steps: Steps) -> Processed:  # noqa: FBT001
        return await process(
            go.submission_id,
            workspace_id=go.workspace_id,
            sessions=desk.sessions,
            services=desk.services,
            now=desk.now,
            number=go.number,
            confirmed=confirmed,
            steps=steps,
        )

    work = Work(score=score, chore=chores.do)
    async with open_engine(
        url, work, executor_id=executor_id, at_once=settings.jobs_at_once
    ) as queue:
        yield queue, chores


@asynccontextmanager
async def open_queue(settings: Settings) -> AsyncIterator[JobQueue]:
    """Open the doors of the engine without running any job."""
    url = jobs_url(settings.database_url)
    await asyncio.to_thread(prepare, url)
    queue = JobQueue(connect(url))
    try:
        yield queue
    finally:
        await queue.close()


async def _until(stop: asyncio.Event, tasks: Iterable[asyncio.Task[None]]) -> None:
    """Wait for `stop`; a task that ends before it takes the service down with its error."""
    stopped = asyncio.create_task(stop.wait(), name="stop")
    ended, _ = await asyncio.wait({stopped, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    for task in ended - {stopped}:
        task.result()
