"""A playlist's week as curators look at it before it is posted."""

import pytest

from bot.chat import digest_work
from bot.chat.replies import Shown
from tests.chat.visits import visit_of
from tests.workflow.stage import NIGHT, Stage


@pytest.mark.parametrize(("kept", "more"), [(10, []), (11, ["… and 1 more"])])
async def test_of_many_new_tracks_ten_are_named(stage: Stage, kept: int, more: list[str]) -> None:
    for number in range(kept):
        code = await stage.send(stage.song(f"song{number}"), by=f"artist{number}")
        await stage.decide(code)

    shown = await digest_work.preview(visit_of(stage, "mo"), playlist=NIGHT)

    assert isinstance(shown, Shown)
    rows = shown.card.fields[0].value.splitlines()
    assert (len(rows[:10]), rows[10:]) == (10, more)
