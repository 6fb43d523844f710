"""The Spotify adapter against the sandbox: tracks and albums, what it remembers and shares."""

import asyncio
import json
import logging
from datetime import timedelta

import pytest

from bot.errors import (
    LinkError,
    NoSuchTrackError,
)
from bot.links import AlbumId
from bot.track import Origin
from tests.sources.spotify_desk import ID, NOW, Desk


async def test_a_track_comes_with_every_field_that_a_new_app_gets(desk: Desk) -> None:
    song = desk.sandbox.catalogue.titled("Armygeddon")

    track = await desk.spotify.track(song.spotify_id)

    assert (track.title, track.artists, track.isrc) == ("Armygeddon", ("Muldjord",), song.isrc)
    assert (track.duration_ms, track.release_date, track.explicit) == (197_647, "2006", False)
    assert (track.origin, track.spotify_id) == (Origin.SPOTIFY, song.spotify_id)
    assert (track.url, track.preview_url) == (song.spotify_url, None)
    assert (track.cover_url or "").startswith("https://i.scdn.co/image/")


async def test_a_second_look_up_within_a_week_asks_nobody(desk: Desk) -> None:
    first = await desk.spotify.track(desk.song_id())
    desk.clock.time += timedelta(days=6, hours=23)

    assert await desk.spotify.track(desk.song_id()) == first
    assert desk.gets == 1


async def test_after_a_week_spotify_is_asked_again(desk: Desk) -> None:
    await desk.spotify.track(desk.song_id())
    desk.clock.time += timedelta(days=7)

    await desk.spotify.track(desk.song_id())

    assert desk.gets == 2


async def test_what_another_version_remembered_is_asked_for_again(desk: Desk) -> None:
    desk.ledger.kept[desk.song_id()] = ('{"titel": "x"}', NOW)

    assert (await desk.spotify.track(desk.song_id())).title == "Armygeddon"
    assert desk.gets == 1


async def test_what_is_remembered_holds_only_the_fields_we_show(desk: Desk) -> None:
    await desk.spotify.track(desk.song_id())

    body, _ = desk.ledger.kept[desk.song_id()]
    assert set(json.loads(body)) == {
        *("name", "artists", "duration_ms", "explicit", "external_ids", "album", "preview_url")
    }


async def test_eight_cold_look_ups_share_one_token(desk: Desk) -> None:
    ids = [song.spotify_id for song in desk.sandbox.catalogue.songs[:8]]

    tracks = await asyncio.gather(*map(desk.spotify.track, ids))

    assert [track.spotify_id for track in tracks] == ids
    assert (desk.token_posts, desk.gets) == (1, 8)


async def test_eight_look_ups_of_one_track_are_one_call(desk: Desk) -> None:
    tracks = await asyncio.gather(*[desk.spotify.track(desk.song_id()) for _ in range(8)])

    assert len(set(tracks)) == 1
    assert (desk.gets, desk.ledger.taken) == (1, [NOW])


async def test_who_stops_waiting_does_not_take_the_answer_from_the_others(desk: Desk) -> None:
    gone = asyncio.create_task(desk.spotify.track(desk.song_id()))
    stays = asyncio.create_task(desk.spotify.track(desk.song_id()))
    await asyncio.sleep(0)
    gone.cancel()

    assert (await stays).title == "Armygeddon"
    assert gone.cancelled()
    assert desk.gets == 1


async def test_a_token_that_ended_early_is_renewed_once(desk: Desk) -> None:
    await desk.spotify.track(desk.song_id("Nebula"))
    desk.sandbox.tokens.expire_all()

    assert (await desk.spotify.track(desk.song_id())).title == "Armygeddon"
    assert (desk.token_posts, desk.gets) == (2, 3)


async def test_an_unknown_track_is_refused_and_not_retried(desk: Desk) -> None:
    with pytest.raises(NoSuchTrackError, match="knows no track"):
        await desk.spotify.track(ID)
    assert desk.gets == 1


async def test_an_album_of_one_track_gives_the_track(desk: Desk) -> None:
    song = desk.sandbox.catalogue.titled("Armygeddon")

    found = await desk.spotify.single_of_album(AlbumId(song.album_id))

    assert found == song.spotify_id


async def test_an_album_of_several_tracks_says_how_many(desk: Desk) -> None:
    song = desk.sandbox.catalogue.titled("Caribbean")
    count = len(desk.sandbox.catalogue.on_album(song.album_id))

    with pytest.raises(LinkError, match=f"an album of {count} tracks"):
        await desk.spotify.single_of_album(AlbumId(song.album_id))
    assert count > 1


async def test_an_unknown_album_is_refused(desk: Desk) -> None:
    with pytest.raises(NoSuchTrackError, match="knows no album"):
        await desk.spotify.single_of_album(AlbumId(ID))


async def test_no_secret_and_no_token_is_ever_logged(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await desk.spotify.track(desk.song_id())
        with pytest.raises(NoSuchTrackError):
            await desk.spotify.track(ID)

    assert caplog.records
    assert "Authorization" not in caplog.text
    assert "Basic " not in caplog.text
    assert "Bearer " not in caplog.text
    assert desk.sandbox.client_secret not in caplog.text
