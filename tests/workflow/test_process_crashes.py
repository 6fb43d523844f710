"""Processes that die, run side by side or come too late, and goes that come again."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.errors import (
    SourceDownError,
)
from bot.track import Track, TrackId
from bot.workflow.outcome import Outcome, Processed
from bot.workflow.process import process
from bot.workflow.submit import Accepted
from db import goes
from db.models import Answer, EventKind, Score, Status
from tests.workflow.fakes import CrashError
from tests.workflow.processing import all_scores, kinds_of
from tests.workflow.stage import NIGHT, NOW, OWN_FILE, Stage, link_of, open_stage

DOWN = SourceDownError("Deezer")
DECIDED_AS = {
    Answer.KEEP: Status.KEPT,
    Answer.MAYBE: Status.MAYBE,
    Answer.DECLINE: Status.DECLINED,
}


async def test_a_submission_of_another_workspace_is_none(stage: Stage) -> None:
    other = await open_stage(stage.sessions, "other")
    accepted = await other.submit(other.song("one"))

    assert await stage.process(accepted) == Processed(code="", outcome=Outcome.GONE)
    assert (await other.row(accepted.receipt.code)).status is Status.RECEIVED


@pytest.mark.parametrize("answer", Answer)
async def test_what_a_curator_answered_before_is_left_alone(stage: Stage, answer: Answer) -> None:
    accepted = await stage.submit(stage.song("one"), upload=OWN_FILE)
    reasons = ("off_genre",) if answer is Answer.DECLINE else ()
    view = await stage.decide(accepted.receipt.code, answer, reasons=reasons)

    done = await stage.process(accepted)
    assert done == Processed(code=accepted.receipt.code, outcome=Outcome.GONE)
    assert (await stage.row(accepted.receipt.code)).status == view.status
    assert stage.hearing.heard == []
    assert stage.files.kept == {}


@dataclass(slots=True)
class _Interrupted:
    """Lets a curator decide while Spotify is being asked."""

    stage: Stage
    code: str
    answer: Answer

    async def track_id_of(self, link: str) -> TrackId:
        return await self.stage.lookup.track_id_of(link)

    async def track(self, track_id: TrackId) -> Track:
        reasons = ("off_genre",) if self.answer is Answer.DECLINE else ()
        await self.stage.decide(self.code, self.answer, reasons=reasons)
        return await self.stage.lookup.track(track_id)


async def _decided_meanwhile(stage: Stage, accepted: Accepted, answer: Answer) -> Processed:
    lookup = _Interrupted(stage, accepted.receipt.code, answer)
    return await process(
        accepted.submission_id,
        workspace_id=stage.workspace_id,
        sessions=stage.sessions,
        services=replace(stage.services, lookup=lookup),
        now=stage.clock,
    )


@pytest.mark.parametrize("answer", Answer)
async def test_a_decision_made_meanwhile_stands_and_the_score_is_stored(
    stage: Stage, answer: Answer
) -> None:
    accepted = await stage.submit(stage.song("one"))

    done = await _decided_meanwhile(stage, accepted, answer)
    assert done.outcome is Outcome.SCORED
    assert (await stage.row(accepted.receipt.code)).status == DECIDED_AS[answer]
    assert len(await all_scores(stage)) == 1


@pytest.mark.parametrize("answer", Answer)
async def test_a_refusal_never_overrules_a_decision_made_meanwhile(
    stage: Stage, answer: Answer
) -> None:
    accepted = await stage.submit(link_of("one"))

    done = await _decided_meanwhile(stage, accepted, answer)
    assert done == Processed(code=accepted.receipt.code, outcome=Outcome.GONE)
    assert (await stage.row(accepted.receipt.code)).status == DECIDED_AS[answer]


async def test_a_file_is_kept_until_everybody_who_sent_it_is_heard(stage: Stage) -> None:
    other = await open_stage(stage.sessions, "other")
    other.files.kept = stage.files.kept
    here, there = await stage.submit(upload=OWN_FILE), await other.submit(upload=OWN_FILE)

    await stage.process(here)
    assert OWN_FILE.sha256 in stage.files.kept
    assert (await other.process(there)).outcome is Outcome.SCORED
    assert stage.files.kept == {}


class _Crashing(async_sessionmaker[AsyncSession]):
    """Hands out some sessions; where the next is asked for, the process dies."""

    def __init__(self, inner: async_sessionmaker[AsyncSession], *, lives: int) -> None:
        super().__init__(**inner.kw)
        self.lives = lives

    def __call__(self, **local_kw: object) -> AsyncSession:
        self.lives -= 1
        if self.lives < 0:
            raise CrashError
        return super().__call__(**local_kw)


async def _assert_done_once(stage: Stage, code: str) -> None:
    row = await stage.row(code)
    assert (row.status, row.unscored_reason, row.audio_origin) == (Status.QUEUED, None, "upload")
    kinds = await kinds_of(stage, code)
    assert kinds.count(EventKind.MOVED) == 1
    assert kinds.count(EventKind.SCORED) == 1
    assert len(await all_scores(stage)) == 1
    assert stage.files.kept == {}


@pytest.mark.parametrize("step", ["lookup", "ladder", "hearing", "discard"])
async def test_a_process_killed_at_a_service_is_made_good_by_the_next(
    stage: Stage, step: str
) -> None:
    accepted = await stage.submit(stage.song("one"), upload=OWN_FILE)
    stage.troubles.once[step] = CrashError()
    with pytest.raises(CrashError):
        await stage.process(accepted)

    assert stage.files.kept == {OWN_FILE.sha256: b"own file" + bytes([40])}
    assert (await stage.process(accepted)).outcome is Outcome.SCORED
    await _assert_done_once(stage, accepted.receipt.code)


async def test_a_process_killed_between_any_two_commits_is_made_good_by_the_next(
    make_session: async_sessionmaker[AsyncSession],
) -> None:
    for lives in range(20):
        stage = await open_stage(make_session, f"desk {lives}")
        accepted = await stage.submit(stage.song("one"), upload=OWN_FILE)
        try:
            await stage.process(accepted, sessions=_Crashing(make_session, lives=lives))
        except CrashError:
            assert OWN_FILE.sha256 in stage.files.kept
        else:
            break
        await stage.process(accepted)
        row = await stage.row(accepted.receipt.code)
        assert (row.status, row.audio_origin) == (Status.QUEUED, "upload")
        assert (await kinds_of(stage, row.code)).count(EventKind.MOVED) == 1
        assert stage.files.kept == {}

    assert lives >= 5
    async with make_session() as session:
        assert await session.scalar(select(func.count()).select_from(Score)) == lives + 1


async def test_two_processes_at_once_store_one_score_and_move_once(stage: Stage) -> None:
    for number in range(3):
        accepted = await stage.submit(stage.song(str(number)))
        await asyncio.gather(*(stage.process(accepted) for _ in range(2)))

        row = await stage.row(accepted.receipt.code)
        assert row.status is Status.QUEUED
        assert (await kinds_of(stage, row.code)).count(EventKind.MOVED) == 1
        assert len(await all_scores(stage)) == number + 1


async def test_a_track_unscored_on_one_list_shows_the_score_it_got_on_another(
    stage: Stage,
) -> None:
    await stage.playlist("Loud")
    await stage.send(stage.song("one", percentile=None))
    stage.song("one", percentile=50)
    await stage.send(link_of("one"), playlist="Loud")

    (row,) = (await stage.queue(NIGHT)).rows
    assert row.score is not None
    assert row.unscored_reason is None


async def test_two_workers_that_do_the_same_leave_one_trace(stage: Stage) -> None:
    accepted = await stage.submit(stage.song("one"))
    await asyncio.gather(stage.process(accepted), stage.process(accepted))

    kinds = await kinds_of(stage, accepted.receipt.code)
    assert kinds.count(EventKind.SCORED) == 1
    assert kinds.count(EventKind.RESOLVED) == 1
    assert len(await all_scores(stage)) == 1


async def test_a_go_that_is_over_is_not_gone_through_again(stage: Stage) -> None:
    stage.troubles.once["ladder"] = DOWN
    accepted = await stage.submit(stage.song("one"))
    await stage.process(accepted, number=1)

    again = await stage.process(accepted, number=1)
    assert again.outcome is Outcome.UNSCORED
    assert len(stage.ladder.asked) == 1
    assert (await stage.process(accepted, number=2)).outcome is Outcome.SCORED
    row = await stage.row(accepted.receipt.code)
    assert (row.tries, row.tries_since, row.retry_at, row.unscored_reason) == (2, None, None, None)


async def test_a_fault_of_ours_leaves_the_submission_in_the_queue_with_its_reason(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.troubles.once["hearing"] = ZeroDivisionError("a fault")
    accepted = await stage.submit(stage.song("one"))

    done = await stage.process(accepted)
    assert (done.outcome, done.reason, done.retry_at) == (Outcome.UNSCORED, "fault", None)
    row = await stage.row(accepted.receipt.code)
    assert (row.status, row.unscored_reason) == (Status.QUEUED, "fault")
    assert "ZeroDivisionError" in caplog.text
    assert (await stage.process(accepted)).outcome is Outcome.SCORED


async def test_a_passing_trouble_is_tried_again_for_a_day_and_then_left_with_its_reason(
    stage: Stage,
) -> None:
    stage.troubles.always["ladder"] = DOWN
    accepted = await stage.submit(stage.song("one"))
    retry_at: datetime | None = stage.clock.time
    goes = 0
    while retry_at is not None:
        stage.clock.time = retry_at
        retry_at = (await stage.process(accepted)).retry_at
        goes += 1

    assert stage.clock.time - NOW > timedelta(hours=20)
    assert 12 < goes < 30
    row = await stage.row(accepted.receipt.code)
    assert (row.unscored_reason, row.retry_at) == ("source_down", None)


async def test_what_is_due_again_and_what_was_forgotten_is_found(stage: Stage) -> None:
    stage.troubles.always["ladder"] = DOWN
    waiting = await stage.submit(stage.song("one"))
    retry_at = (await stage.process(waiting)).retry_at
    forgotten = await stage.submit(stage.song("two"))
    assert retry_at is not None

    async def due(at: datetime) -> list[int]:
        found = await stage.inside(lambda session: goes.due_again(session, now=at))
        return [go.submission_id for go in found]

    assert await due(retry_at - timedelta(seconds=1)) == []
    assert await due(retry_at) == [waiting.submission_id]
    (lost,) = await stage.inside(lambda session: goes.forgotten(session, before=NOW))
    assert (lost.submission_id, lost.number) == (forgotten.submission_id, 1)
    await stage.withdraw(waiting.receipt.code)
    assert await due(retry_at) == []
