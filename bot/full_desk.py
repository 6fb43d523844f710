"""A desk as full as a busy server's, for a bench: playlists, and tracks of all of them."""

from datetime import timedelta
from typing import Final

from bot.workflow.desk import Desk
from bot.workflow.people import Person, member_of
from db import curators, playlists, tracks
from db.models import Platform, Role, Status, Submission
from db.tracks import Facts

PLAYLISTS: Final = 50
SUBMISSIONS: Final = 2000
_TRACKS: Final = 100
_ANSWERED: Final = (Status.KEPT, Status.DECLINED, Status.EXPIRED, Status.QUEUED)
_ARTIST: Final = Person(platform=Platform.CONSOLE, external_id="bench", name="Bench")


async def fill(
    desk: Desk,
    *,
    curator_role: str,
    playlist_count: int = PLAYLISTS,
    submission_count: int = SUBMISSIONS,
) -> None:
    """Fill the desk; who holds the Discord role `curator_role` reviews each of its playlists."""
    named = [f"Night Drive {number}" for number in range(playlist_count)]
    async with desk.sessions.begin() as session:
        now, workspace_id = desk.now(), desk.workspace_id
        artist = await member_of(session, workspace_id, _ARTIST, now=now)
        there, heard = [], []
        for name in named:
            playlist = await playlists.add(session, workspace_id=workspace_id, name=name, now=now)
            await curators.add_role(
                session,
                workspace_id=workspace_id,
                playlist_id=playlist.id,
                platform=Platform.DISCORD,
                external_id=curator_role,
                role=Role.CURATOR,
                now=now,
            )
            there.append(playlist.id)
        for number in range(min(_TRACKS, submission_count)):
            facts = Facts(source="bench", title=f"Song {number}", artists=(f"Band {number}",))
            track = await tracks.upsert(
                session,
                workspace_id=workspace_id,
                spotify_id=_spotify_id(number),
                facts=[facts],
                title_key=f"song {number}",
                artist_key=f"band {number}",
                now=now,
            )
            heard.append(track.id)
        session.add_all(
            Submission(
                workspace_id=workspace_id,
                code=f"T-{number:04d}",
                playlist_id=there[number % len(there)],
                member_id=artist.id,
                track_id=heard[number % len(heard)],
                link=f"https://open.spotify.com/track/{_spotify_id(number % len(heard))}",
                status=_ANSWERED[number % len(_ANSWERED)],
                status_at=now - timedelta(minutes=number),
                received_at=now - timedelta(days=1, minutes=number),
                due_at=now + timedelta(days=13),
            )
            for number in range(submission_count)
        )


def _spotify_id(number: int) -> str:
    return f"{number:022d}"
