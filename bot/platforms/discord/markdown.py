"""Foreign text inside Discord's markdown: it is shown as it is, pings nobody and breaks nothing.

`plain` (in `bot.messages`) has taken invisible characters and mentions away before; this takes the
meaning from what is left. `allowed_mentions` forbids pings once more when sending.
"""

import re
from datetime import datetime

# Emphasis, code, spoilers and masked links; tags, emoji, addresses and calls to everybody. Discord
# takes a backslash before any character that is no letter, digit or space.
_SPECIAL = re.compile(
    r"[\\*_~`|\[\]]|<(?![\d\s]|$)|:(?=//|[\w~]+:)|@(?=everyone|here)", re.IGNORECASE
)
# Headings, quotes and lists, where a line starts with them.
_LINE_START = re.compile(r"^([^\S\n]*\d*)([-+#>.)])", re.MULTILINE)

_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")

# Around a moment on its way through `escape`: `plain` lets no private-use character of anybody's
# text through.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MOMENT = re.compile(f"{_OPEN}(\\d{{1,12}}):([dDtTfFR]){_CLOSE}")
_MENTION = re.compile(f"{_OPEN}(#|@&)(\\d{{1,20}}){_CLOSE}")


def escape(text: str) -> str:
    """Return foreign text as Discord shows it letter by letter; a `moment` in it becomes a time.

    Not for code blocks or labels of buttons, where a backslash would be shown.
    """
    escaped = _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", text))
    timed = _MOMENT.sub(r"<t:\1:\2>", escaped)
    return _MENTION.sub(r"<\1\2>", timed)


def unescape(text: str) -> str:
    """Return the text that `escape` was called on."""
    return _ESCAPED.sub(r"\1", text)


def moment(at: datetime, style: str = "D") -> str:
    """Return a moment to put into a sentence that `escape` is still to be called on.

    Each reader sees it in their own zone and language; `style` R is "in 3 days", D is a date.
    """
    return f"{_OPEN}{int(at.timestamp())}:{style}{_CLOSE}"


def channel(channel_id: str) -> str:
    """Return a channel to put into a sentence that `escape` is still to be called on."""
    return f"{_OPEN}#{channel_id}{_CLOSE}"


def role(role_id: str) -> str:
    """Return a role to put into such a sentence; who has it is not called."""
    return f"{_OPEN}@&{role_id}{_CLOSE}"


def cut(text: str, limit: int) -> str:
    """Return escaped `text` in at most `limit` characters, never in the middle of an escape."""
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    kept = text[: limit - 1]
    slashes = len(kept) - len(kept.rstrip("\\"))
    return f"{kept[:-1] if slashes % 2 else kept}…"
