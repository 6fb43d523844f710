"""Which artists' files are still needed."""

from db import goes, submissions
from db.models import Status
from tests.db.desk import NOW, Desk


async def test_files_are_awaited_until_their_track_is_scored_or_answered(desk: Desk) -> None:
    await desk.submit("one", upload_sha256="received")
    for name, reason in (("two", "quota"), ("three", None), ("four", "quota")):
        sent = await desk.submit(name, upload_sha256=name)
        await goes.settle(
            desk.session,
            workspace_id=desk.workspace_id,
            submission_id=sent.id,
            number=1,
            at=NOW,
            unscored_reason=reason,
        )
        for status in (Status.QUEUED, Status.WITHDRAWN) if name == "four" else (Status.QUEUED,):
            await desk.move_by_itself(sent, status)

    assert await submissions.awaited_files(desk.session) == {"received", "two"}
