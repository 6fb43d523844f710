"""Filling in: what a field holds at first, and what it holds once a person has been at it."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.sandbox.refusals import RefusedError
from bot.sandbox.slack.elements import options_of
from bot.sandbox.slack.seen import Element, elements_in
from bot.sandbox.slack.wire import file_json
from bot.sandbox.slack.world import Json, SlackFile, View
from bot.sandbox.upload import Upload

# Where a field keeps its answer, and where an element says what the answer is at first.
_TEXTS: Final = ("plain_text_input", "url_text_input", "email_text_input", "number_input")
_ONE: Final = ("static_select", "radio_buttons")
_MANY: Final = ("checkboxes", "multi_static_select")
_PICKED: Final = {
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
_URL: Final = re.compile(r"https?://\S+\.\S+")

Uploader = Callable[[Upload], SlackFile]


def initial_state(blocks: list[Json]) -> dict[tuple[str, str], Json]:
    """Return what all fields hold before anybody has touched them, by block and action."""
    return {
        each.key: state
        for each in elements_in(blocks)
        if (state := _initial(each.json)) is not None
    }


def _initial(element: Json) -> Json | None:
    kind = element["type"]
    if kind in _TEXTS:
        return {"type": kind, "value": element.get("initial_value")}
    if kind in _ONE:
        first = element.get("initial_option")
        return {"type": kind, "selected_option": None if first is None else chosen_json(first)}
    if kind in _MANY:
        first = element.get("initial_options") or []
        return {"type": kind, "selected_options": [chosen_json(each) for each in first]}
    if kind in _PICKED:
        kept, initial = _PICKED[kind]
        empty: Any = [] if kind.startswith("multi_") else None
        return {"type": kind, kept: element.get(initial, empty)}
    return {"type": kind, "files": []} if kind == "file_input" else None


def chosen_json(option: Json) -> Json:
    return {"text": option["text"], "value": option["value"]}


def answered(element: Element, given: object, upload: Uploader, base: str) -> Json:
    """Return what a field holds once a person has given this answer, or raise RefusedError.

    Text is text; options go by what is written on them, one or a list; people and channels as
    objects; files as Upload, one or a list. `base` is the address of the stand-in.
    """
    kind = element.kind
    if kind in _TEXTS:
        return {"type": kind, "value": _text(element, given)}
    if kind in (*_ONE, "overflow"):
        (option,) = _options(element, [given])
        return {"type": kind, "selected_option": chosen_json(option)}
    if kind in _MANY:
        found = _options(element, listed(given))
        most = element.json.get("max_selected_items", len(found))
        if len(found) > most:
            raise RefusedError(f"{element.label!r} takes at most {most}")
        return {"type": kind, "selected_options": [chosen_json(each) for each in found]}
    if kind in _PICKED:
        many = kind.startswith("multi_")
        picked = [_id_of(each) for each in listed(given)]
        return {"type": kind, _PICKED[kind][0]: picked if many else picked[0]}
    if kind == "file_input":
        files = [upload(_fitting(element, each)) for each in _uploads(element, given)]
        return {"type": kind, "files": [file_json(each, base) for each in files]}
    raise RefusedError(f"{element.label!r} is a {kind}: there is nothing to fill in")


def fill(view: View, answers: Mapping[str, Any], upload: Uploader, base: str) -> None:
    """Fill in the fields of a view by their labels."""
    fields = {each.label: each for each in elements_in(view.blocks) if each.key in view.state}
    if unknown := [label for label in answers if label not in fields]:
        raise RefusedError(f"{view.title!r} has no field {unknown}: {list(fields)}")
    for label, given in answers.items():
        view.state[fields[label].key] = answered(fields[label], given, upload, base)


def missing(view: View) -> list[str]:
    """Return the labels of the fields that must be filled in and are not."""
    return [
        each.label
        for each in elements_in(view.blocks)
        if each.block["type"] == "input"
        and not each.block.get("optional")
        and each.key in view.state
        and not any(value for key, value in view.state[each.key].items() if key != "type")
    ]


def listed(given: object) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, list | tuple) else [given]


def _text(element: Element, given: object) -> str | None:
    text = "" if given is None else str(given)
    least, most = element.json.get("min_length") or 0, element.json.get("max_length") or 3000
    if text and not least <= len(text) <= most:
        raise RefusedError(f"{element.label!r} takes {least} to {most} characters, not {len(text)}")
    if text and element.kind == "url_text_input" and not _URL.fullmatch(text):
        raise RefusedError(f"{element.label!r} takes a URL, not {text!r}")
    if text and element.kind == "number_input" and not re.fullmatch(r"-?\d+(\.\d+)?", text):
        raise RefusedError(f"{element.label!r} takes a number, not {text!r}")
    return text or None


def _options(element: Element, wanted: list[Any]) -> list[Json]:
    by_text = {option["text"]["text"]: option for option in options_of(element.json)}
    if wrong := [each for each in wanted if each not in by_text]:
        raise RefusedError(f"{element.label!r} does not offer {wrong}: {list(by_text)}")
    return [by_text[each] for each in wanted]


def _id_of(picked: Any) -> Any:
    """Return the id of a person, an account or a channel; a date or a time stands for itself."""
    return getattr(picked, "id", picked)


def _uploads(element: Element, given: object) -> list[Upload]:
    files = listed(given)
    most = element.json.get("max_files", 10)
    if len(files) > most:
        raise RefusedError(f"{element.label!r} takes at most {most} files")
    if wrong := [each for each in files if not isinstance(each, Upload)]:
        raise RefusedError(f"{wrong} are no files")
    return files


def _fitting(element: Element, file: Upload) -> Upload:
    kinds = element.json.get("filetypes")
    kind = file.filename.rpartition(".")[2].lower()
    if kinds and kind not in kinds:
        raise RefusedError(f"{element.label!r} takes {kinds}, not {file.filename!r}")
    return file
