"""Cards as Discord shows them: pure functions, within every limit of `limits`.

Texts of a card are plain, so all of them are escaped here; labels of buttons and options, and the
footer of an embed, know no markdown and are not.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import discord
from discord import ui

from bot.chat.custom_id import carried_by
from bot.chat_texts import UNNAMED
from bot.messages import Button, ButtonStyle, Card, Field, Select, plain
from bot.platforms.discord import limits
from bot.platforms.discord.markdown import cut, escape
from bot.platforms.discord.presses import Press
from bot.platforms.discord.screen import PICTURE, Screen

_STYLES: Mapping[ButtonStyle, discord.ButtonStyle] = MappingProxyType(
    {
        ButtonStyle.PLAIN: discord.ButtonStyle.secondary,
        ButtonStyle.PRIMARY: discord.ButtonStyle.primary,
        ButtonStyle.GOOD: discord.ButtonStyle.success,
        ButtonStyle.DANGER: discord.ButtonStyle.danger,
    }
)
# A footer is one small line; a longer one would push the fields out of the total.
_FOOTER = 300
# Fields share what the total leaves beside the title, this much body and the footer.
_BODY_BESIDE_FIELDS = 3000


def card(shown: Card, *, place: int | None = None, player: bool = False) -> Screen:
    """Return a card as a message.

    `place` is the workspace for the buttons of a direct message, where no server tells it.
    With `player` the link stands in the content, so that Discord shows its player.
    """
    return Screen(
        content=shown.url or "" if player else "",
        embed=_embed(shown),
        image=shown.image,
        view=_view(shown, place),
    )


def sentence(text: str, *, buttons: Sequence[Button] = (), place: int | None = None) -> Screen:
    """Return one plain sentence, mostly a refusal, with what can be done about it."""
    return Screen(content=cut(escape(text), limits.CONTENT), view=_rows(buttons, None, place))


def button(shown: Button, *, place: int | None = None) -> Press:
    """Return one button; its label is cut to what Discord takes."""
    return Press(
        ui.Button(
            style=_STYLES[shown.style],
            label=plain(shown.label, limit=limits.BUTTON_LABEL),
            custom_id=str(carried_by(shown, place)),
        )
    )


def select(shown: Select, *, place: int | None = None, chosen: str = "") -> Press:
    """Return a select of at most 25 options; `chosen` is the value that stands in it now."""
    return Press(
        ui.Select(
            custom_id=str(carried_by(shown, place)),
            placeholder=plain(shown.placeholder, limit=limits.SELECT_PLACEHOLDER),
            max_values=min(shown.most, len(shown.options)),
            options=[
                discord.SelectOption(
                    label=plain(option.label, limit=limits.OPTION_LABEL) or UNNAMED,
                    value=option.value[: limits.OPTION_VALUE],
                    description=plain(option.description, limit=limits.OPTION_DESCRIPTION) or None,
                    default=option.value == chosen,
                )
                for option in shown.options[: limits.SELECT_OPTIONS]
            ],
        )
    )


def _embed(shown: Card) -> discord.Embed:
    footer = plain(shown.footer, limit=_FOOTER)
    title = cut(escape(plain(shown.title, limit=limits.EMBED_TITLE)), limits.EMBED_TITLE)
    room = limits.EMBEDS_TOTAL - len(title) - len(footer)
    most = _BODY_BESIDE_FIELDS if shown.fields else limits.EMBED_DESCRIPTION
    body = cut(escape(shown.body), min(most, limits.EMBED_DESCRIPTION, room))
    embed = discord.Embed(title=title or None, url=shown.url, description=body or None)
    _add_fields(embed, shown.fields, room=room - len(body))
    if footer:
        embed.set_footer(text=footer)
    if shown.image is not None:
        embed.set_image(url=f"attachment://{PICTURE}")
    return embed


def _add_fields(embed: discord.Embed, fields: Sequence[Field], *, room: int) -> None:
    """Add fields while there is room; one that nothing is left of would be refused."""
    for field in fields[: limits.EMBED_FIELDS]:
        name = cut(escape(field.name), limits.EMBED_FIELD_NAME)
        value = cut(escape(field.value), max(0, min(limits.EMBED_FIELD_VALUE, room - len(name))))
        if not name.strip() or not value.strip():
            continue
        room -= len(name) + len(value)
        embed.add_field(name=name, value=value, inline=False)


def _view(shown: Card, place: int | None) -> ui.View | None:
    return _rows(shown.buttons, shown.select, place)


def _rows(buttons: Sequence[Button], chooser: Select | None, place: int | None) -> ui.View | None:
    """Return buttons in rows of five, in their order, and a select in a row of its own."""
    if not buttons and chooser is None:
        return None
    view = ui.View(timeout=None)
    rows = [buttons[start : start + limits.ROW_BUTTONS] for start in range(0, len(buttons), 5)]
    most = limits.ROWS - (chooser is not None)
    if len(rows) > most:
        raise ValueError(f"{len(buttons)} buttons do not fit into {most} rows")
    for number, row in enumerate(rows):
        for one in row:
            item = button(one, place=place)
            item.row = number
            view.add_item(item)
    if chooser is not None:
        item = select(chooser, place=place)
        item.row = len(rows)
        view.add_item(item)
    return view
