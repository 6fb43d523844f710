"""A backend that takes five seconds for everything, by the clock on the wall and not by a real one.

Time passes while nobody waits for a first answer. So work that was begun before the first answer
never ends, and the test fails, whatever the machine is busy with.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import Connection, event
from sqlalchemy.util import await_only

from bot.sandbox.discord.server import DiscordStandIn
from bot.track import Audio, Track, TrackId
from bot.workflow.identify import Lookup
from bot.workflow.services import AudioLadder, Hearing, Services, Sessions
from scoring.analysis import Analysis
from tests.workflow.stage import Clock

TAKES = timedelta(seconds=5)
# As `db.engine` marks a transaction that cannot write.
_READ_ONLY = "earmark_read_only"


@dataclass(slots=True)
class Slowness:
    """`waits` counts what took its time, by what it was."""

    discord: DiscordStandIn
    clock: Clock
    waits: dict[str, int] = field(default_factory=dict)

    async def take(self, what: str) -> None:
        """Let five seconds pass, once everybody who did something has a first answer."""
        self.waits[what] = self.waits.get(what, 0) + 1
        unanswered = self.discord.interactions.unanswered
        await self.discord.changes.until(
            lambda: not unanswered(), what=f"a first answer before {what}", within_s=20.0
        )
        self.clock.time += TAKES

    def services(self, services: Services) -> Services:
        """Return services that each take five seconds."""
        return replace(
            services,
            lookup=_Lookup(services.lookup, self.take),
            ladder=lambda sha256: _Ladder(services.ladder(sha256), self.take),
            hearing=_Hearing(services.hearing, self.take),
        )

    def database(self, sessions: Sessions) -> None:
        """Let everything that writes wait for somebody else's pen."""
        engine = sessions.kw["bind"].sync_engine

        @event.listens_for(engine, "begin")
        def wait(connection: Connection) -> None:
            if not connection.get_execution_options().get(_READ_ONLY, False):
                await_only(self.take("the database"))


_Take = Callable[[str], Awaitable[None]]


@dataclass(slots=True)
class _Lookup:
    real: Lookup
    take: _Take

    async def track_id_of(self, link: str) -> TrackId:
        await self.take("a link")
        return await self.real.track_id_of(link)

    async def track(self, track_id: TrackId) -> Track:
        await self.take("a track")
        return await self.real.track(track_id)


@dataclass(slots=True)
class _Ladder:
    real: AudioLadder
    take: _Take

    async def audio(self, track: Track) -> Audio:
        await self.take("audio")
        return await self.real.audio(track)


@dataclass(slots=True)
class _Hearing:
    real: Hearing
    take: _Take

    @property
    def model_version(self) -> str:
        return self.real.model_version

    async def score(self, content: bytes) -> Analysis:
        await self.take("scoring")
        return await self.real.score(content)
