"""The Spotify adapter against replies that the sandbox never gives."""

from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.errors import (
    NoSuchTrackError,
    QuotaError,
    SourceDownError,
    SourceRefusedError,
)
from bot.track import TrackId
from tests.sources.spotify_desk import ID, NOW, scripted

SHAPES = Path(__file__).resolve().parents[2] / "../shared/contracts/spotify/shapes"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, ""),
        (200, "null"),
        (200, "[]"),
        (200, '"a text"'),
        (200, "<html>sign in</html>"),
        (200, "{}"),
        (200, '{"name": "x", "duration_ms": "long"}'),
        (400, '{"error": "invalid_request"}'),
        (403, '{"error": "invalid_request"}'),
        (500, '"a text"'),
        (418, "tea"),
    ],
)
async def test_a_reply_that_makes_no_sense_is_an_outage(status: int, body: str) -> None:
    server = scripted(lambda: web.Response(status=status, text=body))

    async with server.spotify() as spotify:
        with pytest.raises(SourceDownError):
            await spotify.track(ID)


@pytest.mark.parametrize(
    "body", ["", "[]", "null", "{}", '{"access_token": "BQx"}', '{"expires_in": 3600}', "<html>"]
)
async def test_a_token_that_makes_no_sense_is_an_outage(body: str) -> None:
    server = scripted(token=lambda: web.Response(text=body))

    async with server.spotify() as spotify:
        with pytest.raises(SourceDownError):
            await spotify.track(ID)
    assert server.tracks_asked == 0


async def test_an_id_that_spotify_cannot_read_is_no_track() -> None:
    refusal = {"error": {"status": 400, "message": "Invalid base62 id"}}
    server = scripted(lambda: web.json_response(refusal, status=400))

    async with server.spotify() as spotify:
        with pytest.raises(NoSuchTrackError):
            await spotify.track(TrackId("z" * 22))


async def test_a_token_that_is_refused_twice_is_the_operator_s_matter() -> None:
    refusal = {"error": {"status": 401, "message": "The access token expired"}}
    server = scripted(lambda: web.json_response(refusal, status=401))

    async with server.spotify() as spotify:
        with pytest.raises(SourceRefusedError, match="access token"):
            await spotify.track(ID)
    assert server.tracks_asked == 2


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("0", timedelta(seconds=1)),
        ("86400", timedelta(days=1)),
        ("9" * 30, timedelta(days=7)),
        ("soon", timedelta(hours=1)),
        ("-5", timedelta(hours=1)),
    ],
)
async def test_a_strange_retry_after_stays_within_reason(header: str, pause: timedelta) -> None:
    refusal = {"error": {"status": 429, "message": "x", "reason": "QUOTA_EXCEEDED"}}
    server = scripted(
        lambda: web.json_response(refusal, status=429, headers={"Retry-After": header})
    )

    async with server.spotify() as spotify:
        with pytest.raises(QuotaError) as caught:
            await spotify.track(ID)
    assert caught.value.until == NOW + pause


async def test_a_track_that_was_taken_down_is_no_track() -> None:
    body = {"name": "", "artists": [{"name": ""}], "duration_ms": 0}
    server = scripted(lambda: web.json_response(body))

    async with server.spotify() as spotify:
        with pytest.raises(NoSuchTrackError, match="any more"):
            await spotify.track(ID)


async def test_missing_fields_stay_unknown() -> None:
    body = {"name": "Song", "artists": [{"name": ""}], "duration_ms": 0, "is_playable": False}
    server = scripted(lambda: web.json_response(body))

    async with server.spotify() as spotify:
        track = await spotify.track(ID)

    assert (track.title, track.artists, track.isrc) == ("Song", (), None)
    assert (track.duration_ms, track.release_date, track.cover_url) == (None, None, None)


@pytest.mark.skipif(not SHAPES.is_dir(), reason="the recorded shapes are not beside the checkout")
@pytest.mark.parametrize(
    ("name", "isrc", "has_preview"),
    [
        ("track_devmode_200", "USUM71703861", False),
        ("track_devmode_variant_empty_external_ids_200", None, False),
        ("track_devmode_variant_no_external_ids_200", None, False),
        ("track_devmode_variant_null_preview_200", "USUM71703861", False),
        ("track_unplayable_200", "USUM71703861", False),
        ("track_extended_app_200", "USUM71703861", True),
    ],
)
async def test_every_known_shape_of_a_track_is_read(
    name: str, isrc: str | None, *, has_preview: bool
) -> None:
    body = (SHAPES / f"spotify_{name}.json").read_text(encoding="utf-8")
    server = scripted(lambda: web.Response(text=body, content_type="application/json"))

    async with server.spotify() as spotify:
        track = await spotify.track(ID)

    assert (track.title, track.artists, track.isrc) == (
        "Cut To The Feeling",
        ("Test Artist",),
        isrc,
    )
    assert bool(track.preview_url) is has_preview
