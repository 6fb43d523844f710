"""An artist says whether an answer was of use, and curators read it."""

import pytest

from bot.errors import AlreadyDoneError, NotAllowedError
from bot.workflow.feedback import say_useful
from bot.workflow.people import console_person
from bot.workflow.privacy import export
from bot.workflow.record import track_history
from db.models import Answer
from tests.workflow.stage import Stage


async def say(stage: Stage, code: str, *, useful: bool, by: str = "ana") -> None:
    await stage.inside(
        lambda session: say_useful(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person(by),
            useful=useful,
        )
    )


async def read(stage: Stage, code: str) -> list[str]:
    """Return what a curator reads of the declines of a submission."""
    history = await stage.inside(
        lambda session: track_history(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person("mo"),
            now=stage.clock(),
        )
    )
    return [line.text for line in history.lines if line.what == "declined"]


@pytest.fixture
async def code(stage: Stage) -> str:
    code = await stage.send(stage.song("one"))
    await stage.decide(code, Answer.DECLINE, reasons=("mix_muddy",))
    return code


async def test_curators_read_what_an_artist_says_last(stage: Stage, code: str) -> None:
    mix = "the mix is muddy or out of balance"
    assert await read(stage, code) == [mix]

    await say(stage, code, useful=False)
    assert await read(stage, code) == [f"{mix}; the artist did not find this useful"]
    await say(stage, code, useful=True)
    assert await read(stage, code) == [f"{mix}; the artist found this useful"]
    copy = await stage.inside(
        lambda session: export(
            session,
            workspace_id=stage.workspace_id,
            person=console_person("ana"),
            now=stage.clock(),
        )
    )
    assert '"found_the_answer_useful": true' in copy.text()


async def test_only_who_got_the_answer_may_say_so(stage: Stage, code: str) -> None:
    with pytest.raises(NotAllowedError):
        await say(stage, code, useful=True, by="mo")


async def test_an_answer_that_was_taken_back_is_of_no_use_to_anybody(
    stage: Stage, code: str
) -> None:
    await stage.undo(code)

    with pytest.raises(AlreadyDoneError, match="taken back"):
        await say(stage, code, useful=True)
