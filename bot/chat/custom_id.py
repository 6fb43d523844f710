"""What a button carries: `q1|action|id|arg`, at most 100 characters by construction.

All that a press needs is in it, so a button works after a restart and a week later. `q1` is the
version of the format: buttons of an older one stay in old messages.
"""

import re
from dataclasses import dataclass

from bot.messages import Button, Select

_ACTION = r"[a-z][a-z_]{0,23}"
_ID = r"[0-9A-Za-z_-]{0,32}"
# A message outside a server (a direct one) has to say which workspace it is about.
_PLACE = r"[0-9]{1,10}"
_ARG = r"[0-9A-Za-z_.:+-]{0,24}"

PATTERN = re.compile(
    rf"q1\|(?P<action>{_ACTION})\|(?P<id>{_ID})(?:@(?P<place>{_PLACE}))?\|(?P<arg>{_ARG})"
)

_PARTS = {
    name: re.compile(part) for name, part in (("action", _ACTION), ("id", _ID), ("arg", _ARG))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomId:
    """`id` is mostly a submission's code (`T-4F7K`); `place` a workspace, where it is needed."""

    action: str
    id: str = ""
    arg: str = ""
    place: int | None = None

    def __post_init__(self) -> None:
        for name, pattern in _PARTS.items():
            value: str = getattr(self, name)
            if not pattern.fullmatch(value):
                raise ValueError(f"{name}={value!r} does not fit into a button")
        if self.place is not None and not 0 <= self.place < 10**10:
            raise ValueError(f"place={self.place} is no workspace")

    def __str__(self) -> str:
        place = "" if self.place is None else f"@{self.place}"
        return f"q1|{self.action}|{self.id}{place}|{self.arg}"


def parse(text: str) -> CustomId | None:
    """Return what a button carries, or None where it is no button of ours."""
    match = PATTERN.fullmatch(text)
    return None if match is None else of_match(match)


def of_match(match: re.Match[str]) -> CustomId:
    """Return what a match of `PATTERN` holds."""
    place = match["place"]
    return CustomId(
        action=match["action"],
        id=match["id"],
        arg=match["arg"],
        place=None if place is None else int(place),
    )


def carried_by(shown: Button | Select, place: int | None = None) -> CustomId:
    """Return what a button or a select carries; its argument is an id, or an id and more: `7|2`."""
    id_, _, arg = shown.argument.partition("|")
    return CustomId(action=shown.action, id=id_, arg=arg, place=place)
