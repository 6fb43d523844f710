"""Where a track's audio comes from: rungs tried in order, the first that answers wins."""

from collections.abc import Sequence
from typing import Protocol

from bot.track import Audio, Track


class Rung(Protocol):
    """One way to audio; NoPreviewError sends the ladder on to the next one."""

    name: str

    async def audio(self, track: Track) -> Audio: ...


class Ladder:
    def __init__(self, rungs: Sequence[Rung]) -> None:
        self._rungs = tuple(rungs)

    async def audio(self, track: Track) -> Audio:
        """Return the first rung's audio that is surely this track's."""
        raise NotImplementedError
