"""Scores: one row for each track and model version, stored once."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from db.models import Score, Seed, Submission
from db.status import UNANSWERED, Status
from db.upsert import insert_or_skip


async def put(session: AsyncSession, score: Score) -> Score:
    """Store a score that was made and not added; return the stored one, which may be older.

    Two workers may score one track at once. The first score stays, so that what curators saw
    does not change under them.
    """
    await insert_or_skip(session, score)
    stored = await session.scalars(
        select(Score).where(
            Score.workspace_id == score.workspace_id,
            Score.track_id == score.track_id,
            Score.model_version == score.model_version,
        )
    )
    return stored.one()


async def latest(
    session: AsyncSession,
    *,
    workspace_id: int,
    track_ids: Collection[int],
    model_version: str | None = None,
    preferred: str | None = None,
    to_draw: bool = False,
) -> dict[int, Score]:
    """Return the newest score by track id; unscored tracks are absent.

    With `model_version` only that model's scores count. With `preferred` that model's score comes
    before newer ones: after a rollback the newest score is of a model no longer in use. The
    spectrogram is loaded `to_draw` it, and raises otherwise.
    """
    query = select(Score).where(Score.workspace_id == workspace_id, Score.track_id.in_(track_ids))
    if to_draw:
        query = query.options(undefer(Score.spectrogram)).execution_options(populate_existing=True)
    if model_version is not None:
        query = query.where(Score.model_version == model_version)
    favoured = [] if preferred is None else [Score.model_version == preferred]
    found = await session.scalars(query.order_by(*favoured, Score.created_at, Score.id))
    return {score.track_id: score for score in found}


async def forget_pictures(session: AsyncSession, *, scored_before: datetime) -> None:
    """Delete the spectrograms of what was scored before then and waits for no answer any more."""
    waits = exists().where(Submission.track_id == Score.track_id, Submission.status.in_(UNANSWERED))
    await session.execute(
        update(Score)
        .where(Score.created_at < scored_before, Score.spectrogram.is_not(None), ~waits)
        .values(spectrogram=None)
    )


async def of_playlist(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    statuses: Collection[Status],
    preferred: str | None = None,
) -> dict[int, Score]:
    """Return by track id the scores of a playlist's seeds and of what it has in `statuses`."""
    sent = select(Submission.track_id).where(
        Submission.workspace_id == workspace_id,
        Submission.playlist_id == playlist_id,
        Submission.status.in_(statuses),
        Submission.track_id.is_not(None),
    )
    seeds = select(Seed.track_id).where(
        Seed.workspace_id == workspace_id,
        Seed.playlist_id == playlist_id,
        Seed.track_id.is_not(None),
    )
    found = await session.scalars(union(sent, seeds))
    track_ids = [track_id for track_id in found if track_id is not None]
    return await latest(
        session, workspace_id=workspace_id, track_ids=track_ids, preferred=preferred
    )
