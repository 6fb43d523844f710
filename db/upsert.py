"""INSERT … ON CONFLICT: one spelling in both databases, two in SQLAlchemy."""

from collections.abc import Collection

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from db.tables.base import Base


async def insert_or_skip(session: AsyncSession, row: Base) -> bool:
    """Insert a row that was made and not added; return False where it is there already.

    "There" means that any unique constraint refuses it. PostgreSQL waits for a transaction that
    is inserting the same row, so a look afterwards finds the row that won.
    """
    first, *_ = row.__table__.primary_key
    statement = _insert(session, row).on_conflict_do_nothing().returning(first)
    return await session.scalar(statement) is not None


async def insert_or_change(session: AsyncSession, row: Base, *, unique: Collection[str]) -> None:
    """Insert a row that was made and not added, or change the one with the same `unique`."""
    statement = _insert(session, row)
    changed = {name: statement.excluded[name] for name in _values(row) if name not in unique}
    await session.execute(
        statement.on_conflict_do_update(index_elements=list(unique), set_=changed)
    )


def _insert(session: AsyncSession, row: Base) -> postgresql.Insert | sqlite.Insert:
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgresql else sqlite.insert
    return insert(type(row)).values(**_values(row))


def _values(row: Base) -> dict[str, object]:
    # The database counts the ids.
    names = (column.key for column in row.__table__.columns)
    return {name: getattr(row, name) for name in names if name != "id"}
