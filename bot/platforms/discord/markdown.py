"""Foreign text inside Discord's markdown: it is shown as it is, pings nobody and breaks nothing.

`plain` (in `bot.messages`) has taken invisible characters and mentions away before; this takes the
meaning from what is left. `allowed_mentions` forbids pings once more when sending.
"""

import re

from bot import marks
from bot.marks import Kind

# Emphasis, code, spoilers and masked links; tags, emoji, addresses and calls to everybody. Discord
# takes a backslash before any character that is no letter, digit or space.
_SPECIAL = re.compile(
    r"[\\*_~`|\[\]]|<(?![\d\s]|$)|:(?=//|[\w~]+:)|@(?=everyone|here)", re.IGNORECASE
)
# Headings, quotes and lists, where a line starts with them.
_LINE_START = re.compile(r"^([^\S\n]*\d*)([-+#>.)])", re.MULTILINE)

_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")


def escape(text: str) -> str:
    """Return foreign text as Discord shows it letter by letter; a `moment` in it becomes a time.

    Not for code blocks or labels of buttons, where a backslash would be shown.
    """
    escaped = _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", text))
    return marks.MARK.sub(_drawn, escaped)


def _drawn(match: re.Match[str]) -> str:
    mark = marks.mark_of(match)
    if mark.kind is Kind.MOMENT:
        return f"<t:{mark.value}:{mark.style}>"
    if mark.kind is Kind.COMMAND:
        return f"/{mark.value}"
    return f"<#{mark.value}>" if mark.kind is Kind.CHANNEL else f"<@&{mark.value}>"


def unescape(text: str) -> str:
    """Return the text that `escape` was called on."""
    return _ESCAPED.sub(r"\1", text)


def cut(text: str, limit: int) -> str:
    """Return escaped `text` in at most `limit` characters, never in the middle of an escape."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    kept = text[: limit - 1]
    slashes = len(kept) - len(kept.rstrip("\\"))
    return f"{kept[:-1] if slashes % 2 else kept}…"
