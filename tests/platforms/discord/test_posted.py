"""A review card in a channel, before and after its answer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.curation import PanelView, ReviewCard
from bot.messages import Card, QueueRow
from bot.platforms.discord.posted import screen_of
from bot.workflow.delivery import Outgoing

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
URL = "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC"


def outgoing(status: str) -> Outgoing:
    row = QueueRow(
        code="T-4F7K",
        title="One",
        artist="Ana",
        rank=1,
        page=1,
        why="fit",
        status=status,
        score=None,
        waited_days=1.0,
        url=URL,
    )
    view = ReviewCard(
        row=row,
        playlist="Night Drive",
        sent_by="Ana",
        received_at=NOW,
        due_at=NOW,
        panel=PanelView(needed=1, cast=0),
    )
    return Outgoing(workspace_id=7, card=Card(title="One - Ana", url=URL), view=view)


def actions(shown: Outgoing) -> list[str]:
    view = screen_of(shown).view
    rows: list[dict[str, Any]] = [] if view is None else view.to_components()
    return [each["custom_id"].split("|")[1] for row in rows for each in row["components"]]


@pytest.mark.parametrize("status", ["queued", "maybe"])
async def test_a_card_that_waits_can_be_answered(status: str) -> None:
    assert {"keep", "decline", "claim"} <= set(actions(outgoing(status)))


async def test_a_card_that_is_answered_has_no_buttons_and_still_plays() -> None:
    shown = outgoing("kept")

    assert actions(shown) == []
    assert screen_of(shown).content == URL
