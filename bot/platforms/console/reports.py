"""Scored files at the console: one after the other, or side by side. Pure, as the tables are."""

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.fact_texts import close_text, facts_text
from bot.file_reports import CompareView, FileReport
from bot.messages import ScoreLine, plain
from bot.queue_texts import chances_text, score_text
from bot.texts import NOTE_LIMIT
from scoring.bands import Band, band, too_close_to_call

_BAR_CELLS = 30


def report_text(report: FileReport) -> Group:
    """Return a file's score with its interval, what can be heard, and the reasons."""
    name = plain(report.file, limit=NOTE_LIMIT)
    if report.error is not None:
        return Group(Text.assemble((name, "bold"), f": {_sentence(report)}"))
    lines: list[RenderableType] = [Text(name, style="bold")]
    if report.score is not None:
        lines.append(Text(f"  {score_text(report.score)}"))
        lines.append(Text(f"  {interval_bar(report.score)}", style="cyan"))
        lines.append(Text(f"  {chances_text(report.score)}"))
    if report.attributes is not None:
        lines.append(Text(f"  {facts_text(report.attributes)}"))
    lines += [Text(f"  {plain(reason, limit=NOTE_LIMIT)}") for reason in report.reasons]
    if report.score is not None:
        lines.append(Text(f"  model {report.score.model}", style="dim"))
    return Group(*lines)


def compare_table(view: CompareView) -> Group:
    """Return files side by side, and which of them cannot be told from the best."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True, header_style="bold")
    table.add_column("File", ratio=3, overflow="fold")
    table.add_column("Score", ratio=3, overflow="fold")
    table.add_column("What can be heard", ratio=4, overflow="fold")
    for report in view.reports:
        name = Text(plain(report.file, limit=NOTE_LIMIT), style="bold")
        score = Text(score_text(report.score).removeprefix("score: ") if report.score else "-")
        heard = facts_text(report.attributes) if report.attributes else _sentence(report)
        table.add_row(name, score, Text(heard))
    close = _close_to_best(view)
    return Group(table, Text(close_text(close))) if len(close) > 1 else Group(table)


def interval_bar(score: ScoreLine) -> str:
    """Return the interval on the scale from 0 to 100: `0 ···───●──────······ 100`."""
    cells = ["·"] * (_BAR_CELLS + 1)
    low, middle, high = (
        round(value * _BAR_CELLS / 100) for value in (score.low, score.percentile, score.high)
    )
    cells[low : high + 1] = "─" * (high + 1 - low)
    cells[middle] = "●"
    return f"0 {''.join(cells)} 100"


def _close_to_best(view: CompareView) -> list[str]:
    scored = [(report.file, report.score) for report in view.reports if report.score is not None]
    bands = [(file, _band(score)) for file, score in scored]
    return [file for file, interval in bands if too_close_to_call(bands[0][1], interval)]


def _band(score: ScoreLine) -> Band:
    return band(score.low, score.percentile, score.high)


def _sentence(report: FileReport) -> str:
    return plain(report.error.sentence, limit=NOTE_LIMIT) if report.error else "not heard"
