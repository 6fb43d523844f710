"""The Spotify adapter when Spotify is slow, down, full or does not want us."""

import asyncio
import gc
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.errors import (
    NoSuchTrackError,
    QuotaError,
    SourceDownError,
    SourceRefusedError,
)
from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.track import TrackId
from tests.sources.spotify_desk import ID, NOW, Desk, adapter, scripted


async def test_a_rate_limit_is_asked_once_and_never_slept_for(desk: Desk) -> None:
    desk.sandbox.set_fault(
        Fault(service=Service.SPOTIFY, kind=FaultKind.RATE_LIMITED, retry_after=7)
    )

    with pytest.raises(QuotaError) as caught:
        await desk.spotify.track(desk.song_id())
    assert desk.gets == 1
    assert caught.value.until == desk.ledger.until == NOW + timedelta(seconds=7)


async def test_a_rate_limit_without_a_time_ends_with_spotify_s_window(desk: Desk) -> None:
    desk.fail(FaultKind.RATE_LIMITED_TEXT)

    with pytest.raises(QuotaError) as caught:
        await desk.spotify.track(desk.song_id())
    assert caught.value.until == NOW + timedelta(seconds=30)


async def test_an_exhausted_quota_stops_every_further_call_until_it_ends(desk: Desk) -> None:
    desk.fail(FaultKind.QUOTA_EXCEEDED)
    with pytest.raises(QuotaError, match="2026-11-24 01:35 UTC"):
        await desk.spotify.track(desk.song_id())
    desk.sandbox.clear_faults()

    with pytest.raises(QuotaError):
        await desk.spotify.track(desk.song_id("Nebula"))
    assert desk.gets == 1

    desk.clock.time += timedelta(seconds=48_925)
    assert (await desk.spotify.track(desk.song_id("Nebula"))).title == "Nebula"


async def test_a_quota_refusal_also_stops_the_calls_that_wait_behind_it(desk: Desk) -> None:
    desk.fail(FaultKind.QUOTA_EXCEEDED)
    ids = [song.spotify_id for song in desk.sandbox.catalogue.songs[:10]]

    answers = await asyncio.gather(*map(desk.spotify.track, ids), return_exceptions=True)

    assert all(isinstance(answer, QuotaError) for answer in answers)
    assert desk.gets <= 2


async def test_our_own_budget_stops_before_spotify_does(desk: Desk) -> None:
    desk.ledger.budget = 0

    with pytest.raises(QuotaError) as caught:
        await desk.spotify.track(desk.song_id())
    assert caught.value.until == NOW + timedelta(hours=3)
    assert desk.gets == desk.token_posts == 0


async def test_a_server_error_is_asked_three_times_in_all(desk: Desk) -> None:
    desk.fail(FaultKind.SERVER_ERROR, status=502)

    with pytest.raises(SourceDownError, match="Spotify is not answering"):
        await desk.spotify.track(desk.song_id())
    assert desk.gets == 3


async def test_a_short_trouble_is_got_over(desk: Desk) -> None:
    desk.sandbox.set_fault(Fault(service=Service.SPOTIFY, kind=FaultKind.SERVER_ERROR, times=2))

    assert (await desk.spotify.track(desk.song_id())).title == "Armygeddon"
    assert desk.gets == 3


@pytest.mark.parametrize(
    "kind", [FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER, FaultKind.TRUNCATED, FaultKind.WRONG_TYPE]
)
@pytest.mark.parametrize("service", [Service.SPOTIFY, Service.SPOTIFY_TOKEN])
async def test_a_connection_that_breaks_is_an_outage(
    desk: Desk, kind: FaultKind, service: Service
) -> None:
    desk.fail(kind, service)

    with pytest.raises(SourceDownError):
        await desk.spotify.track(desk.song_id())


async def test_a_closed_port_is_an_outage(desk: Desk) -> None:
    closed = "http://127.0.0.1:9/"

    async with adapter(api_url=closed, token_url=closed) as spotify:
        with pytest.raises(SourceDownError):
            await spotify.track(desk.song_id())


@pytest.mark.parametrize("service", [Service.SPOTIFY, Service.SPOTIFY_TOKEN])
async def test_a_server_that_never_answers_is_given_up(desk: Desk, service: Service) -> None:
    desk.fail(FaultKind.DELAY, service)

    async with adapter(
        api_url=desk.sandbox.spotify_api_url,
        token_url=desk.sandbox.spotify_token_url,
        seconds=0.05,
    ) as spotify:
        with pytest.raises(SourceDownError):
            await spotify.track(desk.song_id())


# With spotipy's own session the thread sleeps on, and the end of the program waits for it.
@pytest.mark.timeout(10)
async def test_giving_up_does_not_hang(desk: Desk) -> None:
    desk.fail(FaultKind.DELAY)

    async with adapter(
        api_url=desk.sandbox.spotify_api_url, token_url=desk.sandbox.spotify_token_url, seconds=0.3
    ) as spotify:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(spotify.track(desk.song_id()), 0.01)


# Closing must not wait for the threads: the answer that they wait for comes from this very loop.
@pytest.mark.timeout(10)
async def test_closing_gives_up_what_is_under_way() -> None:
    server = scripted()

    async with server.spotify(hold=True) as spotify:
        waiting = [
            asyncio.create_task(spotify.track(TrackId(f"{number:022}"))) for number in range(4)
        ]
        await server.arrived.wait()

    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(answer) for answer in answers] == [asyncio.CancelledError] * 4


async def test_a_failure_that_nobody_waits_for_troubles_nobody() -> None:
    troubles: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, trouble: troubles.append(trouble))
    server = scripted(lambda: web.Response(status=404))

    async with server.spotify(hold=True) as spotify:
        gone = asyncio.create_task(spotify.track(ID))
        await server.arrived.wait()
        gone.cancel()
        server.released.set()
        # Another track's answer comes after the first one's.
        with pytest.raises(NoSuchTrackError):
            await spotify.track(TrackId("0" * 22))

    gc.collect()
    assert gone.cancelled()
    assert troubles == []


async def test_a_lapsed_premium_is_named(desk: Desk) -> None:
    desk.fail(FaultKind.PREMIUM_REQUIRED)

    with pytest.raises(SourceRefusedError, match="owner of our app has Premium"):
        await desk.spotify.track(desk.song_id())
    assert desk.gets == 1


async def test_a_lapsed_premium_is_named_at_the_token_too(desk: Desk) -> None:
    desk.fail(FaultKind.PREMIUM_REQUIRED, Service.SPOTIFY_TOKEN)

    with pytest.raises(SourceRefusedError, match="owner of our app has Premium"):
        await desk.spotify.track(desk.song_id())


async def test_another_refusal_points_to_the_dashboard(desk: Desk) -> None:
    desk.fail(FaultKind.FORBIDDEN)

    with pytest.raises(SourceRefusedError, match="developer dashboard"):
        await desk.spotify.track(desk.song_id())


@pytest.mark.parametrize("secret", ["wrong", "s€cret"])
async def test_a_wrong_secret_names_the_settings(desk: Desk, secret: str) -> None:
    async with adapter(
        api_url=desk.sandbox.spotify_api_url,
        token_url=desk.sandbox.spotify_token_url,
        client_secret=secret,
    ) as spotify:
        with pytest.raises(SourceRefusedError, match="EARMARK_SPOTIFY_CLIENT_SECRET"):
            await spotify.track(desk.song_id())


async def test_a_token_server_in_trouble_is_an_outage(desk: Desk) -> None:
    desk.fail(FaultKind.SERVER_ERROR, Service.SPOTIFY_TOKEN)

    with pytest.raises(SourceDownError):
        await desk.spotify.track(desk.song_id())
    assert desk.token_posts == 1


async def test_a_token_server_s_rate_limit_is_kept(desk: Desk) -> None:
    desk.sandbox.set_fault(
        Fault(service=Service.SPOTIFY_TOKEN, kind=FaultKind.RATE_LIMITED, retry_after=9)
    )

    with pytest.raises(QuotaError):
        await desk.spotify.track(desk.song_id())
    assert desk.ledger.until == NOW + timedelta(seconds=9)
