"""Discord's own descriptions, where they lie beside this checkout.

`official_contract()` is None elsewhere: the stand-in then goes by its hand-written limits alone.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from jsonschema.exceptions import best_match

_FOLDER = Path(__file__).resolve().parents[3] / "../shared/contracts/discord"
_EVENTS = {
    "READY": "Ready",
    "GUILD_CREATE": "GuildCreate",
    "MESSAGE_CREATE": "MessageCreate",
    "INTERACTION_CREATE": "InteractionCreate",
}

needs_contract = pytest.mark.skipif(
    not _FOLDER.is_dir(), reason="Discord's contracts are not beside this checkout"
)


class OfficialContract:
    """Checks by Discord's OpenAPI file, and by the schemas of four events of its gateway."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        text = (folder / "openapi.json").read_text(encoding="utf-8")
        self._document = json.loads(text)
        # discord.py sends some ids as numbers. Discord takes both, and answers with strings.
        self._loose = json.loads(text)["components"]
        self._loose["schemas"]["SnowflakeType"] = {"type": ["string", "integer"]}
        for components in (self._document["components"], self._loose):
            _tell_apart(components["schemas"], components["schemas"])
        self._validators: dict[str, Any] = {}

    def request_problems(self, method: str, route: str, body: object) -> list[str]:
        operation = self._operation(method, route)
        if operation is None:
            return [f"{method} {route} is no route of Discord's"]
        content = operation.get("requestBody", {}).get("content", {})
        if body is None or "application/json" not in content:
            return []
        schema = content["application/json"]["schema"]
        return self._check(f"{method} {route}", schema, body, components=self._loose)

    def answer_problems(self, method: str, route: str, status: int, body: object) -> list[str]:
        operation = self._operation(method, route)
        if operation is None or str(status) not in operation["responses"]:
            return [f"no answer {status} is described"]
        content = operation["responses"][str(status)].get("content", {})
        if "application/json" not in content:
            return [f"answer {status} has no body"]
        schema = content["application/json"]["schema"]
        components = self._document["components"]
        return self._check(f"{method} {route} {status}", schema, body, components=components)

    def event_problems(self, name: str, payload: dict[str, Any]) -> list[str]:
        if name not in _EVENTS:
            return []
        return self._by_schema(_EVENTS[name], payload)

    def sent_problems(self, payload: object) -> list[str]:
        """Check what a client sends to the gateway."""
        return self._by_schema("GatewaySend", payload)

    def _operation(self, method: str, route: str) -> dict[str, Any] | None:
        path = self._document["paths"].get(route.replace("/{id}", "/{interaction_id}"), {})
        operation: dict[str, Any] | None = path.get(method.lower())
        return operation

    def _check(
        self, key: str, schema: dict[str, Any], body: object, *, components: dict[str, Any]
    ) -> list[str]:
        if key not in self._validators:
            whole = {"components": components, **schema}
            self._validators[key] = jsonschema.Draft202012Validator(whole)
        return _problems(self._validators[key], body)

    def _by_schema(self, name: str, payload: object) -> list[str]:
        if name not in self._validators:
            path = self._folder / f"gateway-schema/{name}.schema.json"
            schema = json.loads(path.read_text(encoding="utf-8"))
            _relax(schema["definitions"])
            _tell_apart(schema["definitions"], schema["definitions"])
            self._validators[name] = jsonschema.Draft7Validator(schema)
        return _problems(self._validators[name], payload)


def _relax(definitions: dict[str, Any]) -> None:
    """Undo two quirks of the types that the schemas were made from."""
    if "RoleFlags" in definitions:
        definitions["RoleFlags"] = {"type": "integer"}


def _tell_apart(node: Any, schemas: dict[str, Any]) -> None:
    """Turn each choice between kinds of one `type` each into a look at that type.

    It means the same, and a validator then tries one kind instead of all of them.
    """
    if isinstance(node, list):
        for each in node:
            _tell_apart(each, schemas)
    elif isinstance(node, dict):
        for each in node.values():
            _tell_apart(each, schemas)
        for key in ("oneOf", "anyOf"):
            kinds = _kinds(node.get(key), schemas)
            if kinds is not None and not node.keys() & {"type", "required", "properties", "allOf"}:
                del node[key]
                node |= _by_type(kinds)


def _kinds(choices: Any, schemas: dict[str, Any]) -> dict[int, dict[str, Any]] | None:
    """Return the choices by their type, or None where they cannot be told apart by it."""
    kinds: dict[int, dict[str, Any]] = {}
    for choice in choices if isinstance(choices, list) else [{}]:
        target = schemas.get(unquote(str(choice.get("$ref"))).rpartition("/")[2], {})
        named = target.get("properties", {}).get("type", {})
        values = named.get("enum", [named["const"]] if "const" in named else [])
        if len(values) != 1 or values[0] in kinds or not isinstance(values[0], int):
            return None
        kinds[values[0]] = choice
    return kinds


def _by_type(kinds: dict[int, dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": sorted(kinds)}},
        "allOf": [
            {"if": {"properties": {"type": {"const": number}}}, "then": choice}
            for number, choice in kinds.items()
        ],
    }


def _problems(validator: Any, body: object) -> list[str]:
    error = best_match(validator.iter_errors(body))
    return [] if error is None else [f"{error.json_path}: {error.message[:300]}"]


@cache
def official_contract() -> OfficialContract | None:
    return OfficialContract(_FOLDER) if _FOLDER.is_dir() else None
