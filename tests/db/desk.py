"""A small workspace for the database tests: a playlist, a curator, an artist."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from db import (
    members,
    moves,
    playlists,
    seeds,
    submissions,
    tracks,
    workspaces,
)
from db.models import (
    Level,
    Platform,
    Score,
    Status,
    Submission,
    Track,
)
from db.submissions import Draw, Sent
from db.tracks import Facts

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FOUR_MINUTES_MS = 240_000
NO_DRAW = Draw(discovery=False, seed=1, propensity=0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Ids of a workspace; `curator` and `artist` are members."""

    session: AsyncSession
    workspace_id: int
    playlist_id: int
    curator: int
    artist: int

    async def submit(
        self,
        spotify_id: str = "one",
        *,
        member_id: int | None = None,
        playlist_id: int | None = None,
        now: datetime = NOW,
        upload_sha256: str | None = None,
        idempotency_key: str | None = None,
    ) -> Submission:
        return await submissions.add(
            self.session,
            workspace_id=self.workspace_id,
            playlist_id=playlist_id or self.playlist_id,
            member_id=member_id or self.artist,
            sent=Sent(
                link=f"https://open.spotify.com/track/{spotify_id}",
                spotify_id=spotify_id,
                upload_sha256=upload_sha256,
            ),
            draw=NO_DRAW,
            now=now,
            due_at=now + timedelta(days=14),
            idempotency_key=idempotency_key,
        )

    async def track(
        self,
        spotify_id: str | None = "one",
        *,
        title_key: str = "song",
        artist_key: str = "band",
        isrc: str | None = None,
        duration_ms: int | None = FOUR_MINUTES_MS,
        audio_sha256: str | None = None,
    ) -> Track:
        return await tracks.upsert(
            self.session,
            workspace_id=self.workspace_id,
            spotify_id=spotify_id,
            audio_sha256=audio_sha256,
            facts=[
                Facts(
                    source="spotify",
                    title="Song",
                    artists=("Band",),
                    isrc=isrc,
                    duration_ms=duration_ms,
                )
            ],
            title_key=title_key,
            artist_key=artist_key,
            now=NOW,
        )

    async def hear_seed(self, track: Track, *, at: datetime = NOW) -> None:
        """Let the playlist hold a track, which has been heard."""
        await seeds.add(
            self.session,
            workspace_id=self.workspace_id,
            playlist_id=self.playlist_id,
            spotify_ids=[track.spotify_id or ""],
            at=at,
        )
        seed = await seeds.take(
            self.session, workspace_id=self.workspace_id, now=at, until=at + timedelta(minutes=10)
        )
        if seed is None:
            raise LookupError("the seed was heard before")
        await seeds.identify(self.session, seed, track_id=track.id)
        await seeds.settle(self.session, seed, heard_at=at)

    async def attach(self, submission: Submission, track: Track) -> None:
        await submissions.record_track(
            self.session,
            workspace_id=self.workspace_id,
            submission_id=submission.id,
            track_id=track.id,
            at=NOW,
        )

    def on(self, session: AsyncSession) -> "Desk":
        """Return the same workspace on another connection."""
        return replace(self, session=session)

    async def move(
        self,
        submission: Submission,
        to: Status,
        *,
        at: datetime = NOW,
        only_from: Collection[Status] | None = None,
    ) -> bool:
        """Move a submission as the curator."""
        return await self._move(submission, to, actor=self.curator, at=at, only_from=only_from)

    async def move_by_itself(self, submission: Submission, to: Status) -> bool:
        """Move a submission as Earmark itself."""
        return await self._move(submission, to, actor=None, at=NOW)

    async def _move(
        self,
        submission: Submission,
        to: Status,
        *,
        actor: int | None,
        at: datetime,
        only_from: Collection[Status] | None = None,
    ) -> bool:
        return await moves.move(
            self.session,
            workspace_id=self.workspace_id,
            submission_id=submission.id,
            to=to,
            actor=actor,
            at=at,
            only_from=only_from,
        )

    async def undo(self, submission: Submission, *, at: datetime = NOW) -> Status | None:
        return await moves.undo_last_decision(
            self.session,
            workspace_id=self.workspace_id,
            submission_id=submission.id,
            actor=self.curator,
            at=at,
        )

    async def member(self, name: str, *, platform: Platform = Platform.CONSOLE) -> int:
        member = await members.ensure(
            self.session,
            workspace_id=self.workspace_id,
            platform=platform,
            external_id=name,
            display_name=name.title(),
            now=NOW,
        )
        return member.id


async def open_desk(session: AsyncSession, name: str = "desk") -> Desk:
    workspace = await workspaces.ensure(session, name=name, now=NOW)
    people = [
        await members.ensure(
            session,
            workspace_id=workspace.id,
            platform=Platform.CONSOLE,
            external_id=person,
            display_name=person.title(),
            now=NOW,
        )
        for person in ("mo", "ana")
    ]
    playlist = await playlists.add(session, workspace_id=workspace.id, name="Night Drive", now=NOW)
    return Desk(
        session=session,
        workspace_id=workspace.id,
        playlist_id=playlist.id,
        curator=people[0].id,
        artist=people[1].id,
    )


def score_of(track: Track, *, model_version: str = "cnn-1", percentile: float = 60.0) -> Score:
    return Score(
        workspace_id=track.workspace_id,
        track_id=track.id,
        model_version=model_version,
        created_at=NOW,
        percentile=percentile,
        low=percentile - 20,
        high=percentile + 20,
        p_low=0.2,
        p_medium=0.5,
        p_high=0.3,
        level=Level.MEDIUM,
        tempo_bpm=118.0,
        mood={"calm": 0.25},
        reasons=["tempo inside the range", {"kind": "energy", "value": 0.5}],
        segments=[[0.0, 3.0, 0.1]],
        embedding=np.linspace(-1, 1, 8, dtype=np.float32),
        audio_origin="deezer",
        audio_seconds=30.0,
    )
