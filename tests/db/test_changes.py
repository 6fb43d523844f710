from dataclasses import replace
from datetime import timedelta

from db import changes, goes, history, submissions
from db.changes import StatusChange
from db.models import Status
from db.status import WAITING
from tests.db.desk import NOW, Desk, open_desk

MINUTE = timedelta(minutes=1)


async def _changes(desk: Desk, *, minutes: int = 60) -> list[StatusChange]:
    return await changes.of_playlist(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        before=NOW + minutes * MINUTE,
    )


async def test_every_change_of_status_is_told_in_order_with_who_did_it(desk: Desk) -> None:
    submission = await desk.submit()
    await desk.attach(submission, await desk.track())
    await desk.move(submission, Status.KEPT, at=NOW + MINUTE)
    await desk.undo(submission, at=NOW + 2 * MINUTE)

    told = [(one.to_status, one.undone, one.by, one.at) for one in await _changes(desk)]
    assert told == [
        (Status.RECEIVED, False, "Ana", NOW),
        (Status.KEPT, False, "Mo", NOW + MINUTE),
        (Status.RECEIVED, True, "Mo", NOW + 2 * MINUTE),
    ]


async def test_a_change_says_when_its_track_came_and_whether_it_was_drawn(desk: Desk) -> None:
    submission = await desk.submit()
    submission.discovery = True
    await desk.session.flush()

    (change,) = await _changes(desk)
    assert change == StatusChange(
        submission_id=submission.id,
        at=NOW,
        to_status=Status.RECEIVED,
        undone=False,
        received_at=NOW,
        discovery=True,
        by="Ana",
    )


async def test_what_earmark_did_itself_names_nobody(desk: Desk) -> None:
    submission = await desk.submit()
    await desk.move_by_itself(submission, Status.QUEUED)

    assert [change.by for change in await _changes(desk)] == ["Ana", None]


async def test_the_moment_itself_and_later_are_left_out(desk: Desk) -> None:
    await desk.move(await desk.submit(), Status.KEPT, at=NOW + 5 * MINUTE)

    assert len(await _changes(desk, minutes=5)) == 1
    assert len(await _changes(desk, minutes=6)) == 2


async def test_other_playlists_and_workspaces_are_left_out(desk: Desk) -> None:
    other = await open_desk(desk.session, "other")
    await other.submit()

    assert await _changes(desk) == []
    assert len(await _changes(other)) == 1
    assert await _changes(replace(other, workspace_id=desk.workspace_id)) == []


async def test_a_move_may_be_kept_to_some_statuses(desk: Desk) -> None:
    submission = await desk.submit()
    await desk.move(submission, Status.KEPT)

    for only_from, moved in ((WAITING, False), ({Status.KEPT}, True)):
        assert moved == await desk.move(submission, Status.WITHDRAWN, only_from=only_from)


async def test_a_place_in_line_counts_those_that_wait_longer(desk: Desk) -> None:
    first, second, third = [await desk.submit(name) for name in ("one", "two", "three")]
    older = await desk.submit("four", now=NOW - MINUTE)
    await (await open_desk(desk.session, "other")).submit(now=NOW - MINUTE)

    async def place(submission_id: int) -> int | None:
        found = await submissions.get(
            desk.session, workspace_id=desk.workspace_id, submission_id=submission_id
        )
        assert found is not None
        return await history.place_in_line(desk.session, submission=found)

    assert [await place(one.id) for one in (older, first, second, third)] == [1, 2, 3, 4]
    await desk.move(first, Status.MAYBE)
    assert [await place(one.id) for one in (older, first, second, third)] == [1, None, 2, 3]


async def test_what_could_not_be_scored_is_found_by_its_reason(desk: Desk) -> None:
    async def unscored(name: str, reason: str | None, *, minutes: int) -> int:
        submission = await desk.submit(name, now=NOW + minutes * MINUTE)
        await goes.settle(
            desk.session,
            workspace_id=desk.workspace_id,
            submission_id=submission.id,
            number=1,
            at=NOW,
            unscored_reason=reason,
        )
        await desk.move(submission, Status.QUEUED)
        return submission.id

    quota = await unscored("one", "quota", minutes=2)
    down = await unscored("two", "source_down", minutes=1)
    await unscored("three", "silent", minutes=0)
    await unscored("four", None, minutes=0)
    kept = await desk.submit("five")
    await desk.move(kept, Status.KEPT)

    async def found(desk: Desk) -> list[int]:
        rows = await submissions.unscored(
            desk.session, workspace_id=desk.workspace_id, reasons={"quota", "source_down"}
        )
        return [row.id for row in rows]

    assert await found(desk) == [down, quota]
    assert await found(await open_desk(desk.session, "other")) == []


async def test_a_file_is_awaited_while_another_submission_of_it_is_not_looked_up(
    desk: Desk,
) -> None:
    other = await open_desk(desk.session, "other")
    first = await desk.submit("one", upload_sha256="file")

    async def awaited() -> bool:
        return await submissions.file_awaited(desk.session, sha256="file", except_id=first.id)

    assert not await awaited()
    second = await other.submit("two", upload_sha256="file")
    assert await awaited()
    await other.move(second, Status.QUEUED)
    assert not await awaited()
