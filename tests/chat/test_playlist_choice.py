"""Which playlist is meant where a curator names none."""

import pytest

from bot.chat import queue_work
from bot.chat.replies import Page, Shown
from bot.errors import NotAllowedError
from tests.chat.visits import visit_of
from tests.workflow.stage import NIGHT, Stage


async def test_who_reviews_one_playlist_sees_it_and_who_reviews_two_is_asked(stage: Stage) -> None:
    one = await queue_work.show_reviewed(visit_of(stage, "mo"), playlist=None)
    await stage.playlist("Loud")
    await stage.appoint("mo", "Loud")
    two = await queue_work.show_reviewed(visit_of(stage, "mo"), playlist=None)

    assert isinstance(one, Page)
    assert isinstance(two, Shown)
    assert two.card.select is not None
    assert {option.label for option in two.card.select.options} == {NIGHT, "Loud"}


async def test_who_reviews_nothing_is_told_so(stage: Stage) -> None:
    with pytest.raises(NotAllowedError):
        await queue_work.show_reviewed(visit_of(stage, "ana"), playlist=None)
