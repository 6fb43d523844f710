"""Filling in a modal by the labels that a person reads."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.discord.components import ACTION_ROW, TEXT_DISPLAY
from bot.sandbox.discord.message_json import numbered
from bot.sandbox.discord.modals import LABEL
from bot.sandbox.discord.offers import Offers
from bot.sandbox.discord.world import Json
from bot.sandbox.refusals import RefusedError
from bot.sandbox.upload import Upload


def labels_in(modal: Json) -> list[str]:
    """Return the labels of a modal's fields, from top to bottom."""
    return [label for label, _ in _fields(modal["components"])]


def form_data(modal: Json, answers: Mapping[str, Any], offers: Offers) -> Json:
    """Return what is sent when the modal is submitted with these answers, by label.

    Text is text; a select, a radio group and a group of checkboxes take one label of theirs or a
    list of them; a checkbox takes True or False; a file upload takes one Upload or a list. A
    field that is left alone keeps what it was prefilled with.
    """
    parts = numbered(modal["components"])
    known = [label for label, _ in _fields(parts)]
    if unknown := [label for label in answers if label not in known]:
        raise RefusedError(f"{modal['title']!r} has no field {unknown}: {known}")
    sent = []
    for part in parts:
        entry: Json = {"type": part["type"], "id": part["id"]}
        if part["type"] == LABEL:
            entry["component"] = _filled(part["label"], part["component"], answers, offers)
        elif part["type"] == ACTION_ROW:
            inner = part["components"][0]
            entry["components"] = [_filled(inner["label"], inner, answers, offers)]
        sent.append(entry)
    data: Json = {"custom_id": modal["custom_id"], "components": sent}
    return data | ({"resolved": offers.resolved} if offers.resolved else {})


def _fields(parts: list[Json]) -> Iterator[tuple[str, Json]]:
    for part in parts:
        if part["type"] == LABEL:
            yield part["label"], part["component"]
        elif part["type"] != TEXT_DISPLAY:
            yield part["components"][0]["label"], part["components"][0]


def _filled(label: str, field: Json, answers: Mapping[str, Any], offers: Offers) -> Json:
    entry: Json = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
    given = answers.get(label)
    match field["type"]:
        case 4:
            return entry | {"value": _text(label, field, given)}
        case 21:
            values = _picked(label, field, given, most=1)
            return entry | {"value": values[0] if values else None}
        case 23:
            return entry | {"value": bool(field.get("default") if given is None else given)}
        case 19:
            files = _listed(given)
            _enough(label, field, len(files), most=1)
            return entry | {"values": [_uploaded(offers, file) for file in files]}
        case 3 | 22:
            most = len(field["options"]) if field["type"] == 22 else 1
            return entry | {"values": _picked(label, field, given, most=most)}
        case _:
            chosen = _listed(given)
            _enough(label, field, len(chosen), most=1)
            return entry | {"values": [offers.resolve(each) for each in chosen]}


def _text(label: str, field: Json, given: object) -> str:
    text = str(field.get("value") or "" if given is None else given)
    if not text and field.get("required", True):
        raise RefusedError(f"{label!r} must be filled in")
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    if text and not least <= len(text) <= most:
        raise RefusedError(f"{label!r} takes {least} to {most} characters, not {len(text)}")
    return text


def _picked(label: str, field: Json, given: object, *, most: int) -> list[str]:
    options: list[Json] = field["options"]
    if given is None:
        values = [option["value"] for option in options if option.get("default")]
    else:
        by_label = {option["label"]: option["value"] for option in options}
        wanted = [str(each) for each in _listed(given)]
        if wrong := [each for each in wanted if each not in by_label]:
            raise RefusedError(f"{label!r} does not offer {wrong}: {list(by_label)}")
        values = [by_label[each] for each in wanted]
    _enough(label, field, len(values), most=most)
    return values


def _enough(label: str, field: Json, count: int, *, most: int) -> None:
    """Check how many were chosen: none is fine where the field is not required."""
    required = field.get("required", True)
    if not count and not required:
        return
    least = field.get("min_values")
    least = 1 if least is None else least
    high = field.get("max_values") or most
    if not max(least, int(bool(required))) <= count <= high:
        raise RefusedError(f"{label!r} takes {least} to {high}, not {count}")


def _listed(given: object) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, list | tuple) else [given]


def _uploaded(offers: Offers, file: object) -> str:
    if not isinstance(file, Upload):
        raise RefusedError(f"{file!r} is no file")
    return offers.upload(file)
