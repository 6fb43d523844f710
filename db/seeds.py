"""Seed tracks: what a playlist holds already, and how far it has been heard."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Update, and_, case, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db import tracks
from db.models import Seed, Track
from db.upsert import insert_or_skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many seeds a playlist has, how many are heard, and how many will be tried again."""

    seeds: int
    heard: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """How many seeds are new, and how many that were given up are tried again."""

    new: int
    retried: int


async def add(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    spotify_ids: Iterable[str],
    at: datetime,
) -> Added:
    """Add seeds in this order, all due at once.

    One that was given up before is tried anew; one that waits or was heard stays as it is.
    """
    added = retried = 0
    for spotify_id in spotify_ids:
        seed = Seed(
            workspace_id=workspace_id,
            playlist_id=playlist_id,
            spotify_id=spotify_id,
            added_at=at,
            due_at=at,
        )
        if await insert_or_skip(session, seed):
            added += 1
            continue
        given_up = await session.scalars(
            _still_there(seed)
            .where(Seed.heard_at.is_(None), Seed.due_at.is_(None))
            .values(due_at=at, failing_since=None, reason=None)
            .returning(Seed.id)
        )
        retried += len(list(given_up))
    return Added(new=added, retried=retried)


async def remove(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    spotify_ids: Collection[str] | None = None,
) -> int:
    """Take seeds away, all of them without `spotify_ids`; return how many went."""
    statement = delete(Seed).where(
        Seed.workspace_id == workspace_id, Seed.playlist_id == playlist_id
    )
    if spotify_ids is not None:
        statement = statement.where(Seed.spotify_id.in_(spotify_ids))
    return len(list(await session.scalars(statement.returning(Seed.id))))


async def of_playlist(session: AsyncSession, *, workspace_id: int, playlist_id: int) -> list[Seed]:
    """Return a playlist's seeds with their tracks, in the order in which they were pasted."""
    found = await session.scalars(
        select(Seed)
        .where(Seed.workspace_id == workspace_id, Seed.playlist_id == playlist_id)
        .order_by(Seed.id)
        .options(selectinload(Seed.track))
        .execution_options(populate_existing=True)
    )
    return list(found)


async def counts(session: AsyncSession, *, workspace_id: int) -> dict[int, Count]:
    """Return how far the seeds of each playlist are, by its id; one without seeds is absent."""
    found = await session.execute(
        select(
            Seed.playlist_id,
            func.count(),
            func.count(Seed.heard_at),
            func.sum(case((Seed.due_at.is_not(None), 1), else_=0)),
        )
        .where(Seed.workspace_id == workspace_id)
        .group_by(Seed.playlist_id)
    )
    return {
        playlist_id: Count(seeds=seeds, heard=heard, waiting=int(waiting))
        for playlist_id, seeds, heard, waiting in found
    }


async def holds(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    spotify_id: str | None = None,
    track: Track | None = None,
) -> bool:
    """Return whether a playlist holds this recording already, under this id or another."""
    same = []
    if spotify_id is not None:
        same.append(Seed.spotify_id == spotify_id)
    if track is not None:
        same.append(tracks.same_recording(track))
        if track.spotify_id is not None:
            # A seed that was not looked up yet has no track.
            same.append(Seed.spotify_id == track.spotify_id)
    if not same:
        return False
    found = await session.scalar(
        select(Seed.id)
        .outerjoin(Seed.track)
        .where(Seed.workspace_id == workspace_id, Seed.playlist_id == playlist_id, or_(*same))
        .limit(1)
    )
    return found is not None


async def any_due(session: AsyncSession, *, workspace_id: int, now: datetime) -> bool:
    due = exists().where(Seed.workspace_id == workspace_id, Seed.due_at <= now)
    return bool(await session.scalar(select(due)))


async def put_off(
    session: AsyncSession,
    *,
    workspace_id: int,
    now: datetime,
    until: datetime,
    reason: str,
    failing_since: datetime | None = None,
) -> None:
    """Let all seeds that are due wait together; `failing_since` is for those that did not fail."""
    await session.execute(
        update(Seed)
        .where(Seed.workspace_id == workspace_id, Seed.due_at <= now)
        .values(
            due_at=until,
            reason=reason,
            failing_since=func.coalesce(Seed.failing_since, failing_since),
        )
    )


async def take(
    session: AsyncSession, *, workspace_id: int, now: datetime, until: datetime
) -> Seed | None:
    """Return the seed that is due longest, which is nobody else's before `until`, or None.

    Who takes it and dies leaves it to the next one then.
    """
    due = and_(Seed.workspace_id == workspace_id, Seed.due_at <= now)
    while True:
        first = await session.scalar(
            select(Seed).where(due).order_by(Seed.due_at, Seed.id).limit(1)
        )
        if first is None:
            return None
        taken = await session.scalar(
            update(Seed).where(due, Seed.id == first.id).values(due_at=until).returning(Seed.id)
        )
        if taken is not None:
            return first


async def identify(session: AsyncSession, seed: Seed, *, track_id: int) -> None:
    """Store which recording a seed is."""
    await session.execute(_still_there(seed).values(track_id=track_id))


async def settle(
    session: AsyncSession,
    seed: Seed,
    *,
    heard_at: datetime | None = None,
    reason: str | None = None,
    due_at: datetime | None = None,
    failing_since: datetime | None = None,
) -> None:
    """Store how a go at a seed ended; one that was taken away meanwhile stays away."""
    await session.execute(
        _still_there(seed).values(
            heard_at=heard_at, reason=reason, due_at=due_at, failing_since=failing_since
        )
    )


def _still_there(seed: Seed) -> Update:
    # SQLite gives a number that has become free to the next row.
    return update(Seed).where(
        Seed.workspace_id == seed.workspace_id,
        Seed.playlist_id == seed.playlist_id,
        Seed.spotify_id == seed.spotify_id,
    )
