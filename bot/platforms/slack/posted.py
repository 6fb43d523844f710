"""Messages that Earmark sends by itself, as Slack shows them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from slack_sdk.models.blocks import ActionsBlock, Block, DividerBlock, SectionBlock

from bot.chat.review_screens import shared_card
from bot.chat_texts import (
    CLAIM_BUTTON,
    DECLINE_BUTTON,
    KEEP_BUTTON,
    MAYBE_BUTTON,
    OPEN_BUTTON,
)
from bot.curation import BoardPart, BoardView, ReviewCard
from bot.curator_texts import board_lines
from bot.marks import moment
from bot.messages import Button, ButtonStyle, Card
from bot.platforms.slack import limits
from bot.platforms.slack.render import Blocks, button_element, to_blocks
from bot.platforms.slack.text import words
from bot.workflow.delivery import Outgoing
from db.status import UNANSWERED, Status

# Tracks with buttons in one message; more would be a wall on a telephone.
_TRACKS: Final = 5


def blocks_of(message: Outgoing) -> Blocks:
    """Return the blocks of a message; an answered review card has no buttons any more."""
    view = message.view
    if isinstance(view, ReviewCard):
        shown = shared_card(view).card
        open_still = Status(view.row.status) in UNANSWERED
        return to_blocks(shown if open_still else replace(shown, buttons=()))
    if isinstance(view, BoardView) and view.parts:
        return _board(message.card, view)
    return to_blocks(message.card, calls=message.calls)


def _board(card: Card, view: BoardView) -> Blocks:
    """Return the board: each playlist's counts, and the first tracks with their buttons."""
    head = to_blocks(Card(title=card.title))
    foot = to_blocks(Card(title="", footer=card.footer))
    room = limits.BLOCKS - len(head) - len(foot)
    body: Blocks = []
    left = _TRACKS
    for part in view.parts:
        blocks = [block.to_dict() for block in _part(part, left)]
        if len(body) + len(blocks) > room:
            break
        body += blocks
        left = max(0, left - len(part.rows))
    return [*head, *body, *foot]


def _part(part: BoardPart, left: int) -> Iterator[Block]:
    counts, *rows = board_lines(part, when=moment)
    yield SectionBlock(text=words(f"{part.playlist}\n{counts}", limits.SECTION_TEXT))
    for row, told in list(zip(part.rows, rows, strict=True))[:left]:
        yield SectionBlock(text=words(told, limits.SECTION_TEXT))
        yield ActionsBlock(elements=[button_element(one) for one in _buttons(row.code)])
        yield DividerBlock()
    if rest := rows[left:]:
        yield SectionBlock(text=words("\n".join(rest), limits.SECTION_TEXT))


def _buttons(code: str) -> Iterator[Button]:
    yield Button(action="keep", label=KEEP_BUTTON, style=ButtonStyle.GOOD, argument=code)
    yield Button(action="maybe", label=MAYBE_BUTTON, argument=code)
    yield Button(action="decline", label=DECLINE_BUTTON, style=ButtonStyle.DANGER, argument=code)
    yield Button(action="claim", label=CLAIM_BUTTON, argument=code)
    yield Button(action="open", label=OPEN_BUTTON, argument=code)
