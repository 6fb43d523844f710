from datetime import timedelta

import pytest

from db import history, playlists
from db.models import Status, Submission
from db.status import UNANSWERED, WAITING
from tests.db.desk import FOUR_MINUTES_MS, NOW, Desk, open_desk
from tests.db.moving import WAYS

DAY = timedelta(days=1)


async def _all_statuses(desk: Desk) -> None:
    for status, way in WAYS.items():
        submission = await desk.submit(status)
        for step in way:
            await desk.move(submission, step)


async def test_the_queue_is_as_long_as_what_waits_in_it(desk: Desk) -> None:
    await _all_statuses(desk)
    await (await open_desk(desk.session, "other")).submit()

    count = await history.count_waiting(
        desk.session, workspace_id=desk.workspace_id, playlist_id=desk.playlist_id
    )
    assert count == len(WAITING)


async def test_the_place_in_line_is_by_age_alone(desk: Desk) -> None:
    second = await desk.submit("second", now=NOW + DAY)
    first = await desk.submit("first")
    third = await desk.submit("third", now=NOW + DAY)
    await desk.submit("last", now=NOW + 2 * DAY)
    await desk.move(await desk.submit("answered"), Status.KEPT)
    await (await open_desk(desk.session, "other")).submit()

    places = [
        await history.place_in_line(desk.session, submission=submission)
        for submission in (first, second, third)
    ]
    assert places == [1, 2, 3]


async def test_what_is_answered_has_no_place_in_line(desk: Desk) -> None:
    submission = await desk.submit()
    await desk.move(submission, Status.DECLINED)

    assert await history.place_in_line(desk.session, submission=submission) is None


async def test_an_artist_waits_with_what_is_unanswered(desk: Desk) -> None:
    await _all_statuses(desk)

    async def count(member_id: int) -> int:
        return await history.count_waiting_of_artist(
            desk.session,
            workspace_id=desk.workspace_id,
            playlist_id=desk.playlist_id,
            member_id=member_id,
        )

    assert await count(desk.artist) == len(UNANSWERED)
    assert await count(desk.curator) == 0


async def test_a_band_waits_whoever_sends_for_it(desk: Desk) -> None:
    await desk.attach(await desk.submit("one"), await desk.track("one", artist_key="band"))
    await desk.attach(await desk.submit("two"), await desk.track("two", artist_key="trio"))

    async def count(artist_key: str | None) -> int:
        return await history.count_waiting_of_artist(
            desk.session,
            workspace_id=desk.workspace_id,
            playlist_id=desk.playlist_id,
            member_id=desk.curator,
            artist_key=artist_key,
        )

    assert [await count(key) for key in ("band", "duo", None)] == [1, 0, 0]


async def test_the_weekly_limit_knows_when_each_submission_was_taken_in(desk: Desk) -> None:
    for days in (0, 3, 1):
        await desk.submit(str(days), now=NOW + days * DAY)
    await desk.submit("not mine", member_id=desk.curator)

    times = await history.accepted_since(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        member_id=desk.artist,
        since=NOW,
    )
    assert times == [NOW + DAY, NOW + 3 * DAY]


async def _duplicate(
    desk: Desk, spotify_id: str = "one", *, now_days: int = 1, except_id: int | None = None
) -> Submission | None:
    return await history.duplicate_of(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        now=NOW + now_days * DAY,
        resubmit_after_days=28,
        spotify_id=spotify_id,
        except_ids=[] if except_id is None else [except_id],
    )


@pytest.mark.parametrize("status", Status)
async def test_a_track_may_be_sent_again_when_it_is_over_but_not_after_a_fresh_decline(
    desk: Desk, status: Status
) -> None:
    submission = await desk.submit()
    for step in WAYS[status]:
        await desk.move(submission, step)
    free = {Status.WITHDRAWN, Status.EXPIRED, Status.ROTATED_OUT}

    in_the_way = await _duplicate(desk)
    assert (in_the_way is None) == (status in free)


@pytest.mark.parametrize(("days", "refused"), [(27, True), (28, False), (29, False)])
async def test_a_declined_track_may_be_sent_again_after_the_days_of_the_playlist(
    desk: Desk, days: int, *, refused: bool
) -> None:
    await desk.move(await desk.submit(), Status.DECLINED)

    assert (await _duplicate(desk, now_days=days) is not None) == refused


async def test_the_newest_duplicate_is_shown_with_its_track(desk: Desk) -> None:
    track = await desk.track("one")
    for days in (0, 1):
        await desk.attach(await desk.submit("one", now=NOW + days * DAY), track)

    newest = await _duplicate(desk)
    assert newest is not None
    assert newest.received_at == NOW + DAY
    assert newest.track is track
    older = await _duplicate(desk, except_id=newest.id)
    assert older is not None
    assert older.received_at == NOW


async def test_the_same_track_on_another_playlist_or_in_another_workspace_is_no_duplicate(
    desk: Desk,
) -> None:
    second = await playlists.add(
        desk.session, workspace_id=desk.workspace_id, name="Sunrise", now=NOW
    )
    await desk.submit(playlist_id=second.id)
    await (await open_desk(desk.session, "other")).submit()

    assert await _duplicate(desk) is None


@pytest.mark.parametrize(
    ("isrc", "title_key", "longer_ms", "same"),
    [
        ("GBAAA2600001", "else", 60_000, True),
        (None, "song", 2000, True),
        (None, "song", 2001, False),
        (None, "else", 0, False),
    ],
)
async def test_the_same_recording_under_another_spotify_id_is_a_duplicate(
    desk: Desk, isrc: str | None, title_key: str, longer_ms: int, *, same: bool
) -> None:
    first = await desk.submit("single")
    await desk.attach(first, await desk.track("single", isrc="GBAAA2600001"))
    track = await desk.track(
        "album", isrc=isrc, title_key=title_key, duration_ms=FOUR_MINUTES_MS + longer_ms
    )

    found = await history.duplicate_of(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        now=NOW,
        resubmit_after_days=28,
        track=track,
    )
    assert (found is first) == same


@pytest.mark.parametrize("resolved", [True, False])
async def test_the_same_file_is_a_duplicate_before_and_after_it_is_looked_up(
    desk: Desk, *, resolved: bool
) -> None:
    first = await desk.submit("one", upload_sha256="file")
    if resolved:
        await desk.attach(first, await desk.track(None, audio_sha256="file"))

    found = await history.duplicate_of(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        now=NOW,
        resubmit_after_days=28,
        upload_sha256="file",
    )
    assert found is first


async def test_a_link_is_a_duplicate_of_the_track_that_it_led_to(desk: Desk) -> None:
    first = await desk.submit("relinked")
    await desk.attach(first, await desk.track("one"))

    assert await _duplicate(desk, "one") is first
    assert await _duplicate(desk, "relinked") is first


async def test_a_duplicate_of_nothing_in_particular_is_a_mistake(desk: Desk) -> None:
    with pytest.raises(ValueError, match="all are missing"):
        await history.duplicate_of(
            desk.session,
            workspace_id=desk.workspace_id,
            playlist_id=desk.playlist_id,
            now=NOW,
            resubmit_after_days=28,
        )
