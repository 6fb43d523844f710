"""A submission without a score is tried again because a curator asks."""

import pytest

from bot.errors import AlreadyDoneError, NotAllowedError, SourceDownError
from bot.workflow import again
from bot.workflow.people import console_person
from db.goes import Go
from db.models import EventKind, Status
from tests.workflow.stage import Stage

DOWN = SourceDownError("Deezer")


async def retry(stage: Stage, code: str, *, by: str = "mo") -> int:
    return await stage.inside(
        lambda session: again.retry(
            session,
            workspace_id=stage.workspace_id,
            code=code,
            person=console_person(by),
            now=stage.clock.time,
        )
    )


async def test_a_curator_begins_a_new_day_of_tries(stage: Stage) -> None:
    stage.troubles.once["ladder"] = DOWN
    accepted = await stage.submit(stage.song("one"))
    await stage.process(accepted)

    assert await retry(stage, accepted.receipt.code) == accepted.submission_id
    row = await stage.row(accepted.receipt.code)
    assert (row.tries, row.tries_since, row.retry_at) == (1, None, None)
    await stage.process(accepted)
    assert (await stage.row(accepted.receipt.code)).unscored_reason is None


async def test_only_a_curator_may_and_only_where_there_is_no_score(stage: Stage) -> None:
    scored = await stage.send(stage.song("one"))
    stage.troubles.once["ladder"] = DOWN
    unscored = await stage.send(stage.song("two"))

    with pytest.raises(AlreadyDoneError, match="scored already"):
        await retry(stage, scored)
    with pytest.raises(NotAllowedError, match="Only curators"):
        await retry(stage, unscored, by="ana")
    await stage.decide(unscored)
    with pytest.raises(AlreadyDoneError, match="answered already"):
        await retry(stage, unscored)


async def test_what_the_operator_stopped_waits_unscored_with_its_reason(stage: Stage) -> None:
    accepted = await stage.submit(stage.song("one"))
    go = Go(workspace_id=stage.workspace_id, submission_id=accepted.submission_id, number=1)

    async def leave() -> bool:
        return await stage.inside(lambda session: again.leave(session, go, now=stage.clock.time))

    assert [await leave(), await leave()] == [True, False]
    row = await stage.row(accepted.receipt.code)
    assert (row.status, row.unscored_reason) == (Status.QUEUED, "cancelled")
    kinds = [event.kind for event in await stage.history(row.code)]
    assert kinds.count(EventKind.UNSCORED) == 1
    (shown,) = (await stage.queue()).rows
    assert shown.unscored_reason == "cancelled"
