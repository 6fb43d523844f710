"""Curators' buttons, whichever chat they are pressed in."""

import pytest

from bot.chat import review_work
from bot.chat.custom_id import CustomId
from bot.chat.review_screens import snooze_choice
from bot.errors import NotAllowedError
from tests.chat.visits import visit_of
from tests.workflow.stage import Stage


async def test_who_may_not_review_is_told_before_they_choose_how_long(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))

    with pytest.raises(NotAllowedError):
        await review_work.choose_snooze(visit_of(stage, "ana", CustomId(action="snooze", id=code)))
    shown = await review_work.choose_snooze(
        visit_of(stage, "mo", CustomId(action="snooze", id=code))
    )
    assert shown == snooze_choice(code)
