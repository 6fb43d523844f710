import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from db import decisions, events, moves, submissions
from db.models import Answer, EventKind, Status, Submission
from db.status import DECIDED, MOVES, UNANSWERED
from tests.db.desk import NOW, Desk, open_desk
from tests.db.race import until_blocked

# The way from `received` to each status, by allowed moves.
WAYS: dict[Status, list[Status]] = {
    Status.RECEIVED: [],
    Status.QUEUED: [Status.QUEUED],
    Status.MAYBE: [Status.MAYBE],
    Status.KEPT: [Status.KEPT],
    Status.DECLINED: [Status.DECLINED],
    Status.WITHDRAWN: [Status.WITHDRAWN],
    Status.EXPIRED: [Status.EXPIRED],
    Status.PLACED: [Status.KEPT, Status.PLACED],
    Status.ROTATED_OUT: [Status.KEPT, Status.PLACED, Status.ROTATED_OUT],
}
LATER = NOW + timedelta(minutes=5)


async def _standing_at(desk: Desk, status: Status) -> Submission:
    submission = await desk.submit()
    for step in WAYS[status]:
        assert await desk.move(submission, step)
    return submission


async def _history(desk: Desk, submission: Submission) -> list[tuple[EventKind, Status | None]]:
    found = await events.of(
        desk.session, workspace_id=desk.workspace_id, submission_id=submission.id
    )
    return [(event.kind, event.to_status) for event in found]


@pytest.mark.parametrize("source", Status)
async def test_a_submission_moves_where_the_table_allows_and_nowhere_else(
    desk: Desk, source: Status
) -> None:
    moved = {to: await desk.move(await _standing_at(desk, source), to) for to in Status}

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
    submission = await _standing_at(desk, Status.DECLINED)
    before = await _history(desk, submission)

    assert not await desk.move(submission, Status.KEPT)
    assert await _history(desk, submission) == before
    assert submission.version == 2


async def test_a_move_may_be_narrowed_down_to_where_it_starts(desk: Desk) -> None:
    submission = await desk.submit()

    async def keep(only_from: Status) -> bool:
        return await moves.move(
            desk.session,
            workspace_id=desk.workspace_id,
            submission_id=submission.id,
            to=Status.KEPT,
            actor=desk.curator,
            at=NOW,
            only_from={only_from},
        )

    assert not await keep(Status.QUEUED)
    assert await keep(Status.RECEIVED)


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
                return await moves.move(
                    session,
                    workspace_id=desk.workspace_id,
                    submission_id=submission.id,
                    to=to,
                    actor=desk.curator,
                    at=NOW,
                )

    won = await asyncio.gather(decide(Status.KEPT), decide(Status.DECLINED))

    assert sorted(won) == [False, True]
    now = await submissions.get(
        desk.session, workspace_id=desk.workspace_id, submission_id=submission.id
    )
    assert now is not None
    assert now.status is (Status.KEPT if won[0] else Status.DECLINED)
    assert now.version == 2
    assert [kind for kind, _ in await _history(desk, submission)] == [
        EventKind.SUBMITTED,
        EventKind.MOVED,
    ]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_decision_that_waited_for_the_end_of_processing_still_counts(
    desk: Desk, engine: AsyncEngine, make_session: async_sessionmaker[AsyncSession]
) -> None:
    submission = await desk.submit()
    await desk.session.commit()

    async def go(session: AsyncSession, to: Status) -> bool:
        return await moves.move(
            session,
            workspace_id=desk.workspace_id,
            submission_id=submission.id,
            to=to,
            actor=None,
            at=NOW,
        )

    async def keep() -> bool:
        async with make_session.begin() as session:
            return await go(session, Status.KEPT)

    async with make_session.begin() as processing, asyncio.TaskGroup() as curators:
        queued = await go(processing, Status.QUEUED)
        kept = curators.create_task(keep())
        await until_blocked(engine)
        await processing.commit()

    assert queued
    assert kept.result()
    assert (await _history(desk, submission))[1:] == [
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
            return await moves.move(
                session,
                workspace_id=desk.workspace_id,
                submission_id=submission.id,
                to=to,
                actor=None,
                at=NOW,
            )

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
        await moves.move(
            elsewhere,
            workspace_id=desk.workspace_id,
            submission_id=submission.id,
            to=Status.QUEUED,
            actor=None,
            at=NOW,
        )

    assert await desk.move(submission, Status.KEPT)
    assert (submission.status, submission.version) == (Status.KEPT, 3)


async def test_of_two_undos_at_once_exactly_one_counts(
    desk: Desk, make_session: async_sessionmaker[AsyncSession]
) -> None:
    submission = await _standing_at(desk, Status.KEPT)
    await desk.session.commit()
    both_ready = asyncio.Barrier(2)

    async def undo() -> Status | None:
        async with make_session() as session:
            await both_ready.wait()
            async with session.begin():
                return await moves.undo_last_decision(
                    session,
                    workspace_id=desk.workspace_id,
                    submission_id=submission.id,
                    actor=desk.curator,
                    at=LATER,
                )

    restored = await asyncio.gather(undo(), undo())

    assert sorted(restored, key=str) == [None, Status.RECEIVED]


@pytest.mark.parametrize(
    ("before", "decided"),
    [
        (before, decided)
        for before in sorted(UNANSWERED)
        for decided in sorted(DECIDED)
        if before is not decided
    ],
)
async def test_an_undo_restores_the_status_before_the_decision(
    desk: Desk, before: Status, decided: Status
) -> None:
    submission = await _standing_at(desk, before)
    await desk.move(submission, decided)

    assert await desk.undo(submission, at=LATER) is before
    assert submission.status is before
    assert submission.status_at == LATER
    assert (await _history(desk, submission))[-1] == (EventKind.UNDONE, before)


@pytest.mark.parametrize(
    "status",
    [
        Status.RECEIVED,
        Status.QUEUED,
        Status.WITHDRAWN,
        Status.EXPIRED,
        Status.PLACED,
        Status.ROTATED_OUT,
    ],
)
async def test_only_a_decision_can_be_undone(desk: Desk, status: Status) -> None:
    submission = await _standing_at(desk, status)

    assert await desk.undo(submission) is None
    assert submission.status is status


async def test_two_decisions_are_undone_one_after_the_other(desk: Desk) -> None:
    submission = await _standing_at(desk, Status.QUEUED)
    for answer, to in ((Answer.MAYBE, Status.MAYBE), (Answer.KEEP, Status.KEPT)):
        await desk.move(submission, to)
        await _decide(desk, submission, answer)
    left = []
    for _ in range(3):
        restored = await desk.undo(submission, at=LATER)
        last = await decisions.last(
            desk.session, workspace_id=desk.workspace_id, submission_id=submission.id
        )
        left.append((restored, last and last.answer))

    assert left == [(Status.MAYBE, Answer.MAYBE), (Status.QUEUED, None), (None, None)]


async def test_an_old_decision_stays(desk: Desk) -> None:
    submission = await _standing_at(desk, Status.KEPT)

    async def undo(decided_after: timedelta) -> Status | None:
        return await moves.undo_last_decision(
            desk.session,
            workspace_id=desk.workspace_id,
            submission_id=submission.id,
            actor=desk.curator,
            at=LATER,
            decided_after=NOW + decided_after,
        )

    assert await undo(timedelta(0)) is None
    assert await undo(timedelta(seconds=-1)) is Status.RECEIVED


async def test_undone_decisions_are_no_longer_learnt_from(desk: Desk) -> None:
    kept = await _standing_at(desk, Status.KEPT)
    await _decide(desk, kept, Answer.KEEP)
    await desk.undo(kept, at=LATER)
    await desk.move(kept, Status.DECLINED)
    await _decide(desk, kept, Answer.DECLINE)

    of_playlist = {
        include_undone: await decisions.of_playlist(
            desk.session,
            workspace_id=desk.workspace_id,
            playlist_id=desk.playlist_id,
            include_undone=include_undone,
        )
        for include_undone in (False, True)
    }
    assert [row.answer for row in of_playlist[False]] == [Answer.DECLINE]
    assert [(row.answer, row.undone_at) for row in of_playlist[True]] == [
        (Answer.KEEP, LATER),
        (Answer.DECLINE, None),
    ]


async def test_where_nothing_was_decided_there_is_no_decision_to_undo(desk: Desk) -> None:
    submission = await desk.submit()

    assert not await decisions.undo(
        desk.session, workspace_id=desk.workspace_id, submission_id=submission.id, at=NOW
    )


async def _decide(desk: Desk, submission: Submission, answer: Answer) -> None:
    await decisions.add(
        desk.session,
        workspace_id=desk.workspace_id,
        submission_id=submission.id,
        member_id=desk.curator,
        answer=answer,
        at=NOW,
    )


async def _claim(
    desk: Desk, submission: Submission, member_id: int, *, stale_after: timedelta
) -> bool:
    return await moves.claim(
        desk.session,
        workspace_id=desk.workspace_id,
        submission_id=submission.id,
        member_id=member_id,
        at=LATER,
        stale_before=LATER - stale_after,
    )


async def test_a_claim_holds_until_it_is_stale(desk: Desk) -> None:
    submission = await desk.submit()
    hour = timedelta(hours=1)
    bo = await desk.member("bo")
    claims = [
        await _claim(desk, submission, desk.curator, stale_after=hour),
        await _claim(desk, submission, desk.curator, stale_after=hour),
        await _claim(desk, submission, bo, stale_after=hour),
        await _claim(desk, submission, bo, stale_after=-hour),
    ]

    assert claims == [True, True, False, True]
    assert submission.claimed_by == bo
    found = await submissions.get(
        desk.session, workspace_id=desk.workspace_id, submission_id=submission.id
    )
    assert found is not None
    assert found.claimer is not None
    assert found.claimer.display_name == "Bo"


async def test_only_who_has_a_submission_gives_it_back(desk: Desk) -> None:
    submission = await desk.submit()
    await _claim(desk, submission, desk.curator, stale_after=timedelta(hours=1))

    async def release(member_id: int) -> bool:
        return await moves.release(
            desk.session,
            workspace_id=desk.workspace_id,
            submission_id=submission.id,
            member_id=member_id,
            at=LATER,
        )

    assert not await release(await desk.member("bo"))
    assert await release(desk.curator)
    assert (submission.claimed_by, submission.claimed_at) == (None, None)
    assert [kind for kind, _ in await _history(desk, submission)][1:] == [
        EventKind.CLAIMED,
        EventKind.RELEASED,
    ]


@pytest.mark.parametrize("status", Status)
async def test_only_an_unanswered_submission_can_be_claimed_or_set_aside(
    desk: Desk, status: Status
) -> None:
    submission = await _standing_at(desk, status)
    claimed = await _claim(desk, submission, desk.curator, stale_after=timedelta(hours=1))
    snoozed = await moves.snooze(
        desk.session,
        workspace_id=desk.workspace_id,
        submission_id=submission.id,
        member_id=desk.curator,
        until=LATER,
        at=NOW,
    )

    assert claimed is snoozed is (status in UNANSWERED)
    assert submission.snoozed_until == (LATER if snoozed else None)


async def test_of_two_curators_who_claim_at_once_exactly_one_gets_it(
    desk: Desk, make_session: async_sessionmaker[AsyncSession]
) -> None:
    submission = await desk.submit()
    bo = await desk.member("bo")
    await desk.session.commit()

    async def claim(member_id: int) -> bool:
        async with make_session.begin() as session:
            return await moves.claim(
                session,
                workspace_id=desk.workspace_id,
                submission_id=submission.id,
                member_id=member_id,
                at=NOW,
                stale_before=NOW,
            )

    assert sorted(await asyncio.gather(claim(desk.curator), claim(bo))) == [False, True]
