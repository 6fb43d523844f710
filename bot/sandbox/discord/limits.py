"""Discord's limits on what a message says, held by hand: its OpenAPI file does not carry them all.

Lengths are counted in code points, as in the OpenAPI file.
"""

from collections.abc import Iterator

from bot.sandbox.discord.components import legacy_problems, v2_problems
from bot.sandbox.discord.errors import Problem
from bot.sandbox.discord.measures import of_length, too_long
from bot.sandbox.discord.world import COMPONENTS_V2, Json

MAX_CONTENT = 2000
MAX_EMBEDS = 10
MAX_EMBED_TEXT = 6000
MAX_FIELDS = 25
MAX_CHOICES = 25
MAX_FILES = 10
MAX_NONCE = 25
_TITLE = 256
_DESCRIPTION = 4096
_FIELD_NAME = 256
_FIELD_VALUE = 1024
_FOOTER = 2048
_AUTHOR = 256
_ALT_TEXT = 1024


def message_problems(message: Json) -> Iterator[Problem]:
    """Check a message as it would stand, with content, embeds, components and attachments."""
    if message.get("flags", 0) & COMPONENTS_V2:
        for switched_off in ("content", "embeds", "poll", "sticker_ids"):
            if message.get(switched_off):
                yield Problem(path=switched_off, rule="cannot be used with Components V2")
        yield from v2_problems(message.get("components") or [])
    else:
        yield from too_long("content", message.get("content"), MAX_CONTENT)
        yield from legacy_problems(message.get("components") or [])
    yield from embed_problems(message.get("embeds") or [])
    yield from _attachment_problems(message)


def embed_problems(embeds: list[Json]) -> Iterator[Problem]:
    """Check each embed, their number, and the text of all of them together."""
    if len(embeds) > MAX_EMBEDS:
        yield Problem(path="embeds", rule=f"at most {MAX_EMBEDS} embeds a message")
    for index, embed in enumerate(embeds):
        yield from _one_embed(f"embeds.{index}", embed)
    if (total := sum(embed_text(embed) for embed in embeds)) > MAX_EMBED_TEXT:
        rule = f"{total} characters in all embeds, at most {MAX_EMBED_TEXT} a message"
        yield Problem(path="embeds", rule=rule)


def embed_text(embed: Json) -> int:
    """Return how many characters of an embed count towards the 6,000."""
    texts = [
        embed.get("title"),
        embed.get("description"),
        (embed.get("footer") or {}).get("text"),
        (embed.get("author") or {}).get("name"),
    ]
    for field in embed.get("fields") or []:
        texts += [field.get("name"), field.get("value")]
    return sum(len(text or "") for text in texts)


def _one_embed(path: str, embed: Json) -> Iterator[Problem]:
    yield from too_long(f"{path}.title", embed.get("title"), _TITLE)
    yield from too_long(f"{path}.description", embed.get("description"), _DESCRIPTION)
    footer, author = embed.get("footer") or {}, embed.get("author") or {}
    yield from too_long(f"{path}.footer.text", footer.get("text"), _FOOTER)
    yield from too_long(f"{path}.author.name", author.get("name"), _AUTHOR)
    fields = embed.get("fields") or []
    if len(fields) > MAX_FIELDS:
        yield Problem(path=f"{path}.fields", rule=f"at most {MAX_FIELDS} fields an embed")
    for index, field in enumerate(fields):
        place = f"{path}.fields.{index}"
        yield from of_length(f"{place}.name", field.get("name"), 1, _FIELD_NAME)
        yield from of_length(f"{place}.value", field.get("value"), 1, _FIELD_VALUE)
    for name in ("image", "thumbnail"):
        url = (embed.get(name) or {}).get("url", "https://")
        if not str(url).startswith(("http://", "https://", "attachment://")):
            yield Problem(path=f"{path}.{name}.url", rule="must be http, https or attachment")


def _attachment_problems(message: Json) -> Iterator[Problem]:
    """Check the files, and that whatever names a file with `attachment://` finds it."""
    files = message.get("attachments") or []
    if len(files) > MAX_FILES:
        yield Problem(path="attachments", rule=f"at most {MAX_FILES} files a message")
    for index, file in enumerate(files):
        path = f"attachments.{index}.description"
        yield from too_long(path, file.get("description"), _ALT_TEXT)
    names = {file.get("filename") for file in files}
    for where in ("embeds", "components"):
        for url in _urls(message.get(where)):
            if url.startswith("attachment://") and url.removeprefix("attachment://") not in names:
                yield Problem(path=where, rule=f"{url} names no file of this message")


def _urls(node: object) -> Iterator[str]:
    match node:
        case dict():
            for key, value in node.items():
                if key == "url" and isinstance(value, str):
                    yield value
                else:
                    yield from _urls(value)
        case list():
            for each in node:
                yield from _urls(each)


def choice_problems(choices: list[Json], *, path: str = "data.choices") -> Iterator[Problem]:
    """Check the choices of an option or the suggestions of an autocomplete."""
    if len(choices) > MAX_CHOICES:
        yield Problem(path=path, rule=f"{len(choices)} choices, at most {MAX_CHOICES}")
    for index, choice in enumerate(choices):
        yield from of_length(f"{path}.{index}.name", choice.get("name"), 1, 100)
        if isinstance(choice.get("value"), str):
            yield from too_long(f"{path}.{index}.value", choice["value"], 100)
