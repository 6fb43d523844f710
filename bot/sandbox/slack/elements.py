"""Slack's rules for what can be pressed, chosen from or filled in."""

from collections.abc import Callable, Iterator

from bot.sandbox.slack.measures import texts, too_long, too_many
from bot.sandbox.slack.world import Json

_ACTION_ID = 255
Problems = Iterator[str]


def element_problems(element: Json) -> Problems:
    """Return what breaks a rule in one element of a block."""
    if element["type"] == "image":
        return
    yield from too_long("an action_id", element.get("action_id"), _ACTION_ID)
    if element.get("placeholder"):
        yield from texts("a placeholder", element["placeholder"], 150, plain=True)
    if element.get("confirm"):
        yield from _confirm(element["confirm"])
    check = _CHECKS.get(element["type"])
    if check is None:
        yield f"{element['type']!r} is no element that the stand-in knows"
    else:
        yield from check(element)


def _confirm(said: Json) -> Problems:
    yield from texts("the title of a confirm", said.get("title"), 100, plain=True)
    yield from texts("the text of a confirm", said.get("text"), 300)
    for key in ("confirm", "deny"):
        yield from texts(f"the {key} of a confirm", said.get(key), 30, plain=True)


def _button(button: Json) -> Problems:
    yield from texts("the text of a button", button.get("text"), 75, plain=True)
    yield from too_long("the value of a button", button.get("value"), 2000)
    yield from too_long("the address of a button", button.get("url"), 3000)
    yield from too_long("an accessibility_label", button.get("accessibility_label"), 75)
    if button.get("style") not in (None, "primary", "danger"):
        yield f"a button has no style {button['style']!r}"


def _select(select: Json) -> Problems:
    groups = select.get("option_groups")
    if groups is not None:
        yield from too_many("groups of a select", groups, 100)
        for group in groups:
            yield from texts("the label of a group", group.get("label"), 75, plain=True)
            yield from _options("a select", group.get("options") or [], 100)
    else:
        yield from _options("a select", select.get("options") or [], 100)
    every = options_of(select)
    yield from _initial(select, every)


def options_of(element: Json) -> list[Json]:
    """Return the options of a select, in groups or not, of radio buttons, checkboxes or a menu."""
    grouped = [each for group in element.get("option_groups") or () for each in group["options"]]
    return [*(element.get("options") or ()), *grouped]


def _overflow(menu: Json) -> Problems:
    yield from _options("an overflow menu", menu.get("options") or [], 5)


def _choices(element: Json) -> Problems:
    options = element.get("options") or []
    yield from _options(element["type"], options, 10, plain=False)
    yield from _initial(element, options)


def _options(what: str, options: list[Json], most: int, *, plain: bool = True) -> Problems:
    yield from too_many(f"options of {what}", options, most)
    for option in options:
        yield from texts("the text of an option", option.get("text"), 75, plain=plain)
        value = option.get("value")
        if not isinstance(value, str) or not value:
            yield "an option needs a value"
        # 75 in older pages of Slack's reference, 150 in today's.
        yield from too_long("the value of an option", value, 150)
        if option.get("description"):
            yield from texts("the description of an option", option["description"], 75, plain=plain)


def _initial(element: Json, options: list[Json]) -> Problems:
    """Check that what is chosen from the start is one of the options, to the letter."""
    chosen = [element.get("initial_option"), *(element.get("initial_options") or ())]
    if any(each is not None and each not in options for each in chosen):
        yield f"an initial option of a {element['type']} is not among its options"


def _text_input(field: Json) -> Problems:
    yield from too_long(
        "an initial_value", field.get("initial_value"), field.get("max_length", 3000)
    )
    least, most = field.get("min_length", 0), field.get("max_length", 3000)
    if not 0 <= least <= most <= 3000 or most < 1:
        yield f"a text input of {least} to {most} characters"


def _files(field: Json) -> Problems:
    if not 1 <= field.get("max_files", 10) <= 10:
        yield f"a file_input takes 1 to 10 files, not {field['max_files']}"


def _nothing(_: Json) -> Problems:
    yield from ()


_CHECKS: dict[str, Callable[[Json], Problems]] = {
    "button": _button,
    "static_select": _select,
    "multi_static_select": _select,
    "overflow": _overflow,
    "checkboxes": _choices,
    "radio_buttons": _choices,
    "plain_text_input": _text_input,
    "url_text_input": _nothing,
    "email_text_input": _nothing,
    "number_input": _nothing,
    "file_input": _files,
    "users_select": _nothing,
    "channels_select": _nothing,
    "conversations_select": _nothing,
    "multi_users_select": _nothing,
    "multi_channels_select": _nothing,
    "multi_conversations_select": _nothing,
    "datepicker": _nothing,
    "timepicker": _nothing,
    "datetimepicker": _nothing,
}
