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

from bot.errors import (
    EarmarkError,
    QuotaError,
    SourceDownError,
    UnusableAudioError,
)
from bot.track import Track, TrackId
from bot.workflow.analysis import Clip, clip_of, score_row
from bot.workflow.identify import identified, store
from bot.workflow.retries import Dice, next_try
from bot.workflow.services import Clock, Services, Sessions
from db import scores, seeds
from db import services as budget
from db.models import Seed

log = logging.getLogger(__name__)

# Longer than looking up, fetching and hearing take together.
_LEASE: Final = timedelta(minutes=10)
_DAY: Final = timedelta(days=1)
# Kept beside Spotify's own, for all workspaces together as that is.
_BUDGET: Final = "spotify seeds"
_QUOTA: Final = QuotaError.kind

Progress = Callable[[int], None]


class SeedFate(StrEnum):
    HEARD = "heard"
    LATER = "later"
    GIVEN_UP = "given_up"


async def hear_due(
    *,
    workspace_id: int,
    sessions: Sessions,
    services: Services,
    now: Clock,
    until: datetime | None = None,
    dice: Dice = random.random,
    progress: Progress = lambda _done: None,
) -> int:
    """Hear the seeds that are due, the longest first; return how many were gone at.

    None is begun after `until`, nor once a service is down or a day's questions are used up: then
    all wait together.
    """
    done = 0
    while until is None or now() < until:
        seed = await _take(sessions, workspace_id, now(), services.seeds_a_day)
        if seed is None:
            break
        go = _Go(seed, sessions=sessions, services=services, now=now, dice=dice)
        fate = await go.run()
        log.info("seed=%d of playlist=%d: %s", seed.id, seed.playlist_id, fate.value)
        done += 1
        progress(done)
        if fate is SeedFate.LATER:
            break
    return done


async def _take(sessions: Sessions, workspace_id: int, now: datetime, a_day: int) -> Seed | None:
    """Return a seed that nobody else has, and count the question that it costs."""
    async with sessions.begin() as session:
        if not await seeds.any_due(session, workspace_id=workspace_id, now=now):
            return None
        free_at = await budget.take_budget(
            session, service=_BUDGET, now=now, limit=a_day, window=_DAY
        )
        if free_at is None:
            return await seeds.take(session, workspace_id=workspace_id, now=now, until=now + _LEASE)
        await seeds.put_off(
            session, workspace_id=workspace_id, now=now, until=free_at, reason=_QUOTA
        )
    return None


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
        told = await self._services.lookup.track(TrackId(seed.spotify_id))
        if told.provisional:
            # Nobody waits for a seed: it is looked up once it can be, by who knows it.
            until = told.known_better_at
            raise QuotaError("Spotify", until) if until else SourceDownError("Spotify")
        found = identified(told)
        if not found.track.artists:
            raise _UnnamedError("No artist.")
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
        )
        # A quota may last longer than we wait for a service that is down.
        kept = None if due_at is None or reason == _QUOTA else since
        return await self._leave(reason, due_at=due_at, since=kept)

    async def _leave(
        self, reason: str, *, due_at: datetime | None, since: datetime | None
    ) -> SeedFate:
        async with self._sessions.begin() as session:
            await seeds.settle(
                session, self._seed, reason=reason, due_at=due_at, failing_since=since
            )
            if due_at is None:
                return SeedFate.GIVEN_UP
            await seeds.put_off(
                session,
                workspace_id=self._seed.workspace_id,
                now=self._now(),
                until=due_at,
                reason=reason,
                failing_since=since,
            )
        return SeedFate.LATER
