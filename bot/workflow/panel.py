"""A panel of curators: several must agree, each votes before seeing the others.

The rule, for keep, maybe and decline alike: the first answer that `votes_needed` curators give is
the panel's answer. A maybe stays open, so later votes can still make it a keep or a decline. While
votes differ, anybody may change theirs, and who looks after the playlist may decide alone.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.curation import PanelView, VoteLine
from bot.errors import NotAllowedError
from db import events, submissions, votes
from db.models import Member, Playlist, Submission, Vote
from db.status import UNANSWERED
from db.types import Answer, EventKind

# More would be a list of everything, and nothing that the artist could act on.
MOST_REASONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """What one curator says, or all of a panel together."""

    answer: Answer
    reasons: tuple[str, ...] = ()
    note: str | None = None
    welcome_next: str | None = None


def is_decided(answers: Iterable[Answer], *, last: Answer, needed: int) -> bool:
    """Say whether the vote just cast, `last`, makes its answer the panel's; it is in `answers`."""
    return Counter(answers)[last] >= needed


def pooled(ballots: Sequence[Ballot], *, last: Ballot) -> Ballot:
    """Return what the artist is told of those who agreed: the reasons that most of them gave.

    The note and the invitation are those of the vote that decided, else of the one before.
    """
    agreed = [ballot for ballot in ballots if ballot.answer is last.answer]
    counted = Counter(reason for ballot in agreed for reason in ballot.reasons)
    newest_first = [last, *reversed(agreed)]
    return replace(
        last,
        reasons=tuple(reason for reason, _ in counted.most_common(MOST_REASONS)),
        note=next((ballot.note for ballot in newest_first if ballot.note), None),
        welcome_next=next((b.welcome_next for b in newest_first if b.welcome_next), None),
    )


async def vote(
    session: AsyncSession,
    submission: Submission,
    member: Member,
    ballot: Ballot,
    *,
    now: datetime,
) -> list[Ballot]:
    """Cast or change a vote and return all of them, the newest last.

    The submission must be locked, so that of two who vote at once the second counts both.
    """
    workspace_id, submission_id = submission.workspace_id, submission.id
    await votes.cast(
        session,
        workspace_id=workspace_id,
        submission_id=submission_id,
        member_id=member.id,
        answer=ballot.answer,
        at=now,
        reasons=ballot.reasons,
        note=ballot.note,
        welcome_next=ballot.welcome_next,
    )
    await events.add(
        session,
        workspace_id=workspace_id,
        submission_id=submission_id,
        kind=EventKind.VOTED,
        at=now,
        actor=member.id,
    )
    cast = await votes.of(session, workspace_id=workspace_id, submission_id=submission_id)
    return [
        Ballot(
            answer=row.answer,
            reasons=tuple(row.reasons),
            note=row.note,
            welcome_next=row.welcome_next,
        )
        for row in cast
    ]


async def take_back(
    session: AsyncSession, submission: Submission, member_id: int, *, actor: int, now: datetime
) -> bool:
    """Take a vote back; return False where there is none."""
    workspace_id, submission_id = submission.workspace_id, submission.id
    taken = await votes.take_back(
        session, workspace_id=workspace_id, submission_id=submission_id, member_id=member_id
    )
    if not taken:
        return False
    await events.add(
        session,
        workspace_id=workspace_id,
        submission_id=submission_id,
        kind=EventKind.UNVOTED,
        at=now,
        actor=actor,
    )
    return True


async def bar(session: AsyncSession, submission: Submission, member: Member) -> str:
    """Return why a member may not answer or claim a submission, or an empty text."""
    if submission.member_id == member.id:
        return barred_text(submission, own=True)
    artists = await submissions.artists_of(
        session, workspace_id=submission.workspace_id, member_id=member.id
    )
    return barred_text(submission, own=False) if is_by_one_of(submission, artists) else ""


def barred_text(submission: Submission, *, own: bool) -> str:
    """Say why somebody may not answer a submission: it is theirs, or by an artist of theirs."""
    whose = "your own" if own else "by an artist whose tracks you have sent as your own"
    return f"{submission.code} is {whose}; another curator has to answer it."


def is_by_one_of(submission: Submission, artists: set[str]) -> bool:
    """Say whether the track is by one of these artists; it must be loaded."""
    return submission.track is not None and submission.track.artist_key in artists


async def require_another(session: AsyncSession, submission: Submission, member: Member) -> None:
    """Raise NotAllowedError where a curator would judge an own track."""
    if barred := await bar(session, submission, member):
        raise NotAllowedError(barred)


def panel_view(
    submission: Submission, cast: Sequence[Vote], *, viewer_id: int | None, barred: bool
) -> PanelView:
    """Return as much of a panel's votes as a viewer may see; None is the operator, who sees all."""
    needed = submission.playlist.votes_needed
    mine = next((row.answer.value for row in cast if row.member_id == viewer_id), None)
    if viewer_id is not None and _is_blind(submission, mine=mine, barred=barred):
        return PanelView(needed=needed, cast=len(cast), mine=mine, barred=barred)
    return PanelView(
        needed=needed,
        cast=len(cast),
        mine=mine,
        votes=tuple(
            VoteLine(by=row.member.display_name, answer=row.answer.value, at=row.at) for row in cast
        ),
        split=needed > 1 and len(cast) >= needed and submission.status in UNANSWERED,
    )


def hides_score(
    playlist: Playlist, submission: Submission, *, mine: str | None, barred: bool
) -> bool:
    """Say whether a viewer who has voted `mine` may not see the score yet, or never."""
    return barred or (playlist.hide_scores and _is_blind(submission, mine=mine, barred=barred))


def _is_blind(submission: Submission, *, mine: str | None, barred: bool) -> bool:
    # Who sent a track is its artist, also where they curate: they never see votes or scores.
    return barred or (mine is None and submission.status in UNANSWERED)
