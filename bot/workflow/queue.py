"""One playlist's queue, ranked and explained, as its curators see it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import QueueRow, QueueView
from bot.workflow.analysis import score_line
from bot.workflow.naming import track_label
from bot.workflow.submit import find_playlist
from db import exposures, submissions
from db.models import Playlist
from db.submissions import Waiting
from scoring.ranking import PAGE_SIZE, RULE_VERSION, Candidate, Ranked, Why, rank, why_here


async def show_queue(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist: str,
    now: datetime,
    viewer_id: int | None = None,
    model_version: str | None = None,
    page: int | None = None,
    page_size: int = PAGE_SIZE,
) -> QueueView:
    """Return the queue (or one page of it), and record what was shown, where and why.

    The record lets a later decision be weighed by how likely it was to be seen at all. Scores of
    `model_version`, the model in use, come first; a track that only another model has scored
    keeps that score, is ranked by its percentile, and its row names that model.
    """
    found = await find_playlist(session, workspace_id, playlist)
    waiting = await submissions.waiting(
        session, workspace_id=workspace_id, playlist_id=found.id, preferred=model_version
    )
    ranked = rank(
        [_candidate(row) for row in waiting],
        now=now,
        page_size=page_size,
        days_per_point=found.days_per_point,
    )
    places = list(enumerate(ranked, start=1))
    shown = [(place, row) for place, row in places if page in {None, row.page}]
    await _log_exposures(session, found, shown, viewer_id=viewer_id, now=now)
    by_id = {row.submission.id: row for row in waiting}
    return QueueView(
        playlist=found.name,
        rows=tuple(_row(by_id[row.candidate.submission_id], row, place) for place, row in shown),
        waiting=len(ranked),
        overdue=sum(row.why is Why.OVERDUE for row in ranked),
        oldest_days=max((row.waited_days for row in ranked), default=None),
        # Fit is not learnt yet: the order is by score and waiting, and the view says so.
        cold_start=all(row.candidate.fit is None for row in ranked),
    )


async def _log_exposures(
    session: AsyncSession,
    playlist: Playlist,
    shown: Sequence[tuple[int, Ranked]],
    *,
    viewer_id: int | None,
    now: datetime,
) -> None:
    for page, rows in groupby(shown, key=lambda placed: placed[1].page):
        await exposures.log(
            session,
            workspace_id=playlist.workspace_id,
            playlist_id=playlist.id,
            member_id=viewer_id,
            page=page,
            rows=[_exposure(place, row) for place, row in rows],
            # The order has no chance in it: the only draw was made at arrival, and is stored there.
            seed=None,
            rule_version=RULE_VERSION,
            at=now,
        )


def _candidate(waiting: Waiting) -> Candidate:
    row, score = waiting.submission, waiting.score
    # A track that is not looked up yet counts as its sender's: one person, one row a page.
    artist = row.track.artist_key if row.track is not None else ""
    return Candidate(
        submission_id=row.id,
        artist_key=artist or f"member {row.member_id}",
        received_at=row.received_at,
        due_at=row.due_at,
        score=score.percentile if score else None,
        discovery=row.discovery,
        discovery_share=row.discovery_propensity or 0.0,
    )


def _row(waiting: Waiting, ranked: Ranked, place: int) -> QueueRow:
    submission = waiting.submission
    title, artist = track_label(submission)
    return QueueRow(
        code=submission.code,
        title=title,
        artist=artist,
        rank=place,
        page=ranked.page,
        why=why_here(ranked),
        status=submission.status.value,
        score=score_line(waiting.score) if waiting.score else None,
        # The track may have been scored since, by way of another playlist.
        unscored_reason=None if waiting.score else submission.unscored_reason,
        waited_days=ranked.waited_days,
        discovery=submission.discovery,
        claimed_by=submission.claimer.display_name if submission.claimer else None,
        url=submission.link,
    )


def _exposure(place: int, ranked: Ranked) -> exposures.Shown:
    return exposures.Shown(
        submission_id=ranked.candidate.submission_id,
        slot=place,
        why=ranked.why,
        discovery=ranked.candidate.discovery,
        propensity=ranked.propensity,
    )
