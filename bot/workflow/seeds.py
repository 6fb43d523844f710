"""Seed tracks: what a playlist holds already, pasted by who looks after it.

Spotify shows an app nobody's playlists but those of people who log in to it, so the tracks are
pasted: Spotify's own program copies those of a whole playlist as links, one a line.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.curation import Seeded, SeedLine, SeedsDone, SeedState, SeedsView
from bot.errors import LinkError, RuleError
from bot.links import find_links
from bot.messages import plain
from bot.seed_texts import NO_SEED_LINK_TEXT, full_text
from bot.track import TrackId
from bot.workflow.facts import sound_of
from bot.workflow.manage import looked_after
from bot.workflow.people import Person, member_of, require_curator
from bot.workflow.submit import find_playlist
from db import playlists, seeds
from db.models import Playlist, Seed

# Thirty tell a niche well, and each costs one of the few hundred questions a day that Spotify
# answers.
MAX_SEEDS: Final = 100


async def show_seeds(
    session: AsyncSession, *, workspace_id: int, playlist: str, person: Person, now: datetime
) -> SeedsView:
    """Return a playlist's seeds to one of its curators."""
    found = await find_playlist(session, workspace_id, playlist)
    member = await member_of(session, workspace_id, person, now=now)
    await require_curator(session, found, member, person)
    return await _view(session, found)


async def overview(session: AsyncSession, *, workspace_id: int) -> list[Seeded]:
    """Return every playlist by name, with how far its seeds are."""
    counts = await seeds.counts(session, workspace_id=workspace_id)
    found = []
    for one in await playlists.list_all(session, workspace_id=workspace_id):
        count = counts.get(one.id)
        found.append(
            Seeded(
                playlist=one.name,
                seeds=count.seeds if count else 0,
                heard=count.heard if count else 0,
                waiting=count.waiting if count else 0,
            )
        )
    return found


async def add_seeds(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist: str,
    person: Person,
    text: str,
    now: datetime,
) -> SeedsView:
    """Add the tracks whose links stand in `text`; they are heard in the background.

    LinkError where there is none, RuleError where the playlist has as many as it may.
    """
    found = await looked_after(session, workspace_id, playlist, person, now=now)
    pasted = _pasted(text)
    held = {seed.spotify_id for seed in await _seeds_of(session, found)}
    fresh = [one for one in pasted.tracks if one not in held]
    room = MAX_SEEDS - len(held)
    if fresh and room <= 0:
        raise RuleError(full_text(found.name, MAX_SEEDS), rule="seeds")
    again = [one for one in pasted.tracks if one in held]
    added = await seeds.add(
        session,
        workspace_id=workspace_id,
        playlist_id=found.id,
        spotify_ids=[*fresh[:room], *again],
        at=now,
    )
    done = SeedsDone(
        most=MAX_SEEDS,
        added=added.new,
        retried=added.retried,
        known=len(again) - added.retried,
        left_out=len(fresh) - len(fresh[:room]),
        refused=pasted.refused,
    )
    return await _view(session, found, done=done)


async def remove_seeds(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist: str,
    person: Person,
    text: str | None,
    now: datetime,
) -> SeedsView:
    """Take the tracks away whose links stand in `text`, all of them where it is None.

    What they have taught is forgotten with them. LinkError where `text` has no track's link.
    """
    found = await looked_after(session, workspace_id, playlist, person, now=now)
    pasted = _Pasted(tracks=(), refused=0) if text is None else _pasted(text)
    removed = await seeds.remove(
        session,
        workspace_id=workspace_id,
        playlist_id=found.id,
        spotify_ids=None if text is None else pasted.tracks,
    )
    done = SeedsDone(
        most=MAX_SEEDS,
        removed=removed,
        missing=max(0, len(pasted.tracks) - removed),
        refused=pasted.refused,
    )
    return await _view(session, found, done=done)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pasted:
    """The tracks that were pasted, each once, and how many links name none."""

    tracks: tuple[TrackId, ...]
    refused: int


def _pasted(text: str) -> _Pasted:
    # Line by line: one text may hold more links than a message has room for.
    lines = [find_links(line, most=len(line)) for line in text.splitlines()]
    tracks = dict.fromkeys(track for line in lines for track in line.tracks)
    if not tracks:
        raise LinkError(NO_SEED_LINK_TEXT)
    refused = sum(len(line.refused) + len(line.albums) + len(line.short) for line in lines)
    return _Pasted(tracks=tuple(tracks), refused=refused)


async def _view(
    session: AsyncSession, playlist: Playlist, *, done: SeedsDone | None = None
) -> SeedsView:
    return SeedsView(
        playlist=playlist.name,
        rows=tuple(map(_line, await _seeds_of(session, playlist))),
        sound=await sound_of(session, playlist),
        done=done,
    )


async def _seeds_of(session: AsyncSession, playlist: Playlist) -> list[Seed]:
    return await seeds.of_playlist(
        session, workspace_id=playlist.workspace_id, playlist_id=playlist.id
    )


def _line(seed: Seed) -> SeedLine:
    track = seed.track
    return SeedLine(
        spotify_id=seed.spotify_id,
        title=plain(track.title) if track else "",
        artist=plain(", ".join(track.artists)) if track else "",
        state=_state(seed),
        reason=seed.reason,
    )


def _state(seed: Seed) -> SeedState:
    if seed.heard_at is not None:
        return SeedState.HEARD
    return SeedState.WAITING if seed.due_at is not None else SeedState.UNHEARD
