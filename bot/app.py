"""The composition root: settings in, a working desk out; everything opened is closed again."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import httpx
from sqlalchemy.exc import OperationalError

from bot.errors import DatabaseError, SettingsError
from bot.hearing.pool import HearingPool, Limits
from bot.model_store import model_in_use
from bot.settings import AudioSource, Settings
from bot.sources.deezer import CALLS as DEEZER_CALLS
from bot.sources.deezer import Deezer
from bot.sources.download import HostRules
from bot.sources.itunes import CALLS_PER_MINUTE as ITUNES_CALLS
from bot.sources.itunes import Itunes
from bot.sources.ladder import (
    DeezerRung,
    ItunesRung,
    Ladder,
    OwnFileRung,
    Rung,
    SpotifyPreviewRung,
)
from bot.sources.ledger import DatabaseLedger, shared_pace
from bot.sources.metadata import Metadata
from bot.sources.oembed import OEmbed
from bot.sources.shortlinks import ShortLinks
from bot.sources.upload import Spool
from bot.workflow.desk import Desk
from bot.workflow.process import process
from bot.workflow.services import Clock, Hearing, Services, Sessions
from db import schema, workspaces
from db.engine import create_engine, normalise_url, sessions
from db.goes import Go
from db.trouble import UnreachableError, reaching

# What takes long to load and few commands need is loaded where it is used.
if TYPE_CHECKING:
    from bot.sources.spotify import Spotify
    from scoring.scorer import Scorer

T = TypeVar("T")

# What to do about a database that is not as this version needs it.
STATES: Mapping[schema.SchemaState, str] = MappingProxyType(
    {
        schema.SchemaState.EMPTY: "The database is empty. Run: earmark db upgrade",
        schema.SchemaState.BEHIND: "The database is of an older Earmark. Run: earmark db upgrade",
        schema.SchemaState.UNKNOWN: (
            "The database is of a newer Earmark, or of another program. Install the newest"
            " Earmark, or set EARMARK_DATABASE_URL to another database."
        ),
    }
)

_DEEZER_PREVIEWS = ("*.dzcdn.net",)
_ITUNES_PREVIEWS = ("*.itunes.apple.com", "*.mzstatic.com")
_SPOTIFY_PREVIEWS = ("p.scdn.co",)
# A service slower than this counts as down and is asked again later.
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_FIVE_SECONDS = timedelta(seconds=5)
# Artists come first: a third of what Spotify answers a day is for the seeds of playlists.
_SEEDS_PART = 3
# The draw's seed must fit a signed 64-bit column.
_SEED_BITS = 62


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is the same for every desk: time, and who hears. Tests hurry the one and fake the other.

    `hearing` yields a scorer and closes it.
    """

    now: Clock
    sleep: Callable[[float], Awaitable[None]]
    hearing: Callable[[Settings], AbstractAsyncContextManager[Hearing]]


@asynccontextmanager
async def open_desk(settings: Settings, world: World | None = None) -> AsyncIterator[Desk]:
    """Open the database and the services, or raise SettingsError or DatabaseError."""
    world = world or real_world()
    async with AsyncExitStack() as stack:
        maker = await stack.enter_async_context(open_database(settings.database_url))
        async with maker.begin() as session:
            workspace = await workspaces.ensure(session, name=settings.workspace, now=world.now())
        services = await _services(settings, maker, world, stack)
        yield Desk(
            workspace_id=workspace.id,
            zone=settings.zone,
            upload_max_mib=settings.upload_max_mib,
            sessions=maker,
            services=services,
            starter=_AtOnce(maker, services, world.now),
            now=world.now,
            seed=lambda: random.SystemRandom().getrandbits(_SEED_BITS),
        )


class _AtOnce:
    """Does the work behind a submission right away, for a desk that has no engine running."""

    def __init__(self, maker: Sessions, services: Services, now: Clock) -> None:
        self._maker = maker
        self._services = services
        self._now = now

    async def start_go(self, go: Go, *, confirmed: bool = False) -> None:
        await process(
            go.submission_id,
            workspace_id=go.workspace_id,
            sessions=self._maker,
            services=self._services,
            now=self._now,
            number=go.number,
            confirmed=confirmed,
        )


def real_world() -> World:
    """Return the world as it is."""
    return World(now=_real_now, sleep=asyncio.sleep, hearing=open_hearing)


def _real_now() -> datetime:
    # What others allow us is counted by the clock on their wall.
    return datetime.now(UTC)


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Sessions]:
    """Open the database; a new one gets its tables, one of another version is refused."""
    state = await database_state(url)
    if state is schema.SchemaState.EMPTY:
        await upgrade_database(url)
    elif state is not schema.SchemaState.CURRENT:
        raise DatabaseError(STATES[state])
    engine = create_engine(url)
    try:
        yield sessions(engine)
    except OperationalError as error:
        # A full disk, a file that may only be read, a server that went away in the middle.
        raise DatabaseError(f"The database failed: {error.orig}. Nothing was half done.") from error
    finally:
        await engine.dispose()


async def database_state(url: str) -> schema.SchemaState:
    """Return how the database compares with this version; raise SettingsError or DatabaseError."""
    check_url(url)
    return await _reach(url, schema.state(url))


async def upgrade_database(url: str) -> None:
    """Bring the database to this version, or raise DatabaseError."""
    await _reach(url, schema.upgrade(url))


async def _reach(url: str, call: Awaitable[T]) -> T:
    try:
        with reaching(url):
            return await call
    except UnreachableError as error:
        raise DatabaseError(f"{error} Check EARMARK_DATABASE_URL.") from error


def check_url(url: str) -> None:
    """Raise SettingsError where `url` names no database we run on; it is not repeated."""
    try:
        normalise_url(url)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def load_scorer(model_file: Path) -> "Scorer":
    """Return the scorer within this process, for files that the operator trusts."""
    from scoring.scorer import Scorer  # noqa: PLC0415

    return Scorer.load(model_file)


@asynccontextmanager
async def open_hearing(settings: Settings) -> AsyncIterator[HearingPool]:
    """Open the scorer for files of strangers; it starts nothing before the first one."""
    limits = Limits(
        processes=settings.scoring_processes,
        memory_mib=settings.scoring_memory_mib,
        seconds=settings.scoring_seconds,
    )
    pool = HearingPool(lambda: model_in_use(settings), limits=limits)
    try:
        yield pool
    finally:
        await pool.aclose()


async def _services(
    settings: Settings, maker: Sessions, world: World, stack: AsyncExitStack
) -> Services:
    http = await stack.enter_async_context(httpx.AsyncClient(timeout=_TIMEOUT))
    hearing = await stack.enter_async_context(world.hearing(settings))
    metadata = Metadata(
        catalogue=connect_spotify(settings, maker, stack),
        titles=OEmbed(http, url=settings.spotify_oembed_url),
        short_links=ShortLinks(http),
    )
    files = Spool(maker, max_bytes=settings.upload_max_mib * 2**20)
    rungs = list(_rungs(settings, http, maker))
    return Services(
        lookup=metadata,
        ladder=lambda own_file: Ladder([OwnFileRung(files, sha256=own_file), *rungs]),
        files=files,
        hearing=hearing,
        seeds_a_day=max(1, settings.spotify_daily_budget // _SEEDS_PART),
    )


def connect_spotify(settings: Settings, maker: Sessions, stack: AsyncExitStack) -> "Spotify | None":
    """Return Spotify, closed at the end of `stack`, or None without credentials."""
    if not settings.spotify_client_id or settings.spotify_client_secret is None:
        return None
    from bot.sources.spotify import Spotify  # noqa: PLC0415

    spotify = Spotify(
        client_id=settings.spotify_client_id,
        client_secret=settings.spotify_client_secret.get_secret_value(),
        ledger=DatabaseLedger(maker, daily_budget=settings.spotify_daily_budget),
        api_url=settings.spotify_api_url,
        token_url=settings.spotify_token_url,
        pace=shared_pace(
            maker, "spotify pace", calls=settings.spotify_pace, window=_FIVE_SECONDS, now=_real_now
        ),
    )
    stack.callback(spotify.close)
    return spotify


def _rungs(settings: Settings, http: httpx.AsyncClient, maker: Sessions) -> Iterator[Rung]:
    """Return the rungs that the settings name, in the order of the settings."""
    for source in settings.audio_sources:
        match source:
            case AudioSource.UPLOAD:
                continue  # it is the first rung always, as a file that came with the submission
            case AudioSource.DEEZER:
                hosts = _hosts(settings, _DEEZER_PREVIEWS, settings.deezer_url)
                pace = shared_pace(
                    maker, "deezer", calls=DEEZER_CALLS, window=_FIVE_SECONDS, now=_real_now
                )
                yield DeezerRung(Deezer(http, api_url=settings.deezer_url, hosts=hosts, pace=pace))
            case AudioSource.ITUNES:
                hosts = _hosts(settings, _ITUNES_PREVIEWS, settings.itunes_url)
                pace = shared_pace(
                    maker, "itunes", calls=ITUNES_CALLS, window=timedelta(minutes=1), now=_real_now
                )
                yield ItunesRung(Itunes(http, api_url=settings.itunes_url, hosts=hosts, pace=pace))
            case AudioSource.SPOTIFY:
                hosts = _hosts(settings, _SPOTIFY_PREVIEWS, settings.spotify_api_url)
                yield SpotifyPreviewRung(http, hosts=hosts)


def _hosts(settings: Settings, own: tuple[str, ...], api_url: str) -> HostRules:
    """Allow a service's preview hosts, those the settings name, and a stand-in's own host.

    An http address in the settings is a stand-in that the operator runs: its host is trusted.
    """
    api = urlsplit(api_url)
    plain = (api.hostname,) if api.scheme == "http" and api.hostname else ()
    return HostRules(allowed=(*own, *settings.preview_hosts), plain=plain)
