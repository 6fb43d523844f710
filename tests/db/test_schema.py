import asyncio
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, String, inspect, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from db import schema
from db.engine import create_engine, sessions
from db.models import Base
from db.schema import SchemaState
from tests.db.desk import open_desk
from tests.db.filled import fill

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
REVISIONS = [
    script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions("base", "heads")
]


async def test_a_fresh_database_is_empty_then_current_then_behind(bare_url: str) -> None:
    states = [await schema.state(bare_url)]
    await schema.upgrade(bare_url)
    states.append(await schema.state(bare_url))
    await schema.downgrade_one(bare_url)
    states.append(await schema.state(bare_url))

    assert states == [SchemaState.EMPTY, SchemaState.CURRENT, SchemaState.BEHIND]


def test_looking_at_a_missing_file_does_not_make_it(tmp_path: Path) -> None:
    state = asyncio.run(schema.state(f"sqlite:///{tmp_path / 'x.db'}"))

    assert state is SchemaState.EMPTY
    assert list(tmp_path.iterdir()) == []


async def test_a_database_of_something_else_is_unknown(bare_url: str) -> None:
    await _execute(bare_url, "CREATE TABLE recipes (id INTEGER)")

    assert await schema.state(bare_url) is SchemaState.UNKNOWN


async def test_a_database_of_a_newer_earmark_is_unknown(bare_url: str) -> None:
    await schema.upgrade(bare_url)
    await _execute(bare_url, "UPDATE alembic_version SET version_num = 'tomorrow'")

    assert await schema.state(bare_url) is SchemaState.UNKNOWN


async def test_an_upgrade_that_is_done_changes_nothing(bare_url: str) -> None:
    await schema.upgrade(bare_url)
    before = await _described(bare_url)
    await schema.upgrade(bare_url)

    assert await _described(bare_url) == before


async def test_two_processes_may_upgrade_at_once(bare_url: str) -> None:
    await asyncio.gather(schema.upgrade(bare_url), schema.upgrade(bare_url))

    assert await schema.state(bare_url) is SchemaState.CURRENT


@pytest.mark.parametrize("steps", range(1, len(REVISIONS) + 1))
async def test_every_revision_goes_back_and_forth(bare_url: str, steps: int) -> None:
    await schema.upgrade(bare_url)
    there = await _described(bare_url)
    for _ in range(steps):
        await schema.downgrade_one(bare_url)
    back = await schema.state(bare_url)
    await schema.upgrade(bare_url)

    assert back is (SchemaState.EMPTY if steps == len(REVISIONS) else SchemaState.BEHIND)
    assert await _described(bare_url) == there


async def test_going_back_and_forth_one_step_keeps_the_other_rows(bare_url: str) -> None:
    await schema.upgrade(bare_url)
    await _fill(bare_url)
    await schema.downgrade_one(bare_url)
    await schema.upgrade(bare_url)

    assert await _execute(bare_url, "SELECT count(*) FROM submissions") == 1
    assert await _execute(bare_url, "SELECT count(*) FROM decisions") == 1


async def test_rebuilding_a_table_on_sqlite_keeps_the_rows_that_point_to_it(
    sqlite_url: str,
) -> None:
    def rebuild(config: Config) -> None:
        operations = Operations(MigrationContext.configure(config.attributes["connection"]))
        with operations.batch_alter_table("submissions", recreate="always") as batch:
            batch.add_column(Column("mood", String()))

    await _fill(sqlite_url)
    await schema._with_connection(sqlite_url, rebuild)

    assert await _execute(sqlite_url, "SELECT mood FROM submissions") is None
    assert await _execute(sqlite_url, "SELECT count(*) FROM decisions") == 1


async def test_a_migration_that_would_leave_broken_references_changes_nothing(
    sqlite_url: str,
) -> None:
    def lose_the_people(config: Config) -> None:
        config.attributes["connection"].execute(text("DELETE FROM members"))

    await _fill(sqlite_url)
    with pytest.raises(RuntimeError, match=r"would break \d+ references"):
        await schema._with_connection(sqlite_url, lose_the_people)

    assert await _execute(sqlite_url, "SELECT count(*) FROM members") == 2


async def test_the_migrations_and_the_models_say_the_same(bare_url: str) -> None:
    await schema.upgrade(bare_url)
    engine = create_engine(bare_url)
    async with engine.begin() as connection:
        report = await connection.run_sync(_alembic_check)
    await engine.dispose()

    assert "No new upgrade operations detected" in report


@pytest.fixture
def second_url(bare_url: str, bare_urls: Callable[[str], str]) -> str:
    """Another bare database of the same kind."""
    return bare_urls("sqlite" if bare_url.startswith("sqlite") else "postgresql")


async def test_the_migrations_make_the_very_tables_of_the_models(
    bare_url: str, second_url: str
) -> None:
    await schema.upgrade(bare_url)
    engine = create_engine(second_url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()

    migrated = await _described(bare_url)
    del migrated["alembic_version"]
    # Alembic's own check sees neither a CHECK nor what happens on a delete.
    assert migrated == await _described(second_url)


def test_a_revision_never_imports_our_code() -> None:
    ours = re.compile(r"^\s*(?:from|import) (?:db|bot|scoring|migrations)\b", re.MULTILINE)
    files = sorted((MIGRATIONS / "versions").glob("*.py"))

    assert len(files) == len(REVISIONS)
    assert [file.name for file in files if ours.search(file.read_text())] == []


async def _fill(url: str) -> None:
    engine = create_engine(url)
    async with sessions(engine).begin() as session:
        await fill(await open_desk(session))
    await engine.dispose()


async def _execute(url: str, statement: str) -> object:
    engine = create_engine(url)
    async with engine.begin() as connection:
        result = await connection.execute(text(statement))
        found = result.scalar() if result.returns_rows else None
    await engine.dispose()
    return found


def _alembic_check(connection: Connection) -> str:
    config = schema.config_for(connection)
    config.stdout = io.StringIO()
    command.check(config)
    return config.stdout.getvalue()


async def _described(url: str) -> dict[str, list[str]]:
    """Return all columns, keys, constraints and indices by table, as sorted lines."""
    engine = create_engine(url)
    async with engine.connect() as connection:
        described = await connection.run_sync(_describe)
    await engine.dispose()
    return described


def _describe(connection: Connection) -> dict[str, list[str]]:
    inspector = inspect(connection)
    return {
        table: sorted(
            [
                *(
                    f"{column['name']} {column['type']!r} {column['nullable']}"
                    for column in inspector.get_columns(table)
                ),
                *(str(key) for key in inspector.get_foreign_keys(table)),
                *(str(unique) for unique in inspector.get_unique_constraints(table)),
                *(str(check) for check in inspector.get_check_constraints(table)),
                *(_index(index) for index in inspector.get_indexes(table)),
                str(inspector.get_pk_constraint(table)),
            ]
        )
        for table in inspector.get_table_names()
    }


def _index(index: ReflectedIndex) -> str:
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return f"{index['name']} {index['column_names']} {index['unique']} {options}"
