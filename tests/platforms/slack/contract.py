"""Slack's own types, where they lie beside this checkout, and slack_sdk's checks."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

Json = dict[str, Any]

_TYPES = Path(__file__).resolve().parents[3] / "../shared/contracts/slack/type-schema"
_PAYLOADS = {
    "command": "Slash",
    "block_actions": "BlockAction",
    "view_submission": "ViewSubmit",
}

needs_contract = pytest.mark.skipif(
    not _TYPES.is_dir(), reason="Slack's contracts are not beside this checkout"
)


class SlackContract:
    """What slack_sdk and, where they are there, Slack's types find wrong."""

    def block_problems(self, blocks: list[Json]) -> list[str]:
        return [*_sdk_problems(blocks), *_type_problems("Blocks", blocks)]

    def view_problems(self, view: Json) -> list[str]:
        found = _sdk_problems(view["blocks"], View(**view))
        return [*found, *_type_problems("View", view)]

    def payload_problems(self, name: str, payload: Json) -> list[str]:
        # Where the types differ from payloads that were recorded at Slack, these are right: a null
        # for no enterprise, a username, and no response_url for what is in a view.
        told = {key: value for key, value in payload.items() if value is not None}
        if name == "block_actions":
            told = {"response_url": ""} | told
        if name == "view_submission":
            told["user"] = {key: told["user"][key] for key in ("id", "name", "team_id")}
        return _type_problems(_PAYLOADS[name], told)


CONTRACT = SlackContract()


def problems(blocks: list[Json]) -> list[str]:
    """Return what is wrong with the blocks of a message."""
    return CONTRACT.block_problems(blocks)


def _sdk_problems(blocks: list[Json], *more: Any) -> list[str]:
    try:
        parts = [*Block.parse_all(blocks), *more]
    except TypeError as error:
        return [f"slack_sdk cannot read the blocks: {error}"]
    found = []
    for part in parts:
        if part is None:
            found.append("slack_sdk does not know a block")
            continue
        try:
            part.validate_json()
        except SlackObjectFormationError as error:
            found.append(str(error))
    return found


def _type_problems(name: str, said: object) -> list[str]:
    if not _TYPES.is_dir():
        return []
    return [error.message[:300] for error in _validator(name).iter_errors(said)]


@cache
def _validator(name: str) -> jsonschema.Draft7Validator:
    schema = json.loads((_TYPES / f"{name}.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft7Validator(schema)
