"""What Spotify's word decides after acceptance: nothing there, explicit, sent twice."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import (
    EarmarkError,
    LinkError,
)
from bot.track import Origin
from bot.workflow.identify import Identified, store
from bot.workflow.outcome import Outcome
from bot.workflow.submit import find_playlist
from db import submissions
from db.models import EventKind, Status
from tests.db.race import until_blocked
from tests.workflow.processing import all_scores, kinds_of
from tests.workflow.stage import (
    NIGHT,
    NOW,
    OWN_FILE,
    Stage,
    link_of,
    spotify_id,
)


@pytest.mark.parametrize(
    ("text", "error", "reason"),
    [
        (link_of("unknown"), None, "no_such_track"),
        ("https://spotify.link/abc", LinkError("That short link leads nowhere."), "link"),
    ],
)
async def test_a_link_to_nothing_is_closed_in_earmarks_name(
    stage: Stage, text: str, error: EarmarkError | None, reason: str
) -> None:
    if error is not None:
        stage.troubles.always["resolver"] = error
    accepted = await stage.submit(text)

    done = await stage.process(accepted)
    assert (done.outcome, done.reason) == (Outcome.REFUSED, reason)
    assert done.refused is not None
    assert (await stage.row(accepted.receipt.code)).status is Status.WITHDRAWN
    assert (await stage.queue()).rows == ()


async def test_an_explicit_track_is_refused_when_spotify_says_so(stage: Stage) -> None:
    await stage.playlist(explicit_allowed=False)
    accepted = await stage.submit(stage.song("one", explicit=True))

    done = await stage.process(accepted)
    assert (done.outcome, done.reason) == (Outcome.REFUSED, "explicit")
    assert stage.ladder.asked == []
    # The artist reads the title, not an id.
    assert (await stage.status()).rows[0].title == "Title of one"


async def test_the_same_recording_under_another_id_is_withdrawn_and_told(stage: Stage) -> None:
    first = await stage.send(stage.song("one", isrc="XXEM10600001"), by="ben")
    accepted = await stage.submit(stage.song("two", isrc="XXEM10600001"))

    done = await stage.process(accepted)
    assert (done.outcome, done.reason) == (Outcome.REFUSED, "duplicate")
    assert first in done.sentence
    # Curators are not bothered, and the artist is told.
    assert [row.code for row in (await stage.queue()).rows] == [first]
    (told,) = (await stage.status()).rows
    assert (told.status, told.place, told.reasons) == ("withdrawn", None, ())
    assert first in told.note
    last = (await stage.history(accepted.receipt.code))[-1]
    assert (last.kind, last.actor, last.reasons) == (EventKind.MOVED, None, ["duplicate"])


async def test_of_the_same_recording_at_once_one_stays(stage: Stage) -> None:
    for number in range(4):
        isrc = f"XXEM1060000{number}"
        both = [
            await stage.submit(stage.song(f"{number}x{by}", isrc=isrc), by=by)
            for by in ("ana", "ben")
        ]
        done = await asyncio.gather(*(stage.process(accepted) for accepted in both))

        assert {one.outcome for one in done} == {Outcome.SCORED, Outcome.REFUSED}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_recording_stored_at_the_same_moment_is_seen(
    stage: Stage, engine: AsyncEngine
) -> None:
    first = await stage.submit(stage.song("one", isrc="XXEM10600001"), by="ben")
    second = await stage.submit(stage.song("two", isrc="XXEM10600001"))
    row = await stage.row(first.receipt.code)
    found = Identified(track=stage.lookup.tracks[spotify_id("one")], artists_by=Origin.SPOTIFY)

    async with stage.sessions.begin() as session, asyncio.TaskGroup() as others:
        await find_playlist(session, stage.workspace_id, NIGHT, lock=True)
        late = others.create_task(stage.process(second))
        await until_blocked(engine)
        track, _ = await store(session, found, workspace_id=stage.workspace_id, now=NOW)
        await submissions.record_track(
            session,
            workspace_id=stage.workspace_id,
            submission_id=row.id,
            track_id=track.id,
            at=NOW,
        )
        await session.commit()

    assert (late.result().outcome, late.result().reason) == (Outcome.REFUSED, "duplicate")


async def test_a_score_is_used_again_for_a_second_playlist_without_audio(stage: Stage) -> None:
    await stage.playlist("Loud")
    await stage.send(stage.song("one"))
    accepted = await stage.submit(link_of("one"), playlist="Loud", upload=OWN_FILE)

    done = await stage.process(accepted)
    assert done.outcome is Outcome.SCORED
    assert (len(stage.ladder.asked), len(stage.hearing.heard)) == (1, 1)
    row = await stage.row(accepted.receipt.code)
    assert (row.status, row.audio_origin) == (Status.QUEUED, "deezer")
    assert len(await all_scores(stage)) == 1
    assert stage.files.kept == {}
    (shown,) = (await stage.queue("Loud")).rows
    assert shown.score is not None


async def test_a_new_model_hears_the_track_again(stage: Stage) -> None:
    await stage.playlist("Loud")
    await stage.send(stage.song("one"))
    stage.hearing.model_version = "cnn-2"
    await stage.send(link_of("one"), playlist="Loud")

    assert [score.model_version for score in await all_scores(stage)] == ["cnn-1", "cnn-2"]


async def test_nothing_is_left_to_do_for_what_is_scored(stage: Stage) -> None:
    accepted = await stage.submit(stage.song("one"))
    await stage.process(accepted)
    before = await kinds_of(stage, accepted.receipt.code)

    again = await stage.process(accepted)
    assert again.outcome is Outcome.SCORED
    assert await kinds_of(stage, accepted.receipt.code) == before
    assert (await stage.row(accepted.receipt.code)).audio_origin == "deezer"
