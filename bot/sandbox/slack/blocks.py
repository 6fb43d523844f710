"""Slack's rules for blocks: the lengths and counts that its reference gives.

Slack's published types know the shapes, and slack_sdk most of the lengths; neither knows all.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from bot.sandbox.slack.elements import element_problems
from bot.sandbox.slack.measures import texts, too_long, too_many
from bot.sandbox.slack.world import Json

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
_ID = 255

Problems = Iterator[str]


def block_problems(
    blocks: list[Json], *, most: int = MESSAGE_BLOCKS, in_modal: bool = False
) -> Problems:
    """Return what breaks a rule in the blocks of a message, or of a view with `most` blocks."""
    if len(blocks) > most:
        yield f"{len(blocks)} blocks are more than {most}"
    named = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"block_id {name!r} is there {n} times" for name, n in named.items() if n > 1)
    for block in blocks:
        yield from too_long("a block_id", block.get("block_id"), _ID)
        check = _CHECKS.get(block.get("type", ""))
        if check is None:
            yield f"{block.get('type')!r} is no block that the stand-in knows"
        else:
            yield from check(block)
        yield from _of_elements(block, in_modal=in_modal)


def _of_elements(block: Json, *, in_modal: bool) -> Problems:
    inner = [block.get("accessory"), block.get("element"), *(block.get("elements") or ())]
    active = [each for each in inner if isinstance(each, dict) and "type" in each]
    if block.get("type") == "context":
        return
    for element in active:
        yield from element_problems(element)
        if element["type"] == "file_input" and not in_modal:
            yield "a file_input is only for modals"
    named = Counter(each["action_id"] for each in active if "action_id" in each)
    yield from (f"action_id {name!r} is {n} times in a block" for name, n in named.items() if n > 1)


def _header(block: Json) -> Problems:
    yield from texts("the text of a header", block.get("text"), 150, plain=True)


def _section(block: Json) -> Problems:
    fields = block.get("fields")
    if not block.get("text") and not fields:
        yield "a section needs a text or fields"
    if block.get("text"):
        yield from texts("the text of a section", block["text"], 3000)
    if fields is not None:
        yield from too_many("fields of a section", fields, 10)
        for field in fields:
            yield from texts("a field of a section", field, 2000)


def _context(block: Json) -> Problems:
    elements = block.get("elements") or []
    yield from too_many("elements of a context", elements, 10)
    for each in elements:
        if each.get("type") == "image":
            yield from _picture(each)
        else:
            yield from texts("a text of a context", each, 2000)


def _actions(block: Json) -> Problems:
    yield from too_many("elements of an actions block", block.get("elements") or [], 25)


def _input(block: Json) -> Problems:
    yield from texts("the label of an input", block.get("label"), 2000, plain=True)
    if block.get("hint"):
        yield from texts("the hint of an input", block["hint"], 2000, plain=True)
    if not isinstance(block.get("element"), dict):
        yield "an input needs an element"


def _picture(block: Json) -> Problems:
    if not block.get("alt_text"):
        yield "a picture needs an alt_text"
    yield from too_long("the alt_text of a picture", block.get("alt_text"), 2000)
    yield from too_long("the address of a picture", block.get("image_url"), 3000)
    if not block.get("image_url") and not block.get("slack_file"):
        yield "a picture needs an image_url or a slack_file"
    if block.get("title"):
        yield from texts("the title of a picture", block["title"], 2000, plain=True)


def _markdown(block: Json) -> Problems:
    yield from too_long("the text of a markdown block", block.get("text"), 12000)


def _nothing(_: Json) -> Problems:
    yield from ()


_CHECKS: dict[str, Callable[[Json], Problems]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _picture,
    "markdown": _markdown,
    "divider": _nothing,
    "rich_text": _nothing,
    "video": _nothing,
    "file": _nothing,
}
