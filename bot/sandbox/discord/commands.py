"""The bot's commands: registered all at once or one by one, and what changed each time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.discord.core import API, Core, nothing, number
from bot.sandbox.discord.errors import Problem, unknown
from bot.sandbox.discord.limits import choice_problems
from bot.sandbox.discord.measures import of_length
from bot.sandbox.discord.world import Json

CHAT_INPUT = 1
USER_MENU = 2
MESSAGE_MENU = 3
SUBCOMMAND = 1
SUBCOMMAND_GROUP = 2
MAX_OPTIONS = 25
MAX_TEXT = 8000
# How many of each type an app may have in one place.
MAX_COMMANDS = {CHAT_INPUT: 100, USER_MENU: 15, MESSAGE_MENU: 15}

# Letters and digits of any script, as in Discord's own pattern.
_NAME = re.compile(r"[-_'\w]{1,32}")
# What Discord adds; only the rest says whether a command has changed.
_ADDED = ("id", "application_id", "version", "guild_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One change of the commands of a place (`guild_id` None: everywhere), by their names."""

    guild_id: int | None
    created: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


class Commands:
    """What is registered where, and every registration in order."""

    def __init__(self, core: Core) -> None:
        self.registrations: list[Registration] = []
        self._core = core
        self._places: dict[int | None, dict[tuple[int, str], Json]] = {}

    def listed(self, guild_id: int | None) -> list[Json]:
        return list(self._places.get(guild_id, {}).values())

    def seen_in(self, guild_id: int | None) -> list[Json]:
        """Return what a person is offered in a server, or in private: a server's own first."""
        own = [] if guild_id is None else self.listed(guild_id)
        names = {(each["type"], each["name"]) for each in own}
        every = [each for each in self.listed(None) if (each["type"], each["name"]) not in names]
        context = 1 if guild_id is None else 0
        return own + [
            each for each in every if each.get("contexts") is None or context in each["contexts"]
        ]

    def replace(self, guild_id: int | None, wanted: list[Json]) -> list[Json]:
        """Make these all the commands of a place; those of the same name keep their ids."""
        before = self._places.get(guild_id, {})
        after: dict[tuple[int, str], Json] = {}
        created, changed, unchanged = [], [], []
        for each in wanted:
            key = (each.get("type") or CHAT_INPUT, each["name"])
            full = self._full(each, guild_id)
            if key not in before:
                created.append(each["name"])
            elif _own(before[key]) == _own(full):
                full = before[key]
                unchanged.append(each["name"])
            else:
                full |= {"id": before[key]["id"]}
                changed.append(each["name"])
            after[key] = full
        self._places[guild_id] = after
        deleted = tuple(name for kind, name in before if (kind, name) not in after)
        self.registrations.append(
            Registration(
                guild_id=guild_id,
                created=tuple(created),
                changed=tuple(changed),
                deleted=deleted,
                unchanged=tuple(unchanged),
            )
        )
        self._core.changes.happened()
        return list(after.values())

    def _full(self, said: Json, guild_id: int | None) -> Json:
        """Return a command with all that Discord fills in."""
        full: Json = {
            "id": str(self._core.world.ids.next()),
            "application_id": str(self._core.world.app.id),
            "version": str(self._core.world.ids.next()),
            "type": CHAT_INPUT,
            "description": "",
            "default_member_permissions": None,
            "dm_permission": True,
            "contexts": None,
            "integration_types": [0],
            "nsfw": False,
            "name_localizations": None,
            "description_localizations": None,
            **{key: value for key, value in said.items() if key != "id" and value is not None},
        }
        permissions = full["default_member_permissions"]
        full["default_member_permissions"] = None if permissions is None else str(permissions)
        if guild_id is not None:
            full["guild_id"] = str(guild_id)
        return full


def _own(command: Json) -> Json:
    return {key: value for key, value in command.items() if key not in _ADDED}


class CommandRoutes:
    """`/applications/…/commands`, everywhere or for one server."""

    def __init__(self, core: Core, commands: Commands) -> None:
        self._core = core
        self._commands = commands

    def attach(self, app: web.Application) -> None:
        everywhere = f"{API}/applications/{{application_id}}/commands"
        in_guild = f"{API}/applications/{{application_id}}/guilds/{{guild_id}}/commands"
        for base in (everywhere, in_guild):
            one = f"{base}/{{command_id}}"
            app.router.add_get(base, self._list)
            app.router.add_put(base, self._replace)
            app.router.add_post(base, self._upsert)
            app.router.add_get(one, self._get)
            app.router.add_patch(one, self._edit)
            app.router.add_delete(one, self._delete)

    def _place(self, request: web.Request) -> int | None:
        if number(request, "application_id") != self._core.world.app.id:
            raise unknown("Application", 10002)
        return self._core.guild(request).id if "guild_id" in request.match_info else None

    async def _list(self, request: web.Request) -> web.Response:
        listed = self._commands.listed(self._place(request))
        return self._core.answer(request, listed)

    async def _replace(self, request: web.Request) -> web.Response:
        place = self._place(request)
        wanted: list[Json] = (await self._core.read(request)).json or []
        self._core.refuse(request, command_problems(wanted))
        return self._core.answer(request, self._commands.replace(place, wanted))

    async def _upsert(self, request: web.Request) -> web.Response:
        place = self._place(request)
        said: Json = (await self._core.read(request)).json or {}
        key = (said.get("type") or CHAT_INPUT, said.get("name"))
        others = [
            each for each in self._commands.listed(place) if (each["type"], each["name"]) != key
        ]
        self._core.refuse(request, command_problems([*others, said]))
        made = self._commands.replace(place, [*others, said])[-1]
        status = 200 if self._commands.registrations[-1].created == () else 201
        return self._core.answer(request, made, status=status)

    def _found(self, request: web.Request, place: int | None) -> Json:
        wanted = request.match_info["command_id"]
        for each in self._commands.listed(place):
            if each["id"] == wanted:
                return each
        raise unknown("application command", 10063)

    async def _get(self, request: web.Request) -> web.Response:
        return self._core.answer(request, self._found(request, self._place(request)))

    async def _edit(self, request: web.Request) -> web.Response:
        place = self._place(request)
        old = self._found(request, place)
        said: Json = (await self._core.read(request)).json or {}
        others = [each for each in self._commands.listed(place) if each is not old]
        changed = _own(old) | said
        self._core.refuse(request, command_problems([*others, changed]))
        return self._core.answer(request, self._commands.replace(place, [*others, changed])[-1])

    async def _delete(self, request: web.Request) -> web.Response:
        place = self._place(request)
        old = self._found(request, place)
        self._commands.replace(
            place, [each for each in self._commands.listed(place) if each is not old]
        )
        return nothing()


def command_problems(commands: list[Json]) -> Iterator[Problem]:
    """Check all commands of a place: their names, texts, options and choices."""
    keys = [(each.get("type") or CHAT_INPUT, each.get("name")) for each in commands]
    for index, command in enumerate(commands):
        kind = command.get("type") or CHAT_INPUT
        path = str(index)
        if keys.index((kind, command.get("name"))) != index:
            yield Problem(path=f"{path}.name", rule="used twice")
        if kind == CHAT_INPUT:
            yield from _chat_input(path, command)
        else:
            yield from of_length(f"{path}.name", command.get("name"), 1, 32)
            if command.get("description") or command.get("options"):
                yield Problem(path=path, rule="a menu has no description and no options")
    for kind, most in MAX_COMMANDS.items():
        if sum(key[0] == kind for key in keys) > most:
            yield Problem(path="commands", rule=f"at most {most} of type {kind}")


def _chat_input(path: str, command: Json) -> Iterator[Problem]:
    yield from _named(path, command)
    yield from _options(path, command.get("options") or [])
    if (length := _text(command)) > MAX_TEXT:
        yield Problem(path=path, rule=f"{length} characters in all, at most {MAX_TEXT}")


def _named(path: str, entry: Json) -> Iterator[Problem]:
    for key, name in _localized(entry, "name"):
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name != name.lower():
            rule = f"{name!r} must be 1 to 32 small letters, digits, - or _"
            yield Problem(path=f"{path}.{key}", rule=rule)
    for key, text in _localized(entry, "description"):
        yield from of_length(f"{path}.{key}", text, 1, 100)


def _localized(entry: Json, key: str) -> Iterator[tuple[str, object]]:
    """Return a text of a command and its translations, each with where it stands."""
    yield key, entry.get(key)
    for locale, text in (entry.get(f"{key}_localizations") or {}).items():
        yield f"{key}_localizations.{locale}", text


def _options(path: str, options: list[Json]) -> Iterator[Problem]:
    if len(options) > MAX_OPTIONS:
        yield Problem(path=f"{path}.options", rule=f"at most {MAX_OPTIONS} options")
    names = [option.get("name") for option in options]
    needed = [bool(option.get("required")) for option in options]
    if len(set(names)) < len(names):
        yield Problem(path=f"{path}.options", rule="a name is used twice")
    if needed != sorted(needed, reverse=True):
        yield Problem(path=f"{path}.options", rule="required options come first")
    for index, option in enumerate(options):
        place = f"{path}.options.{index}"
        yield from _named(place, option)
        choices = option.get("choices") or []
        yield from choice_problems(choices, path=f"{place}.choices")
        if choices and option.get("autocomplete"):
            yield Problem(path=place, rule="choices and autocomplete exclude each other")
        yield from _options(place, option.get("options") or [])


def _text(entry: Json) -> int:
    """Return how many characters count: names, descriptions and the values of choices."""
    total = len(entry.get("name") or "") + len(entry.get("description") or "")
    for choice in entry.get("choices") or []:
        total += len(choice["name"]) + len(str(choice["value"]))
    return total + sum(_text(option) for option in entry.get("options") or [])
