import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db import changes, events, exposures, goes, scores, submissions, votes
from db.models import AiUse, Answer, Event, EventKind, Status, Submission
from db.submissions import Draw, Sent
from tests.db.desk import NOW, Desk, open_desk, score_of


async def test_a_submission_is_taken_in_as_it_was_sent(desk: Desk) -> None:
    sent = Sent(
        link="https://open.spotify.com/track/one",
        spotify_id="one",
        upload_sha256="file",
        upload_name="song.mp3",
        typed_title="Song",
        typed_artist="Band",
        note="thank you",
        ai_use=AiUse.PARTLY,
        owns_rights_at=NOW,
    )
    added = await submissions.add(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        member_id=desk.artist,
        sent=sent,
        draw=Draw(discovery=True, seed=2**62, propensity=0.2),
        now=NOW,
        due_at=NOW + timedelta(days=14),
    )
    await desk.session.commit()

    found = await submissions.by_code(
        desk.session, workspace_id=desk.workspace_id, code=added.code.lower()
    )
    assert found is not None
    assert Sent(**{name: getattr(found, name) for name in Sent.__dataclass_fields__}) == sent
    assert (found.discovery, found.discovery_seed, found.discovery_propensity) == (
        True,
        2**62,
        0.2,
    )
    assert (found.status, found.version, found.status_at) == (Status.RECEIVED, 1, NOW)
    assert (found.playlist.name, found.member.display_name) == ("Night Drive", "Ana")
    assert (found.track, found.claimer) == (None, None)


async def test_taking_in_is_the_first_event(desk: Desk) -> None:
    submission = await desk.submit()

    (first,) = await events.of(
        desk.session, workspace_id=desk.workspace_id, submission_id=submission.id
    )
    assert (first.kind, first.actor_id, first.at) == (EventKind.SUBMITTED, desk.artist, NOW)
    assert (first.from_status, first.to_status) == (None, Status.RECEIVED)


async def test_a_request_that_is_delivered_twice_is_one_submission(desk: Desk) -> None:
    first = await desk.submit(idempotency_key="event-1")
    again = await desk.submit("two", idempotency_key="event-1")
    other = await desk.submit("two", idempotency_key="event-2")

    assert again.id == first.id != other.id
    assert again.spotify_id == "one"
    assert await desk.session.scalar(select(func.count()).select_from(Event)) == 2


async def test_a_request_that_is_delivered_twice_at_once_is_one_submission(
    desk: Desk, make_session: async_sessionmaker[AsyncSession]
) -> None:
    async def deliver() -> int:
        async with make_session.begin() as session:
            added = await submissions.add(
                session,
                workspace_id=desk.workspace_id,
                playlist_id=desk.playlist_id,
                member_id=desk.artist,
                sent=Sent(link="https://open.spotify.com/track/one"),
                draw=Draw(discovery=False, seed=1, propensity=0.2),
                now=NOW,
                due_at=NOW + timedelta(days=14),
                idempotency_key="event-1",
            )
            return added.id

    taken_in = await asyncio.gather(*(deliver() for _ in range(4)))

    assert len(set(taken_in)) == 1
    assert await desk.session.scalar(select(func.count()).select_from(Submission)) == 1
    assert await desk.session.scalar(select(func.count()).select_from(Event)) == 1


async def test_another_workspace_finds_nothing(desk: Desk) -> None:
    submission = await desk.submit(idempotency_key="event-1")
    other = (await open_desk(desk.session, "other")).workspace_id

    found = [
        await submissions.get(desk.session, workspace_id=other, submission_id=submission.id),
        await submissions.by_code(desk.session, workspace_id=other, code=submission.code),
        await submissions.by_idempotency_key(
            desk.session, workspace_id=other, idempotency_key="event-1"
        ),
        *await submissions.of_member(desk.session, workspace_id=other, member_id=desk.artist),
        *await submissions.waiting(desk.session, workspace_id=other, playlist_id=desk.playlist_id),
        *await submissions.unfinished(desk.session, workspace_id=other),
    ]
    assert found == [None, None, None]


async def test_the_queue_holds_what_waits_oldest_first_with_tracks_and_scores(
    desk: Desk,
) -> None:
    late = await desk.submit("late", now=NOW + timedelta(hours=1))
    early = await desk.submit("early")
    gone = await desk.submit("gone")
    await desk.move(gone, Status.DECLINED)
    await desk.move(early, Status.QUEUED)
    track = await desk.track("early")
    await desk.attach(early, track)
    await scores.put(desk.session, score_of(track, percentile=60))

    queue = await submissions.waiting(
        desk.session, workspace_id=desk.workspace_id, playlist_id=desk.playlist_id
    )
    assert [row.submission.id for row in queue] == [early.id, late.id]
    assert queue[0].submission.track is not None
    assert queue[0].submission.track.title == "Song"
    assert queue[0].submission.member.display_name == "Ana"
    assert queue[0].score is not None
    assert queue[0].score.percentile == 60
    assert (queue[1].submission.track, queue[1].score) == (None, None)


async def test_the_queue_can_show_another_status_and_one_models_scores(desk: Desk) -> None:
    submission = await desk.submit()
    track = await desk.track()
    await desk.attach(submission, track)
    await scores.put(desk.session, score_of(track, model_version="cnn-1"))
    await desk.move(submission, Status.MAYBE)

    (row,) = await submissions.waiting(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        statuses={Status.MAYBE},
        model_version="cnn-2",
    )
    assert row.submission.id == submission.id
    assert row.score is None


async def test_a_member_sees_their_own_submissions_newest_first(desk: Desk) -> None:
    old = await desk.submit("old")
    new = await desk.submit("new", now=NOW + timedelta(hours=1))
    await desk.submit("not mine", member_id=desk.curator)

    mine = await submissions.of_member(
        desk.session, workspace_id=desk.workspace_id, member_id=desk.artist
    )
    newest = await submissions.of_member(
        desk.session, workspace_id=desk.workspace_id, member_id=desk.artist, limit=1
    )
    assert [row.id for row in mine] == [new.id, old.id]
    assert [row.id for row in newest] == [new.id]


async def test_what_a_crash_left_behind_is_found_oldest_first(desk: Desk) -> None:
    late = await desk.submit("late", now=NOW + timedelta(hours=1))
    early = await desk.submit("early")
    await desk.move(await desk.submit("done"), Status.QUEUED)

    left = await submissions.unfinished(desk.session, workspace_id=desk.workspace_id)
    assert [row.id for row in left] == [early.id, late.id]


@pytest.mark.parametrize(
    ("unscored_reason", "kind"),
    [(None, EventKind.SCORED), ("no_preview", EventKind.UNSCORED)],
)
async def test_what_processing_finds_out_is_noted_and_told(
    desk: Desk, unscored_reason: str | None, kind: EventKind
) -> None:
    submission = await desk.submit()
    track = await desk.track()
    await submissions.record_track(
        desk.session,
        workspace_id=desk.workspace_id,
        submission_id=submission.id,
        track_id=track.id,
        spotify_id="canonical",
        at=NOW,
    )
    await goes.settle(
        desk.session,
        workspace_id=desk.workspace_id,
        submission_id=submission.id,
        number=1,
        audio_origin="deezer",
        match_verdict="isrc+title",
        unscored_reason=unscored_reason,
        at=NOW,
    )

    found = await submissions.get(
        desk.session, workspace_id=desk.workspace_id, submission_id=submission.id
    )
    assert found is not None
    assert found.track is track
    assert (found.spotify_id, found.audio_origin, found.match_verdict, found.unscored_reason) == (
        "canonical",
        "deezer",
        "isrc+title",
        unscored_reason,
    )
    told = await events.of(
        desk.session, workspace_id=desk.workspace_id, submission_id=submission.id
    )
    assert [event.kind for event in told] == [EventKind.SUBMITTED, EventKind.RESOLVED, kind]


async def test_what_waits_without_a_score_is_found_by_the_reason(desk: Desk) -> None:
    for spotify_id, reason in (("b", "no_preview"), ("a", "source_down"), ("c", None)):
        submission = await desk.submit(spotify_id)
        await goes.settle(
            desk.session,
            workspace_id=desk.workspace_id,
            submission_id=submission.id,
            number=1,
            unscored_reason=reason,
            at=NOW,
        )
        await desk.move(submission, Status.QUEUED)

    found = await submissions.unscored(
        desk.session, workspace_id=desk.workspace_id, reasons={"source_down", "quota"}
    )
    assert [row.spotify_id for row in found] == ["a"]


async def test_the_changes_of_a_playlist_come_in_order_with_what_a_digest_asks(
    desk: Desk,
) -> None:
    submission = await desk.submit()
    await desk.move(submission, Status.KEPT)
    await desk.undo(submission, at=NOW + timedelta(hours=1))
    await desk.move(submission, Status.DECLINED, at=NOW + timedelta(hours=2))
    await (await open_desk(desk.session, "other")).submit()

    found = await changes.of_playlist(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        before=NOW + timedelta(hours=2),
    )
    assert [(change.to_status, change.undone) for change in found] == [
        (Status.RECEIVED, False),
        (Status.KEPT, False),
        (Status.RECEIVED, True),
    ]
    assert {change.submission_id for change in found} == {submission.id}
    assert {(change.received_at, change.discovery) for change in found} == {(NOW, False)}


async def test_events_of_a_playlist_are_those_from_the_start_to_before_the_end(
    desk: Desk,
) -> None:
    day = timedelta(days=1)
    submission = await desk.submit()
    await desk.move(submission, Status.QUEUED, at=NOW + day)
    await desk.move(submission, Status.KEPT, at=NOW + 2 * day)
    other = await open_desk(desk.session, "other")
    await other.submit(now=NOW + day)

    found = await events.between(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        start=NOW + day,
        end=NOW + 2 * day,
    )
    assert [event.to_status for event in found] == [Status.QUEUED]


async def test_a_vote_may_be_changed_and_counts_once(desk: Desk) -> None:
    submission = await desk.submit()
    for answer in (Answer.KEEP, Answer.DECLINE):
        await votes.cast(
            desk.session,
            workspace_id=desk.workspace_id,
            submission_id=submission.id,
            member_id=desk.curator,
            answer=answer,
            at=NOW,
        )

    cast = await votes.of(desk.session, workspace_id=desk.workspace_id, submission_id=submission.id)
    assert [(vote.member_id, vote.answer) for vote in cast] == [(desk.curator, Answer.DECLINE)]


async def test_a_shown_page_can_be_looked_up_for_the_decision(desk: Desk) -> None:
    submission = await desk.submit()
    for slot in (3, 1):
        await exposures.log(
            desk.session,
            workspace_id=desk.workspace_id,
            playlist_id=desk.playlist_id,
            member_id=desk.curator,
            page=1,
            rows=[
                exposures.Shown(submission_id=submission.id, slot=slot, why="fit", propensity=0.8)
            ],
            seed=None,
            rule_version="r1",
            at=NOW,
        )

    seen = await exposures.last(
        desk.session,
        workspace_id=desk.workspace_id,
        submission_id=submission.id,
        member_id=desk.curator,
    )
    unseen = await exposures.last(
        desk.session,
        workspace_id=desk.workspace_id,
        submission_id=submission.id,
        member_id=desk.artist,
    )
    assert seen is not None
    assert (seen.slot, seen.why, seen.propensity, seen.discovery) == (1, "fit", 0.8, False)
    assert unseen is None


async def test_a_loaded_submission_shows_what_another_connection_changed_since(
    desk: Desk, make_session: async_sessionmaker[AsyncSession]
) -> None:
    submission = await desk.submit()
    await desk.session.commit()
    async with make_session.begin() as elsewhere:
        await desk.on(elsewhere).move(submission, Status.KEPT)

    again = await submissions.by_code(
        desk.session, workspace_id=desk.workspace_id, code=submission.code
    )
    assert again is submission
    assert again.status is Status.KEPT
