"""Discord's limits, held by hand: each holds where the official files are absent, too."""

from collections.abc import Iterator
from typing import Any

import discord
import pytest

from bot.sandbox.discord.commands import command_problems
from bot.sandbox.discord.limits import choice_problems, message_problems
from bot.sandbox.discord.modals import modal_problems
from bot.sandbox.discord.server import DiscordStandIn
from bot.sandbox.discord.world import COMPONENTS_V2


def _button(custom_id: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Keep", "custom_id": custom_id, **more}


def _row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def _select(count: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "s", "options": _options(count), **more}


def _options(count: int) -> list[dict[str, Any]]:
    return [{"label": f"{number}", "value": f"{number}"} for number in range(count)]


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
    (
        {"flags": COMPONENTS_V2, "components": [{"type": 12, "items": []}]},
        "components.0.items",
    ),
    (
        {"flags": COMPONENTS_V2, "components": [{"type": 9, "accessory": _button()}]},
        "components.0.components",
    ),
    (
        {"flags": COMPONENTS_V2, "components": [{"type": 9, "components": [_text(1)]}]},
        "components.0.accessory",
    ),
    (
        {"components": [_row({"type": 2, "style": 5, "label": "Go"})]},
        "components.0.components.0.url",
    ),
    (
        {"components": [_row(_button(style=5, url="https://x"))]},
        "components.0.components.0.custom_id",
    ),
    ({"components": [_row(_select(min_values=2))]}, "components.0.components.0"),
    (
        {
            "components": [
                _row(_select(options=[{"label": "a", "value": "same", "default": True}] * 2))
            ]
        },
        "components.0.components.0.options",
    ),
    (_embed(image={"url": "file:///x"}), "embeds.0.image.url"),
    ({"attachments": [{"filename": f"{number}"} for number in range(11)]}, "attachments"),
    ({"attachments": [{"description": "x" * 1025}]}, "attachments.0.description"),
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


def _label(component: dict[str, Any], label: str = "Link", **more: Any) -> dict[str, Any]:
    return {"type": 18, "label": label, "component": component, **more}


def _input(custom_id: str = "i", **more: Any) -> dict[str, Any]:
    return {"type": 4, "style": 1, "custom_id": custom_id, **more}


def _modal(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"custom_id": "m", "title": "Submit", "components": list(parts), **more}


GOOD_MODALS = [
    _modal(*(_label(_input(f"{number}")) for number in range(5))),
    _modal(_label(_input(), "x" * 45, description="x" * 100), title="x" * 45),
    _modal(_label({"type": 21, "custom_id": "r", "options": _options(2)})),
    _modal(_label({"type": 22, "custom_id": "c", "options": _options(10), "max_values": 3})),
    _modal(_label({"type": 19, "custom_id": "f", "max_values": 10})),
    _modal({"type": 1, "components": [_input(label="Link")]}),
    _modal({"type": 10, "content": "Read this"}),
]

BAD_MODALS = [
    (_modal(), "data.components"),
    (_modal(*(_label(_input(f"{number}")) for number in range(6))), "data.components"),
    (_modal(_label(_input()), title="x" * 46), "data.title"),
    (_modal(_label(_input()), custom_id="x" * 101), "data.custom_id"),
    (_modal(_label(_input(), "x" * 46)), "data.components.0.label"),
    (_modal(_label(_input(), description="x" * 101)), "data.components.0.description"),
    (_modal(_label(_input(label="twice"))), "data.components.0.component.label"),
    (_modal(_label(_input(placeholder="x" * 101))), "data.components.0.component.placeholder"),
    (_modal(_label(_input(value="x" * 4001))), "data.components.0.component.value"),
    (_modal(_label(_input(max_length=4001))), "data.components.0.component"),
    (_modal(_label(_input(min_length=3, value="x"))), "data.components.0.component.value"),
    (_modal(_label(_button())), "data.components.0.component"),
    (_modal(_label(_select(disabled=True))), "data.components.0.component.disabled"),
    (_modal(_label(_input()), _label(_input())), "components"),
    (_modal(_button()), "data.components.0"),
    (_modal({"type": 1, "components": [_button()]}), "data.components.0.components"),
    (
        _modal(_label({"type": 21, "custom_id": "r", "options": _options(11)})),
        "data.components.0.component.options",
    ),
    (
        _modal(_label({"type": 21, "custom_id": "r", "options": _options(1)})),
        "data.components.0.component.options",
    ),
    (
        _modal(_label({"type": 22, "custom_id": "c", "options": _options(2), "max_values": 3})),
        "data.components.0.component",
    ),
    (
        _modal(_label({"type": 19, "custom_id": "f", "max_values": 11})),
        "data.components.0.component",
    ),
]


@pytest.mark.parametrize("modal", GOOD_MODALS)
def test_a_modal_at_its_limits_is_fine(modal: dict[str, Any]) -> None:
    assert list(modal_problems(modal)) == []


@pytest.mark.parametrize(("modal", "path"), BAD_MODALS)
def test_a_modal_past_a_limit_is_told_where(modal: dict[str, Any], path: str) -> None:
    assert path in [problem.path for problem in modal_problems(modal)]


def _command(name: str = "submit", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "Submit a track", **more}


def _choice(name: str = "No", value: str = "no") -> dict[str, Any]:
    return {"name": name, "value": value}


def _wordy(number: int) -> dict[str, Any]:
    """Return an option of some 1,800 characters, with no part that is too long."""
    choices = [_choice("x" * 100, f"{index}" * 100) for index in range(9)]
    return _command(f"o{number}", choices=choices)


GOOD_COMMANDS: list[list[dict[str, Any]]] = [
    [_command("x" * 32, description="x" * 100)],
    [_command("einreichen-ä_1"), _command("提出")],
    [_command(), {"type": 3, "name": "Submit this track"}],
    [_command(options=[_command(f"o{number}") for number in range(25)])],
    [_command(options=[_command("a", choices=[_choice()] * 25)])],
]

BAD_COMMANDS: list[tuple[list[dict[str, Any]], str]] = [
    ([_command("x" * 33)], "0.name"),
    ([_command("Submit")], "0.name"),
    ([_command("sub mit")], "0.name"),
    ([_command("")], "0.name"),
    ([_command(name_localizations={"de": "Ein Name"})], "0.name_localizations.de"),
    ([_command(description="")], "0.description"),
    ([_command(description="x" * 101)], "0.description"),
    ([_command(), _command()], "1.name"),
    ([{"type": 3, "name": "x" * 33}], "0.name"),
    ([{"type": 3, "name": "x", "description": "none here"}], "0"),
    ([_command(options=[_command(f"o{number}") for number in range(26)])], "0.options"),
    ([_command(options=[_command("a"), _command("a")])], "0.options"),
    ([_command(options=[_command("a"), _command("b", required=True)])], "0.options"),
    ([_command(options=[_command("a", choices=[_choice()] * 26)])], "0.options.0.choices"),
    (
        [_command(options=[_command("a", choices=[_choice()], autocomplete=True)])],
        "0.options.0",
    ),
    ([_command(f"c{number}") for number in range(101)], "commands"),
    ([_command(options=[_wordy(number) for number in range(5)])], "0"),
]


@pytest.mark.parametrize("commands", GOOD_COMMANDS)
def test_commands_at_their_limits_are_fine(commands: list[dict[str, Any]]) -> None:
    assert list(command_problems(commands)) == []


@pytest.mark.parametrize(("commands", "path"), BAD_COMMANDS)
def test_commands_past_a_limit_are_told_where(commands: list[dict[str, Any]], path: str) -> None:
    assert path in [problem.path for problem in command_problems(commands)]


def test_25_suggestions_are_the_most() -> None:
    assert list(choice_problems([_choice()] * 25)) == []
    assert [each.path for each in choice_problems([_choice()] * 26)] == ["data.choices"]
    assert [each.path for each in choice_problems([_choice("")])] == ["data.choices.0.name"]
    assert [each.path for each in choice_problems([_choice(value="x" * 101)])] == [
        "data.choices.0.value"
    ]
