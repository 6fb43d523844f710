"""Forms (modals): what is sent, and what comes back.

discord.py keeps an opened form in memory to read it when it comes back; a restart in between would
lose what somebody has typed. So each form carries all it needs in its id, is never kept, and is
read from the event alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord
from discord import ui

from bot.chat.forms import Asked, Checks, Choose, File, Filled, Form, Text, Tick, Upload
from bot.chat_texts import UNNAMED
from bot.messages import plain
from bot.platforms.discord import limits

AnyInteraction = discord.Interaction[Any]

# Discord's component types that hold others, and the one for uploads.
_ROW, _LABEL, _UPLOAD = 1, 18, 19


def filled(interaction: AnyInteraction) -> Filled | None:
    """Return what stands in a form that was sent, or None where this is no form."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return None
    data: Mapping[str, Any] = interaction.data or {}
    attachments = data.get("resolved", {}).get("attachments", {})
    texts: dict[str, str] = {}
    chosen: dict[str, tuple[str, ...]] = {}
    uploads: dict[str, tuple[Upload, ...]] = {}
    ticked: set[str] = set()
    for part in _parts(data.get("components", [])):
        name, value = part["custom_id"], part.get("value")
        if part["type"] == _UPLOAD:
            uploads[name] = tuple(_upload(attachments[key]) for key in part.get("values", []))
        elif "values" in part:
            chosen[name] = tuple(str(one) for one in part["values"])
        elif isinstance(value, bool):
            ticked |= {name} if value else set()
        elif value is not None:
            # A text and the choice of a radio group look alike; which it is, the reader knows.
            texts[name] = str(value)
            chosen[name] = (str(value),)
    return Filled(texts=texts, chosen=chosen, ticked=frozenset(ticked), uploads=uploads)


def _parts(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        if component["type"] == _ROW:
            yield from _parts(component["components"])
        elif component["type"] == _LABEL:
            yield from _parts([component["component"]])
        elif "custom_id" in component:
            yield component


def _upload(found: Mapping[str, Any]) -> Upload:
    return Upload(filename=str(found["filename"]), size=int(found["size"]), url=str(found["url"]))


def modal_of(shown: Form) -> ui.Modal:
    """Return a form as discord.py sends it; it carries in its id what a button would."""
    modal = ui.Modal(
        title=plain(shown.title, limit=limits.MODAL_TITLE), custom_id=str(shown.carried)
    )
    for part in shown.parts:
        modal.add_item(
            ui.Label(
                text=plain(part.label, limit=limits.LABEL_TEXT),
                description=plain(part.hint, limit=limits.LABEL_DESCRIPTION) or None,
                component=_component(part.asked),
            )
        )
    return modal


def _component(asked: Asked) -> ui.Item[ui.Modal]:
    match asked:
        case Text():
            return _text(asked)
        case Choose(listed=True):
            return _list(asked)
        case Choose():
            return _radio(asked)
        case Tick():
            return ui.Checkbox(custom_id=asked.name, default=asked.default)
        case Checks():
            return _checks(asked)
        case File():
            return ui.FileUpload(custom_id=asked.name, min_values=1, max_values=1)


def _text(asked: Text) -> ui.TextInput[ui.Modal]:
    return ui.TextInput(
        custom_id=asked.name,
        style=discord.TextStyle.paragraph if asked.long else discord.TextStyle.short,
        default=asked.default or None,
        placeholder=asked.placeholder[: limits.TEXT_PLACEHOLDER] or None,
        required=asked.required,
        max_length=asked.limit,
    )


def _radio(asked: Choose) -> ui.RadioGroup[ui.Modal]:
    return ui.RadioGroup(
        custom_id=asked.name,
        required=asked.required,
        options=[
            discord.RadioGroupOption(
                label=plain(one.label, limit=limits.OPTION_LABEL) or UNNAMED,
                value=one.value,
                default=one.value == asked.default,
            )
            for one in asked.options[: limits.RADIO_OPTIONS]
        ],
    )


def _list(asked: Choose) -> ui.Select[ui.Modal]:
    return ui.Select(
        custom_id=asked.name,
        options=[
            discord.SelectOption(
                label=plain(one.label, limit=limits.OPTION_LABEL) or UNNAMED,
                value=one.value,
                default=one.value == asked.default,
            )
            for one in asked.options[: limits.SELECT_OPTIONS]
        ],
    )


def _checks(asked: Checks) -> ui.CheckboxGroup[ui.Modal]:
    return ui.CheckboxGroup(
        custom_id=asked.name,
        min_values=1,
        max_values=asked.most,
        options=[
            discord.CheckboxGroupOption(
                label=plain(one.label, limit=limits.OPTION_LABEL), value=one.value
            )
            for one in asked.options[: limits.CHECKBOX_OPTIONS]
        ],
    )
