"""All stand-ins together, on ports of 127.0.0.1 that the system picks."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Protocol

from aiohttp import web

from bot.sandbox.calls import Calls, Service
from bot.sandbox.catalogue import Catalogue
from bot.sandbox.clock import Clock, system_clock
from bot.sandbox.deezer import DeezerStandIn
from bot.sandbox.demo import demo_catalogue
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.itunes import ITunesPreviewHost, ITunesStandIn
from bot.sandbox.listening import listening
from bot.sandbox.previews import PreviewHost
from bot.sandbox.spotify import OEmbedStandIn, SpotifyStandIn, Tokens
from bot.sandbox.threads import in_thread
from bot.sandbox.trouble import staged

CLIENT_ID = "5a4d0b6f2c1e4f7a9b8c7d6e5f4a3b2c"
CLIENT_SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"  # noqa: S105 - opens nothing but the stand-in


class _StandIn(Protocol):
    def attach(self, app: web.Application) -> None: ...


class Sandbox:
    """Where the stand-ins listen, what was asked of them, and how to make them fail.

    Use it as `async with Sandbox.start() as sandbox`, or `with run_in_thread() as sandbox` where
    the caller has no event loop or blocks it.
    """

    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET

    def __init__(self, catalogue: Catalogue, *, faults: Faults, clock: Clock) -> None:
        self.catalogue = catalogue
        self.calls = Calls()
        self.tokens = Tokens(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, clock=clock)
        self._clock = clock
        self._faults = faults
        self._urls: dict[Service, str] = {}

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        catalogue: Catalogue | None = None,
        *,
        faults: Iterable[Fault] = (),
        clock: Clock = system_clock,
        seed: int = 0,
    ) -> AsyncIterator["Sandbox"]:
        """Listen until the block ends. `seed` decides which calls a fault of chance strikes."""
        sandbox = cls(
            demo_catalogue() if catalogue is None else catalogue,
            faults=Faults(faults, seed=seed),
            clock=clock,
        )
        async with AsyncExitStack() as stack:
            await sandbox._listen(stack)
            yield sandbox

    def environment(self) -> dict[str, str]:
        """Return the environment variables that send Earmark here instead of to the services."""
        return {
            "EARMARK_SPOTIFY_CLIENT_ID": self.client_id,
            "EARMARK_SPOTIFY_CLIENT_SECRET": self.client_secret,
            "EARMARK_SPOTIFY_API_URL": self.spotify_api_url,
            "EARMARK_SPOTIFY_TOKEN_URL": self.spotify_token_url,
            "EARMARK_SPOTIFY_OEMBED_URL": self.oembed_url,
            "EARMARK_DEEZER_URL": self.deezer_url,
            "EARMARK_ITUNES_URL": self.itunes_url,
        }

    def set_fault(self, fault: Fault) -> None:
        self._faults.set(fault)

    def clear_faults(self) -> None:
        self._faults.clear()

    @property
    def spotify_api_url(self) -> str:
        return f"{self._urls[Service.SPOTIFY]}/v1/"

    @property
    def spotify_token_url(self) -> str:
        return f"{self._urls[Service.SPOTIFY_TOKEN]}/api/token"

    @property
    def oembed_url(self) -> str:
        return f"{self._urls[Service.OEMBED]}/oembed"

    @property
    def deezer_url(self) -> str:
        return self._urls[Service.DEEZER]

    @property
    def itunes_url(self) -> str:
        return self._urls[Service.ITUNES]

    @property
    def preview_host(self) -> str:
        """The host and port of Deezer's previews."""
        return self._urls[Service.PREVIEWS].removeprefix("http://")

    @property
    def itunes_preview_host(self) -> str:
        """The host and port of the iTunes previews."""
        return self._urls[Service.ITUNES_PREVIEWS].removeprefix("http://")

    async def _listen(self, stack: AsyncExitStack) -> None:
        """Open one server a service; the preview hosts first, as the others name them."""
        previews = PreviewHost(self.catalogue, self._clock)
        await self._open(stack, Service.PREVIEWS, previews)
        await self._open(stack, Service.ITUNES_PREVIEWS, ITunesPreviewHost(self.catalogue))
        deezer = DeezerStandIn(
            self.catalogue,
            previews=previews,
            previews_url=self._urls[Service.PREVIEWS],
            clock=self._clock,
        )
        await self._open(stack, Service.DEEZER, deezer)
        itunes = ITunesStandIn(self.catalogue, previews_url=self._urls[Service.ITUNES_PREVIEWS])
        await self._open(stack, Service.ITUNES, itunes)
        spotify = SpotifyStandIn(self.catalogue, tokens=self.tokens, calls=self.calls)
        await self._open(stack, Service.SPOTIFY, spotify)
        await self._open(stack, Service.SPOTIFY_TOKEN, self.tokens)
        await self._open(stack, Service.OEMBED, OEmbedStandIn(self.catalogue))

    async def _open(self, stack: AsyncExitStack, service: Service, stand_in: _StandIn) -> None:
        app = staged(service, self.calls, self._faults)
        stand_in.attach(app)
        self._urls[service] = await stack.enter_async_context(listening(app))


@contextmanager
def run_in_thread(
    catalogue: Catalogue | None = None,
    *,
    faults: Iterable[Fault] = (),
    clock: Clock = system_clock,
    seed: int = 0,
) -> Iterator[Sandbox]:
    """Run a sandbox on an event loop of its own, in a thread of its own."""
    with in_thread(
        lambda: Sandbox.start(catalogue, faults=faults, clock=clock, seed=seed)
    ) as sandbox:
        yield sandbox
