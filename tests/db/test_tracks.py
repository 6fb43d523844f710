import asyncio
from datetime import datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db import scores, tracks
from db.models import Score, Status, Track
from db.tracks import Facts
from tests.db.desk import FOUR_MINUTES_MS, NOW, Desk, open_desk, score_of


async def _upsert(desk: Desk, *facts: Facts, spotify_id: str = "one") -> Track:
    return await tracks.upsert(
        desk.session,
        workspace_id=desk.workspace_id,
        spotify_id=spotify_id,
        facts=facts,
        title_key="song",
        artist_key="band",
        now=NOW,
    )


async def test_every_fact_stands_beside_who_said_it_first(desk: Desk) -> None:
    track = await _upsert(
        desk,
        Facts(source="oembed", title="Song"),
        Facts(source="deezer", title="SONG", artists=("Band", "Guest"), isrc="GBAAA2600001"),
        Facts(source="itunes", isrc="USBBB2600001", explicit=False),
    )

    assert (track.title, track.title_source) == ("Song", "oembed")
    assert (track.artists, track.artists_source) == (["Band", "Guest"], "deezer")
    assert (track.isrc, track.isrc_source) == ("GBAAA2600001", "deezer")
    assert (track.explicit, track.explicit_source) == (False, "itunes")
    assert (track.duration_ms, track.duration_ms_source) == (None, None)


async def test_a_later_look_keeps_what_it_does_not_name(desk: Desk) -> None:
    first = await _upsert(
        desk, Facts(source="deezer", title="Song", artists=("Band",), duration_ms=1000)
    )
    later = await _upsert(desk, Facts(source="spotify", title="Song (Live)"))

    assert later.id == first.id
    assert (later.title, later.title_source) == ("Song (Live)", "spotify")
    assert (later.duration_ms, later.duration_ms_source) == (1000, "deezer")


async def test_a_recording_without_a_title_is_refused(desk: Desk) -> None:
    with pytest.raises(IntegrityError, match="ck_tracks_title"):
        await _upsert(desk, Facts(source="deezer", artists=("Band",)))


async def test_a_file_and_a_link_of_one_submission_make_one_track(desk: Desk) -> None:
    by_file = await desk.track(None, audio_sha256="file")
    both = await desk.track("one", audio_sha256="file")
    by_link = await desk.track("one")

    assert by_file.id == both.id == by_link.id
    assert (by_link.spotify_id, by_link.audio_sha256) == ("one", "file")


async def test_a_file_that_comes_later_is_added_to_the_track_of_the_link(desk: Desk) -> None:
    by_link = await desk.track("one")
    both = await desk.track("one", audio_sha256="file")

    assert both.id == by_link.id
    assert both.audio_sha256 == "file"


async def test_one_file_under_two_spotify_ids_stays_with_the_first(desk: Desk) -> None:
    single = await desk.track("single", audio_sha256="file")
    album = await desk.track("album", audio_sha256="file")
    again = await desk.track("album", audio_sha256="file")

    assert single.id != album.id
    assert again.id == album.id
    assert (single.audio_sha256, album.audio_sha256) == ("file", None)


async def test_a_track_is_found_by_its_ids_in_its_own_workspace_only(desk: Desk) -> None:
    track = await desk.track("one", audio_sha256="file")
    other = await open_desk(desk.session, "other")

    found: dict[int, list[int | None]] = {}
    for workspace_id in (desk.workspace_id, other.workspace_id):
        rows = [
            await tracks.get(desk.session, workspace_id=workspace_id, track_id=track.id),
            await tracks.by_spotify_id(desk.session, workspace_id=workspace_id, spotify_id="one"),
            await tracks.by_audio(desk.session, workspace_id=workspace_id, audio_sha256="file"),
        ]
        found[workspace_id] = [None if row is None else row.id for row in rows]
    assert found == {desk.workspace_id: [track.id] * 3, other.workspace_id: [None] * 3}


async def test_two_workers_that_store_one_track_at_once_make_one_row(
    desk: Desk, make_session: async_sessionmaker[AsyncSession]
) -> None:
    async def store() -> int:
        async with make_session.begin() as session:
            track = await tracks.upsert(
                session,
                workspace_id=desk.workspace_id,
                spotify_id="one",
                facts=[Facts(source="deezer", title="Song", artists=("Band",))],
                title_key="song",
                artist_key="band",
                now=NOW,
            )
            return track.id

    stored = await asyncio.gather(*(store() for _ in range(4)))

    assert len(set(stored)) == 1
    assert await desk.session.scalar(select(func.count()).select_from(Track)) == 1


@pytest.mark.parametrize(
    ("isrc", "title_key", "artist_key", "longer_ms", "same"),
    [
        ("GBAAA2600001", "other", "other", 60_000, True),
        ("USBBB2600001", "song", "band", 2000, True),
        (None, "song", "band", -2000, True),
        (None, "song", "band", 2001, False),
        (None, "song", "other", 0, False),
        (None, "other", "band", 0, False),
    ],
)
async def test_a_recording_is_known_again_by_isrc_or_by_title_artist_and_length(
    desk: Desk, isrc: str | None, title_key: str, artist_key: str, longer_ms: int, *, same: bool
) -> None:
    first = await desk.track("one", isrc="GBAAA2600001")
    second = await desk.track(
        "two",
        isrc=isrc,
        title_key=title_key,
        artist_key=artist_key,
        duration_ms=FOUR_MINUTES_MS + longer_ms,
    )

    twins = await tracks.duplicates(desk.session, workspace_id=desk.workspace_id, track=second)
    assert [track.id for track in twins] == ([first.id] if same else [])


async def test_tracks_of_unknown_length_are_not_taken_for_one_another(desk: Desk) -> None:
    await desk.track("one", duration_ms=None)
    second = await desk.track("two", duration_ms=None)

    twins = await tracks.duplicates(desk.session, workspace_id=desk.workspace_id, track=second)
    assert twins == []


async def test_a_score_comes_back_as_it_was_stored(desk: Desk) -> None:
    track = await desk.track()
    await scores.put(desk.session, score_of(track))
    await desk.session.commit()
    desk.session.expunge_all()

    found = await scores.latest(desk.session, workspace_id=desk.workspace_id, track_ids=[track.id])
    score = found[track.id]
    assert score.reasons == ["tempo inside the range", {"kind": "energy", "value": 0.5}]
    assert score.mood == {"calm": 0.25}
    assert score.valence is None
    assert score.embedding is not None
    np.testing.assert_array_equal(score.embedding, np.linspace(-1, 1, 8, dtype=np.float32))


async def test_the_first_score_of_a_model_stays(desk: Desk) -> None:
    track = await desk.track()
    first = await scores.put(desk.session, score_of(track, percentile=60))
    second = await scores.put(desk.session, score_of(track, percentile=30))

    assert second.id == first.id
    assert second.percentile == 60
    assert await desk.session.scalar(select(func.count()).select_from(Score)) == 1


async def test_the_newest_model_is_shown_unless_one_is_named(desk: Desk) -> None:
    track, unscored = await desk.track("one"), await desk.track("two", title_key="else")
    for model_version, percentile in (("cnn-1", 60), ("cnn-2", 40)):
        await scores.put(
            desk.session, score_of(track, model_version=model_version, percentile=percentile)
        )

    newest, of_one = [
        await scores.latest(
            desk.session,
            workspace_id=desk.workspace_id,
            track_ids=[track.id, unscored.id],
            model_version=model_version,
        )
        for model_version in (None, "cnn-1")
    ]
    assert {key: score.percentile for key, score in newest.items()} == {track.id: 40}
    assert {key: score.percentile for key, score in of_one.items()} == {track.id: 60}


async def test_pictures_are_forgotten_once_nobody_waits_for_an_answer(desk: Desk) -> None:
    submission, track = await desk.submit(), await desk.track()
    await desk.attach(submission, track)
    row = score_of(track)
    row.spectrogram = b"levels"
    await scores.put(desk.session, row)

    async def picture(*, forget: datetime) -> bytes | None:
        await scores.forget_pictures(desk.session, scored_before=forget)
        found = await scores.latest(
            desk.session, workspace_id=desk.workspace_id, track_ids=[track.id], to_draw=True
        )
        return found[track.id].spectrogram

    later = NOW + timedelta(days=1)
    assert await picture(forget=later) == b"levels"
    await desk.move(submission, Status.KEPT)
    assert await picture(forget=NOW) == b"levels"
    assert await picture(forget=later) is None


async def test_a_spectrogram_is_only_loaded_to_draw_it(desk: Desk) -> None:
    track = await desk.track()
    await scores.put(desk.session, score_of(track))
    desk.session.expunge_all()

    found = await scores.latest(desk.session, workspace_id=desk.workspace_id, track_ids=[track.id])
    with pytest.raises(InvalidRequestError, match="raiseload"):
        _ = found[track.id].spectrogram
