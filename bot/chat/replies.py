"""What a person is answered, before any platform: a card, a sentence, a page of rows, a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.chat_texts import BACK_BUTTONS, NEXT_BUTTON, PREVIOUS_BUTTON
from bot.messages import Button, Card, Select

T = TypeVar("T")

PAGE_ROWS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One track of a page, its facts, and what opens it; `number` is ours: `#2`, `T-4F7K`."""

    number: str
    title: str
    artist: str
    facts: str
    opens: Button


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`below` stands where there are no rows; `chosen` is the view that the select shows."""

    heading: str
    rows: tuple[Row, ...] = ()
    below: str = ""
    steps: tuple[Button, ...] = ()
    views: Select | None = None
    chosen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file to keep, not to look at."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A card. With `player` its link is played where the platform can; `place` is the workspace."""

    card: Card
    place: int | None = None
    player: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One plain sentence, mostly a refusal, with what can be done about it, or with a file."""

    text: str
    buttons: tuple[Button, ...] = ()
    document: Document | None = None


Reply = Shown | Sentence | Page


def card(shown: Card, *, place: int | None = None, player: bool = False) -> Shown:
    return Shown(card=shown, place=place, player=player)


def refusal(text: str, *, back: str, argument: str) -> Sentence:
    """Return why something was not done, with the way back to what stood there; `back` opens it."""
    button = Button(action=back, label=BACK_BUTTONS[back], argument=argument)
    return Sentence(text=text, buttons=(button,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """Where somebody is in a list that a card shows page by page; the first is 1."""

    number: int
    pages: int

    def steps(self, action: str) -> Iterator[Button]:
        """Return the buttons to the pages beside it; `action` turns to the one they carry."""
        for label, number in (
            (PREVIOUS_BUTTON, self.number - 1),
            (NEXT_BUTTON, self.number + 1),
        ):
            if 1 <= number <= self.pages:
                yield Button(action=action, label=label, argument=f"|{number}")


def leaf(rows: Sequence[T], number: int, *, each: int) -> tuple[Sequence[T], Leaf]:
    """Return the rows of a page, the last one where the list has become shorter."""
    pages = max(1, -(-len(rows) // each))
    number = min(max(1, number), pages)
    return rows[(number - 1) * each : number * each], Leaf(number=number, pages=pages)


def sentence(text: str, *, buttons: Sequence[Button] = ()) -> Sentence:
    return Sentence(text=text, buttons=tuple(buttons))
