"""Playlists and their rules."""

from datetime import datetime, time
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import AiPolicy, Playlist


class Rules(TypedDict, total=False):
    """What a playlist may be told to do; `Playlist` says what each means."""

    zone: str
    spotify_playlist_id: str | None
    opens_at: datetime | None
    closes_at: datetime | None
    paused: bool
    intake_cap: int | None
    waiting_per_artist: int | None
    per_member_7d: int | None
    resubmit_after_days: int
    ai_policy: AiPolicy
    ownership_required: bool
    explicit_allowed: bool
    genres: list[str]
    languages: list[str]
    max_release_age_days: int | None
    answer_days: int
    votes_needed: int
    hide_scores: bool
    discovery_share: float
    days_per_point: float
    capacity: int
    stay_days: int
    digest_weekday: int
    digest_time: time


# From so many keeps on it takes more than one curator, so nobody should lean on the first number.
_PANEL = 2

# What keeps a busy queue answerable; None would take any number.
PROPOSED: Rules = {
    "intake_cap": 40,
    "waiting_per_artist": 1,
    "per_member_7d": 2,
    "ownership_required": True,
}


async def add(
    session: AsyncSession, *, workspace_id: int, name: str, now: datetime, **rules: Unpack[Rules]
) -> Playlist:
    """Add a playlist with the limits of `PROPOSED` where `rules` names none.

    A second one of the same name is refused by the database.
    """
    _check_zone(rules)
    chosen: Rules = {**PROPOSED, **_panel(rules), **rules}
    playlist = Playlist(
        workspace_id=workspace_id,
        name=" ".join(name.split()),
        name_key=name_key(name),
        created_at=now,
        **chosen,
    )
    session.add(playlist)
    await session.flush()
    return playlist


async def get(session: AsyncSession, *, workspace_id: int, playlist_id: int) -> Playlist | None:
    return await session.scalar(
        select(Playlist)
        .where(Playlist.workspace_id == workspace_id, Playlist.id == playlist_id)
        .execution_options(populate_existing=True)
    )


async def by_name(
    session: AsyncSession, *, workspace_id: int, name: str, lock: bool = False
) -> Playlist | None:
    """Find a playlist as people type it: case and spaces do not matter.

    With `lock`, nobody else takes a submission in for it before this transaction ends, so that
    two at once cannot both be the last one that fits. On SQLite every writer is alone anyway.
    """
    query = (
        select(Playlist)
        .where(Playlist.workspace_id == workspace_id, Playlist.name_key == name_key(name))
        # Whoever held the lock before may have changed the rules.
        .execution_options(populate_existing=True)
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def list_all(session: AsyncSession, *, workspace_id: int) -> list[Playlist]:
    """Return all playlists by name."""
    found = await session.scalars(
        select(Playlist).where(Playlist.workspace_id == workspace_id).order_by(Playlist.name_key)
    )
    return list(found)


async def ids(session: AsyncSession, *, workspace_id: int) -> list[int]:
    """Return the ids of all playlists."""
    found = await session.scalars(select(Playlist.id).where(Playlist.workspace_id == workspace_id))
    return list(found)


async def change(
    session: AsyncSession, *, workspace_id: int, playlist_id: int, **rules: Unpack[Rules]
) -> Playlist | None:
    """Change the rules that are named and leave the others; None where there is no playlist."""
    _check_zone(rules)
    playlist = await get(session, workspace_id=workspace_id, playlist_id=playlist_id)
    if playlist is None:
        return None
    was_panel = playlist.votes_needed >= _PANEL
    chosen: Rules = rules if was_panel else {**_panel(rules), **rules}
    for rule, value in chosen.items():
        setattr(playlist, rule, value)
    await session.flush()
    return playlist


def name_key(name: str) -> str:
    """Return what two spellings of one playlist's name have in common."""
    return " ".join(name.split()).casefold()


def _panel(rules: Rules) -> Rules:
    """Return what follows for a playlist that becomes a panel: scores are hidden before a vote."""
    return {"hide_scores": True} if rules.get("votes_needed", 1) >= _PANEL else {}


def _check_zone(rules: Rules) -> None:
    if "zone" not in rules:
        return
    try:
        ZoneInfo(rules["zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"{rules['zone']!r} is no time zone; write one as in Europe/Berlin."
        ) from error
