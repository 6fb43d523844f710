"""Curators' buttons, whichever chat they are pressed in."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.chat import review_work
from bot.chat.custom_id import CustomId
from bot.chat.forms import Upload
from bot.chat.review_screens import snooze_choice
from bot.chat.visit import Visit
from bot.errors import NotAllowedError
from bot.workflow.people import console_person
from tests.workflow.stage import Stage, open_stage
from tests.workflow.test_places import desk_of


@pytest.fixture
async def stage(sqlite_sessions: async_sessionmaker[AsyncSession]) -> Stage:
    return await open_stage(sqlite_sessions)


async def _no_file(upload: Upload, *, max_bytes: int) -> bytes:
    raise AssertionError(f"nobody sends {upload.filename} of at most {max_bytes} bytes")


def pressed(stage: Stage, name: str, action: str, code: str) -> Visit:
    """Return the visit of who presses a button of a submission."""
    return Visit(
        desk=desk_of(stage),
        person=console_person(name),
        key="press-1",
        fetch=_no_file,
        carried=CustomId(action=action, id=code),
    )


async def test_who_may_not_review_is_told_before_they_choose_how_long(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))

    with pytest.raises(NotAllowedError):
        await review_work.choose_snooze(pressed(stage, "ana", "snooze", code))
    shown = await review_work.choose_snooze(pressed(stage, "mo", "snooze", code))
    assert shown == snooze_choice(code)
