"""Discord's limits on a modal."""

from collections.abc import Iterator

from bot.sandbox.discord.components import (
    ACTION_ROW,
    MAX_OPTIONS,
    TEXT_DISPLAY,
    option_problems,
    select_problems,
    unique_problems,
    walk,
)
from bot.sandbox.discord.errors import Problem
from bot.sandbox.discord.measures import of_length, too_long
from bot.sandbox.discord.world import Json

TEXT_INPUT = 4
LABEL = 18
FILE_UPLOAD = 19
RADIO_GROUP = 21
CHECKBOX_GROUP = 22
CHECKBOX = 23
MAX_PARTS = 5
MAX_TITLE = 45
MAX_INPUT = 4000
_IN_LABEL = (3, 4, 5, 6, 7, 8, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)


def modal_problems(modal: Json) -> Iterator[Problem]:
    """Check a modal: its title, its one to five parts, and each of them."""
    parts = modal.get("components") or []
    yield from of_length("data.title", modal.get("title"), 1, MAX_TITLE)
    yield from of_length("data.custom_id", modal.get("custom_id"), 1, 100)
    if not 1 <= len(parts) <= MAX_PARTS:
        rule = f"{len(parts)} components, must be 1 to {MAX_PARTS}"
        yield Problem(path="data.components", rule=rule)
    yield from unique_problems(parts)
    for index, part in enumerate(parts):
        yield from _top(f"data.components.{index}", part)
    for path, part in walk(parts, "data.components"):
        yield from _part(path, part)


def _top(path: str, part: Json) -> Iterator[Problem]:
    match part.get("type"):
        case 18:
            yield from of_length(f"{path}.label", part.get("label"), 1, 45)
            yield from too_long(f"{path}.description", part.get("description"), 100)
            inner = part.get("component") or {}
            if inner.get("type") not in _IN_LABEL:
                rule = f"type {inner.get('type')} cannot have a label"
                yield Problem(path=f"{path}.component", rule=rule)
            if inner.get("label"):
                yield Problem(path=f"{path}.component.label", rule="its Label has the label")
        case 1:
            inner = (part.get("components") or [{}])[0]
            if len(part.get("components") or []) != 1 or inner.get("type") != TEXT_INPUT:
                yield Problem(path=f"{path}.components", rule="must be one text input")
            yield from of_length(f"{path}.components.0.label", inner.get("label"), 1, 45)
        case 10:
            yield from of_length(f"{path}.content", part.get("content"), 1, MAX_INPUT)
        case other:
            top = (ACTION_ROW, TEXT_DISPLAY, LABEL)
            yield Problem(path=path, rule=f"type {other} is none of {top}")


def _part(path: str, part: Json) -> Iterator[Problem]:
    kind = part.get("type")
    if kind in _IN_LABEL:
        yield from of_length(f"{path}.custom_id", part.get("custom_id"), 1, 100)
    match kind:
        case 4:
            yield from _text_input(path, part)
        case 3 | 5 | 6 | 7 | 8:
            yield from select_problems(path, part)
            if part.get("disabled"):
                yield Problem(path=f"{path}.disabled", rule="not in a modal")
        case 19:
            yield from _counts(path, part, most=10)
        case 21:
            options = part.get("options") or []
            yield from option_problems(f"{path}.options", options, least=2, most=10)
        case 22:
            options = part.get("options") or []
            yield from option_problems(f"{path}.options", options, least=1, most=10)
            yield from _counts(path, part, most=len(options))


def _text_input(path: str, part: Json) -> Iterator[Problem]:
    yield from too_long(f"{path}.value", part.get("value"), MAX_INPUT)
    yield from too_long(f"{path}.placeholder", part.get("placeholder"), 100)
    least, most = part.get("min_length") or 0, part.get("max_length") or MAX_INPUT
    if not 0 <= least <= most <= MAX_INPUT:
        yield Problem(path=path, rule=f"min_length {least} and max_length {most} do not fit")
    elif part.get("value"):
        yield from of_length(f"{path}.value", part["value"], least, most)


def _counts(path: str, part: Json, *, most: int) -> Iterator[Problem]:
    low, high = part.get("min_values"), part.get("max_values")
    low, high = 0 if low is None else low, most if high is None else high
    if not 0 <= low <= high <= min(most, MAX_OPTIONS):
        yield Problem(path=path, rule=f"min_values {low} and max_values {high} do not fit")
