"""A playlist's waiting line as one viewer may see it: queue, review and board are made from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import QueueRow
from bot.workflow import panel
from bot.workflow.analysis import score_line
from bot.workflow.naming import track_label
from bot.workflow.people import Person, member_of, require_curator
from db import pins, submissions, votes
from db.models import Playlist, Role, Score, Submission, Vote
from db.status import UNANSWERED, Status
from db.submissions import Waiting
from scoring.ranking import PAGE_SIZE, Candidate, Ranked, rank, span, why_here

# Long enough to listen and to think it over; then somebody else may take it in hand.
CLAIM_LASTS = timedelta(hours=24)
# What is to be answered so soon goes first: from the day on which curators are reminded of it.
HURRY = timedelta(days=4)
# Of a short promise it is less: with the usual fourteen days this share are the four.
_HURRY_SHARE = 2 / 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks. `member_id` None is the operator, who sees everything.

    `artists` are the keys of the artists whose tracks they have sent as their own, and who
    `looks_after` the playlist may decide without its panel.
    """

    member_id: int | None = None
    looks_after: bool = False
    artists: frozenset[str] = frozenset()

    def is_barred(self, submission: Submission) -> bool:
        """Say whether the submission is the viewer's own, or by an artist of theirs."""
        return submission.member_id == self.member_id or panel.is_by_one_of(
            submission, set(self.artists)
        )


OPERATOR = Viewer()
# A message that a whole channel reads: nobody in particular, who has not voted. No id is 0.
EVERYBODY = Viewer(member_id=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One unanswered submission. `ranked` is None for a maybe and for what is snoozed."""

    submission: Submission
    score: Score | None
    votes: tuple[Vote, ...]
    pinned_by: str | None
    ranked: Ranked | None = None

    def vote_of(self, viewer: Viewer) -> str | None:
        return next(
            (vote.answer.value for vote in self.votes if vote.member_id == viewer.member_id), None
        )


async def viewer_of(
    session: AsyncSession, playlist: Playlist, person: Person, *, now: datetime
) -> Viewer:
    """Return who looks, or raise NotAllowedError where that is no curator of the playlist."""
    member = await member_of(session, playlist.workspace_id, person, now=now)
    role = await require_curator(session, playlist, member, person)
    artists = await submissions.artists_of(
        session, workspace_id=playlist.workspace_id, member_id=member.id
    )
    return Viewer(member_id=member.id, looks_after=role is Role.ADMIN, artists=frozenset(artists))


async def line_of(
    session: AsyncSession,
    playlist: Playlist,
    *,
    now: datetime,
    model_version: str | None = None,
    page_size: int = PAGE_SIZE,
) -> list[Place]:
    """Return all that is unanswered: the suggested order first, then snoozed ones and maybes.

    Scores of `model_version`, the model in use, come first; a track that only another model has
    scored keeps that score.
    """
    found = await submissions.waiting(
        session,
        workspace_id=playlist.workspace_id,
        playlist_id=playlist.id,
        preferred=model_version,
        statuses=UNANSWERED,
    )
    ids = [row.submission.id for row in found]
    cast = await votes.of_many(session, workspace_id=playlist.workspace_id, submission_ids=ids)
    pinned = await pins.of_many(session, workspace_id=playlist.workspace_id, submission_ids=ids)
    order = {
        row.candidate.submission_id: row
        for row in rank(
            [
                _candidate(row, pinned.get(row.submission.id))
                for row in found
                if row.submission.status is not Status.MAYBE
                and not is_snoozed(row.submission, now=now)
            ],
            now=now,
            page_size=page_size,
            days_per_point=playlist.days_per_point,
        )
    }
    places = {
        row.submission.id: Place(
            submission=row.submission,
            score=row.score,
            votes=tuple(cast[row.submission.id]),
            pinned_by=pinned.get(row.submission.id),
            ranked=order.get(row.submission.id),
        )
        for row in found
    }
    return [places.pop(submission_id) for submission_id in order] + list(places.values())


def is_snoozed(submission: Submission, *, now: datetime) -> bool:
    """Say whether it is set aside; what is answered is not any more."""
    until = submission.snoozed_until
    return submission.status in UNANSWERED and until is not None and until > now


def hurry_at(submission: Submission) -> datetime:
    """Return from when on a submission goes before all that is due later.

    On the day of the promise it expires, so it must have its turn before that.
    """
    promised = submission.due_at - submission.received_at
    return submission.due_at - min(HURRY, promised * _HURRY_SHARE)


def is_due_soon(submission: Submission, *, now: datetime) -> bool:
    return hurry_at(submission) <= now <= submission.due_at


def claimer_of(submission: Submission, *, now: datetime) -> int | None:
    """Return who has a submission in hand, or None where nobody has, or not any more."""
    at = submission.claimed_at
    if submission.status not in UNANSWERED or at is None or at < now - CLAIM_LASTS:
        return None
    return submission.claimed_by


def row_of(place: Place, *, viewer: Viewer, number: int, page: int, now: datetime) -> QueueRow:
    """Return a place as a row of a queue, with no score where the viewer may not see it yet."""
    submission = place.submission
    title, artist = track_label(submission)
    hidden = viewer.member_id is not None and panel.hides_score(
        submission.playlist,
        submission,
        mine=place.vote_of(viewer),
        barred=viewer.is_barred(submission),
    )
    claimed = claimer_of(submission, now=now) is not None and submission.claimer is not None
    waited_days = max(0.0, (now - submission.received_at) / timedelta(days=1))
    return QueueRow(
        code=submission.code,
        title=title,
        artist=artist,
        rank=number,
        page=page,
        why=_why(place, waited_days, now=now),
        status=submission.status.value,
        score=score_line(place.score) if place.score and not hidden else None,
        # The track may have been scored since, by way of another playlist.
        unscored_reason=None if place.score else submission.unscored_reason,
        waited_days=waited_days,
        discovery=submission.discovery,
        claimed_by=submission.claimer.display_name if claimed and submission.claimer else None,
        url=submission.link,
        score_hidden=hidden and place.score is not None,
        votes=len(place.votes),
        votes_needed=submission.playlist.votes_needed,
    )


def _why(place: Place, waited_days: float, *, now: datetime) -> str:
    if place.ranked is not None:
        return why_here(place.ranked)
    waited = f"waited {span(waited_days)}"
    until = place.submission.snoozed_until
    if until is not None and is_snoozed(place.submission, now=now):
        return f"snoozed for another {span((until - now) / timedelta(days=1))}, {waited}"
    return f"{place.submission.status.value}, {waited}"


def _candidate(waiting: Waiting, pinned_by: str | None) -> Candidate:
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
        pinned_by=pinned_by,
        hurry_at=hurry_at(row),
    )
