"""`earmark process` and the files that artists sent."""

import asyncio
from datetime import UTC, datetime

from bot import settings
from bot.app import open_desk
from db import spool
from tests.commands.console import Console

# Whoever put the file there has been gone for years.
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


async def _keep(name: str, at: datetime) -> None:
    async with open_desk(settings.load()) as desk, desk.sessions.begin() as session:
        await spool.put(session, sha256=name, content=b"somebody's song", at=at)


async def _kept(name: str) -> bool:
    async with open_desk(settings.load()) as desk, desk.sessions() as session:
        return await spool.get(session, sha256=name) is not None


def test_a_file_that_nobody_waits_for_is_deleted(earmark: Console) -> None:
    asyncio.run(_keep("left", LONG_AGO))
    asyncio.run(_keep("young", datetime.now(UTC)))

    earmark.json("process")

    assert not asyncio.run(_kept("left"))
    assert asyncio.run(_kept("young"))
