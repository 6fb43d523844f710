"""Discord's limits, held by hand: each holds where the official files are absent, too."""

from collections.abc import Iterator
from typing import Any

import discord
import pytest

from bot.sandbox.discord.limits import message_problems
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.discord.world import COMPONENTS_V2


def _button(custom_id: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Keep", "custom_id": custom_id, **more}


def _row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def _select(options: int = 1, **more: Any) -> dict[str, Any]:
    listed = [{"label": f"{number}", "value": f"{number}"} for number in range(options)]
    return {"type": 3, "custom_id": "s", "options": listed, **more}


def _text(length: int) -> dict[str, Any]:
    return {"type": 10, "content": "x" * length}


def _rows_of_buttons(rows: int, each: int = 1) -> list[dict[str, Any]]:
    return [_row(*(_button(f"{row}.{number}") for number in range(each))) for row in range(rows)]


def _embed(**more: Any) -> dict[str, Any]:
    return {"embeds": [more]}


GOOD: list[dict[str, Any]] = [
    {"content": "x" * 2000},
    {"embeds": [{"description": "x" * 4096}, {"description": "x" * 1904}]},
    _embed(title="x" * 256, footer={"text": "x" * 2048}),
    _embed(fields=[{"name": "x" * 10, "value": "x" * 10}] * 25),
    {"components": _rows_of_buttons(5, 5)},
    {"components": [_row(_select(25, placeholder="x" * 150))]},
    {"components": [_row(_button("x" * 100, label="x" * 80))]},
    {"flags": COMPONENTS_V2, "components": [_text(4000)]},
    {"flags": COMPONENTS_V2, "components": [_text(1)] * 40},
]

BAD: list[tuple[dict[str, Any], str]] = [
    ({"content": "x" * 2001}, "content"),
    ({"embeds": [{"title": "x"}] * 11}, "embeds"),
    ({"embeds": [{"description": "x" * 4096}, {"description": "x" * 1905}]}, "embeds"),
    (_embed(title="x" * 257), "embeds.0.title"),
    (_embed(description="x" * 4097), "embeds.0.description"),
    (_embed(footer={"text": "x" * 2049}), "embeds.0.footer.text"),
    (_embed(author={"name": "x" * 257}), "embeds.0.author.name"),
    (_embed(fields=[{"name": "x", "value": "x"}] * 26), "embeds.0.fields"),
    (_embed(fields=[{"name": "x" * 257, "value": "x"}]), "embeds.0.fields.0.name"),
    (_embed(fields=[{"name": "x", "value": ""}]), "embeds.0.fields.0.value"),
    (_embed(fields=[{"name": "x", "value": "x" * 1025}]), "embeds.0.fields.0.value"),
    (_embed(image={"url": "attachment://none.png"}), "embeds"),
    ({"components": _rows_of_buttons(6)}, "components"),
    ({"components": _rows_of_buttons(1, 6)}, "components.0.components"),
    ({"components": [_row(_select(), _button())]}, "components.0.components"),
    ({"components": [_row(_select(), _select())]}, "components.0.components"),
    ({"components": [_row()]}, "components.0.components"),
    ({"components": [_row(_button("same"), _button("same"))]}, "components"),
    ({"components": [_row(_button(""))]}, "components.0.components.0.custom_id"),
    ({"components": [_row(_button("x" * 101))]}, "components.0.components.0.custom_id"),
    ({"components": [_row(_button(label="x" * 81))]}, "components.0.components.0.label"),
    ({"components": [_row(_button(label=""))]}, "components.0.components.0"),
    ({"components": [_row(_button(url="https://x"))]}, "components.0.components.0.url"),
    ({"components": [_row(_select(26))]}, "components.0.components.0.options"),
    ({"components": [_row(_select(0))]}, "components.0.components.0.options"),
    ({"components": [_row(_select(2, max_values=3))]}, "components.0.components.0.max_values"),
    (
        {"components": [_row(_select(placeholder="x" * 151))]},
        "components.0.components.0.placeholder",
    ),
    ({"components": [_text(1)]}, "components.0"),
    ({"flags": COMPONENTS_V2, "components": [_text(4001)]}, "components"),
    ({"flags": COMPONENTS_V2, "components": [_text(2001)] * 2}, "components"),
    ({"flags": COMPONENTS_V2, "components": [_text(1)] * 41}, "components"),
    ({"flags": COMPONENTS_V2, "components": [_text(1)], "content": "x"}, "content"),
    ({"flags": COMPONENTS_V2, "components": [_text(1)], "embeds": [{"title": "x"}]}, "embeds"),
    ({"flags": COMPONENTS_V2, "components": [_button()]}, "components.0"),
]


@pytest.mark.parametrize("message", GOOD)
def test_a_message_at_its_limits_is_fine(message: dict[str, Any]) -> None:
    assert list(message_problems(message)) == []


def _paths(message: dict[str, Any]) -> Iterator[str]:
    return (problem.path for problem in message_problems(message))


@pytest.mark.parametrize(("message", "path"), BAD)
def test_a_message_past_a_limit_is_told_where(message: dict[str, Any], path: str) -> None:
    assert path in _paths(message)


async def test_a_violation_is_refused_and_written_down(
    stand_in: DiscordStandIn, channel: discord.PartialMessageable
) -> None:
    view = discord.ui.View()
    for _ in range(2):
        view.add_item(discord.ui.Button(label="Keep", custom_id="q1|keep|7"))
    with pytest.raises(discord.HTTPException) as refused:
        await channel.send("twice", view=view)

    assert (refused.value.status, refused.value.code) == (400, 50035)
    assert [(each.request, each.rule) for each in stand_in.violations] == [
        (
            "POST /channels/{channel_id}/messages",
            "components: custom_id 'q1|keep|7' is used 2 times",
        )
    ]


async def test_an_empty_message_is_refused_by_its_own_code(
    channel: discord.PartialMessageable,
) -> None:
    with pytest.raises(discord.HTTPException) as refused:
        await channel.send()

    assert refused.value.code == 50006
