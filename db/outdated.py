"""Tracks whose scores are all of other models than the one in use."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db import scores
from db.models import Score, Seed, Submission, Track
from db.status import UNANSWERED, Status

# What nobody will look at again, and nothing is learnt from.
_OVER = frozenset({Status.WITHDRAWN, Status.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdated:
    """A track with its newest score, which is of another model, and the submissions of it.

    A playlist's seed may have been submitted by nobody.
    """

    track: Track
    score: Score
    submissions: tuple[Submission, ...]


async def outdated(
    session: AsyncSession, *, workspace_id: int, model_version: str
) -> list[Outdated]:
    """Return the scored tracks that `model_version` has not scored.

    Those that wait for an answer come first, and of both kinds the newest; seeds come last.
    """
    scored = select(Score.track_id).where(Score.workspace_id == workspace_id)
    done = scored.where(Score.model_version == model_version)
    sent = await session.scalars(
        select(Submission)
        .options(selectinload(Submission.track))
        .where(
            Submission.workspace_id == workspace_id,
            Submission.status.not_in(_OVER),
            Submission.track_id.in_(scored),
            Submission.track_id.not_in(done),
        )
        .order_by(Submission.received_at.desc(), Submission.id.desc())
    )
    seeds = await session.scalars(
        select(Track)
        .join(Seed, Seed.track_id == Track.id)
        .where(Seed.workspace_id == workspace_id, Track.id.in_(scored), Track.id.not_in(done))
        .order_by(Track.id)
        .distinct()
    )
    tracks: dict[int, Track] = {}
    by_track: dict[int, list[Submission]] = {}
    for row in sorted(sent, key=lambda row: row.status not in UNANSWERED):
        if row.track is not None:
            tracks[row.track.id] = row.track
            by_track.setdefault(row.track.id, []).append(row)
    for track in seeds:
        tracks.setdefault(track.id, track)
    known = await scores.latest(session, workspace_id=workspace_id, track_ids=tracks)
    return [
        Outdated(track=track, score=known[track.id], submissions=tuple(by_track.get(track.id, ())))
        for track in tracks.values()
    ]
