"""A curator's answer to a submission, and taking it back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyDoneError, NotFoundError, RuleError
from bot.messages import DecisionView, plain
from bot.texts import DECLINE_REASONS, NOTE_LIMIT, already_text, reason_words, same_note_text
from bot.workflow import notices, panel
from bot.workflow.naming import track_label, typed
from bot.workflow.people import Person, member_of, require_curator, require_playlist_admin
from db import decisions, events, exposures, moves, scores, submissions, votes
from db.models import Decision, Event, Member, Submission, Vote
from db.status import UNANSWERED, Status
from db.types import Answer, EventKind, Welcome

# Long enough to notice a slip, short enough that the artist has seldom read the answer.
UNDO_WINDOW = timedelta(minutes=10)
# To more artists than this the same words are no answer to any of them.
_SAME_NOTE = 3

_STATUS = {
    Answer.KEEP: Status.KEPT,
    Answer.MAYBE: Status.MAYBE,
    Answer.DECLINE: Status.DECLINED,
}


async def decide(
    session: AsyncSession,
    *,
    workspace_id: int,
    code: str,
    answer: Answer,
    person: Person,
    reasons: tuple[str, ...] = (),
    note: str | None = None,
    welcome_next: Welcome | None = None,
    override: bool = False,
    model_version: str | None = None,
    now: datetime,
) -> DecisionView:
    """Answer a submission, or vote on it where the playlist has a panel (`bot.workflow.panel`).

    Of two curators who answer at once one wins and the other is told. With `override` somebody who
    looks after the playlist decides without the panel. `model_version` is the model in use, whose
    score the queue has shown. Raises NotFoundError, NotAllowedError, RuleError or AlreadyDoneError.
    """
    submission = await find_submission(session, workspace_id, code)
    member = await member_of(session, workspace_id, person, now=now)
    await require_curator(session, submission.playlist, member, person)
    if override:
        await require_playlist_admin(session, submission.playlist, member, person)
    await panel.require_another(session, submission, member)
    ballot = _ballot(answer, reasons, note, welcome_next)
    if submission.playlist.votes_needed == 1 or override:
        return await _answer(
            session, submission, member, ballot, model_version=model_version, now=now
        )
    return await _vote(session, submission, member, ballot, model_version=model_version, now=now)


async def undo(
    session: AsyncSession,
    *,
    workspace_id: int,
    code: str | None = None,
    person: Person,
    now: datetime,
) -> DecisionView:
    """Take the last decision back, as a new event; only within UNDO_WINDOW, only by a curator.

    Without `code`, what the person has answered last. In a panel that has not decided, or where
    they voted later, it is their own vote that is taken back; with a panel's decision goes the
    vote that made it.
    """
    member = await member_of(session, workspace_id, person, now=now)
    if code is None:
        code = await _last_answered(session, workspace_id, member)
    submission = await find_submission(session, workspace_id, code)
    await require_curator(session, submission.playlist, member, person)
    await panel.require_another(session, submission, member)
    decision = await decisions.last(session, workspace_id=workspace_id, submission_id=submission.id)
    vote = await _own_vote(session, submission, member)
    if vote is not None and (decision is None or vote.at > decision.at):
        return await _undo_vote(session, submission, member, vote, now=now)
    if decision is None:
        raise AlreadyDoneError(f"{submission.code} has no decision to take back.")
    _require_young(submission, decision.at, now=now)
    restored = await moves.undo_last_decision(
        session,
        workspace_id=workspace_id,
        submission_id=submission.id,
        actor=member.id,
        at=now,
        # Somebody may take it back at the same moment: the one before it is not meant.
        decided_after=decision.at - timedelta.resolution,
    )
    if restored is None:
        raise await already_done(session, workspace_id, code, now=now)
    await _tell(session, submission, now=now)
    # Else the panel would decide again at the next vote, whatever that is.
    if await _made_by_vote(session, submission, decision):
        await panel.take_back(session, submission, decision.member_id, actor=member.id, now=now)
    return _view(submission, member, panel.Ballot(answer=decision.answer), status=restored)


async def find_submission(session: AsyncSession, workspace_id: int, code: str) -> Submission:
    """Return the submission called `code`, in any case and with or without `T-`."""
    found = await submissions.by_code(session, workspace_id=workspace_id, code=code)
    if found is None:
        raise NotFoundError(
            f"There is no submission {plain(code)!r}. The queue and the receipt show ids."
        )
    return found


def _ballot(
    answer: Answer, reasons: tuple[str, ...], note: str | None, welcome_next: Welcome | None
) -> panel.Ballot:
    reasons = tuple(dict.fromkeys(reasons))
    _require_reasons(answer, reasons)
    if note is not None and len(note.strip()) > NOTE_LIMIT:
        told = f"The note has {len(note.strip())} characters, and {NOTE_LIMIT} fit."
        raise RuleError(f"{told} Please shorten it.", rule="note_length")
    return panel.Ballot(
        answer=answer,
        reasons=reasons,
        note=typed(note, limit=NOTE_LIMIT),
        # What may come next is only said where this one is declined.
        welcome_next=welcome_next.value if welcome_next and answer is Answer.DECLINE else None,
    )


def _require_reasons(answer: Answer, reasons: tuple[str, ...]) -> None:
    known = ", ".join(DECLINE_REASONS)
    if answer is Answer.DECLINE and not reasons:
        raise RuleError(
            f"A decline needs a reason that the artist can act on. Choose from: {known}.",
            rule="decline_reason",
        )
    if len(reasons) > panel.MOST_REASONS:
        raise RuleError(
            f"Choose the {panel.MOST_REASONS} reasons that matter most, not {len(reasons)}.",
            rule="decline_reason",
        )
    for reason in reasons:
        if reason not in DECLINE_REASONS:
            raise RuleError(
                f"There is no reason called {plain(reason)!r}. Choose from: {known}.",
                rule="decline_reason",
            )


async def already_done(
    session: AsyncSession, workspace_id: int, code: str, *, now: datetime
) -> AlreadyDoneError:
    """Return the error that says who was faster, and when."""
    fresh = await find_submission(session, workspace_id, code)
    last = last_change(await events.of(session, workspace_id=workspace_id, submission_id=fresh.id))
    who = last.actor.display_name if last and last.actor else "Earmark"
    # Another machine's clock may run ahead of ours.
    days_ago = max(0.0, (now - last.at) / timedelta(days=1)) if last else 0.0
    told = already_text(fresh.status, by=who, days_ago=days_ago)
    return AlreadyDoneError(f"{fresh.code} is {told}.")


async def _answer(
    session: AsyncSession,
    submission: Submission,
    member: Member,
    ballot: panel.Ballot,
    *,
    model_version: str | None,
    now: datetime,
) -> DecisionView:
    """Make `ballot` the answer, or raise AlreadyDoneError."""
    moved = await moves.move(
        session,
        workspace_id=submission.workspace_id,
        submission_id=submission.id,
        to=_STATUS[ballot.answer],
        actor=member.id,
        at=now,
        reasons=ballot.reasons,
        note=ballot.note,
    )
    if not moved:
        raise await already_done(session, submission.workspace_id, submission.code, now=now)
    await _remember(session, submission, member, ballot, model_version=model_version, now=now)
    await _tell(session, submission, now=now)
    view = _view(
        submission,
        member,
        ballot,
        status=_STATUS[ballot.answer],
        undo_until=now + UNDO_WINDOW,
    )
    return replace(view, warning=await _warning(session, submission, member, ballot.note))


async def _vote(
    session: AsyncSession,
    submission: Submission,
    member: Member,
    ballot: panel.Ballot,
    *,
    model_version: str | None,
    now: datetime,
) -> DecisionView:
    """Cast a vote, and make it the answer where it is the last one that was missing."""
    workspace_id, code = submission.workspace_id, submission.code
    await submissions.lock(session, workspace_id=workspace_id, submission_id=submission.id)
    # What was read before the lock may be old.
    submission = await find_submission(session, workspace_id, code)
    if submission.status not in UNANSWERED:
        raise await already_done(session, workspace_id, code, now=now)
    cast = await panel.vote(session, submission, member, ballot, now=now)
    needed = submission.playlist.votes_needed
    decided = panel.is_decided((b.answer for b in cast), last=ballot.answer, needed=needed)
    if decided and submission.status is not _STATUS[ballot.answer]:
        view = await _answer(
            session,
            submission,
            member,
            panel.pooled(cast, last=ballot),
            model_version=model_version,
            now=now,
        )
    else:
        await _tell(session, submission, now=now)
        view = _view(
            submission, member, ballot, status=submission.status, undo_until=now + UNDO_WINDOW
        )
    agreed = sum(b.answer is ballot.answer for b in cast)
    return replace(view, voted=ballot.answer.value, votes=agreed, votes_needed=needed)


async def _undo_vote(
    session: AsyncSession, submission: Submission, member: Member, vote: Vote, *, now: datetime
) -> DecisionView:
    if submission.status not in UNANSWERED:
        raise await already_done(session, submission.workspace_id, submission.code, now=now)
    _require_young(submission, vote.at, now=now)
    await panel.take_back(session, submission, member.id, actor=member.id, now=now)
    await _tell(session, submission, now=now)
    view = _view(submission, member, panel.Ballot(answer=vote.answer), status=submission.status)
    return replace(view, votes_needed=submission.playlist.votes_needed)


async def _tell(session: AsyncSession, submission: Submission, *, now: datetime) -> None:
    await notices.changed(
        session, workspace_id=submission.workspace_id, submission_id=submission.id, at=now
    )


def _require_young(submission: Submission, at: datetime, *, now: datetime) -> None:
    if now > at + UNDO_WINDOW:
        raise RuleError(
            f"{submission.code} was answered more than {UNDO_WINDOW.seconds // 60} minutes ago,"
            " so the artist may have read it. Talk to the artist instead.",
            rule="undo_window",
        )


async def _last_answered(session: AsyncSession, workspace_id: int, member: Member) -> str:
    """Return the code of what a member has decided or voted on last."""
    decision = await decisions.last_of_member(
        session, workspace_id=workspace_id, member_id=member.id
    )
    vote = await votes.last_of_member(session, workspace_id=workspace_id, member_id=member.id)
    made = [row for row in (decision, vote) if row is not None]
    if not made:
        raise AlreadyDoneError("You have answered nothing that could be taken back.")
    newest = max(made, key=lambda row: row.at)
    found = await submissions.get(
        session, workspace_id=workspace_id, submission_id=newest.submission_id
    )
    if found is None:
        raise NotFoundError("What you answered last is not here any more: its artist deleted it.")
    return found.code


async def _own_vote(session: AsyncSession, submission: Submission, member: Member) -> Vote | None:
    cast = await votes.of(
        session, workspace_id=submission.workspace_id, submission_id=submission.id
    )
    return next((row for row in cast if row.member_id == member.id), None)


async def _made_by_vote(session: AsyncSession, submission: Submission, decision: Decision) -> bool:
    """Say whether a decision came from a vote, not from somebody who decided without the panel."""
    cast = await votes.of(
        session, workspace_id=submission.workspace_id, submission_id=submission.id
    )
    return any(row.member_id == decision.member_id and row.at == decision.at for row in cast)


async def _warning(
    session: AsyncSession, submission: Submission, member: Member, note: str | None
) -> str:
    if note is None:
        return ""
    told = await decisions.artists_told(
        session, workspace_id=submission.workspace_id, member_id=member.id, note=note
    )
    return same_note_text(told) if told > _SAME_NOTE else ""


async def _remember(
    session: AsyncSession,
    submission: Submission,
    member: Member,
    ballot: panel.Ballot,
    *,
    model_version: str | None,
    now: datetime,
) -> None:
    """Store the decision with what the curator had been shown: the data that fit learns from."""
    workspace_id = submission.workspace_id
    shown = await exposures.last(
        session, workspace_id=workspace_id, submission_id=submission.id, member_id=member.id
    )
    known = await scores.latest(
        session,
        workspace_id=workspace_id,
        track_ids=[submission.track_id] if submission.track_id is not None else [],
        preferred=model_version,
    )
    seen = decisions.Seen(
        slot=shown.slot if shown else None,
        discovery=submission.discovery,
        propensity=shown.propensity if shown else None,
        rule_version=shown.rule_version if shown else None,
        score=next(iter(known.values()), None),
    )
    await decisions.add(
        session,
        workspace_id=workspace_id,
        submission_id=submission.id,
        member_id=member.id,
        answer=ballot.answer,
        reasons=ballot.reasons,
        note=ballot.note,
        welcome_next=ballot.welcome_next,
        at=now,
        seen=seen,
    )


def last_change(history: Sequence[Event]) -> Event | None:
    """Return the newest event that changed the status, or None for a submission just sent."""
    moved = [event for event in history if event.kind in {EventKind.MOVED, EventKind.UNDONE}]
    return moved[-1] if moved else None


def _view(
    submission: Submission,
    member: Member,
    ballot: panel.Ballot,
    *,
    status: Status,
    undo_until: datetime | None = None,
) -> DecisionView:
    """Return what was answered; without `undo_until` it was taken back, and only that is told."""
    title, artist = track_label(submission)
    told = ballot if undo_until is not None else panel.Ballot(answer=ballot.answer)
    return DecisionView(
        code=submission.code,
        playlist=submission.playlist.name,
        title=title,
        artist=artist,
        status=status,
        by=member.display_name,
        reasons=tuple(reason_words(reason) for reason in told.reasons),
        note=told.note or "",
        welcome_next=told.welcome_next,
        undo_until=undo_until,
        taken_back=undo_until is None,
    )
