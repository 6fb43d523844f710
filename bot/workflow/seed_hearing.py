"""Seeds are looked up and heard one at a time, in the background.

Each is a commit of its own, and whoever takes one has it for some minutes: a process that dies
leaves it to the next. Artists come first: of what Spotify allows a day, seeds leave them most.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import (
    EarmarkError,
    NoPreviewError,
    QuotaError,
    SourceDownError,
    UnusableAudioError,
    WeakMatchError,
)
from bot.track import Track, TrackId
from bot.workflow.analysis import Clip, clip_of, score_row
from bot.workflow.identify import identified, store
from bot.workflow.retries import Dice, next_try
from bot.workflow.services import Clock, Services, Sessions
from db import scores, seeds
from db.models import Seed

log = logging.getLogger(__name__)

# Longer than looking up, fetching and hearing take together.
_LEASE: Final = timedelta(minutes=10)
_DAY: Final = timedelta(days=1)
# A third of the questions that a new app of Spotify's may be sure of.
SEEDS_A_DAY: Final = 100

Progress = Callable[[int], None]


class SeedFate(StrEnum):
    HEARD = "heard"
    LATER = "later"
    GIVEN_UP = "given_up"


async def any_due(
    session: AsyncSession, *, workspace_id: int, now: datetime, a_day: int = SEEDS_A_DAY
) -> bool:
    """Return whether a seed is to be heard now, and the day has room for it."""
    return await _room(session, workspace_id, now, a_day) and await seeds.any_due(
        session, workspace_id=workspace_id, now=now
    )


async def hear_due(
    *,
    workspace_id: int,
    sessions: Sessions,
    services: Services,
    now: Clock,
    until: datetime | None = None,
    a_day: int = SEEDS_A_DAY,
    dice: Dice = random.random,
    progress: Progress = lambda _done: None,
) -> int:
    """Hear the seeds that are due, the longest first; return how many were gone at.

    None is begun after `until`, nor more than `a_day` within a day.
    """
    done = 0
    while until is None or now() < until:
        seed = await _take(sessions, workspace_id, now(), a_day)
        if seed is None:
            break
        go = _Go(seed, sessions=sessions, services=services, now=now, dice=dice)
        fate = await go.run()
        log.info("seed=%d of playlist=%d: %s", seed.id, seed.playlist_id, fate.value)
        done += 1
        progress(done)
    return done


async def _take(sessions: Sessions, workspace_id: int, now: datetime, a_day: int) -> Seed | None:
    async with sessions.begin() as session:
        if not await _room(session, workspace_id, now, a_day):
            return None
        return await seeds.take(session, workspace_id=workspace_id, now=now, until=now + _LEASE)


async def _room(session: AsyncSession, workspace_id: int, now: datetime, a_day: int) -> bool:
    tried = await seeds.tried_since(session, workspace_id=workspace_id, since=now - _DAY)
    return tried < a_day


class _UnnamedError(EarmarkError):
    """Spotify names no artist to an app that is not set up, and a title alone finds nothing."""

    kind = "unnamed"


class _Go:
    """One go at one seed."""

    def __init__(
        self, seed: Seed, *, sessions: Sessions, services: Services, now: Clock, dice: Dice
    ) -> None:
        self._seed = seed
        self._sessions = sessions
        self._services = services
        self._now = now
        self._dice = dice
        self._provisional = False

    async def run(self) -> SeedFate:
        try:
            row_id, track = await self._describe()
            clip = await self._hear(row_id, track)
        except EarmarkError as error:
            return await self._fail(error)
        except Exception:
            # A fault of ours must not come back every ten minutes for ever, nor stop the others.
            log.exception("a fault of ours at seed=%d", self._seed.id)
            return await self._leave("fault", due_at=None, since=None)
        await self._arrive(row_id, clip)
        return SeedFate.HEARD

    async def _describe(self) -> tuple[int, Track]:
        """Store what Spotify says of the track; return its row and the best that is known."""
        seed = self._seed
        found = identified(await self._services.lookup.track(TrackId(seed.spotify_id)))
        self._provisional = found.track.provisional
        if not found.track.artists:
            raise SourceDownError("Spotify") if self._provisional else _UnnamedError("No artist.")
        async with self._sessions.begin() as session:
            row, track = await store(
                session, found, workspace_id=seed.workspace_id, now=self._now()
            )
            await seeds.identify(session, seed, track_id=row.id)
        return row.id, track

    async def _hear(self, row_id: int, track: Track) -> Clip | None:
        """Return what was heard, or None where the model in use has heard the track before."""
        hearing = self._services.hearing
        async with self._sessions() as session:
            known = await scores.latest(
                session,
                workspace_id=self._seed.workspace_id,
                track_ids=[row_id],
                model_version=hearing.model_version,
            )
        if known:
            return None
        # No file comes with a seed.
        audio = await self._services.ladder(None).audio(track)
        return clip_of(await hearing.score(audio.content), audio)

    async def _arrive(self, row_id: int, clip: Clip | None) -> None:
        seed, now = self._seed, self._now()
        async with self._sessions.begin() as session:
            if clip is not None:
                row = score_row(clip, workspace_id=seed.workspace_id, track_id=row_id, at=now)
                await scores.put(session, row)
            await seeds.settle(session, seed, heard_at=now)

    async def _fail(self, error: EarmarkError) -> SeedFate:
        reason = error.reason if isinstance(error, UnusableAudioError) else error.kind
        now = self._now()
        since = self._seed.failing_since or now
        due_at = next_try(
            reason,
            since=since,
            now=now,
            until=error.until if isinstance(error, QuotaError) else None,
            dice=self._dice,
            # Without what Spotify knows, the right recording may only not have been recognised.
            passing=self._provisional and isinstance(error, (NoPreviewError, WeakMatchError)),
        )
        return await self._leave(reason, due_at=due_at, since=since if due_at else None)

    async def _leave(
        self, reason: str, *, due_at: datetime | None, since: datetime | None
    ) -> SeedFate:
        async with self._sessions.begin() as session:
            await seeds.settle(
                session, self._seed, reason=reason, due_at=due_at, failing_since=since
            )
        return SeedFate.LATER if due_at else SeedFate.GIVEN_UP
