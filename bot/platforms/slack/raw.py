"""Answers, with the few that only Slack can draw, as blocks and views."""

from dataclasses import dataclass

from bot.chat.replies import Reply
from bot.platforms.slack import limits, views
from bot.platforms.slack.render import Blocks, reply_blocks, reply_fallback
from bot.platforms.slack.views import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Blocks that were made here, as selects of channels; `text` stands for them."""

    text: str
    blocks: Blocks


def shown_blocks(answer: Reply | Raw, *, command: str) -> Blocks:
    """Return an answer as the blocks of a message."""
    blocks = answer.blocks if isinstance(answer, Raw) else reply_blocks(answer, command=command)
    return blocks[: limits.BLOCKS]


def shown_fallback(answer: Reply | Raw, *, command: str) -> str:
    return answer.text if isinstance(answer, Raw) else reply_fallback(answer, command=command)


def shown_view(answer: Reply | Raw, *, command: str) -> View:
    """Return an answer as a modal."""
    if isinstance(answer, Raw):
        return views.of_blocks(answer.blocks)
    return views.answer_view(answer, command=command)
