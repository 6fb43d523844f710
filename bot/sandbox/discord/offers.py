"""What Discord's client makes of a command that a person types: checked, and with its objects."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.discord.cdn import Cdn
from bot.sandbox.discord.commands import SUBCOMMAND, SUBCOMMAND_GROUP
from bot.sandbox.discord.wire import channel_json, member_json, role_json, user_json
from bot.sandbox.discord.world import Attachment, Channel, Json, Role, User, World
from bot.sandbox.refusals import RefusedError
from bot.sandbox.upload import Upload

STRING = 3
INTEGER = 4
BOOLEAN = 5
_USER = 6
_CHANNEL = 7
_ROLE = 8
_MENTIONABLE = 9
_NUMBER = 10
_ATTACHMENT = 11
_PARTIAL_CHANNEL = ("id", "name", "type", "parent_id", "flags", "thread_metadata")


class Offers:
    """Fills in commands for one person in one channel."""

    def __init__(self, world: World, cdn: Cdn, *, user: User, channel: Channel) -> None:
        self._world = world
        self._cdn = cdn
        self._user = user
        self._channel = channel
        self._resolved: Json = {}

    def command_data(
        self, command: Json, path: list[str], given: Mapping[str, Any], *, focused: str = ""
    ) -> Json:
        """Return the data of an interaction; `path` names a subcommand, if there is one."""
        data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
        options = self._nested(command, path, given, focused)
        if options:
            data["options"] = options
        if self._resolved:
            data["resolved"] = self._resolved
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data

    def _nested(
        self, entry: Json, path: list[str], given: Mapping[str, Any], focused: str
    ) -> list[Json]:
        known: list[Json] = entry.get("options") or []
        below = [each for each in known if each["type"] in (SUBCOMMAND, SUBCOMMAND_GROUP)]
        if not below:
            return self._options(entry, given, focused)
        found = next((each for each in below if path and each["name"] == path[0]), None)
        if found is None:
            names = ", ".join(each["name"] for each in below)
            raise RefusedError(f"/{entry['name']} has only {names}")
        inner = self._nested(found, path[1:], given, focused)
        return [{"type": found["type"], "name": found["name"], "options": inner}]

    def _options(self, entry: Json, given: Mapping[str, Any], focused: str) -> list[Json]:
        known: dict[str, Json] = {each["name"]: each for each in entry.get("options") or []}
        if unknown := [name for name in given if name not in known]:
            raise RefusedError(f"/{entry['name']} has no option {', '.join(unknown)}")
        missing = [
            name
            for name, option in known.items()
            if option.get("required") and name not in given and not focused
        ]
        if missing:
            raise RefusedError(f"/{entry['name']} needs {', '.join(missing)}")
        filled = []
        for name, value in given.items():
            option = known[name]
            if name == focused:
                filled.append(
                    {"type": option["type"], "name": name, "value": str(value), "focused": True}
                )
            else:
                filled.append(
                    {"type": option["type"], "name": name, "value": self._value(option, value)}
                )
        return filled

    def _value(self, option: Json, value: Any) -> Any:
        if choices := option.get("choices"):
            return _chosen(option, choices, value)
        match option["type"]:
            case 3:
                _between(option, len(str(value)), "min_length", "max_length")
                return str(value)
            case 4 | 10:
                _between(option, value, "min_value", "max_value")
                return value
            case 5:
                return bool(value)
            case 11:
                return self.upload(value)
            case _:
                return self.resolve(value)

    def upload(self, file: Upload) -> str:
        """Take a file that the person hands over, and return its id."""
        attachment = Attachment(
            id=self._world.ids.next(),
            channel_id=self._channel.id,
            filename=file.filename,
            content=file.content,
            content_type=file.content_type,
            ephemeral=True,
        )
        self._world.files[attachment.id] = attachment
        payload = self._cdn.attachment_json(attachment)
        self._put("attachments", attachment.id, payload)
        return str(attachment.id)

    def resolve(self, value: object) -> str:
        """Return the id of a user, a role or a channel, and tell of it in `resolved`."""
        match value:
            case User():
                self._put("users", value.id, user_json(value))
                self._resolve_member(value)
                return str(value.id)
            case Role():
                self._put("roles", value.id, role_json(value))
                return str(value.id)
            case Channel():
                permissions = self._world.permissions(value, self._user)
                whole = channel_json(self._world, value)
                partial = {key: whole[key] for key in _PARTIAL_CHANNEL if key in whole}
                payload = partial | {"permissions": str(int(permissions))}
                self._put("channels", value.id, payload)
                return str(value.id)
            case _:
                raise RefusedError(f"{value!r} is no user, role or channel")

    def _resolve_member(self, user: User) -> None:
        if self._channel.guild_id is None:
            return
        member = self._world.guilds[self._channel.guild_id].members.get(user.id)
        if member is not None:
            permissions = str(int(self._world.permissions(self._channel, user)))
            payload = member_json(member, with_user=False)
            for key in ("deaf", "mute"):
                del payload[key]
            self._put("members", user.id, payload | {"permissions": permissions})

    def _put(self, kind: str, number: int, payload: Json) -> None:
        self._resolved.setdefault(kind, {})[str(number)] = payload

    @property
    def resolved(self) -> Json:
        return self._resolved


def _chosen(option: Json, choices: list[Json], value: object) -> Any:
    for choice in choices:
        if value in (choice["name"], choice["value"]):
            return choice["value"]
    names = ", ".join(str(choice["name"]) for choice in choices)
    raise RefusedError(f"{option['name']} offers only {names}")


def _between(option: Json, number: float, low: str, high: str) -> None:
    least, most = option.get(low), option.get(high)
    if (least is not None and number < least) or (most is not None and number > most):
        raise RefusedError(f"{option['name']} takes {low} {least} to {high} {most}")
