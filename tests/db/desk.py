"""A small workspace for the database tests: a playlist, a curator, an artist."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from cryptography.fernet import Fernet
from sqlalchemy.ext.asyncio import AsyncSession

from db import (
    curators,
    decisions,
    exposures,
    mailboxes,
    members,
    moves,
    outbox,
    pins,
    playlists,
    posts,
    reminders,
    scores,
    secrets,
    seeds,
    services,
    submissions,
    threads,
    tracks,
    votes,
    week_digests,
    workspace_settings,
    workspaces,
)
from db.models import (
    Answer,
    Block,
    CodePurpose,
    DigestOutcome,
    DraftFile,
    JoinCode,
    Level,
    Platform,
    Role,
    Score,
    Status,
    Submission,
    Track,
    WorkspaceAccount,
)
from db.outbox import Box
from db.recipients import person
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

    async def move(self, submission: Submission, to: Status, *, at: datetime = NOW) -> bool:
        return await moves.move(
            self.session,
            workspace_id=self.workspace_id,
            submission_id=submission.id,
            to=to,
            actor=self.curator,
            at=at,
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


async def fill(desk: Desk) -> Submission:
    """Put at least one row into every table, as a decided submission leaves them."""
    session, workspace_id = desk.session, desk.workspace_id
    await curators.add(
        session,
        workspace_id=workspace_id,
        playlist_id=desk.playlist_id,
        member_id=desk.curator,
        role=Role.CURATOR,
        now=NOW,
    )
    await _open_doors(desk)
    submission = await desk.submit(idempotency_key="click-1", upload_sha256="file")
    track = await desk.track(isrc="GBAAA2600001", audio_sha256="file")
    await desk.attach(submission, track)
    score = await scores.put(session, score_of(track))
    await _show_and_decide(desk, submission, score)
    await outbox.put(
        session,
        workspace_id=workspace_id,
        key="kept:1",
        to=person(Platform.DISCORD, "1"),
        subject="kept:1",
        kind="kept",
        payload={"submission": submission.id},
        submission_id=submission.id,
        at=NOW,
    )
    box = Box(workspace_id=workspace_id, to=person(Platform.DISCORD, "1"))
    await mailboxes.lease(session, box=box, worker="one", now=NOW, until=NOW)
    await mailboxes.closed(session, box=box, reason="closed", at=NOW)
    await posts.remember(
        session, box=box, subject="kept:1", message_id="9", at=NOW, submission_id=submission.id
    )
    await workspace_settings.put(session, workspace_id=workspace_id, key="lang", value="en")
    await secrets.put(
        session,
        workspace_id=workspace_id,
        name="spotify",
        value="token",
        key=Fernet.generate_key(),
        now=NOW,
    )
    await _call_a_service(session)
    await _curate(desk, submission)
    return submission


async def _open_doors(desk: Desk) -> None:
    """Let a server in, give a role rights, make a one-time code and keep somebody out."""
    workspace_id = desk.workspace_id
    await curators.add_role(
        desk.session,
        workspace_id=workspace_id,
        playlist_id=desk.playlist_id,
        platform=Platform.DISCORD,
        external_id=f"role of {workspace_id}",
        role=Role.CURATOR,
        now=NOW,
    )
    desk.session.add_all(
        [
            WorkspaceAccount(
                platform=Platform.DISCORD,
                external_id=f"server of {workspace_id}",
                workspace_id=workspace_id,
                name="Night people",
                since=NOW,
            ),
            JoinCode(
                workspace_id=workspace_id,
                member_id=desk.artist,
                purpose=CodePurpose.PERSON,
                code_sha256=f"code of {workspace_id}",
                created_at=NOW,
                expires_at=NOW + timedelta(minutes=10),
            ),
            DraftFile(
                workspace_id=workspace_id,
                member_id=desk.artist,
                sha256="refused",
                name="Fog.wav",
                kept_at=NOW,
            ),
            Block(
                workspace_id=workspace_id,
                member_id=desk.artist,
                name="Ana",
                reason="spam",
                created_at=NOW,
                created_by=desk.curator,
            ),
            Block(
                workspace_id=workspace_id,
                artist_key="loud band",
                name="Loud Band",
                reason="false answers about AI",
                created_at=NOW,
            ),
        ]
    )
    await desk.session.flush()


async def _show_and_decide(desk: Desk, submission: Submission, score: Score) -> None:
    await exposures.log(
        desk.session,
        workspace_id=desk.workspace_id,
        playlist_id=desk.playlist_id,
        member_id=desk.curator,
        page=1,
        rows=[exposures.Shown(submission_id=submission.id, slot=1, why="fit", propensity=0.8)],
        seed=2**62,
        rule_version="r1",
        at=NOW,
    )
    await votes.cast(
        desk.session,
        workspace_id=desk.workspace_id,
        submission_id=submission.id,
        member_id=desk.curator,
        answer=Answer.KEEP,
        at=NOW,
    )
    await moves.claim(
        desk.session,
        workspace_id=desk.workspace_id,
        submission_id=submission.id,
        member_id=desk.curator,
        at=NOW,
        stale_before=NOW,
    )
    await desk.move(submission, Status.KEPT)
    await decisions.add(
        desk.session,
        workspace_id=desk.workspace_id,
        submission_id=submission.id,
        member_id=desk.curator,
        answer=Answer.KEEP,
        at=NOW,
        seen=decisions.Seen(slot=1, propensity=0.8, rule_version="r1", score=score),
    )


async def _call_a_service(session: AsyncSession) -> None:
    await services.block(session, service="deezer", until=NOW)
    await services.take_budget(
        session, service="deezer", now=NOW, limit=50, window=timedelta(seconds=5)
    )
    await services.remember(
        session,
        service="deezer",
        key="isrc:1",
        body="{}",
        now=NOW,
        expires_at=NOW + timedelta(days=7),
    )


async def _curate(desk: Desk, submission: Submission) -> None:
    session, workspace_id = desk.session, desk.workspace_id
    await desk.hear_seed(await desk.track())
    await pins.put(
        session,
        workspace_id=workspace_id,
        submission_id=submission.id,
        member_id=desk.curator,
        at=NOW,
    )
    await threads.remember(
        session,
        workspace_id=workspace_id,
        submission_id=submission.id,
        platform=Platform.DISCORD,
        channel_id="1",
        thread_id="2",
        at=NOW,
    )
    await reminders.note(
        session, workspace_id=workspace_id, submission_id=submission.id, day=10, at=NOW
    )
    await week_digests.settle(
        session,
        workspace_id=workspace_id,
        playlist_id=desk.playlist_id,
        week="2026-W47",
        outcome=DigestOutcome.SKIPPED,
        at=NOW,
        member_id=desk.curator,
    )
