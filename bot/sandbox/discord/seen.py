"""What a person sees of a message: its text, its buttons and its selects."""

from collections.abc import Iterator

from bot.sandbox.discord.components import BUTTON, SELECTS, walk
from bot.sandbox.discord.world import Json, Message


def text_of(message: Message) -> str:
    """Return all that can be read in a message, embeds and components included, line by line."""
    return "\n".join(line for line in _lines(message) if line)


def _lines(message: Message) -> Iterator[str]:
    yield message.content
    for embed in message.embeds:
        yield (embed.get("author") or {}).get("name") or ""
        yield embed.get("title") or ""
        yield embed.get("description") or ""
        for field in embed.get("fields") or []:
            yield f"{field['name']}: {field['value']}"
        yield (embed.get("footer") or {}).get("text") or ""
    for _, part in walk(message.parts):
        yield from (part.get(key) or "" for key in ("content", "label", "placeholder"))
        yield from (option["label"] for option in part.get("options") or [])
    yield from (file.description or "" for file in message.attachments)


def buttons_of(message: Message) -> list[Json]:
    return [part for _, part in walk(message.parts) if part["type"] == BUTTON]


def selects_of(message: Message) -> list[Json]:
    return [part for _, part in walk(message.parts) if part["type"] in SELECTS]


def labels_of(message: Message) -> list[str]:
    """Return the labels of the buttons that can be pressed."""
    return [
        part.get("label") or (part.get("emoji") or {}).get("name") or ""
        for part in buttons_of(message)
        if not part.get("disabled")
    ]
