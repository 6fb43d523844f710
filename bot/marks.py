"""Times, channels, roles, commands and links inside plain text, until a platform draws them.

Each reader is to see a moment in their own zone and language, and a command as it is called where
they are; a link is one only as the platform writes it. So a sentence carries them between two
private-use characters: `plain` lets none of those through in anybody's text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

OPEN: Final = "\ue000"
CLOSE: Final = "\ue001"
# `1732500000:D` is a moment with its style, `#C0123` a channel, `@&S0123` a role, `/submit` a
# command, and `&open.spotify.com/track/…` a link. No platform escapes any letter of these.
MARK: Final = re.compile(
    f"{OPEN}(?:(?P<at>\\d{{1,12}}):(?P<style>[dDtTfFR])"
    f"|(?P<kind>#|@&)(?P<id>[0-9A-Z]{{1,20}})|/(?P<command>[a-z ]{{1,32}})"
    f"|&(?P<link>[0-9A-Za-z./-]{{1,150}})){CLOSE}"
)

_SCHEME: Final = "https://"


class Kind(StrEnum):
    MOMENT = "moment"
    CHANNEL = "channel"
    ROLE = "role"
    COMMAND = "command"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """`value` is seconds since 1970, an id of the platform's, what a command does, or a URL."""

    kind: Kind
    value: str
    style: str = ""


def moment(at: datetime, style: str = "D") -> str:
    """Return a moment to put into a sentence; `style` R is "in 3 days", D is a date, f has both."""
    return f"{OPEN}{int(at.timestamp())}:{style}{CLOSE}"


def channel(channel_id: str) -> str:
    return f"{OPEN}#{channel_id}{CLOSE}"


def role(role_id: str) -> str:
    """Return a role or a user group to put into a sentence; who has it is not called."""
    return f"{OPEN}@&{role_id}{CLOSE}"


def command(does: str) -> str:
    """Return a command to put into a sentence: `submit` is /submit, or /earmark submit."""
    return f"{OPEN}/{does}{CLOSE}"


def link(url: str) -> str:
    """Return a link to put into a sentence; nothing where its address could mean anything else."""
    marked = f"{OPEN}&{url.removeprefix(_SCHEME)}{CLOSE}"
    return marked if MARK.fullmatch(marked) else ""


def pieces(text: str) -> Iterator[str | Mark]:
    """Return a sentence in pieces: text as it is, and what is drawn by the platform."""
    start = 0
    for match in MARK.finditer(text):
        if match.start() > start:
            yield text[start : match.start()]
        yield mark_of(match)
        start = match.end()
    if start < len(text):
        yield text[start:]


def mark_of(match: re.Match[str]) -> Mark:
    if match["at"] is not None:
        return Mark(kind=Kind.MOMENT, value=match["at"], style=match["style"])
    if match["command"] is not None:
        return Mark(kind=Kind.COMMAND, value=match["command"])
    if match["link"] is not None:
        return Mark(kind=Kind.LINK, value=f"{_SCHEME}{match['link']}")
    kind = Kind.CHANNEL if match["kind"] == "#" else Kind.ROLE
    return Mark(kind=kind, value=match["id"])
