"""Spotify's budget, its refusals and its replies, kept in the database across restarts."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sources.pace import Pace, SharedPace
from bot.track import TrackId
from db import services

_SERVICE = "spotify"
# Two workers that wait for the same place must not ask the database all the time.
_LEAST_WAIT_S = 0.05
# Rolling, not by the calendar: another project was locked out by what it did the evening before.
_WINDOW = timedelta(hours=24)
# Spotify's terms allow metadata to be kept for a time only.
KEEP = timedelta(days=7)


def shared_pace(
    sessions: async_sessionmaker[AsyncSession],
    service: str,
    *,
    calls: int,
    window: timedelta,
    now: Callable[[], datetime],
) -> SharedPace:
    """Return a pace of `calls` within any `window` that the whole database keeps together."""

    async def take() -> float:
        at = now()
        async with sessions.begin() as session:
            free_at = await services.take_budget(
                session, service=service, now=at, limit=calls, window=window
            )
        return 0.0 if free_at is None else max((free_at - at).total_seconds(), _LEAST_WAIT_S)

    return SharedPace(take, own=Pace(calls=calls, seconds=window.total_seconds()))


class DatabaseLedger:
    """Every worker on every machine shares it, as they share one set of credentials."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], *, daily_budget: int) -> None:
        self._sessions = sessions
        self._daily_budget = daily_budget

    async def blocked_until(self, now: datetime) -> datetime | None:
        """Return until when Spotify refuses us, or None where it does not."""
        async with self._sessions() as session:
            return await services.blocked_until(session, service=_SERVICE, now=now)

    async def block(self, until: datetime) -> None:
        async with self._sessions.begin() as session:
            await services.block(session, service=_SERVICE, until=until)

    async def take(self, now: datetime) -> datetime | None:
        """Note one call and return None, or return when the next one fits the budget."""
        async with self._sessions.begin() as session:
            return await services.take_budget(
                session, service=_SERVICE, now=now, limit=self._daily_budget, window=_WINDOW
            )

    async def cached(self, track_id: TrackId, now: datetime) -> str | None:
        async with self._sessions() as session:
            return await services.cached(session, service=_SERVICE, key=track_id, now=now)

    async def remember(self, track_id: TrackId, body: str, now: datetime) -> None:
        async with self._sessions.begin() as session:
            await services.remember(
                session, service=_SERVICE, key=track_id, body=body, now=now, expires_at=now + KEEP
            )
