"""The desk that the workflow's tests start from, once on each database."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.workflow.stage import Stage, open_stage


@pytest.fixture
async def stage(make_session: async_sessionmaker[AsyncSession]) -> Stage:
    return await open_stage(make_session)
