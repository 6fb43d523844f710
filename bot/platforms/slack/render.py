"""Answers as Slack shows them: pure functions, within every limit of `limits`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeVar, assert_never

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    SectionBlock,
    StaticMultiSelectElement,
    StaticSelectElement,
)

from bot.chat.custom_id import carried_by
from bot.chat.replies import Page, Reply, Row, Sentence, Shown
from bot.chat_texts import UNNAMED
from bot.messages import Button, ButtonStyle, Card, Field, Select, plain
from bot.messages import Option as Choice
from bot.platforms.slack import limits
from bot.platforms.slack.text import COMMAND, cut, escape, flat, unmarked, words
from bot.texts import title_text

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


def to_blocks(card: Card, *, calls: str | None = None, command: str = COMMAND) -> Blocks:
    """Return a card as blocks; `calls` is the id of the one person whom it calls by name."""
    return [block.to_dict() for block in _card(card, calls, command)]


def reply_blocks(reply: Reply, *, command: str = COMMAND) -> Blocks:
    """Return an answer as blocks, for a message or a view."""
    match reply:
        case Shown():
            return to_blocks(reply.card, command=command)
        case Sentence():
            blocks = _sentence(reply, command)
        case Page():
            blocks = _page(reply, command)
        case _:
            assert_never(reply)
    return [block.to_dict() for block in blocks]


def fallback(card: Card) -> str:
    """Return the text that notifications show. Slack looks for markup in it, so it is escaped."""
    told = unmarked(f"{card.title}\n{card.body}".strip())
    return escape(cut(told, limits.FALLBACK))


def reply_fallback(reply: Reply, *, command: str = COMMAND) -> str:
    match reply:
        case Shown():
            return fallback(reply.card)
        case Sentence():
            told = reply.text
        case Page():
            told = reply.heading
        case _:
            assert_never(reply)
    return escape(cut(unmarked(told, command=command), limits.FALLBACK))


def _card(card: Card, calls: str | None, command: str) -> Iterator[Block]:
    if calls is not None and _USER_ID.fullmatch(calls):
        yield SectionBlock(text=MarkdownTextObject(text=f"<@{calls}>"))
    if title := plain(card.title, limit=limits.HEADER):
        yield HeaderBlock(text=flat(title, limits.HEADER, command=command))
    if card.body.strip():
        yield SectionBlock(text=words(card.body, limits.SECTION_TEXT, command=command))
    if card.url and _SAFE_URL.fullmatch(card.url):
        yield SectionBlock(text=MarkdownTextObject(text=f"<{escape(card.url)}|{LISTEN}>"))
    for fields in _groups([field for field in card.fields if field.value], limits.SECTION_FIELDS):
        yield SectionBlock(fields=[_field(field, command) for field in fields])
    yield from _controls(card.buttons, card.select)
    if card.footer.strip():
        yield ContextBlock(elements=[words(card.footer, limits.CONTEXT_TEXT, command=command)])


def _sentence(reply: Sentence, command: str) -> Iterator[Block]:
    yield SectionBlock(text=words(reply.text, limits.SECTION_TEXT, command=command))
    yield from _controls(reply.buttons, None)


def _page(shown: Page, command: str) -> Iterator[Block]:
    yield SectionBlock(text=words(shown.heading, limits.SECTION_TEXT, command=command))
    if shown.rows:
        yield DividerBlock()
    for row in shown.rows:
        yield SectionBlock(
            text=words(_row(row), limits.SECTION_TEXT, command=command),
            accessory=button_element(row.opens),
        )
    if shown.below:
        yield ContextBlock(elements=[words(shown.below, limits.CONTEXT_TEXT, command=command)])
    yield from _controls(shown.steps, shown.views, chosen=shown.chosen)


def _row(row: Row) -> str:
    return f"{row.number} {title_text(row.title, row.artist)}\n{row.facts}"


def _controls(
    buttons: Sequence[Button], chooser: Select | None, *, chosen: str = ""
) -> Iterator[Block]:
    for group in _groups(buttons, limits.ACTIONS):
        yield ActionsBlock(elements=[button_element(button) for button in group])
    if chooser is not None and chooser.most > 1:
        # Slack takes menus for several options beside a text only.
        yield SectionBlock(
            text=flat(chooser.placeholder, limits.SECTION_TEXT), accessory=_select(chooser, chosen)
        )
    elif chooser is not None:
        yield ActionsBlock(elements=[_select(chooser, chosen)])


def selects(choosers: Sequence[Select], *, chosen: Sequence[str]) -> Blocks:
    """Return selects side by side; `chosen` is what stands in each."""
    elements = [_select(one, value) for one, value in zip(choosers, chosen, strict=True)]
    return [ActionsBlock(elements=elements).to_dict()]


def button_element(button: Button) -> ButtonElement:
    # Two buttons of a message may do the same to two submissions: the id tells them apart.
    return ButtonElement(
        text=flat(plain(button.label, limit=limits.BUTTON_TEXT), limits.BUTTON_TEXT),
        action_id=str(carried_by(button)),
        value=button.argument[: limits.BUTTON_VALUE] or None,
        style=_STYLES[button.style],
    )


def _select(select: Select, chosen: str) -> StaticSelectElement | StaticMultiSelectElement:
    options = [option(choice) for choice in select.options[: limits.SELECT_OPTIONS]]
    placeholder = flat(select.placeholder, limits.PLACEHOLDER)
    action_id = str(carried_by(select))
    if select.most > 1:
        return StaticMultiSelectElement(
            placeholder=placeholder,
            action_id=action_id,
            options=options,
            max_selected_items=select.most,
        )
    return StaticSelectElement(
        placeholder=placeholder,
        action_id=action_id,
        options=options,
        initial_option=next((one for one in options if chosen and one.value == chosen), None),
    )


def option(choice: Choice) -> Option:
    """Return one option of a list, of radio buttons or of ticks."""
    described = plain(choice.description, limit=limits.OPTION_TEXT)
    return Option(
        text=flat(plain(choice.label, limit=limits.OPTION_TEXT) or UNNAMED, limits.OPTION_TEXT),
        value=choice.value[: limits.OPTION_VALUE],
        description=flat(described, limits.OPTION_TEXT) if described else None,
    )


def _field(field: Field, command: str) -> Any:
    return words(f"{field.name}\n{field.value}", limits.FIELD_TEXT, command=command)


def _groups(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
