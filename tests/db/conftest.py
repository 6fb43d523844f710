"""The workspace that most database tests start from."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.db.desk import Desk, open_desk


@pytest.fixture
async def desk(session: AsyncSession) -> Desk:
    """A committed workspace on a session of the database under test."""
    desk = await open_desk(session)
    await session.commit()
    return desk
