"""Foreign text inside Discord's markdown: it is shown as it is, pings nobody and breaks nothing.

`plain` (in `bot.messages`) has taken invisible characters and mentions away before; this takes the
meaning from what is left. `allowed_mentions` forbids pings once more when sending.
"""

import re
from typing import assert_never

from bot import marks
from bot.chat_texts import LISTEN_LINK
from bot.marks import Kind

# Emphasis, code, spoilers and masked links; tags, emoji, addresses and calls to everybody. Discord
# takes a backslash before any character that is no letter, digit or space.
_SPECIAL = re.compile(
    r"[\\*_~`|\[\]]|<(?![\d\s]|$)|:(?=//|[\w~]+:)|@(?=everyone|here)", re.IGNORECASE
)
# Headings, quotes and lists, where a line starts with them.
_LINE_START = re.compile(r"^([^\S\n]*\d*)([-+#>.)])", re.MULTILINE)

# The beginning of a time, a channel or a link of ours whose end is cut off; those of foreign text
# have a backslash before them.
_TORN = re.compile(r"(?<!\\)(?:<[^>]*|\[[^\]]*(?:\](?:\([^)]*)?)?)$")

_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")


def escape(text: str) -> str:
    """Return foreign text as Discord shows it letter by letter; a `moment` in it becomes a time.

    Not for code blocks or labels of buttons, where a backslash would be shown.
    """
    escaped = _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", text))
    return marks.MARK.sub(_drawn, escaped)


def _drawn(match: re.Match[str]) -> str:
    mark = marks.mark_of(match)
    match mark.kind:
        case Kind.MOMENT:
            return f"<t:{mark.value}:{mark.style}>"
        case Kind.COMMAND:
            return f"/{mark.value}"
        case Kind.CHANNEL:
            return f"<#{mark.value}>"
        case Kind.ROLE:
            return f"<@&{mark.value}>"
        case Kind.LINK:
            return f"[{LISTEN_LINK}]({mark.value})"
        case _:
            assert_never(mark.kind)


def unescape(text: str) -> str:
    """Return the text that `escape` was called on."""
    return _ESCAPED.sub(r"\1", text)


def cut(text: str, limit: int) -> str:
    """Return escaped `text` in at most `limit` characters, never cut within an escape or a time."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    kept = text[: limit - 1]
    slashes = len(kept) - len(kept.rstrip("\\"))
    whole = kept[:-1] if slashes % 2 else kept
    return f"{_TORN.sub('', whole)}…"
