"""Playlists' rules, the blocklist and the set-up at the console. Pure, as the tables are."""

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot import seed_texts as words
from bot.artist_texts import open_words
from bot.messages import plain
from bot.texts import day

if TYPE_CHECKING:
    from bot.curation import SeedsView
    from bot.workflow.blocklist import BlocklistView
    from bot.workflow.manage import PlaylistView, Reviewer
    from bot.workflow.places import SetupView


def playlist_table(view: "PlaylistView") -> RenderableType:
    """Return a playlist's rules as they are typed, what each means, and who reviews."""
    table = _table("Rule", "Value", "What it means")
    for setting in view.settings:
        table.add_row(setting.key, plain(setting.value, limit=1000), setting.meaning)
    reviewers = ", ".join(_reviewer(one) for one in view.reviewers) or "nobody yet"
    intake = view.intake
    now = open_words(
        is_open=intake.is_open, opens_at=intake.opens_at, closes_at=intake.closes_at, when=day
    )
    heading = Text.assemble((plain(view.name), "bold"), f"  {now}")
    return Group(heading, table, Text(f"Reviewed by {reviewers}."))


def seeds_table(view: "SeedsView") -> RenderableType:
    """Return what a playlist holds already, how far it was heard, and what it sounds like."""
    parts: list[RenderableType] = [Text(plain(view.playlist), style="bold")]
    if done := words.done_text(view.done):
        parts.append(Text(done))
    if not view.rows:
        return Group(*parts, Text(words.NO_SEEDS_TEXT))
    table = _table("Track", "State")
    for row in view.rows:
        table.add_row(words.seed_text(row), words.state_text(row))
    return Group(*parts, table, Text(words.count_text(view)), Text(words.sound_text(view)))


def blocklist_table(view: "BlocklistView") -> RenderableType:
    """Return who is kept out, why, and until when."""
    if not view.rows:
        return Text("Nobody is kept out.")
    table = _table("Kind", "Name", "Until", "Reason")
    for row in view.rows:
        until = day(row.until) if row.until else "for good"
        table.add_row(row.kind.value, plain(row.name), until, plain(row.reason, limit=200))
    return table


def setup_table(view: "SetupView") -> RenderableType:
    """Return what is set up for one platform."""
    table = _table("Setting", "Value")
    for key, value in view.to_json().items():
        table.add_row(key.replace("_", " "), plain(_value(value)))
    return table


def _value(value: object) -> str:
    if value is None:
        return "not set"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _reviewer(one: "Reviewer") -> str:
    name = f"the {one.platform.value} role {one.name}" if one.platform else plain(one.name)
    return f"{name} (looks after it)" if one.role == "admin" else name


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
