"""Decisions taken back, and submissions claimed and set aside."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db import decisions, moves, submissions
from db.models import Answer, EventKind, Status, Submission
from db.status import DECIDED, UNANSWERED
from tests.db.desk import NOW, Desk
from tests.db.moving import LATER, history, standing_at


async def test_of_two_undos_at_once_exactly_one_counts(
    desk: Desk, make_session: async_sessionmaker[AsyncSession]
) -> None:
    submission = await standing_at(desk, Status.KEPT)
    await desk.session.commit()
    both_ready = asyncio.Barrier(2)

    async def undo() -> Status | None:
        async with make_session() as session:
            await both_ready.wait()
            async with session.begin():
                return await desk.on(session).undo(submission, at=LATER)

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
    submission = await standing_at(desk, before)
    await desk.move(submission, decided)

    assert await desk.undo(submission, at=LATER) is before
    assert submission.status is before
    assert submission.status_at == LATER
    assert (await history(desk, submission))[-1] == (EventKind.UNDONE, before)


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
    submission = await standing_at(desk, status)

    assert await desk.undo(submission) is None
    assert submission.status is status


async def test_two_decisions_are_undone_one_after_the_other(desk: Desk) -> None:
    submission = await standing_at(desk, Status.QUEUED)
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
    submission = await standing_at(desk, Status.KEPT)

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
    kept = await standing_at(desk, Status.KEPT)
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
    assert [kind for kind, _ in await history(desk, submission)][1:] == [
        EventKind.CLAIMED,
        EventKind.RELEASED,
    ]


@pytest.mark.parametrize("status", Status)
async def test_only_an_unanswered_submission_can_be_claimed_or_set_aside(
    desk: Desk, status: Status
) -> None:
    submission = await standing_at(desk, status)
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
