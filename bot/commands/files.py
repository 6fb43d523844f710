"""`earmark score` and `compare`: audio files in, numbers out, no database."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import click

from bot import settings
from bot.commands.running import (
    complain,
    examples,
    json_option,
    out,
    print_json,
    progress_console,
)
from bot.file_reports import CompareView, FileReport
from bot.model_store import model_in_use
from bot.platforms.console.reports import compare_table, report_text
from bot.workflow.hearing import failed_report, file_report
from scoring.errors import AudioError
from scoring.model import Model
from scoring.scorer import Scorer

_files = click.argument("files", nargs=-1, required=True, metavar="FILE...")


@click.command(epilog=examples("score song.mp3", "score *.mp3 --json"))
@_files
@json_option
def score(files: Sequence[str], *, as_json: bool) -> int:
    """Score audio files: interval, attributes and reasons for each.

    Reads mp3, m4a/aac, ogg/opus, flac, wav and webm; of a long file it hears 30 seconds. With
    --json it prints one object a line. A file that fails is told of among the others, and the
    exit status is 1.
    """
    console, failed = out(), 0
    # Between the lines of JSON on a terminal there is no place for anything else.
    shown = nullcontext() if as_json else progress_console(beside=console).status("Listening")
    with shown:
        for report in _reports(files):
            failed += not report.ok
            if as_json:
                print_json(report.to_json())
            else:
                console.print(report_text(report))
    return _status(failed, of=len(files))


@click.command(epilog=examples("compare mix1.wav mix2.wav"))
@_files
@json_option
def compare(files: Sequence[str], *, as_json: bool) -> int:
    """Put audio files side by side; tell which are too close to call."""
    with progress_console().status("Listening"):
        reports = tuple(_reports(files))
    ranked = sorted(reports, key=lambda report: (report.score is None, -_percentile(report)))
    view = CompareView(reports=tuple(ranked))
    if as_json:
        print_json(view.to_json())
    else:
        out().print(compare_table(view))
    return _status(sum(not report.ok for report in reports), of=len(files))


def _reports(files: Sequence[str]) -> Iterator[FileReport]:
    scorer = Scorer(Model.load(model_in_use(settings.load())))
    return (_report(scorer, file) for file in files)


def _report(scorer: Scorer, file: str) -> FileReport:
    try:
        return file_report(file, scorer.score(Path(file).read_bytes()))
    except (AudioError, OSError) as error:
        return failed_report(file, error)


def _percentile(report: FileReport) -> float:
    return report.score.percentile if report.score else 0.0


def _status(failed: int, *, of: int) -> int:
    """Return the exit status, and complain where it is not 0."""
    if failed:
        complain(f"{failed} of {of} {'file' if of == 1 else 'files'} could not be scored.")
    return int(failed > 0)
