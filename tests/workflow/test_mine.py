"""What an artist sees of own submissions: pages, one opened, and what may be done with it."""

import json

import pytest

from bot.errors import NotAllowedError
from bot.workflow import talk
from bot.workflow.mine import MineView, OwnView, Stand, list_mine, open_mine
from bot.workflow.people import console_person
from db import moves
from db.models import Answer, Status
from tests.workflow.stage import DAY, NOW, Stage, link_of

SECRETS = ("score", "percentile", "rank", "vote", "fit", "discovery", "propensity", "maybe", "mo")


async def _mine(stage: Stage, *, stand: Stand = Stand.ALL, page: int = 1) -> MineView:
    return await stage.inside(
        lambda session: list_mine(
            session,
            workspace_id=stage.workspace_id,
            person=console_person("ana"),
            now=stage.clock(),
            stand=stand,
            page=page,
        )
    )


async def _open(stage: Stage, code: str, *, by: str = "ana") -> OwnView:
    return await stage.inside(
        lambda session: open_mine(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person(by),
            now=stage.clock(),
        )
    )


async def test_ten_stand_on_a_page_and_a_page_too_far_is_the_last(stage: Stage) -> None:
    for number in range(11):
        await stage.submit(link_of(str(number)))

    first, second, beyond = [await _mine(stage, page=page) for page in (1, 2, 99)]

    assert [len(view.rows) for view in (first, second, beyond)] == [10, 1, 1]
    assert (first.pages, first.total, beyond.page) == (2, 11, 2)
    assert len({row.code for view in (first, second) for row in view.rows}) == 11


async def test_the_list_shows_what_waits_or_what_is_answered(stage: Stage) -> None:
    kept = await stage.send(stage.song("one"))
    thought_over = await stage.send(stage.song("two"))
    await stage.decide(kept, Answer.KEEP)
    await stage.decide(thought_over, Answer.MAYBE)

    waiting = await _mine(stage, stand=Stand.WAITING)
    answered = await _mine(stage, stand=Stand.ANSWERED)

    assert [row.code for row in waiting.rows] == [thought_over]
    assert [row.code for row in answered.rows] == [kept]


async def test_who_has_sent_nothing_sees_an_empty_page(stage: Stage) -> None:
    view = await _mine(stage)

    assert (view.rows, view.page, view.pages, view.total) == ((), 1, 1, 0)


async def test_an_opened_submission_tells_its_story_and_nothing_secret(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    await stage.decide(code, Answer.MAYBE, note="not sure about mo")
    await stage.decide(code, Answer.DECLINE, reasons=("no_room",), note="Lovely song!")

    view = await _open(stage, code)

    # The decline came from a maybe, which is the curators' own: only the decline is told.
    assert [line.text for line in view.history] == [
        "you sent it",
        "it was looked up",
        "it was heard and stands in the queue",
        "a curator declined it",
    ]
    assert (view.may_withdraw, view.has_facts) == (False, True)
    assert view.resubmit_at == NOW + 28 * DAY
    assert view.row.note == "Lovely song!"
    told = json.dumps(view.to_json()).replace("months", "")
    assert not [word for word in SECRETS if f'"{word}' in told or f" {word}" in told]


async def test_an_answer_that_was_taken_back_is_told_but_a_maybe_never(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    await stage.decide(code, Answer.MAYBE)
    await stage.undo(code)
    before = len((await _open(stage, code)).history)
    await stage.decide(code, Answer.DECLINE, reasons=("no_room",))
    await stage.undo(code)

    told = [line.text for line in (await _open(stage, code)).history]

    assert before == 3
    assert told[before:] == [
        "a curator declined it",
        "the answer was taken back; it waits again",
    ]


async def test_what_waits_may_be_withdrawn_and_a_question_is_shown(stage: Stage) -> None:
    code = await stage.send(stage.song("one", percentile=None))
    await stage.inside(
        lambda session: talk.ask(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person("mo"),
            text="Who sings?",
            now=NOW,
        )
    )

    view = await _open(stage, code)

    assert (view.may_withdraw, view.has_facts, view.resubmit_at) == (True, False, None)
    assert view.question == "Who sings?"
    assert view.history[-1].text == "a curator asked you: Who sings?"


async def test_an_expired_one_may_be_sent_again_at_once(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))
    row = await stage.row(code)
    await stage.inside(
        lambda session: moves.move(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            to=Status.EXPIRED,
            actor=None,
            at=NOW,
        )
    )

    view = await _open(stage, code)

    assert view.resubmit_at == NOW
    assert view.history[-1].text == "nobody answered in time"


async def test_nobody_opens_what_is_not_theirs(stage: Stage) -> None:
    code = await stage.send(stage.song("one"))

    for name in ("ben", "mo"):
        with pytest.raises(NotAllowedError):
            await _open(stage, code, by=name)
