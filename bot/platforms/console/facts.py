"""Facts for artists at the console. Pure, as the tables are; no score is known here."""

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from bot.fact_texts import FACTS_HEADING, place_words, value_text
from bot.messages import plain
from bot.texts import NOTE_LIMIT, title_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.workflow.facts import Fact, FactsView
    from bot.workflow.whatif import Change, WhatIfView


def facts_table(view: "FactsView") -> Group:
    """Return an own track's facts beside the playlist's range."""
    title = title_text(view.title, view.artist)
    header = Text.assemble((view.code, "bold"), f" {title}, for {plain(view.playlist)}")
    return Group(header, facts_rows(view.facts), Text(view.compared))


def facts_rows(facts: "Sequence[Fact]") -> Group:
    """Return a track's facts, with the playlist's range where there is one."""
    table = _table("Fact", "Your track")
    ranged = any(fact.place for fact in facts)
    if ranged:
        table.add_column("The playlist's range", overflow="fold")
        table.add_column("", ratio=1, overflow="fold")
    for fact in facts:
        cells = [fact.name, _value(fact)]
        table.add_row(*cells, *((_range(fact), place_words(fact.place)) if ranged else ()))
    return Group(Text(FACTS_HEADING, style="bold"), table)


def what_if_table(view: "WhatIfView") -> Group:
    """Return a file's facts before and after an edit."""
    name = plain(view.file, limit=NOTE_LIMIT)
    header = Text.assemble((name, "bold"), f", {', '.join(view.edits)}")
    table = _table("Fact", "As it is", "Edited")
    table.add_column("", ratio=1, overflow="fold")
    for fact in view.facts:
        before, after = (value_text(value, fact.unit) for value in (fact.before, fact.after))
        table.add_row(fact.name, before, after, _difference(fact, same=before == after))
    notes = [Text(note) for note in view.notes]
    return Group(header, Text(FACTS_HEADING, style="bold"), table, *notes)


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _value(fact: "Fact") -> str:
    told = value_text(fact.value, fact.unit)
    if fact.alternative is not None:
        told += f" (or {fact.alternative:.0f})"
    return f"{told}, unsure" if fact.unsure else told


def _range(fact: "Fact") -> str:
    if fact.low is None or fact.high is None:
        return ""
    return f"{value_text(fact.low, fact.unit, bare=True)} to {value_text(fact.high, fact.unit)}"


def _difference(fact: "Change", *, same: bool) -> str:
    """Return by how much a number changes; `same` where both look alike when printed."""
    if same or not isinstance(fact.before, float) or not isinstance(fact.after, float):
        return "" if same else "changed"
    off = fact.after - fact.before
    return f"{100 * off:+.0f}" if fact.unit == "share" else f"{off:+.1f}"
