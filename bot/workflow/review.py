"""A curator's answer to a submission, and taking it back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyDoneError, NotAllowedError, NotFoundError, RuleError
from bot.messages import DecisionView, plain
from bot.texts import DECLINE_REASONS, NOTE_LIMIT, already_text, reason_words
from bot.workflow import notices
from bot.workflow.naming import track_label, typed
from bot.workflow.people import Person, member_of, require_curator
from db import decisions, events, exposures, moves, scores, submissions
from db.models import Event, Member, Submission
from db.status import Status
from db.types import Answer, EventKind

# Long enough to notice a slip, short enough that the artist has seldom read the answer.
UNDO_WINDOW = timedelta(minutes=10)
# More would be a list of everything, and nothing that the artist could act on.
_MOST_REASONS = 3

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
    model_version: str | None = None,
    now: datetime,
) -> DecisionView:
    """Record `answer`; of two curators who answer at once one wins and the other is told.

    `model_version` is the model in use, whose score the queue has shown.
    Raises NotFoundError, NotAllowedError, RuleError or AlreadyDoneError.
    """
    submission = await find_submission(session, workspace_id, code)
    member = await member_of(session, workspace_id, person, now=now)
    await require_curator(session, submission.playlist, member, person)
    _require_another(submission, member)
    reasons = tuple(dict.fromkeys(reasons))
    _require_reasons(answer, reasons)
    note = typed(note, limit=NOTE_LIMIT)
    moved = await moves.move(
        session,
        workspace_id=workspace_id,
        submission_id=submission.id,
        to=_STATUS[answer],
        actor=member.id,
        at=now,
        reasons=reasons,
        note=note,
    )
    if not moved:
        raise await _already(session, workspace_id, code, now=now)
    await _remember(
        session,
        submission,
        member,
        answer,
        reasons=reasons,
        note=note,
        model_version=model_version,
        now=now,
    )
    await notices.changed(session, workspace_id=workspace_id, submission_id=submission.id, at=now)
    return _view(
        submission,
        member,
        status=_STATUS[answer],
        reasons=reasons,
        note=note,
        undo_until=now + UNDO_WINDOW,
    )


async def undo(
    session: AsyncSession, *, workspace_id: int, code: str, person: Person, now: datetime
) -> DecisionView:
    """Take the last decision back, as a new event; only within UNDO_WINDOW, only by a curator."""
    submission = await find_submission(session, workspace_id, code)
    member = await member_of(session, workspace_id, person, now=now)
    await require_curator(session, submission.playlist, member, person)
    _require_another(submission, member)
    decision = await decisions.last(session, workspace_id=workspace_id, submission_id=submission.id)
    if decision is None:
        raise AlreadyDoneError(f"{submission.code} has no decision to take back.")
    if now > decision.at + UNDO_WINDOW:
        raise RuleError(
            f"{submission.code} was answered more than {UNDO_WINDOW.seconds // 60} minutes ago,"
            " so the artist may have read it. Talk to the artist instead.",
            rule="undo_window",
        )
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
        raise await _already(session, workspace_id, code, now=now)
    await notices.changed(session, workspace_id=workspace_id, submission_id=submission.id, at=now)
    return _view(submission, member, status=restored, reasons=(), note=None)


async def find_submission(session: AsyncSession, workspace_id: int, code: str) -> Submission:
    """Return the submission called `code`, in any case and with or without `T-`."""
    found = await submissions.by_code(session, workspace_id=workspace_id, code=code)
    if found is None:
        raise NotFoundError(
            f"There is no submission {plain(code)!r}. The queue and the receipt show ids."
        )
    return found


def _require_another(submission: Submission, member: Member) -> None:
    if submission.member_id == member.id:
        raise NotAllowedError(f"{submission.code} is your own; another curator has to answer it.")


def _require_reasons(answer: Answer, reasons: tuple[str, ...]) -> None:
    known = ", ".join(DECLINE_REASONS)
    if answer is Answer.DECLINE and not reasons:
        raise RuleError(
            f"A decline needs a reason that the artist can act on. Choose from: {known}.",
            rule="decline_reason",
        )
    if len(reasons) > _MOST_REASONS:
        raise RuleError(
            f"Choose the {_MOST_REASONS} reasons that matter most, not {len(reasons)}.",
            rule="decline_reason",
        )
    for reason in reasons:
        if reason not in DECLINE_REASONS:
            raise RuleError(
                f"There is no reason called {plain(reason)!r}. Choose from: {known}.",
                rule="decline_reason",
            )


async def _already(
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


async def _remember(
    session: AsyncSession,
    submission: Submission,
    member: Member,
    answer: Answer,
    *,
    reasons: tuple[str, ...],
    note: str | None,
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
        answer=answer,
        reasons=reasons,
        note=note,
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
    *,
    status: Status,
    reasons: tuple[str, ...],
    note: str | None,
    undo_until: datetime | None = None,
) -> DecisionView:
    title, artist = track_label(submission)
    return DecisionView(
        code=submission.code,
        playlist=submission.playlist.name,
        title=title,
        artist=artist,
        status=status,
        by=member.display_name,
        reasons=tuple(reason_words(reason) for reason in reasons),
        note=note or "",
        undo_until=undo_until,
    )
