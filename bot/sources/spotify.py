"""Spotify: what a track is called, who made it and which recording it is. For display only.

A new app reads one track a call and has a quota that nobody publishes, so that every answer is
kept for a week, every call is counted, and a refusal is remembered beyond a restart.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from bot.errors import LinkError, NoSuchTrackError, QuotaError, SourceDownError
from bot.links import AlbumId
from bot.sources.pace import Pace
from bot.sources.spotify_client import SERVICE, Client
from bot.track import Origin, Track, TrackId

log = logging.getLogger(__name__)

T = TypeVar("T")
Body = TypeVar("Body", bound=BaseModel)

API_URL = "https://api.spotify.com/v1/"
TOKEN_URL = "https://accounts.spotify.com/api/token"  # noqa: S105 - an address
SECONDS = 5.0
THREADS = 2
# One call a second in the long run; a message with five links is answered at once.
CALLS, WINDOW_SECONDS = 5, 5.0


class SpotifyLedger(Protocol):
    """What must survive a restart, or a crash loop would burn the quota."""

    async def blocked_until(self, now: datetime) -> datetime | None: ...

    async def block(self, until: datetime) -> None: ...

    async def take(self, now: datetime) -> datetime | None:
        """Count one call and return None, or return when the budget of 24 hours allows one."""
        ...

    async def cached(self, track_id: TrackId, now: datetime) -> str | None:
        """Return what was remembered less than seven days ago."""
        ...

    async def remember(self, track_id: TrackId, body: str, now: datetime) -> None: ...


class _Named(BaseModel):
    name: str


class _Image(BaseModel):
    url: str


class _Album(BaseModel):
    images: tuple[_Image, ...] = ()
    release_date: str | None = None


class _Ids(BaseModel):
    isrc: str | None = None


class _Track(BaseModel):
    """The fields we keep. A track that is not playable here is as good a submission as any."""

    name: str
    artists: tuple[_Named, ...] = ()
    duration_ms: int | None = None
    explicit: bool | None = None
    # Empty or missing for some tracks, and announced to go for all.
    external_ids: _Ids | None = None
    album: _Album | None = None
    # Only apps older than November 2024 still get one.
    preview_url: str | None = None


class _Item(BaseModel):
    id: str | None = None


class _Items(BaseModel):
    items: tuple[_Item, ...] = ()
    total: int


class _Single(BaseModel):
    tracks: _Items


def _now() -> datetime:
    return datetime.now(UTC)


class Spotify:
    """Look-ups with the app's own credentials. It owns two threads: `close` it."""

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        ledger: SpotifyLedger,
        api_url: str = API_URL,
        token_url: str = TOKEN_URL,
        seconds: float = SECONDS,
        pace: AbstractAsyncContextManager[None] | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._ledger = ledger
        self._now = now
        self._pace = pace or Pace(calls=CALLS, seconds=WINDOW_SECONDS)
        self._client = Client(
            client_id=client_id,
            client_secret=client_secret,
            api_url=api_url,
            token_url=token_url,
            seconds=seconds,
            now=now,
        )
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="spotify")
        self._free = asyncio.Semaphore(THREADS)
        self._running: dict[TrackId, asyncio.Task[Track]] = {}

    async def track(self, track_id: TrackId) -> Track:
        """Return the track, from the cache where it is fresh.

        Raises NoSuchTrackError, QuotaError, SourceDownError or SourceRefusedError.
        """
        task = self._running.get(track_id)
        if task is None:
            task = asyncio.create_task(self._look_up(track_id))
            self._running[track_id] = task
            task.add_done_callback(lambda _: self._running.pop(track_id))
        # Shielded: whoever stops waiting must not take the answer from the others.
        return await asyncio.shield(task)

    async def single_of_album(self, album_id: AlbumId) -> TrackId:
        """Return the track of an album of one, or raise LinkError with the number of tracks."""
        tracks = _read(_Single, await self._call(lambda: self._client.album(album_id))).tracks
        if tracks.total == 1 and len(tracks.items) == 1 and tracks.items[0].id:
            return TrackId(tracks.items[0].id)
        raise LinkError(
            f"That is an album of {tracks.total} tracks. Open the one you mean, press Share and"
            " paste its link."
        )

    def close(self) -> None:
        """Stop waiting for answers and let go of threads and connections."""
        for task in self._running.values():
            task.cancel()
        self._threads.shutdown(wait=False)
        self._client.close()

    async def _look_up(self, track_id: TrackId) -> Track:
        kept = _kept(await self._ledger.cached(track_id, self._now()))
        if kept is not None:
            return _to_track(kept, track_id)
        body = _read(_Track, await self._call(lambda: self._client.track(track_id)))
        track = _to_track(body, track_id)
        await self._ledger.remember(track_id, body.model_dump_json(), self._now())
        return track

    async def _call(self, call: Callable[[], T]) -> T:
        """Run `call` on a thread, unless Spotify or our own budget says no."""
        # Asked when its turn comes, so that one refusal also stops the calls that wait behind it.
        async with self._free:
            await self._ask_leave()
            try:
                async with self._pace:
                    return await asyncio.get_running_loop().run_in_executor(self._threads, call)
            except QuotaError as error:
                await self._ledger.block(error.until)
                raise

    async def _ask_leave(self) -> None:
        now = self._now()
        blocked = await self._ledger.blocked_until(now)
        if blocked is not None and blocked > now:
            raise QuotaError(SERVICE, blocked)
        if later := await self._ledger.take(now):
            raise QuotaError(SERVICE, later)


def _read(model: type[Body], body: object) -> Body:
    """Read a reply; spotipy returns None for an empty one and anything for a broken one."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise SourceDownError(SERVICE) from error


def _kept(body: str | None) -> _Track | None:
    """Read what was remembered; an earlier version of us may have kept other fields."""
    try:
        return None if body is None else _Track.model_validate_json(body)
    except ValidationError:
        log.info("a remembered track is of another version, and is asked for again")
        return None


def _to_track(body: _Track, track_id: TrackId) -> Track:
    # Tracks that were taken down keep their id and lose their name.
    if not body.name:
        raise NoSuchTrackError("Spotify does not offer this track any more.")
    album = body.album or _Album()
    return Track(
        origin=Origin.SPOTIFY,
        title=body.name,
        artists=tuple(artist.name for artist in body.artists if artist.name),
        spotify_id=track_id,
        isrc=(body.external_ids.isrc if body.external_ids else None) or None,
        duration_ms=body.duration_ms or None,
        release_date=album.release_date or None,
        explicit=body.explicit,
        cover_url=album.images[0].url if album.images else None,
        preview_url=body.preview_url or None,
        url=f"https://open.spotify.com/track/{track_id}",
    )
