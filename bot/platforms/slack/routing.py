"""What a press, a form or a command can lead to."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat.forms import Form
from bot.platforms.slack.answering import Answer
from bot.platforms.slack.reception import Visit

Work = Callable[[Visit], Awaitable[Answer]]
FormMaker = Callable[[Visit], Awaitable[Form]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Does:
    """A command that is answered with what `work` returns; in a modal with `window`."""

    work: Work
    window: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opens:
    """A command that is answered with a form."""

    make: FormMaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """What presses and forms lead to, by action, and what a typed command does.

    `pressed` and `sent` do something, `opened` shows a form. What is in `windows` is shown in a
    modal, also where a message was pressed on; in a modal, what is in `stacked` is put on top, and
    all else takes its place. `cards` are the forms under which a review card lies; `tabs` change
    what the Home tab shows.
    """

    pressed: Mapping[str, Work]
    opened: Mapping[str, FormMaker]
    sent: Mapping[str, Work]
    windows: frozenset[str]
    stacked: frozenset[str]
    cards: frozenset[str]
    tabs: frozenset[str]
    commands: Callable[[str], Does | Opens]
    home: Callable[[Visit], Awaitable[dict[str, Any]]]
