"""The Spotify adapter against the sandbox, and against replies that the sandbox never gives."""

import asyncio
import gc
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.errors import (
    LinkError,
    NoSuchTrackError,
    QuotaError,
    SourceDownError,
    SourceRefusedError,
)
from bot.links import AlbumId
from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox
from bot.sources.pace import Pace
from bot.sources.spotify import Spotify
from bot.track import Origin, TrackId

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ID = TrackId("11dFghVXANMlKmJXsNCbNl")
SHAPES = Path(__file__).resolve().parents[2] / "../shared/contracts/spotify/shapes"


@dataclass(slots=True)
class Ledger:
    """Keeps in memory what the real one keeps in the database."""

    budget: int = 300
    taken: list[datetime] = field(default_factory=list)
    until: datetime | None = None
    kept: dict[TrackId, tuple[str, datetime]] = field(default_factory=dict)

    async def blocked_until(self, now: datetime) -> datetime | None:
        return self.until if self.until and self.until > now else None

    async def block(self, until: datetime) -> None:
        self.until = until

    async def take(self, now: datetime) -> datetime | None:
        self.taken.append(now)
        return None if len(self.taken) <= self.budget else now + timedelta(hours=3)

    async def cached(self, track_id: TrackId, now: datetime) -> str | None:
        body, since = self.kept.get(track_id, ("", NOW))
        return body if body and now - since < timedelta(days=7) else None

    async def remember(self, track_id: TrackId, body: str, now: datetime) -> None:
        self.kept[track_id] = (body, now)


@dataclass(slots=True)
class Clock:
    time: datetime = NOW

    def __call__(self) -> datetime:
        return self.time


@dataclass(slots=True, kw_only=True)
class Desk:
    """The adapter under test with all that stands around it."""

    spotify: Spotify
    sandbox: Sandbox
    ledger: Ledger
    clock: Clock

    def song_id(self, title: str = "Armygeddon") -> TrackId:
        return self.sandbox.catalogue.titled(title).spotify_id

    def fail(
        self, kind: FaultKind, service: Service = Service.SPOTIFY, *, status: int = 503
    ) -> None:
        self.sandbox.set_fault(Fault(service=service, kind=kind, status=status))

    @property
    def gets(self) -> int:
        return self.sandbox.calls.count(Service.SPOTIFY)

    @property
    def token_posts(self) -> int:
        return self.sandbox.calls.count(Service.SPOTIFY_TOKEN)


@asynccontextmanager
async def adapter(
    *,
    api_url: str,
    token_url: str,
    client_secret: str = Sandbox.client_secret,
    ledger: Ledger | None = None,
    clock: Clock | None = None,
    seconds: float = 5.0,
) -> AsyncIterator[Spotify]:
    spotify = Spotify(
        client_id=Sandbox.client_id,
        client_secret=client_secret,
        ledger=ledger or Ledger(),
        api_url=api_url,
        token_url=token_url,
        seconds=seconds,
        pace=Pace(calls=100, seconds=0),
        now=clock or Clock(),
    )
    try:
        yield spotify
    finally:
        spotify.close()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    ledger, clock = Ledger(), Clock()
    async with (
        Sandbox.start() as sandbox,
        adapter(
            api_url=sandbox.spotify_api_url,
            token_url=sandbox.spotify_token_url,
            ledger=ledger,
            clock=clock,
        ) as spotify,
    ):
        yield Desk(spotify=spotify, sandbox=sandbox, ledger=ledger, clock=clock)
        # No call may have used what Spotify has taken from new apps.
        assert sandbox.calls.violations == []


@dataclass(slots=True)
class Scripted:
    """A server with one reply for all look-ups, once `released`, and one for the token."""

    track: Callable[[], web.Response]
    token: Callable[[], web.Response]
    tracks_asked: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def spotify(self, *, hold: bool = False) -> AsyncIterator[Spotify]:
        if not hold:
            self.released.set()
        app = web.Application()
        app.router.add_post("/token", self._token)
        app.router.add_get("/v1/{path:.*}", self._get)
        runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            base = f"http://127.0.0.1:{runner.addresses[0][1]}"
            async with adapter(
                api_url=f"{base}/v1", token_url=f"{base}/token", seconds=30
            ) as spotify:
                yield spotify
        finally:
            await runner.cleanup()

    async def _get(self, _: web.Request) -> web.Response:
        self.tracks_asked += 1
        self.arrived.set()
        await self.released.wait()
        return self.track()

    async def _token(self, _: web.Request) -> web.Response:
        return self.token()


def granted() -> web.Response:
    return web.json_response({"access_token": "BQx", "token_type": "Bearer", "expires_in": 3600})


def scripted(
    track: Callable[[], web.Response] = web.Response, token: Callable[[], web.Response] = granted
) -> Scripted:
    return Scripted(track=track, token=token)


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
