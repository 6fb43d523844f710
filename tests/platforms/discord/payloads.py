"""What discord.py would really send of a screen, and whether Discord would take it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from discord.http import handle_message_parameters

from bot.platforms.discord import limits
from bot.platforms.discord.screen import Screen


def new_message(screen: Screen) -> dict[str, Any]:
    """Return the body of "Create Message"."""
    with handle_message_parameters(**screen.sending()) as sent:
        assert sent.payload is not None or sent.multipart is not None
        return dict(sent.payload or _of_multipart(sent.multipart))


def _of_multipart(parts: Any) -> Mapping[str, Any]:

    body: Mapping[str, Any] = json.loads(parts[0]["value"])
    return body


def components_of(payload: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Walk over every component of a message, those inside others too."""
    for component in payload.get("components", []):
        yield component
        yield from components_of(component)
        if "accessory" in component:
            yield component["accessory"]


def assert_discord_takes(payload: Mapping[str, Any]) -> None:
    """Hold a message to every count and length that `limits` knows."""
    parts = list(components_of(payload))
    custom_ids = [part["custom_id"] for part in parts if "custom_id" in part]
    assert payload["allowed_mentions"] == {"parse": []}
    assert len(custom_ids) == len(set(custom_ids))
    assert all(1 <= len(one) <= limits.CUSTOM_ID for one in custom_ids)
    assert len(payload.get("content") or "") <= limits.CONTENT
    for part in parts:
        _assert_part(part)
    if payload.get("flags", 0) & (1 << 15):
        assert len(parts) <= limits.V2_COMPONENTS
        assert sum(len(part.get("content", "")) for part in parts) <= limits.V2_TEXT
        assert not payload.get("content")
        assert not payload.get("embeds")
    else:
        assert len(payload.get("components", [])) <= limits.ROWS
    _assert_embeds(payload.get("embeds", []))


def _assert_part(part: Mapping[str, Any]) -> None:
    match part["type"]:
        case 1:
            assert 1 <= len(part["components"]) <= limits.ROW_BUTTONS
        case 2:
            assert 1 <= len(part["label"]) <= limits.BUTTON_LABEL
        case 3:
            assert 1 <= len(part["options"]) <= limits.SELECT_OPTIONS
            assert len(part.get("placeholder", "")) <= limits.SELECT_PLACEHOLDER
            for option in part["options"]:
                assert 1 <= len(option["label"]) <= limits.OPTION_LABEL
                assert 1 <= len(option["value"]) <= limits.OPTION_VALUE
                assert len(option.get("description", "")) <= limits.OPTION_DESCRIPTION
        case 10:
            assert part["content"].strip()


def _assert_embeds(embeds: list[dict[str, Any]]) -> None:
    total = 0
    for embed in embeds:
        fields = embed.get("fields", [])
        footer = embed.get("footer", {}).get("text", "")
        assert len(embed.get("title", "")) <= limits.EMBED_TITLE
        assert len(embed.get("description", "")) <= limits.EMBED_DESCRIPTION
        assert len(footer) <= limits.EMBED_FOOTER
        assert len(fields) <= limits.EMBED_FIELDS
        total += len(embed.get("title", "")) + len(embed.get("description", "")) + len(footer)
        for field in fields:
            assert 1 <= len(field["name"]) <= limits.EMBED_FIELD_NAME
            assert 1 <= len(field["value"]) <= limits.EMBED_FIELD_VALUE
            total += len(field["name"]) + len(field["value"])
    assert total <= limits.EMBEDS_TOTAL
