"""`earmark bench`: what things cost on this machine. Only the ratios can be compared."""

import sys
import time
from collections.abc import Mapping
from statistics import median

import click
from rich.console import Group
from rich.table import Table
from rich.text import Text

from bot import settings
from bot.commands.bench_chat import chat
from bot.commands.bench_lag import lag
from bot.commands.bench_pipeline import idle, pipeline
from bot.commands.running import json_option, out, print_json, progress_console
from bot.model_store import model_in_use
from bot.sandbox.bundled import Clip, bundled_clips
from scoring.audio import decode
from scoring.bench import BenchReport, ColdStart, bench_audio, bench_start
from scoring.explain import moved
from scoring.features import analyse
from scoring.model import Model

# What the product promises of one 30 s mp3 on one core.
_MOST_CPU_MS = 150
_MOST_START_S = 2.0
_MOST_MIB = 300


@click.group()
def bench() -> None:
    """Measure what Earmark costs on this machine."""


bench.add_command(lag)
bench.add_command(chat)
bench.add_command(pipeline)
bench.add_command(idle)


@bench.command()
@click.option("--rounds", type=click.IntRange(1, 100), default=5, help="Rounds over all clips.")
@json_option
def audio(*, rounds: int, as_json: bool) -> None:
    """Score the bundled mp3 clips again and again: CPU time by stage, against librosa."""
    clips = {one.file: one.path.read_bytes() for one in _mp3_clips()}
    model = Model.load(model_in_use(settings.load()))
    with progress_console().status("Listening again and again"):
        report = bench_audio(
            clips,
            rounds=rounds,
            model=lambda features: model.predict(features.logmel),
            against_librosa=True,
        )
        reasons_ms = _reasons_ms(model, clips)
        start = _start_to_score()
    if as_json:
        print_json(_to_json(report, start, reasons_ms))
    else:
        out().print(_picture(report, start, reasons_ms))


def _mp3_clips() -> list[Clip]:
    return [one for one in bundled_clips() if one.file.endswith(".mp3")]


def _reasons_ms(model: Model, clips: Mapping[str, bytes]) -> float:
    """Return the CPU milliseconds that finding out what moved the score takes, once it is there."""
    spent = []
    for data in clips.values():
        logmel = analyse(decode(data).mono).logmel
        prediction = model.predict(logmel)
        started = time.process_time()
        moved(model, logmel, prediction)
        spent.append(1000 * (time.process_time() - started))
    return median(spent)


def _start_to_score() -> ColdStart:
    """Run `earmark score` on one clip in a fresh process."""
    clip = _mp3_clips()[0].path
    return bench_start([sys.executable, "-m", "bot", "score", str(clip), "--json"])


def _to_json(report: BenchReport, start: ColdStart, reasons_ms: float) -> dict[str, object]:
    return {
        "clips": report.clips,
        "rounds": report.rounds,
        "cpu_ms": {cost.name: cost.median_ms for cost in (*report.stages, report.total)},
        "reasons_cpu_ms": reasons_ms,
        "librosa_cpu_ms": report.librosa.median_ms if report.librosa else None,
        "times_cheaper_than_librosa": report.ratio,
        "start": {"wall_s": start.wall_s, "cpu_s": start.cpu_s, "peak_mib": start.peak_mib},
        "promised": {"cpu_ms": _MOST_CPU_MS, "start_s": _MOST_START_S, "peak_mib": _MOST_MIB},
    }


def _picture(report: BenchReport, start: ColdStart, reasons_ms: float) -> Group:
    table = Table(
        title=f"{report.clips} clips of 30 s, {report.rounds} rounds", title_justify="left"
    )
    table.add_column("CPU, one core")
    table.add_column("median ms", justify="right")
    table.add_column("least ms", justify="right")
    costs = [*report.stages, report.total]
    if report.librosa is not None:
        costs.append(report.librosa)
    for cost in costs:
        table.add_row(cost.name, f"{cost.median_ms:.1f}", f"{cost.least_ms:.1f}")
    lines = [
        f"the reasons come on top, after the score: {reasons_ms:.0f} ms",
        f"CPU from the start of a process to its first score: {start.cpu_s:.2f} s",
        f"by the clock, with all else that runs here: {start.wall_s:.2f} s",
        f"memory at its peak: {start.peak_mib:.0f} MiB",
        f"promised: {_MOST_CPU_MS} ms a clip, {_MOST_START_S:.0f} s to start, {_MOST_MIB} MiB",
    ]
    if report.ratio is not None:
        lines.insert(0, f"{report.ratio:.1f} times cheaper than the usual way with librosa")
    return Group(table, Text("\n".join(lines)))
