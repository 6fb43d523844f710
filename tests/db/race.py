"""Two transactions on PostgreSQL that meet at one row, in a known order."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

_BLOCKED = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def until_blocked(engine: AsyncEngine) -> None:
    """Return when a transaction of this database waits for another one's row."""
    async with engine.connect() as connection:
        while not await connection.scalar(_BLOCKED):
            await connection.rollback()
