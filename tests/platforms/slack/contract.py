"""Slack's own description of blocks, where it lies beside this checkout, and slack_sdk's checks."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

_FILE = Path(__file__).resolve().parents[3] / (
    "../shared/contracts/slack/type-schema/Blocks.schema.json"
)

needs_contract = pytest.mark.skipif(
    not _FILE.is_file(), reason="Slack's contracts are not beside this checkout"
)


def problems(blocks: list[dict[str, Any]]) -> list[str]:
    """Return what slack_sdk and, where it is there, Slack's schema find wrong with blocks."""
    found = []
    for block in Block.parse_all(blocks):
        try:
            block.validate_json()
        except SlackObjectFormationError as error:
            found.append(str(error))
    if _FILE.is_file():
        found += [error.message for error in _validator().iter_errors(blocks)]
    return found


@cache
def _validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(_FILE.read_text(encoding="utf-8")))
