"""What a playlist's rules ask about earlier submissions."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db import tracks
from db.models import Decision, Event, EventKind, Status, Submission, Track
from db.status import UNANSWERED, WAITING


async def count_waiting(session: AsyncSession, *, workspace_id: int, playlist_id: int) -> int:
    """Return how many submissions stand in a playlist's queue."""
    counted = await session.scalar(
        select(func.count())
        .select_from(Submission)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.playlist_id == playlist_id,
            Submission.status.in_(WAITING),
        )
    )
    return counted or 0


async def count_waiting_of_artist(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    member_id: int | None,
    artist_key: str | None = None,
    except_id: int | None = None,
) -> int:
    """Return how many unanswered submissions an artist has for a playlist.

    The artist is who sends, and where `artist_key` is known also who plays: a band that sends
    through three people still waits with one track. `except_id` is not counted.
    """
    query = (
        select(func.count())
        .select_from(Submission)
        .outerjoin(Submission.track)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.playlist_id == playlist_id,
            Submission.status.in_(UNANSWERED),
            _of_artist(member_id, artist_key),
        )
    )
    if except_id is not None:
        query = query.where(Submission.id != except_id)
    return await session.scalar(query) or 0


async def place_in_line(session: AsyncSession, *, submission: Submission) -> int | None:
    """Return how many wait for the same playlist at least as long, or None if it waits no more.

    By age alone: a place by rank would tell the artist about the score.
    """
    if submission.status not in WAITING:
        return None
    older = or_(
        Submission.received_at < submission.received_at,
        and_(Submission.received_at == submission.received_at, Submission.id < submission.id),
    )
    counted = await session.scalar(
        select(func.count())
        .select_from(Submission)
        .where(
            Submission.workspace_id == submission.workspace_id,
            Submission.playlist_id == submission.playlist_id,
            Submission.status.in_(WAITING),
            older,
        )
    )
    return (counted or 0) + 1


async def accepted_since(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    member_id: int | None,
    since: datetime,
    artist_key: str | None = None,
    except_id: int | None = None,
    only_anyway: bool = False,
) -> list[datetime]:
    """Return when a playlist took in an artist's submissions after `since`, oldest first.

    How many there are tells whether the limit is reached, the oldest when it lets go. The artist
    is who sends, and where `artist_key` is known also who plays. What Earmark itself sent back
    does not count: nobody has listened to it.
    """
    sent_back = (
        select(Event.id)
        .where(
            Event.workspace_id == workspace_id,
            Event.submission_id == Submission.id,
            Event.kind == EventKind.MOVED,
            Event.to_status == Status.WITHDRAWN,
            Event.actor_id.is_(None),
        )
        .exists()
    )
    query = (
        select(Submission.received_at)
        .outerjoin(Submission.track)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.playlist_id == playlist_id,
            Submission.received_at > since,
            _of_artist(member_id, artist_key),
            not_(and_(Submission.status == Status.WITHDRAWN, sent_back)),
        )
        .order_by(Submission.received_at)
    )
    if except_id is not None:
        query = query.where(Submission.id != except_id)
    if only_anyway:
        query = query.where(Submission.anyway)
    return list(await session.scalars(query))


async def answered_since(
    session: AsyncSession, *, workspace_id: int, playlist_id: int, since: datetime
) -> list[tuple[datetime, datetime]]:
    """Return (received, first answered) of what curators have answered after `since`."""
    first = func.min(Decision.at).label("first")
    found = await session.execute(
        select(Submission.received_at, first)
        .join(Decision, Decision.submission_id == Submission.id)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.playlist_id == playlist_id,
            Decision.workspace_id == workspace_id,
            Decision.undone_at.is_(None),
        )
        .group_by(Submission.id, Submission.received_at)
        .having(func.min(Decision.at) > since)
        .order_by(first)
    )
    return [(received_at, answered_at) for received_at, answered_at in found]


async def duplicate_of(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist_id: int,
    now: datetime,
    resubmit_after_days: int,
    spotify_id: str | None = None,
    upload_sha256: str | None = None,
    track: Track | None = None,
    except_ids: Collection[int] = (),
) -> Submission | None:
    """Return the newest submission that stands in the way of sending this one, with its track.

    That is the same recording for the same playlist, unanswered, kept, placed, or declined less
    than `resubmit_after_days` ago.
    """
    same = []
    if spotify_id is not None:
        same += [Submission.spotify_id == spotify_id, Track.spotify_id == spotify_id]
    if upload_sha256 is not None:
        same += [Submission.upload_sha256 == upload_sha256, Track.audio_sha256 == upload_sha256]
    if track is not None:
        same.append(tracks.same_recording(track))
    if not same:
        raise ValueError("a duplicate is found by a Spotify id, a file or a track; all are missing")
    declined_lately = and_(
        Submission.status == Status.DECLINED,
        Submission.status_at > now - timedelta(days=resubmit_after_days),
    )
    query = (
        select(Submission)
        .outerjoin(Submission.track)
        .where(
            Submission.workspace_id == workspace_id,
            Submission.playlist_id == playlist_id,
            or_(*same),
            or_(
                Submission.status.in_(UNANSWERED | {Status.KEPT, Status.PLACED}),
                declined_lately,
            ),
        )
        .order_by(Submission.received_at.desc(), Submission.id.desc())
        .limit(1)
        .options(selectinload(Submission.track))
        .execution_options(populate_existing=True)
    )
    if except_ids:
        query = query.where(Submission.id.not_in(except_ids))
    return await session.scalar(query)


def _of_artist(member_id: int | None, artist_key: str | None) -> ColumnElement[bool]:
    # Nothing equals NULL: who is no member yet has sent nothing. "" is the key of who is unknown.
    if not artist_key:
        return false() if member_id is None else Submission.member_id == member_id
    return or_(Submission.member_id == member_id, Track.artist_key == artist_key)
