"""Cards as Slack shows them: pure functions, within every limit of `limits`.

All texts of people and of services go into `plain_text`, in which Slack sees no markup, no link and
no mention. The only `mrkdwn` holds what is ours: a link and the person who is called.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeVar

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)

from bot.messages import Button, ButtonStyle, Card, Field, Select, plain
from bot.platforms.slack import limits

T = TypeVar("T")
Blocks = list[dict[str, Any]]

LISTEN: Final = "Listen on Spotify"
_STYLES: Mapping[ButtonStyle, str | None] = MappingProxyType(
    {
        ButtonStyle.PLAIN: None,
        # Slack has two: green and red.
        ButtonStyle.PRIMARY: "primary",
        ButtonStyle.GOOD: "primary",
        ButtonStyle.DANGER: "danger",
    }
)
_SAFE_URL: Final = re.compile(r"https://[A-Za-z0-9./_?=&%:-]+")
_USER_ID: Final = re.compile(r"[A-Z0-9]+")


def to_blocks(card: Card, *, calls: str | None = None) -> Blocks:
    """Return a card as blocks; `calls` is the id of the one person whom it calls by name."""
    return [block.to_dict() for block in _blocks(card, calls)]


def fallback(card: Card) -> str:
    """Return the text that notifications show. Slack looks for markup in it, so it is escaped."""
    return escape(_cut(f"{card.title}\n{card.body}".strip(), limits.FALLBACK))


def escape(text: str) -> str:
    """Return text in which Slack finds no link, no mention and no command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _blocks(card: Card, calls: str | None) -> Iterator[Block]:
    if calls is not None and _USER_ID.fullmatch(calls):
        yield SectionBlock(text=MarkdownTextObject(text=f"<@{calls}>"))
    yield HeaderBlock(text=_text(plain(card.title, limit=limits.HEADER), limits.HEADER))
    if card.body.strip():
        yield SectionBlock(text=_text(card.body, limits.SECTION_TEXT))
    if card.url and _SAFE_URL.fullmatch(card.url):
        yield SectionBlock(text=MarkdownTextObject(text=f"<{escape(card.url)}|{LISTEN}>"))
    for fields in _groups([field for field in card.fields if field.value], limits.SECTION_FIELDS):
        yield SectionBlock(fields=[_field(field) for field in fields])
    for buttons in _groups(card.buttons, limits.ACTIONS):
        yield ActionsBlock(elements=[_button(button) for button in buttons])
    if card.select is not None:
        yield ActionsBlock(elements=[_select(card.select)])
    if card.footer.strip():
        yield ContextBlock(elements=[_text(card.footer, limits.CONTEXT_TEXT)])


def _button(button: Button) -> ButtonElement:
    return ButtonElement(
        text=_text(plain(button.label, limit=limits.BUTTON_TEXT), limits.BUTTON_TEXT),
        # Two buttons of a message may do the same to two submissions: the id tells them apart.
        action_id=f"{button.action}|{button.argument}"[: limits.ACTION_ID],
        value=button.argument[: limits.BUTTON_VALUE] or None,
        style=_STYLES[button.style],
    )


def _select(select: Select) -> StaticSelectElement:
    return StaticSelectElement(
        placeholder=_text(select.placeholder, limits.PLACEHOLDER),
        action_id=f"{select.action}|{select.argument}"[: limits.ACTION_ID],
        options=[
            Option(
                text=_text(plain(option.label, limit=limits.OPTION_TEXT), limits.OPTION_TEXT),
                value=option.value[: limits.OPTION_VALUE],
            )
            for option in select.options[: limits.SELECT_OPTIONS]
        ],
    )


def _field(field: Field) -> PlainTextObject:
    return _text(f"{field.name}\n{field.value}", limits.FIELD_TEXT)


def _text(text: str, limit: int) -> PlainTextObject:
    # Slack refuses an empty text. Without `emoji=False` it would draw `:skull:` in a title.
    return PlainTextObject(text=_cut(text, limit) or "-", emoji=False)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _groups(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
