"""Blocks as a person sees them: their elements, their texts, and the ids that Slack gives them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.world import Json, SlackMessage, View

BUTTONS = ("button", "workflow_button")


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """Something to press, to choose from or to fill in, and the block that it is in."""

    block: Json
    json: Json

    @property
    def kind(self) -> str:
        return str(self.json["type"])

    @property
    def block_id(self) -> str:
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        return str(self.json["action_id"])

    @property
    def key(self) -> tuple[str, str]:
        return self.block_id, self.action_id

    @property
    def label(self) -> str:
        """What a person calls it: its text, its placeholder, or the label of its input."""
        if self.block["type"] == "input":
            return str(self.block["label"]["text"])
        named = self.json.get("text") or self.json.get("placeholder") or {}
        return str(named.get("text", ""))


def elements_in(blocks: list[Json]) -> Iterator[Element]:
    """Return everything that can be used, from top to bottom."""
    for block in blocks:
        inner = [block.get("accessory"), block.get("element"), *(block.get("elements") or ())]
        for each in inner:
            if isinstance(each, dict) and "action_id" in each:
                yield Element(block=block, json=each)


def numbered(blocks: list[Json], number: int) -> list[Json]:
    """Return blocks with an id for each block and each element, as Slack gives them."""
    return [_numbered(block, f"{number:x}{index:03d}") for index, block in enumerate(blocks)]


_ACTIVE = ("section", "actions", "input", "context_actions")


def _numbered(said: Json, name: str) -> Json:
    block: Json = {"block_id": f"b{name}"} | said
    if block.get("type") not in _ACTIVE:
        return block
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict) and block[key].get("type") != "image":
            block[key] = {"action_id": f"a{name}"} | block[key]
    if isinstance(block.get("elements"), list):
        block["elements"] = [
            {"action_id": f"a{name}{index}"} | each for index, each in enumerate(block["elements"])
        ]
    return block


def text_of(shown: SlackMessage | View) -> str:
    """Return all that can be read in a message or a view, line by line."""
    lines = [*_own_texts(shown), *_texts(shown.blocks)]
    return "\n".join(line for line in lines if line)


def _own_texts(shown: SlackMessage | View) -> list[str]:
    if isinstance(shown, View):
        return [shown.title]
    # Where there are blocks, the text is only for notifications.
    return [*([] if shown.blocks else [shown.text]), *(file.title for file in shown.files)]


def labels_of(shown: SlackMessage | View) -> list[str]:
    """Return the texts of the buttons."""
    return [each.label for each in elements_in(shown.blocks) if each.kind in BUTTONS]


def fields_of(view: View) -> list[str]:
    """Return the labels of the inputs of a view, from top to bottom."""
    return [each.label for each in elements_in(view.blocks) if each.block["type"] == "input"]


def _texts(part: Any) -> Iterator[str]:
    """Return every text in the order in which it stands, whatever is around it."""
    if isinstance(part, list):
        for each in part:
            yield from _texts(each)
    elif isinstance(part, dict):
        if part.get("type") in ("plain_text", "mrkdwn", "markdown", "text"):
            yield str(part.get("text", ""))
            return
        for key, each in part.items():
            if key in ("alt_text", "initial_value"):
                yield str(each)
            elif key not in ("confirm", "initial_option", "initial_options"):
                yield from _texts(each)
