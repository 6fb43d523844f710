"""Submissions that have moved, and their history."""

from datetime import timedelta

from db import events
from db.models import EventKind, Status, Submission
from tests.db.desk import NOW, Desk

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


async def standing_at(desk: Desk, status: Status) -> Submission:
    submission = await desk.submit()
    for step in WAYS[status]:
        assert await desk.move(submission, step)
    return submission


async def history(desk: Desk, submission: Submission) -> list[tuple[EventKind, Status | None]]:
    found = await events.of(
        desk.session, workspace_id=desk.workspace_id, submission_id=submission.id
    )
    return [(event.kind, event.to_status) for event in found]
