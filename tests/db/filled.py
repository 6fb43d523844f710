"""A workspace with a row in every table, for migrations, constraints and what people leave."""

from datetime import timedelta

from cryptography.fernet import Fernet
from sqlalchemy.ext.asyncio import AsyncSession

from db import (
    curators,
    decisions,
    exposures,
    mailboxes,
    moves,
    outbox,
    pins,
    posts,
    reminders,
    scores,
    secrets,
    services,
    threads,
    votes,
    week_digests,
    workspace_settings,
)
from db.models import (
    Answer,
    Block,
    CodePurpose,
    DigestOutcome,
    DraftFile,
    JoinCode,
    Platform,
    Role,
    Score,
    Status,
    Submission,
    WorkspaceAccount,
)
from db.outbox import Box
from db.recipients import person
from tests.db.desk import NOW, Desk, score_of


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
