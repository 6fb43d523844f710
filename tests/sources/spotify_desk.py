"""The Spotify adapter with all that stands around it: in the sandbox, or at a scripted server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.listening import listening
from bot.sandbox.server import Sandbox
from bot.sources.pace import Pace
from bot.sources.spotify import Spotify
from bot.track import TrackId

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ID = TrackId("11dFghVXANMlKmJXsNCbNl")


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
        async with (
            listening(app) as base,
            adapter(api_url=f"{base}/v1", token_url=f"{base}/token", seconds=30) as spotify,
        ):
            yield spotify

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
