"""A submission's moves: allowed, guarded, and one winner of two at once."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from db import events, moves, submissions
from db.models import EventKind, Status
from db.status import MOVES
from tests.db.desk import Desk, open_desk
from tests.db.moving import LATER, history, standing_at
from tests.db.race import until_blocked


@pytest.mark.parametrize("source", Status)
async def test_a_submission_moves_where_the_table_allows_and_nowhere_else(
    desk: Desk, source: Status
) -> None:
    moved = {to: await desk.move(await standing_at(desk, source), to) for to in Status}

    assert {to for to in Status if moved[to]} == MOVES.get(source, frozenset())


async def test_a_move_leaves_one_event_and_the_next_version(desk: Desk) -> None:
    submission = await desk.submit()
    moved = await moves.move(
        desk.session,
        workspace_id=desk.workspace_id,
        submission_id=submission.id,
        to=Status.DECLINED,
        actor=desk.curator,
        at=LATER,
        reasons=["mix"],
        note="try again",
    )
    last = (
        await events.of(desk.session, workspace_id=desk.workspace_id, submission_id=submission.id)
    )[-1]

    assert moved
    assert (submission.status, submission.version, submission.status_at) == (
        Status.DECLINED,
        2,
        LATER,
    )
    assert (last.kind, last.from_status, last.to_status) == (
        EventKind.MOVED,
        Status.RECEIVED,
        Status.DECLINED,
    )
    assert last.actor is not None
    assert (last.actor.display_name, last.at, last.reasons, last.note) == (
        "Mo",
        LATER,
        ["mix"],
        "try again",
    )


async def test_a_refused_move_leaves_no_trace(desk: Desk) -> None:
    submission = await standing_at(desk, Status.DECLINED)
    before = await history(desk, submission)

    assert not await desk.move(submission, Status.KEPT)
    assert await history(desk, submission) == before
    assert submission.version == 2


async def test_a_move_may_be_narrowed_down_to_where_it_starts(desk: Desk) -> None:
    submission = await desk.submit()

    assert not await desk.move(submission, Status.KEPT, only_from={Status.QUEUED})
    assert await desk.move(submission, Status.KEPT, only_from={Status.RECEIVED})


async def test_another_workspace_moves_nothing(desk: Desk) -> None:
    submission = await desk.submit()
    other = await open_desk(desk.session, "other")

    assert not await other.move(submission, Status.KEPT)
    assert await other.undo(submission) is None
    assert submission.status is Status.RECEIVED


async def test_of_two_curators_who_decide_at_once_exactly_one_wins(
    desk: Desk, make_session: async_sessionmaker[AsyncSession]
) -> None:
    submission = await desk.submit()
    await desk.session.commit()
    both_ready = asyncio.Barrier(2)

    async def decide(to: Status) -> bool:
        async with make_session() as session:
            await both_ready.wait()
            async with session.begin():
                return await desk.on(session).move(submission, to)

    won = await asyncio.gather(decide(Status.KEPT), decide(Status.DECLINED))

    assert sorted(won) == [False, True]
    now = await submissions.get(
        desk.session, workspace_id=desk.workspace_id, submission_id=submission.id
    )
    assert now is not None
    assert now.status is (Status.KEPT if won[0] else Status.DECLINED)
    assert now.version == 2
    assert [kind for kind, _ in await history(desk, submission)] == [
        EventKind.SUBMITTED,
        EventKind.MOVED,
    ]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_decision_that_waited_for_the_end_of_processing_still_counts(
    desk: Desk, engine: AsyncEngine, make_session: async_sessionmaker[AsyncSession]
) -> None:
    submission = await desk.submit()
    await desk.session.commit()

    async def keep() -> bool:
        async with make_session.begin() as session:
            return await desk.on(session).move_by_itself(submission, Status.KEPT)

    async with make_session.begin() as processing, asyncio.TaskGroup() as curators:
        queued = await desk.on(processing).move_by_itself(submission, Status.QUEUED)
        kept = curators.create_task(keep())
        await until_blocked(engine)
        await processing.commit()

    assert queued
    assert kept.result()
    assert (await history(desk, submission))[1:] == [
        (EventKind.MOVED, Status.QUEUED),
        (EventKind.MOVED, Status.KEPT),
    ]


async def test_a_decision_and_the_end_of_processing_at_once_both_count(
    desk: Desk, make_session: async_sessionmaker[AsyncSession]
) -> None:
    submission = await desk.submit()
    await desk.session.commit()

    async def go(to: Status) -> bool:
        async with make_session.begin() as session:
            return await desk.on(session).move_by_itself(submission, to)

    queued, kept = await asyncio.gather(go(Status.QUEUED), go(Status.KEPT))

    # The queue may come too late, but never takes the curator's decision away.
    assert kept
    now = await submissions.get(
        desk.session, workspace_id=desk.workspace_id, submission_id=submission.id
    )
    assert now is not None
    assert (now.status, now.version) == (Status.KEPT, 3 if queued else 2)


async def test_a_move_shows_in_a_row_that_was_loaded_before_another_moved_it(
    desk: Desk, make_session: async_sessionmaker[AsyncSession]
) -> None:
    submission = await desk.submit()
    await desk.session.commit()
    async with make_session.begin() as elsewhere:
        await desk.on(elsewhere).move_by_itself(submission, Status.QUEUED)

    assert await desk.move(submission, Status.KEPT)
    assert (submission.status, submission.version) == (Status.KEPT, 3)
