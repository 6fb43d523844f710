"""Pins, threads, reminders and digests: what the second of two finds."""

from datetime import timedelta
from typing import TypedDict

import pytest

from db import decisions, exposures, pins, reminders, submissions, threads, votes, week_digests
from db.models import Answer, DigestOutcome, Platform, Submission
from tests.db.desk import NOW, Desk, open_desk


class _One(TypedDict):
    workspace_id: int
    submission_id: int


class _Week(TypedDict):
    workspace_id: int
    playlist_id: int
    week: str


class _Where(TypedDict):
    workspace_id: int
    platform: Platform
    thread_id: str


async def test_the_first_thread_of_a_submission_counts(desk: Desk) -> None:
    one, two = await desk.submit("one"), await desk.submit("two")

    async def open_thread(submission_id: int, thread_id: str) -> str:
        thread = await threads.remember(
            desk.session,
            workspace_id=desk.workspace_id,
            submission_id=submission_id,
            platform=Platform.DISCORD,
            channel_id="7",
            thread_id=thread_id,
            at=NOW,
        )
        return thread.thread_id

    assert await open_thread(one.id, "a") == "a"
    assert await open_thread(one.id, "b") == "a"
    with pytest.raises(LookupError):
        await open_thread(two.id, "a")

    where: _Where = {
        "workspace_id": desk.workspace_id,
        "platform": Platform.DISCORD,
        "thread_id": "a",
    }
    assert await threads.code_of(desk.session, **where) == one.code
    assert await threads.forget(desk.session, **where)
    assert not await threads.forget(desk.session, **where)
    assert await threads.code_of(desk.session, **where) is None
    assert await open_thread(one.id, "b") == "b"


async def test_the_last_pin_stands_until_it_is_taken_away(desk: Desk) -> None:
    one = await desk.submit("one")
    ids: _One = {"workspace_id": desk.workspace_id, "submission_id": one.id}

    await pins.put(desk.session, **ids, member_id=desk.artist, at=NOW)
    await pins.put(desk.session, **ids, member_id=desk.curator, at=NOW)
    pinned = await pins.of_many(
        desk.session, workspace_id=desk.workspace_id, submission_ids=[one.id]
    )
    assert list(pinned) == [one.id]

    assert await pins.remove(desk.session, **ids)
    assert not await pins.remove(desk.session, **ids)


async def test_a_reminder_of_one_day_is_noted_once(desk: Desk) -> None:
    one = await desk.submit("one")
    ids: _One = {"workspace_id": desk.workspace_id, "submission_id": one.id}

    assert await reminders.note(desk.session, **ids, day=10, at=NOW)
    assert not await reminders.note(desk.session, **ids, day=10, at=NOW)
    assert await reminders.note(desk.session, **ids, day=13, at=NOW)
    assert await reminders.days_reminded(
        desk.session, workspace_id=desk.workspace_id, submission_ids=[one.id]
    ) == {one.id: 13}


async def test_a_week_is_settled_once_and_a_skip_can_be_taken_back(desk: Desk) -> None:
    week: _Week = {
        "workspace_id": desk.workspace_id,
        "playlist_id": desk.playlist_id,
        "week": "2026-W47",
    }

    assert await week_digests.settle(
        desk.session, **week, outcome=DigestOutcome.SKIPPED, at=NOW, member_id=desk.curator
    )
    assert not await week_digests.settle(desk.session, **week, outcome=DigestOutcome.SENT, at=NOW)
    assert await week_digests.unskip(desk.session, **week)
    assert await week_digests.outcome_of(desk.session, **week) is None
    assert await week_digests.settle(desk.session, **week, outcome=DigestOutcome.SENT, at=NOW)
    assert not await week_digests.unskip(desk.session, **week)
    assert await week_digests.last_settled(desk.session, workspace_id=desk.workspace_id) == {
        desk.playlist_id: "2026-W47"
    }


async def test_a_changed_vote_is_the_newest_and_can_be_taken_back(desk: Desk) -> None:
    one = await desk.submit("one")
    ids: _One = {"workspace_id": desk.workspace_id, "submission_id": one.id}
    for minutes, member_id, answer in (
        (0, desk.curator, Answer.KEEP),
        (1, desk.artist, Answer.MAYBE),
        (2, desk.curator, Answer.DECLINE),
    ):
        await votes.cast(
            desk.session,
            **ids,
            member_id=member_id,
            answer=answer,
            at=NOW + timedelta(minutes=minutes),
            reasons=["mix_muddy"] if answer is Answer.DECLINE else [],
        )

    cast = await votes.of(desk.session, **ids)
    assert [(vote.answer, vote.reasons) for vote in cast] == [
        (Answer.MAYBE, []),
        (Answer.DECLINE, ["mix_muddy"]),
    ]

    other: _One = {**ids, "workspace_id": (await open_desk(desk.session, "other")).workspace_id}
    assert not await votes.take_back(desk.session, **other, member_id=desk.curator)
    assert await votes.take_back(desk.session, **ids, member_id=desk.curator)
    assert not await votes.take_back(desk.session, **ids, member_id=desk.curator)
    assert len(await votes.of(desk.session, **ids)) == 1


async def test_the_last_vote_of_a_member_is_the_one_changed_last(desk: Desk) -> None:
    one, two = await desk.submit("one"), await desk.submit("two")
    for minutes, of in enumerate((one, two, one)):
        await votes.cast(
            desk.session,
            workspace_id=desk.workspace_id,
            submission_id=of.id,
            member_id=desk.curator,
            answer=Answer.KEEP,
            at=NOW + timedelta(minutes=minutes),
        )

    last = await votes.last_of_member(
        desk.session, workspace_id=desk.workspace_id, member_id=desk.curator
    )
    assert last is not None
    assert last.submission_id == one.id


async def test_versions_of_a_song_know_each_other(desk: Desk) -> None:
    old, track = await desk.submit("one"), await desk.track("one")
    await desk.attach(old, track)
    again, stranger = await desk.submit("one"), await desk.submit("two")
    await desk.attach(again, track)
    again = await _stored(desk, again.id)

    assert [row.id for row in await submissions.family(desk.session, submission=again)] == [old.id]
    assert await submissions.family(desk.session, submission=stranger) == []


async def test_the_same_note_is_counted_by_artist_and_not_by_submission(desk: Desk) -> None:
    for spotify_id, note in (("one", "Nice!"), ("two", "nice!"), ("three", "Nicer!")):
        submission = await desk.submit(spotify_id)
        await decisions.add(
            desk.session,
            workspace_id=desk.workspace_id,
            submission_id=submission.id,
            member_id=desk.curator,
            answer=Answer.DECLINE,
            note=note,
            at=NOW,
        )

    told = await decisions.artists_told(
        desk.session, workspace_id=desk.workspace_id, member_id=desk.curator, note="NICE!"
    )
    assert told == 1


async def test_old_exposures_go_and_younger_ones_stay(desk: Desk) -> None:
    one = await desk.submit("one")
    for days in (0, 1, 2):
        await exposures.log(
            desk.session,
            workspace_id=desk.workspace_id,
            playlist_id=desk.playlist_id,
            member_id=desk.curator,
            page=1,
            rows=[exposures.Shown(submission_id=one.id, slot=1, why="fit")],
            seed=None,
            rule_version="r1",
            at=NOW + timedelta(days=days),
        )

    gone = await exposures.delete_before(
        desk.session, workspace_id=desk.workspace_id, moment=NOW + timedelta(days=1)
    )
    left = await exposures.of_submission(
        desk.session, workspace_id=desk.workspace_id, submission_id=one.id
    )
    assert (gone, len(left)) == (1, 2)


async def _stored(desk: Desk, submission_id: int) -> Submission:
    found = await submissions.get(
        desk.session, workspace_id=desk.workspace_id, submission_id=submission_id
    )
    assert found is not None
    return found
