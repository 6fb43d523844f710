"""Texts as Slack shows them letter by letter, with each reader's own time in them.

Slack's markup knows no escape but for `&`, `<` and `>`. So a text goes into `plain_text`, where
nothing has a meaning; only one that holds a time, a channel or a group is `mrkdwn`, and what Slack
would take for markup in it is written with letters that look the same.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from slack_sdk.models.blocks import MarkdownTextObject, PlainTextObject

from bot.chat_texts import LISTEN_LINK
from bot.marks import Kind, Mark, pieces

COMMAND: Final = "/earmark"

_ESCAPED: Mapping[str, str] = MappingProxyType({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Bold, italics, strike-through, code and quotes; `:` would begin an emoji.
_LOOKALIKES: Mapping[str, str] = MappingProxyType(
    {
        "*": "\N{ASTERISK OPERATOR}",
        "_": "\N{MODIFIER LETTER LOW MACRON}",
        "~": "\N{TILDE OPERATOR}",
        "`": "\N{MODIFIER LETTER GRAVE ACCENT}",
        ":": "\N{RATIO}",
        ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
    }
)
# docs.slack.dev/messaging/formatting-message-text, "Date formatting", by Discord's letters.
_STYLES: Mapping[str, str] = MappingProxyType(
    {
        "d": "{date_num}",
        "D": "{date_short}",
        "t": "{time}",
        "T": "{time_secs}",
        "f": "{date_short} {time}",
        "F": "{date_long} {time}",
        "R": "{ago}",
    }
)


def escape(text: str) -> str:
    """Return text in which Slack finds no link, no mention and no command."""
    return "".join(_ESCAPED.get(letter, letter) for letter in text)


def words(text: str, limit: int, *, command: str = COMMAND) -> PlainTextObject | MarkdownTextObject:
    """Return a text object of at most `limit` characters; see the module."""
    if all(_is_flat(piece) for piece in pieces(text)):
        return flat(text, limit, command=command)
    return MarkdownTextObject(text=_marked(text, limit, command), verbatim=True)


def flat(text: str, limit: int, *, command: str = COMMAND) -> PlainTextObject:
    """Return a text object without markup, for headings, buttons and labels.

    Slack refuses an empty text. Without `emoji=False` it would draw `:skull:` in a title.
    """
    return PlainTextObject(text=cut(unmarked(text, command=command), limit) or "-", emoji=False)


def unmarked(text: str, *, command: str = COMMAND) -> str:
    """Return a text with its times in UTC, for where Slack draws none."""
    return "".join(
        piece if isinstance(piece, str) else _spelt(piece, command) for piece in pieces(text)
    )


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _is_flat(piece: str | Mark) -> bool:
    return isinstance(piece, str) or piece.kind in {Kind.COMMAND, Kind.ROLE}


def _marked(text: str, limit: int, command: str) -> str:
    """Return markup that is cut between its letters and times, never within one."""
    told: list[str] = []
    room = limit - 1
    for part in _parts(text, command):
        if len(part) > room:
            return "".join((*told, "…"))
        told.append(part)
        room -= len(part)
    return "".join(told)


def _parts(text: str, command: str) -> Iterator[str]:
    for piece in pieces(text):
        if isinstance(piece, Mark):
            yield _drawn(piece, command)
        else:
            for letter in piece:
                yield _LOOKALIKES.get(letter) or _ESCAPED.get(letter, letter)


def _drawn(mark: Mark, command: str) -> str:
    match mark.kind:
        case Kind.MOMENT:
            return f"<!date^{mark.value}^{_STYLES[mark.style]}|{_spelt(mark, command)}>"
        case Kind.CHANNEL:
            return f"<#{mark.value}>"
        case Kind.LINK:
            return f"<{mark.value}|{LISTEN_LINK}>"
        case _:
            return _spelt(mark, command)


def _spelt(mark: Mark, command: str) -> str:
    match mark.kind:
        case Kind.MOMENT:
            return f"{datetime.fromtimestamp(int(mark.value), UTC):%d %b %Y, %H.%M} UTC"
        case Kind.COMMAND:
            return f"{command} {mark.value}"
        case Kind.CHANNEL:
            return f"#{mark.value}"
        case Kind.ROLE:
            # `<!subteam^…>` would call everybody in the group.
            return f"group {mark.value}"
        case Kind.LINK:
            return mark.value
