"""Submissions: taken in, found again, looked up.

How they move from status to status is in `db.moves`; what the rules ask about earlier ones is in
`db.history`.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from random import Random, SystemRandom

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db import events, scores
from db.codes import codes, normalise_code
from db.models import AiUse, DraftFile, EventKind, Score, Status, Submission, Track
from db.status import WAITING
from db.upsert import insert_or_skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What an artist sends: a link, a file, or both, and what they say with it."""

    link: str | None = None
    spotify_id: str | None = None
    upload_sha256: str | None = None
    upload_name: str | None = None
    typed_title: str | None = None
    typed_artist: str | None = None
    note: str | None = None
    ai_use: AiUse | None = None
    owns_rights_at: datetime | None = None
    genre: str | None = None
    language: str | None = None
    anyway: bool = False
    replaces_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Whether a submission is a discovery pick, and by what draw."""

    discovery: bool
    seed: int
    propensity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One row of a queue before ranking. `submission` comes with its track and member."""

    submission: Submission
    score: Score | None


async def add(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    member_id: int,
    sent: Sent,
    draw: Draw,
    now: datetime,
    due_at: datetime,
    idempotency_key: str | None = None,
    rng: Random | None = None,
) -> Submission:
    """Take a submission in and return it with its code.

    A repeated `idempotency_key` returns the submission of the first time and adds nothing.
    """
    tries = codes(rng or SystemRandom())
    while True:
        if idempotency_key is not None:
            earlier = await by_idempotency_key(
                session, workspace_id=workspace_id, idempotency_key=idempotency_key
            )
            if earlier is not None:
                return earlier
        row = Submission(
            workspace_id=workspace_id,
            playlist_id=playlist_id,
            member_id=member_id,
            code=next(tries),
            idempotency_key=idempotency_key,
            received_at=now,
            status_at=now,
            due_at=due_at,
            discovery=draw.discovery,
            discovery_seed=draw.seed,
            discovery_propensity=draw.propensity,
            **asdict(sent),
        )
        if await insert_or_skip(session, row):
            return await _welcome(session, row)


async def get(session: AsyncSession, *, workspace_id: int, submission_id: int) -> Submission | None:
    """Return a submission as it is now, with its track, playlist, member and claimer."""
    return await session.scalar(
        in_full().where(Submission.workspace_id == workspace_id, Submission.id == submission_id)
    )


async def lock(session: AsyncSession, *, workspace_id: int, submission_id: int) -> None:
    """Let nobody else count votes on a submission before this transaction ends.

    Two who vote at once would each see only their own vote. On SQLite every writer is alone.
    """
    await session.scalar(
        select(Submission.id)
        .where(Submission.workspace_id == workspace_id, Submission.id == submission_id)
        .with_for_update()
    )


async def family(session: AsyncSession, *, submission: Submission) -> list[Submission]:
    """Return the other versions of a submission and other requests for its track, oldest first.

    Versions are what it replaces and what replaces it, directly or over others.
    """
    workspace_id = submission.workspace_id
    known = {submission.id: submission}
    news = [submission]
    while news:
        replaced = {row.replaces_id for row in news if row.replaces_id is not None}
        same: list[ColumnElement[bool]] = [
            Submission.id.in_(replaced),
            Submission.replaces_id.in_([row.id for row in news]),
        ]
        if submission.track_id is not None:
            same.append(Submission.track_id == submission.track_id)
        found = await session.scalars(
            in_full().where(
                Submission.workspace_id == workspace_id,
                Submission.id.not_in(list(known)),
                or_(*same),
            )
        )
        news = list(found)
        known |= {row.id: row for row in news}
    others = [row for row in known.values() if row.id != submission.id]
    return sorted(others, key=lambda row: (row.received_at, row.id))


async def artists_of(session: AsyncSession, *, workspace_id: int, member_id: int) -> set[str]:
    """Return the keys of the artists whose tracks a member has sent as their own."""
    found = await session.scalars(
        select(Track.artist_key)
        .join(Submission, Submission.track_id == Track.id)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.member_id == member_id,
            Submission.owns_rights_at.is_not(None),
        )
        .distinct()
    )
    return set(found)


async def by_code(session: AsyncSession, *, workspace_id: int, code: str) -> Submission | None:
    """Find a submission by its code as people type it: `t-4f7k` is fine."""
    return await session.scalar(
        in_full().where(
            Submission.workspace_id == workspace_id, Submission.code == normalise_code(code)
        )
    )


async def by_idempotency_key(
    session: AsyncSession, *, workspace_id: int, idempotency_key: str
) -> Submission | None:
    """Find the submission that a repeated request has made before."""
    return await session.scalar(
        in_full().where(
            Submission.workspace_id == workspace_id,
            Submission.idempotency_key == idempotency_key,
        )
    )


async def of_member(
    session: AsyncSession, *, workspace_id: int, member_id: int, limit: int | None = 50
) -> list[Submission]:
    """Return what a member has sent, newest first; with `limit` None all of it."""
    found = await session.scalars(
        in_full()
        .where(Submission.workspace_id == workspace_id, Submission.member_id == member_id)
        .order_by(Submission.received_at.desc(), Submission.id.desc())
        .limit(limit)
    )
    return list(found)


async def waiting(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    model_version: str | None = None,
    preferred: str | None = None,
    statuses: Collection[Status] = WAITING,
) -> list[Waiting]:
    """Return a playlist's queue, oldest first, with the scores that `scores.latest` chooses."""
    found = await session.scalars(
        in_full()
        .where(
            Submission.workspace_id == workspace_id,
            Submission.playlist_id == playlist_id,
            Submission.status.in_(statuses),
        )
        .order_by(Submission.received_at, Submission.id)
    )
    queue = list(found)
    known = await scores.latest(
        session,
        workspace_id=workspace_id,
        track_ids={row.track_id for row in queue if row.track_id is not None},
        model_version=model_version,
        preferred=preferred,
    )
    return [
        Waiting(submission=row, score=None if row.track_id is None else known.get(row.track_id))
        for row in queue
    ]


async def unfinished(session: AsyncSession, *, workspace_id: int) -> list[Submission]:
    """Return what was taken in and not yet looked up, oldest first: a crash leaves such rows."""
    found = await session.scalars(
        in_full()
        .where(Submission.workspace_id == workspace_id, Submission.status == Status.RECEIVED)
        .order_by(Submission.received_at, Submission.id)
    )
    return list(found)


async def unscored(
    session: AsyncSession, *, workspace_id: int, reasons: Collection[str]
) -> list[Submission]:
    """Return what waits in a queue without a score for one of `reasons`, oldest first."""
    found = await session.scalars(
        in_full()
        .where(
            Submission.workspace_id == workspace_id,
            Submission.status == Status.QUEUED,
            Submission.unscored_reason.in_(reasons),
        )
        .order_by(Submission.received_at, Submission.id)
    )
    return list(found)


async def file_awaited(session: AsyncSession, *, sha256: str, except_id: int) -> bool:
    """Say whether another submission of the same file is still to be looked up and heard.

    What somebody may still send counts, too: see `draft_files`.

    In any workspace: all of them keep their waiting files in one place, by content.
    """
    found = await session.scalar(
        select(Submission.id)
        .where(
            Submission.upload_sha256 == sha256,
            Submission.status == Status.RECEIVED,
            Submission.id != except_id,
        )
        .limit(1)
    )
    return found is not None or await _kept(session, sha256)


async def awaited_files(session: AsyncSession) -> set[str]:
    """Return the hashes of all files, of any workspace, that may still have to be heard."""
    drafts = await session.scalars(select(DraftFile.sha256))
    found = await session.scalars(
        select(Submission.upload_sha256).where(
            Submission.upload_sha256.is_not(None),
            Submission.status.in_(WAITING),
            or_(Submission.status == Status.RECEIVED, Submission.unscored_reason.is_not(None)),
        )
    )
    return {sha256 for sha256 in found if sha256 is not None} | set(drafts)


async def record_upload(
    session: AsyncSession, *, workspace_id: int, submission_id: int, sha256: str, name: str
) -> None:
    """Note the file that an artist sent for a submission that had no usable audio."""
    await session.execute(
        update(Submission)
        .where(Submission.workspace_id == workspace_id, Submission.id == submission_id)
        .values(upload_sha256=sha256, upload_name=name)
    )


async def record_track(
    session: AsyncSession,
    *,
    workspace_id: int,
    submission_id: int,
    track_id: int,
    at: datetime,
    spotify_id: str | None = None,
) -> None:
    """Note which track was sent, once the link or the file has been looked up.

    A step that is done again after a crash finds the same track, and adds no second event.
    """
    values: dict[str, object] = {"track_id": track_id}
    if spotify_id is not None:
        values["spotify_id"] = spotify_id
    changed = await session.scalar(
        update(Submission)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.id == submission_id,
            Submission.track_id.is_distinct_from(track_id),
        )
        .values(**values)
        .returning(Submission.id)
    )
    if changed is not None:
        await events.add(
            session,
            workspace_id=workspace_id,
            submission_id=submission_id,
            kind=EventKind.RESOLVED,
            at=at,
        )


async def _welcome(session: AsyncSession, row: Submission) -> Submission:
    stored = await by_code(session, workspace_id=row.workspace_id, code=row.code)
    if stored is None:
        raise LookupError(f"submission {row.code} vanished while it was taken in")
    await events.add(
        session,
        workspace_id=stored.workspace_id,
        submission_id=stored.id,
        kind=EventKind.SUBMITTED,
        at=stored.received_at,
        actor=stored.member_id,
        to_status=stored.status,
    )
    return stored


async def _kept(session: AsyncSession, sha256: str) -> bool:
    found = select(DraftFile.id).where(DraftFile.sha256 == sha256).limit(1)
    return await session.scalar(found) is not None


def in_full() -> Select[Submission]:
    """Return the query for submissions with their track, playlist, member and claimer."""
    # Rows loaded earlier are refreshed: after a lost race the caller looks again to see who won.
    return (
        select(Submission)
        .options(
            selectinload(Submission.track),
            selectinload(Submission.playlist),
            selectinload(Submission.member),
            selectinload(Submission.claimer),
        )
        .execution_options(populate_existing=True)
    )
