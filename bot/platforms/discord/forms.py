"""Forms (modals): what is sent, and what comes back.

discord.py keeps an opened form in memory to read it when it comes back; a restart in between would
lose what somebody has typed. So each form carries all it needs in its id, is never kept, and is
read from the event alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import discord
from discord import ui

from bot.messages import plain
from bot.platforms.discord import limits
from bot.platforms.discord.custom_id import CustomId

AnyInteraction = discord.Interaction[Any]

# Discord's component types that hold others, and the one for uploads.
_ROW, _LABEL, _UPLOAD = 1, 18, 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that Discord keeps for us. `size` is in bytes; the address is good for a day."""

    filename: str
    size: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a form came back with, by the names of its parts."""

    texts: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ticked: frozenset[str] = frozenset()
    uploads: Mapping[str, tuple[Upload, ...]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.texts.get(name, "").strip()

    def choice(self, name: str) -> str | None:
        """Return the one option that was chosen, or None for none."""
        return next(iter(self.chosen.get(name, ())), None)

    def choices(self, name: str) -> tuple[str, ...]:
        return self.chosen.get(name, ())

    def upload(self, name: str) -> Upload | None:
        return next(iter(self.uploads.get(name, ())), None)


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


def form(title: str, carried: CustomId, *parts: ui.Label[Any]) -> ui.Modal:
    """Return a form of at most five parts, which carries `carried` as a button does."""
    modal = ui.Modal(title=plain(title, limit=limits.MODAL_TITLE), custom_id=str(carried))
    for part in parts:
        modal.add_item(part)
    return modal


def part(text: str, component: ui.Item[Any], *, hint: str = "") -> ui.Label[Any]:
    """Return one labelled part; `hint` stands under the label."""
    return ui.Label(
        text=plain(text, limit=limits.LABEL_TEXT),
        description=plain(hint, limit=limits.LABEL_DESCRIPTION) or None,
        component=component,
    )
