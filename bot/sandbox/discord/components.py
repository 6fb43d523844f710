"""Discord's limits on the components of a message: buttons, selects and Components V2."""

from collections import Counter
from collections.abc import Iterator

from bot.sandbox.discord.errors import Problem
from bot.sandbox.discord.measures import of_length, too_long
from bot.sandbox.discord.world import Json

ACTION_ROW = 1
BUTTON = 2
STRING_SELECT = 3
SELECTS = (3, 5, 6, 7, 8)
SECTION = 9
TEXT_DISPLAY = 10
THUMBNAIL = 11
MEDIA_GALLERY = 12
FILE = 13
SEPARATOR = 14
CONTAINER = 17
_V2_TOP = (ACTION_ROW, SECTION, TEXT_DISPLAY, MEDIA_GALLERY, FILE, SEPARATOR, CONTAINER)

MAX_ROWS = 5
MAX_BUTTONS = 5
MAX_OPTIONS = 25
MAX_COMPONENTS = 40
MAX_TEXT = 4000
_LINK = 5
_PREMIUM = 6


def walk(parts: list[Json], path: str = "components") -> Iterator[tuple[str, Json]]:
    """Return every component with the path to it, the inner ones after the outer."""
    for index, part in enumerate(parts):
        place = f"{path}.{index}"
        yield place, part
        yield from walk(part.get("components") or [], f"{place}.components")
        for single in ("accessory", "component"):
            if isinstance(part.get(single), dict):
                yield f"{place}.{single}", part[single]


def legacy_problems(parts: list[Json]) -> Iterator[Problem]:
    """Check the components of a message without the flag for Components V2."""
    if len(parts) > MAX_ROWS:
        yield Problem(path="components", rule=f"{len(parts)} action rows, at most {MAX_ROWS}")
    for index, part in enumerate(parts):
        if part.get("type") != ACTION_ROW:
            rule = f"type {part.get('type')} needs the flag for Components V2"
            yield Problem(path=f"components.{index}", rule=rule)
    yield from _each(parts)


def v2_problems(parts: list[Json]) -> Iterator[Problem]:
    """Check a message of Components V2: 40 of them, and 4,000 characters on display."""
    every = list(walk(parts))
    if len(every) > MAX_COMPONENTS:
        yield Problem(path="components", rule=f"{len(every)} components, at most {MAX_COMPONENTS}")
    shown = sum(len(part.get("content") or "") for _, part in every)
    if shown > MAX_TEXT:
        yield Problem(path="components", rule=f"{shown} characters, at most {MAX_TEXT} a message")
    for index, part in enumerate(parts):
        if part.get("type") not in _V2_TOP:
            rule = f"type {part.get('type')} cannot stand alone"
            yield Problem(path=f"components.{index}", rule=rule)
    yield from _each(parts)


def unique_problems(parts: list[Json]) -> Iterator[Problem]:
    """Check that no two components have the same custom_id, or the same id."""
    for key in ("custom_id", "id"):
        counted = Counter(part[key] for _, part in walk(parts) if part.get(key))
        for value, times in counted.items():
            if times > 1:
                yield Problem(path="components", rule=f"{key} {value!r} is used {times} times")


def _each(parts: list[Json]) -> Iterator[Problem]:
    yield from unique_problems(parts)
    for path, part in walk(parts):
        match part.get("type"):
            case 1:
                yield from _row(path, part.get("components") or [])
            case 2:
                yield from _button(path, part)
            case 3 | 5 | 6 | 7 | 8:
                yield from select_problems(path, part)
            case 9:
                yield from _section(path, part)
            case 10:
                yield from of_length(f"{path}.content", part.get("content"), 1, MAX_TEXT)
            case 12:
                if not 1 <= len(part.get("items") or []) <= 10:
                    yield Problem(path=f"{path}.items", rule="must be 1 to 10 pictures")


def _row(path: str, inner: list[Json]) -> Iterator[Problem]:
    kinds = [part.get("type") for part in inner]
    buttons = kinds.count(BUTTON)
    selects = sum(kind in SELECTS for kind in kinds)
    if not (0 < buttons == len(kinds) <= MAX_BUTTONS or selects == len(kinds) == 1):
        rule = f"must be 1 to {MAX_BUTTONS} buttons or 1 select, has types {kinds}"
        yield Problem(path=f"{path}.components", rule=rule)


def _button(path: str, button: Json) -> Iterator[Problem]:
    yield from too_long(f"{path}.label", button.get("label"), 80)
    style = button.get("style")
    if style == _PREMIUM:
        return
    if not button.get("label") and not button.get("emoji"):
        yield Problem(path=path, rule="a button needs a label or an emoji")
    if style == _LINK:
        yield from of_length(f"{path}.url", button.get("url"), 1, 512)
        if button.get("custom_id"):
            yield Problem(path=f"{path}.custom_id", rule="a link button has none")
    else:
        yield from of_length(f"{path}.custom_id", button.get("custom_id"), 1, 100)
        if button.get("url"):
            yield Problem(path=f"{path}.url", rule="only a link button has one")


def select_problems(path: str, select: Json) -> Iterator[Problem]:
    """Check a select of any kind, in a message or in a modal."""
    yield from of_length(f"{path}.custom_id", select.get("custom_id"), 1, 100)
    yield from too_long(f"{path}.placeholder", select.get("placeholder"), 150)
    least, most = select.get("min_values"), select.get("max_values")
    least, most = 1 if least is None else least, 1 if most is None else most
    if not (0 <= least <= MAX_OPTIONS and 1 <= most <= MAX_OPTIONS and least <= most):
        yield Problem(path=path, rule=f"min_values {least} and max_values {most} do not fit")
    if select.get("type") == STRING_SELECT:
        options = select.get("options") or []
        yield from option_problems(f"{path}.options", options, least=1, most=MAX_OPTIONS)
        if most > len(options):
            rule = f"max_values {most} of {len(options)} options"
            yield Problem(path=f"{path}.max_values", rule=rule)
        if sum(bool(option.get("default")) for option in options) > most:
            yield Problem(path=f"{path}.options", rule="more defaults than max_values")


def option_problems(path: str, options: list[Json], *, least: int, most: int) -> Iterator[Problem]:
    """Check the options of a select, a radio group or a group of checkboxes."""
    if not least <= len(options) <= most:
        yield Problem(path=path, rule=f"{len(options)} options, must be {least} to {most}")
    for index, option in enumerate(options):
        yield from of_length(f"{path}.{index}.label", option.get("label"), 1, 100)
        yield from of_length(f"{path}.{index}.value", option.get("value"), 1, 100)
        yield from too_long(f"{path}.{index}.description", option.get("description"), 100)
    for value, times in Counter(option.get("value") for option in options).items():
        if times > 1:
            yield Problem(path=path, rule=f"value {value!r} is used {times} times")


def _section(path: str, section: Json) -> Iterator[Problem]:
    if not 1 <= len(section.get("components") or []) <= 3:
        yield Problem(path=f"{path}.components", rule="must be 1 to 3 texts")
    accessory = section.get("accessory") or {}
    if accessory.get("type") not in (BUTTON, THUMBNAIL):
        yield Problem(path=f"{path}.accessory", rule="must be a button or a thumbnail")
