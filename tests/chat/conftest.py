"""The desk that somebody visits from a chat."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.workflow.stage import Stage, open_stage


@pytest.fixture
async def stage(sqlite_sessions: async_sessionmaker[AsyncSession]) -> Stage:
    return await open_stage(sqlite_sessions)
