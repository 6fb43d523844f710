"""The queue, the artist's submissions, decisions and digests at the console.

Pure: a view in, something for rich to print out. Nothing is said by colour alone, foreign text is
never read as markup, and long lines fold instead of being cut, so that any width will do.
"""

from collections.abc import Sequence
from typing import Protocol

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.digest_texts import digest_lines, digest_title, empty_digest_text
from bot.messages import (
    Card,
    DecisionView,
    DigestRow,
    DigestView,
    ErrorLine,
    QueueRow,
    QueueView,
    StatusRow,
    StatusView,
    plain,
)
from bot.platforms.console.actions import Sent
from bot.queue_texts import (
    HIDDEN_SCORE,
    cold_start_text,
    empty_queue_text,
    page_text,
    queue_header,
    score_text,
)
from bot.texts import decision_text as decision_sentence
from bot.texts import no_submissions_text, receipt_text, status_text, title_text, unscored_text
from bot.workflow.outcome import Processed

_LINE_LIMIT = 1000


class Finding(Protocol):
    """One thing that `earmark doctor` looked at; `health` is good, missing or bad."""

    @property
    def what(self) -> str: ...

    @property
    def health(self) -> str: ...

    @property
    def advice(self) -> str: ...


class Checkup(Protocol):
    @property
    def findings(self) -> Sequence[Finding]: ...


def queue_table(view: QueueView) -> Group:
    """Return a queue with its header; a line parts the pages."""
    header = Text.assemble((plain(view.playlist), "bold"), f"  {queue_header(view)}")
    if not view.rows:
        return Group(header, Text(empty_queue_text(view.playlist, view.view)))
    if page := page_text(view):
        header.append(f"  {page}", style="dim")
    table = _table()
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Id", no_wrap=True)
    table.add_column("Track", ratio=4, overflow="fold")
    table.add_column("Score", ratio=3, overflow="fold")
    table.add_column("Why here", ratio=3, overflow="fold")
    # Scores of two models stand side by side until all are made again: then each says whose it is.
    mixed = len({row.score.model for row in view.rows if row.score}) > 1
    for row, after in zip(view.rows, (*view.rows[1:], None), strict=True):
        page_ends = after is not None and after.page != row.page
        table.add_row(
            str(row.rank),
            row.code,
            _track(row.title, row.artist),
            _score(row, mixed=mixed),
            _why(row),
            end_section=page_ends,
        )
    parts: list[RenderableType] = [header]
    if view.cold_start:
        parts.append(Text(cold_start_text(view.playlist), style="dim"))
    return Group(*parts, table)


def status_table(view: StatusView) -> RenderableType:
    """Return an artist's own submissions, with the answers in words."""
    if not view.rows:
        return Text(no_submissions_text(view.artist))
    table = _table()
    table.add_column("Id", no_wrap=True)
    table.add_column("Playlist", ratio=2, overflow="fold")
    table.add_column("Track", ratio=3, overflow="fold")
    table.add_column("Where it stands", ratio=5, overflow="fold")
    for row in view.rows:
        table.add_row(
            row.code, Text(plain(row.playlist)), _track(row.title, row.artist), _standing(row)
        )
    return table


def status_line(row: StatusRow) -> Text:
    """Return one submission in one line, as its artist reads it."""
    title = title_text(row.title, row.artist)
    return Text.assemble(
        (row.code, "bold"), f" {title}, for {plain(row.playlist)}: {status_text(row)}."
    )


def decision_text(view: DecisionView) -> Text:
    """Return a decision, or one taken back."""
    return Text(decision_sentence(view))


def sent_panel(sent: Sent) -> Panel:
    """Return the answer to a submission, and what the artist should know of its audio."""
    lines = [receipt_text(sent.receipt)]
    if sent.processed.sentence:
        lines.append(_line(sent.processed.sentence))
    if sent.new_playlist:
        lines.append(f"{plain(sent.receipt.playlist)} is new: its queue was opened for this.")
    return Panel(Text("\n".join(lines)), expand=False)


def processed_text(done: Sequence[Processed]) -> Text:
    """Return what became of the submissions that were taken up again."""
    if not done:
        return Text("Everything that can be scored is scored.")
    lines = [f"{one.code}: {one.outcome.value}. {_line(one.sentence)}".rstrip() for one in done]
    return Text("\n".join(lines))


def digest_text(view: DigestView) -> Group:
    """Return a digest: what was added, then the week in numbers."""
    parts: list[RenderableType] = [Text(digest_title(view), style="bold")]
    parts += [_added(row) for row in view.added] or [Text(empty_digest_text(view))]
    parts += [Text(f"  {line}") for line in digest_lines(view)]
    return Group(*parts)


def card_panel(card: Card) -> Panel:
    """Return a review card as text; its picture is there as its alt text."""
    lines = [Text(_line(line)) for line in card.body.splitlines()]
    lines += [
        Text.assemble((f"{_line(field.name)}: ", "bold"), _line(field.value))
        for field in card.fields
    ]
    if card.image is not None:
        lines.append(Text(f"Picture: {_line(card.image.alt)}", style="dim"))
    if card.buttons:
        lines.append(Text("  ".join(f"[{_line(button.label)}]" for button in card.buttons)))
    if card.footer:
        lines.append(Text(_line(card.footer), style="dim"))
    if card.url is not None:
        lines.append(Text(_line(card.url)))
    return Panel(Group(*lines), title=Text(_line(card.title), style="bold"), title_align="left")


def checkup_table(checkup: Checkup) -> Table:
    """Return what was looked at, how it is, and what to do about it."""
    table = _table()
    table.add_column("What", overflow="fold")
    table.add_column("State", no_wrap=True)
    table.add_column("What to do", ratio=1, overflow="fold")
    styles = {"good": "green", "missing": "yellow", "bad": "bold red"}
    for finding in checkup.findings:
        state = Text(finding.health, style=styles[finding.health])
        table.add_row(Text(_line(finding.what)), state, Text(_line(finding.advice)))
    return table


def error_text(error: ErrorLine) -> Text:
    return Text.assemble(("Error: ", "bold red"), _line(error.sentence))


def _line(text: str) -> str:
    """Return a longer text as one line without anything a terminal would obey."""
    return plain(text, limit=_LINE_LIMIT)


def _table() -> Table:
    # Only the lines that part something: many queues are read over ssh and in pipes.
    return Table(box=SIMPLE_HEAD, pad_edge=False, expand=True, header_style="bold")


def _track(title: str, artist: str) -> Text:
    return Text.assemble((plain(title) or "untitled", "bold"), f"\n{plain(artist) or 'unknown'}")


def _score(row: QueueRow, *, mixed: bool) -> Text:
    if row.score_hidden:
        return Text(HIDDEN_SCORE.removeprefix("score "), style="dim")
    if row.score is None:
        return Text(unscored_text(row.unscored_reason), style="dim")
    score = Text(score_text(row.score).removeprefix("score: "))
    if mixed:
        score.append(f"\nby {plain(row.score.model)}", style="dim")
    return score


def _why(row: QueueRow) -> Text:
    # "waited 2" and "d" must not stand on two lines.
    why = Text(plain(row.why).replace(", waited", ",\nwaited"))
    if row.why.startswith(("overdue", "answer due")):
        why.stylize("bold red")
    if row.votes_needed > 1:
        why.append(f"\n{row.votes} of {row.votes_needed} votes")
    if row.claimed_by is not None:
        why.append(f"\nclaimed by {plain(row.claimed_by)}")
    return why


def _standing(row: StatusRow) -> Text:
    lines = [status_text(row)]
    lines += [f"- {_line(reason)}" for reason in row.reasons]
    if note := _line(row.note):
        lines.append(f"Note: {note}")
    return Text("\n".join(lines))


def _added(row: DigestRow) -> Text:
    by = f" (kept by {plain(row.by)})" if row.by else ""
    url = f" {_line(row.url)}" if row.url else ""
    return Text(f"+ {title_text(row.title, row.artist)}{by}{url}")
