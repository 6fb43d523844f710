"""Pages of rows with a button beside each: messages made of components alone ("V2").

Ten rows of text with one button each, two rows of controls and a heading are 38 of the 40
components that Discord takes. The 4,000 characters are shared: where titles are long, all of them
are cut alike.
"""

from collections.abc import Sequence
from typing import Any

from discord import ui

from bot.chat.replies import PAGE_ROWS, Page, Row
from bot.messages import Button
from bot.platforms.discord import limits
from bot.platforms.discord.markdown import cut, escape
from bot.platforms.discord.render import button, select
from bot.platforms.discord.screen import Screen
from bot.texts import title_text

# How long a title and an artist may be each, tried in this order.
_TITLE_LIMITS = (100, 80, 60, 45, 32, 24)
_HEADING = 700
_FOOTER = 300


def page(shown: Page) -> Screen:
    """Return a page of at most ten rows, with its steps and its views under them."""
    layout = ui.LayoutView(timeout=None)
    heading = cut(escape(shown.heading), _HEADING)
    below = cut(escape(shown.below), _FOOTER)
    layout.add_item(ui.TextDisplay(heading))
    rows = shown.rows[:PAGE_ROWS]
    texts = _texts(rows, room=limits.V2_TEXT - len(heading) - len(below))
    for row, text in zip(rows, texts, strict=True):
        layout.add_item(ui.Section(ui.TextDisplay(text), accessory=button(row.opens)))
    if below:
        layout.add_item(ui.TextDisplay(below))
    if shown.steps:
        layout.add_item(_controls([button(step) for step in shown.steps]))
    if shown.views is not None:
        layout.add_item(_controls([select(shown.views, chosen=shown.chosen)]))
    return Screen(layout=layout)


def notice(text: str, *, buttons: Sequence[Button] = ()) -> Screen:
    """Return one sentence in the place of a page."""
    layout = ui.LayoutView(timeout=None)
    layout.add_item(ui.TextDisplay(cut(escape(text), limits.V2_TEXT)))
    if buttons:
        layout.add_item(_controls([button(one) for one in buttons]))
    return Screen(layout=layout)


def _controls(items: Sequence[ui.Item[Any]]) -> ui.ActionRow[ui.LayoutView]:
    return ui.ActionRow(*items)


def _texts(rows: Sequence[Row], *, room: int) -> list[str]:
    for limit in _TITLE_LIMITS:
        texts = [_text(row, limit) for row in rows]
        if sum(map(len, texts)) <= room:
            return texts
    each = room // len(rows)
    return [cut(_text(row, _TITLE_LIMITS[-1]), each) for row in rows]


def _text(row: Row, limit: int) -> str:
    title = escape(title_text(row.title, row.artist, limit=limit))
    return f"**{row.number} {title}**\n{escape(row.facts)}"
