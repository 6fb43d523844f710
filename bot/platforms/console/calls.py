"""Calls and private checks at the console. Pure, as the tables are; no score is known here."""

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.artist_texts import (
    AI_POLICIES,
    NO_CALLS,
    NO_PRIORITY,
    UNKNOWN_TRACK,
    USES_NO_SLOT,
    check_text,
    limit_words,
    may_words,
    open_words,
    taste_words,
    wait_words,
    waiting_words,
)
from bot.messages import plain
from bot.platforms.console.facts import facts_rows
from bot.texts import day, status_text, title_text

if TYPE_CHECKING:
    from bot.workflow.calls import CallRow, CallsView
    from bot.workflow.check import ChecksView, CheckView
    from bot.workflow.mine import OwnView


def calls_table(view: "CallsView") -> RenderableType:
    """Return every playlist's terms."""
    if not view.rows:
        return Text(NO_CALLS)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", expand=True)
    for column, ratio in (("Playlist", 2), ("Looks for", 3), ("Queue", 3), ("Limits", 3)):
        table.add_column(column, ratio=ratio, overflow="fold")
    for row in view.rows:
        table.add_row(_name(row), _taste(row), _queue(row), _limits(row))
    return Group(table, Text(NO_PRIORITY))


def checks_text(view: "ChecksView") -> RenderableType:
    """Return what would happen to a track, for each playlist that was asked about."""
    if not view.rows:
        return Text(NO_CALLS)
    first = view.rows[0]
    heading = title_text(first.title, first.artist) if first.known else UNKNOWN_TRACK
    parts: list[RenderableType] = [Text(heading, style="bold" if first.known else "")]
    for row in view.rows:
        parts += _check(row)
    return Group(*parts, Text(USES_NO_SLOT, style="dim"))


def own_text(view: "OwnView") -> RenderableType:
    """Return one own submission with its history, and what may be done with it."""
    row = view.row
    title = title_text(row.title, row.artist)
    lines = [f"{status_text(row)[:1].upper()}{status_text(row)[1:]}."]
    lines += [f"- {plain(reason, limit=600)}" for reason in row.reasons]
    if note := plain(row.note, limit=600):
        lines.append(f"Note: {note}")
    if view.question is not None:
        lines.append(f"To answer: {plain(view.question, limit=600)}")
    history = Table(box=None, pad_edge=False, show_header=False)
    for line in view.history:
        history.add_row(day(line.at), plain(line.text, limit=600))
    next_words = may_words(
        may_withdraw=view.may_withdraw, resubmit_at=view.resubmit_at, has_facts=view.has_facts
    )
    return Group(
        Text.assemble((row.code, "bold"), f" {title}, for {plain(row.playlist)}"),
        Text("\n".join(lines)),
        history,
        Text(next_words, style="dim"),
    )


def _check(row: "CheckView") -> list[RenderableType]:
    lines = [
        check_text(
            playlist=plain(row.playlist),
            welcome=row.welcome,
            place=row.place,
            answer_by=row.answer_by,
            expected_at=row.expected_at,
            when=day,
        )
    ]
    lines += [f"- {plain(one.sentence, limit=1000)}" for one in row.obstacles]
    parts: list[RenderableType] = [Text("\n".join(lines))]
    if row.compared is not None:
        parts += [facts_rows(row.compared.facts), Text(row.compared.text)]
    return parts


def _name(row: "CallRow") -> Text:
    state = open_words(is_open=row.open, opens_at=row.opens_at, closes_at=row.closes_at, when=day)
    return Text.assemble((plain(row.playlist), "bold"), f"\n{state}")


def _taste(row: "CallRow") -> Text:
    taste = taste_words(
        genres=row.genres,
        languages=row.languages,
        max_release_age_days=row.max_release_age_days,
        explicit_allowed=row.explicit_allowed,
    )
    return Text(f"{taste}\n{AI_POLICIES[row.ai_policy]}")


def _queue(row: "CallRow") -> Text:
    waiting = waiting_words(row.waiting, row.intake_cap)
    return Text(f"{waiting}\n{wait_words(row.median_wait_days, row.answer_days)}")


def _limits(row: "CallRow") -> Text:
    limits = limit_words(waiting=row.waiting_per_artist, weekly=row.per_member_7d)
    return Text(f"{limits}\nnext digest {day(row.next_digest_at)}")
