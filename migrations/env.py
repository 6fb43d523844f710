"""How Alembic meets the database.

Earmark itself hands over an open connection (`db.schema`). On the command line, for making a new
revision, the database is that of EARMARK_DATABASE_URL: `alembic revision --autogenerate -m "…"`.
"""

import asyncio
import os
from typing import Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from db.engine import create_engine
from db.models import Base
from db.types import UtcDateTime, Vector


def render_item(kind: str, item: object, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write our own column types as the plain types behind them: a revision never imports db.

    The CHECK of a choice is left to the author, as Alembic cannot see it change; a test compares
    every CHECK of the migrated database with the models.
    """
    if kind != "type":
        return False
    match item:
        case UtcDateTime():
            return "sa.DateTime(timezone=True)"
        case Vector():
            return "sa.LargeBinary()"
        case sa.Enum():
            return f"sa.String({item.length})"
        case sa.JSON():
            autogenerate.imports.add("from sqlalchemy.dialects import postgresql")
            return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
        case _:
            return False


def migrate(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        # SQLite can change little about a table; Alembic then builds a new one and copies.
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def migrate_from_command_line() -> None:
    engine = create_engine(os.environ["EARMARK_DATABASE_URL"], foreign_keys=False)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations need the database at hand; --sql is not supported.")

handed_over = context.config.attributes.get("connection")
if isinstance(handed_over, sa.Connection):
    migrate(handed_over)
else:
    asyncio.run(migrate_from_command_line())
