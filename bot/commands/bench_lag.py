"""`earmark bench lag`: how long the chat waits while files are heard."""

import asyncio
from pathlib import Path

import click
from rich.console import Group
from rich.table import Table
from rich.text import Text

from bot import settings
from bot.commands.running import json_option, out, print_json, progress_console
from bot.hearing.bench import HearingReport, Load, bench_hearing
from bot.model_store import model_in_use
from bot.sandbox.bundled import bundled_clips

# What the product promises: no answer in the chat is late because a file is being heard.
_MOST_LAG_MS = 50.0


@click.command()
@click.option(
    "--seconds", type=click.FloatRange(0.5, 600), default=10.0, help="How long under each load."
)
@click.option(
    "--file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Hear this file instead of the bundled clips.",
)
@json_option
def lag(*, seconds: float, file: Path | None, as_json: bool) -> None:
    """Hear clips at full load: the lag of the event loop, idle and meanwhile."""
    chosen = settings.load()
    paths = [file] if file else [one.path for one in bundled_clips()]
    clips = [path.read_bytes() for path in paths]
    with progress_console().status("Listening at full load"):
        report = asyncio.run(
            bench_hearing(
                model_in_use(chosen),
                clips,
                seconds=seconds,
                memory_mib=chosen.scoring_memory_mib,
            )
        )
    if as_json:
        print_json(to_json(report))
    else:
        out().print(picture(report))


def to_json(report: HearingReport) -> dict[str, object]:
    return {
        "loads": [_line(load) for load in (report.idle, *report.loads)],
        "start_s": report.start_s,
        "warm_ms": report.warm_ms,
        "here_ms": report.here_ms,
        "promised": {"worst_lag_ms": _MOST_LAG_MS},
    }


def picture(report: HearingReport) -> Group:
    table = Table(title="How late the event loop is, in ms", title_justify="left")
    table.add_column("clips at once")
    for name in ("p50", "p99", "worst", "x idle", "own CPU", "clips/s", "MiB each"):
        table.add_column(name, justify="right")
    idle_ms = report.idle.lag.worst_ms
    for load in (report.idle, *report.loads):
        table.add_row(
            load.name,
            *(f"{load.lag.at_ms(share):.1f}" for share in (0.5, 0.99)),
            f"{load.lag.worst_ms:.1f}",
            f"{load.lag.worst_ms / idle_ms:.1f}" if idle_ms else "",
            f"{load.lag.most_work_ms:.1f}",
            f"{load.clips_per_s:.1f}",
            f"{max(load.peak_mib):.0f}" if load.peak_mib else "",
        )
    lines = (
        "own CPU: the most that the loop itself worked before a tick; the rest is other programs'",
        f"a process is ready {report.start_s:.2f} s after it is needed",
        f"a clip takes {report.warm_ms:.0f} ms in a process, {report.here_ms:.0f} ms in this one",
        f"promised: {_MOST_LAG_MS:.0f} ms at worst, with files heard in processes",
    )
    return Group(table, Text("\n".join(lines)))


def _line(load: Load) -> dict[str, object]:
    return {
        "load": load.name,
        "lag_ms": {
            "p50": load.lag.at_ms(0.5),
            "p99": load.lag.at_ms(0.99),
            "worst": load.lag.worst_ms,
        },
        "most_work_ms": load.lag.most_work_ms,
        "clips_per_s": load.clips_per_s,
        "peak_mib": list(load.peak_mib),
    }
