"""What the work behind a submission needs from outside: services, files, the scorer, a clock."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.track import Audio, Track
from bot.workflow.identify import Lookup

if TYPE_CHECKING:
    # Only the type: the scorer's libraries take half a second to load, and a queue needs none.
    from scoring.analysis import Analysis

Clock = Callable[[], datetime]
Sessions = async_sessionmaker[AsyncSession]


class AudioLadder(Protocol):
    async def audio(self, track: Track) -> Audio: ...


class OwnFiles(Protocol):
    """Artists' files that wait to be scored."""

    def check(self, content: bytes) -> None: ...

    async def put(self, session: AsyncSession, content: bytes, *, at: datetime) -> str: ...

    async def get(self, sha256: str) -> bytes: ...

    async def discard(self, session: AsyncSession, sha256: str) -> None: ...

    async def sweep(
        self, session: AsyncSession, *, keep: Collection[str], before: datetime
    ) -> int: ...


class Hearing(Protocol):
    """The scorer, off the event loop.

    Raises UnusableAudioError for the clip's sake, ScorerDownError where nothing can be heard now.
    """

    @property
    def model_version(self) -> str: ...

    async def score(self, content: bytes) -> "Analysis": ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What processing needs from outside. `ladder` takes the hash of the artist's file, if any.

    `seeds_a_day` is how many of a day's questions to Spotify may be about playlists' seeds.
    """

    lookup: Lookup
    ladder: Callable[[str | None], AudioLadder]
    files: OwnFiles
    hearing: Hearing
    seeds_a_day: int
