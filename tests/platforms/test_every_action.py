"""Whatever people may do they can do on Discord, on Slack and at the console, or it says why not.

Nothing is listed by hand but the reasons: what people may do are the workflow's functions that ask
who it is, and what a platform does is read from its source, along the calls in `bot/chat`.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from bot.platforms.discord.routes import ROUTES as ON_DISCORD
from bot.platforms.slack.routes import ROUTES as ON_SLACK

BOT = Path(__file__).resolve().parents[2] / "bot"
ROOTS: Mapping[str, tuple[str, ...]] = {
    "discord": ("platforms/discord",),
    "slack": ("platforms/slack",),
    "console": ("platforms/console", "commands"),
}
# Not what somebody does, but what is asked on the way to it.
_ASKED_ON_THE_WAY = frozenset(
    {
        "card.reviewable",
        "handling.require_reviewer",
        "manage.require_looked_after",
        "mine.find_own",
        "people.curated",
        "people.curated_ids",
        "people.may_curate",
        "people.member_of",
        "people.note_zone",
        "people.require_admin",
        "people.require_curator",
        "people.require_manager",
    }
)
_KEEPS_NO_DRAFT = "a file lies where it was when the command is typed again"
_COMPLETES_NOTHING = "nothing is completed there while somebody types"
REASONS: Mapping[tuple[str, str], str] = {
    ("discord", "status.show_status"): "mine.list_mine shows the same, with buttons and pages",
    ("slack", "status.show_status"): "mine.list_mine shows the same, with buttons and pages",
    ("slack", "suggest.submissions_for_curator"): _COMPLETES_NOTHING,
    (
        "console",
        "feedback.say_useful",
    ): "it is asked under a message, and nobody is written to there",
    ("console", "again.retry"): "earmark process and earmark jobs retry do it for the operator",
    ("console", "kept_files.keep"): _KEEPS_NO_DRAFT,
    ("console", "kept_files.find"): _KEEPS_NO_DRAFT,
    ("console", "kept_files.drop"): _KEEPS_NO_DRAFT,
    (
        "console",
        "linking.join_workspace",
    ): "a server or a team is joined; the console is neither",
    (
        "console",
        "mine.list_mine",
    ): "status.show_status lists all of them, without pages",
    ("console", "suggest.submissions_for_curator"): _COMPLETES_NOTHING,
    ("slack", "talk.open_thread"): "a thread there hangs on a card that notices.show_card posts",
    ("console", "talk.open_thread"): "a console has no threads; notes and questions are there",
    ("console", "versions.prefill"): "there is no form to be filled in; --replaces says the same",
    ("console", "weekly.plan"): "earmark due posts what is due and tells of it",
}
# What only one chat has, with the reason; all other buttons work in both.
ONLY_THERE: Mapping[str, str] = {
    "home": "Discord has no Home tab",
    "home_view": "Discord has no Home tab",
    "home_playlist": "Discord has no Home tab",
    "offer": "on Discord nothing is read in channels; a message's menu is there instead",
    "offer_file": "on Discord nothing is read in channels; /submit takes the file",
}


_PACKAGES = frozenset({"chat", "console", "discord", "platforms", "slack", "workflow"})


def _files(folder: str) -> Iterator[Path]:
    yield from sorted((BOT / folder).rglob("*.py"))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def deeds() -> set[str]:
    """Return the workflow's public functions that ask who it is, as `review.decide`."""
    found = set()
    for path in _files("workflow"):
        for one in _tree(path).body:
            if isinstance(one, ast.AsyncFunctionDef) and not one.name.startswith("_"):
                names = {arg.arg for arg in (*one.args.args, *one.args.kwonlyargs)}
                if "person" in names:
                    found.add(f"{path.stem}.{one.name}")
    return found - _ASKED_ON_THE_WAY


def _named(node: ast.AST, imports: Mapping[str, str]) -> Iterator[str]:
    """Return what a piece of source names of other modules, as `module.function`."""
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            yield f"{imports.get(one.value.id, one.value.id)}.{one.attr}"
        elif isinstance(one, ast.Name) and one.id in imports:
            yield imports[one.id]


def _imports(tree: ast.Module) -> dict[str, str]:
    """Return what each imported name means, as a module or as `module.function`."""
    found = {}
    for one in ast.walk(tree):
        if isinstance(one, ast.ImportFrom) and one.module:
            module = one.module.rpartition(".")[2]
            for alias in one.names:
                whole = alias.name if module in _PACKAGES else f"{module}.{alias.name}"
                found[alias.asname or alias.name] = whole
    return found


@cache
def _calls_of_chat() -> dict[str, set[str]]:
    """Return for each function of `bot/chat` and of the workflow what it names."""
    found: dict[str, set[str]] = {}
    for folder in ("chat", "workflow"):
        for path in _files(folder):
            imports = _imports(_tree(path))
            own = {
                one.name: f"{path.stem}.{one.name}"
                for one in _tree(path).body
                if isinstance(one, ast.AsyncFunctionDef | ast.FunctionDef)
            }
            for one in _tree(path).body:
                if isinstance(one, ast.AsyncFunctionDef | ast.FunctionDef):
                    names = set(_named(one, imports | own))
                    found.setdefault(own[one.name], set()).update(names - {own[one.name]})
    return found


@cache
def done_on(platform: str) -> frozenset[str]:
    """Return everything that a platform's source leads to."""
    open_ends: set[str] = set()
    for root in ROOTS[platform]:
        for path in _files(root):
            open_ends |= set(_named(_tree(path), _imports(_tree(path))))
    reached: set[str] = set()
    while open_ends:
        name = open_ends.pop()
        if name not in reached:
            reached.add(name)
            open_ends |= _calls_of_chat().get(name, set())
    return frozenset(reached)


@pytest.mark.parametrize("platform", ROOTS)
def test_everything_that_people_may_do_can_be_done_there(platform: str) -> None:
    missing = deeds() - done_on(platform)

    assert missing == {deed for where, deed in REASONS if where == platform}


def test_every_reason_is_one() -> None:
    assert all(len(reason) > 20 for reason in (*REASONS.values(), *ONLY_THERE.values()))


def _made(paths: Iterable[Path]) -> Iterator[str]:
    """Return the actions of all buttons, selects and forms that are made there."""
    for path in paths:
        for one in ast.walk(_tree(path)):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Name):
                if one.func.id in {"Button", "Select", "CustomId"}:
                    for word in one.keywords:
                        if word.arg == "action" and isinstance(word.value, ast.Constant):
                            yield str(word.value.value)
                elif one.func.id == "_button" and isinstance(one.args[0], ast.Constant):
                    yield str(one.args[0].value)


def test_every_button_and_form_that_both_chats_show_does_something_in_both() -> None:
    shared = set(_made([*_files("chat"), *_files("workflow")]))
    for routes in (ON_DISCORD, ON_SLACK):
        handled = {*routes.pressed, *routes.opened, *routes.sent}
        assert shared - handled == set()


def test_every_button_of_one_chat_alone_does_something_there_and_has_its_reason() -> None:
    on_slack = {*ON_SLACK.pressed, *ON_SLACK.opened, *ON_SLACK.sent, *ON_SLACK.tabs}
    on_discord = {*ON_DISCORD.pressed, *ON_DISCORD.opened, *ON_DISCORD.sent}

    assert set(_made(_files("platforms/slack"))) - on_slack <= {"home", "answer"}
    assert set(_made(_files("platforms/discord"))) - on_discord == set()
    assert on_slack ^ on_discord == set(ONLY_THERE) - {"home"}
