"""Seed tracks: what a playlist holds already, pasted by who looks after it.

Spotify shows an app nobody's playlists but those of people who log in to it, so the tracks are
pasted: Spotify's own program copies those of a whole playlist as links, one a line.
"""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.curation import Seeded, SeedLine, SeedState, SeedsView
from bot.errors import LinkError, RuleError
from bot.links import Found, find_links
from bot.messages import plain
from bot.seed_texts import NO_SEED_LINK_TEXT, full_text
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
    links = _links(text)
    known = {
        seed.spotify_id
        for seed in await seeds.of_playlist(
            session, workspace_id=workspace_id, playlist_id=found.id
        )
    }
    fresh = [one for one in links.tracks if one not in known]
    room = MAX_SEEDS - len(known)
    if fresh and room <= 0:
        raise RuleError(full_text(found.name, MAX_SEEDS), rule="seeds")
    again = [one for one in links.tracks if one in known]
    added = await seeds.add(
        session,
        workspace_id=workspace_id,
        playlist_id=found.id,
        spotify_ids=[*fresh[:room], *again],
        at=now,
    )
    return await _view(
        session,
        found,
        added=added,
        refused=_refused(links),
        left_out=len(fresh) - len(fresh[:room]),
    )


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
    links = None if text is None else _links(text)
    removed = await seeds.remove(
        session,
        workspace_id=workspace_id,
        playlist_id=found.id,
        spotify_ids=None if links is None else links.tracks,
    )
    refused = 0 if links is None else _refused(links)
    return await _view(session, found, removed=removed, refused=refused)


def _links(text: str) -> Found:
    links = find_links(text, most=len(text))
    if not links.tracks:
        raise LinkError(NO_SEED_LINK_TEXT)
    return links


def _refused(links: Found) -> int:
    """Count what was pasted and is no track: other services, albums, short links."""
    return len(links.refused) + len(links.albums) + len(links.short)


async def _view(
    session: AsyncSession,
    playlist: Playlist,
    *,
    added: int = 0,
    removed: int = 0,
    refused: int = 0,
    left_out: int = 0,
) -> SeedsView:
    rows = await seeds.of_playlist(
        session, workspace_id=playlist.workspace_id, playlist_id=playlist.id
    )
    return SeedsView(
        playlist=playlist.name,
        rows=tuple(map(_line, rows)),
        sound=await sound_of(session, playlist),
        added=added,
        removed=removed,
        refused=refused,
        left_out=left_out,
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
