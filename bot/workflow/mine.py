"""An artist's own submissions in pages, and one of them opened: its history, and what may be done.

No score, fit, rank or vote is read here at all, so none can leak.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.artist_texts import happened_words
from bot.errors import NotAllowedError, RuleError
from bot.messages import StatusRow, plain
from bot.workflow.people import Person
from bot.workflow.review import find_submission
from bot.workflow.status import row_of
from bot.workflow.talk import question_to
from bot.workflow.versions import require_welcome
from db import events, members, scores, submissions
from db.models import Event, EventKind, Submission
from db.status import UNANSWERED, Status

PAGE: Final = 10
# To the artist a maybe is still waiting, and what curators do among themselves is theirs.
_SHOWN: Final = frozenset(
    {
        EventKind.SUBMITTED,
        EventKind.RESOLVED,
        EventKind.SCORED,
        EventKind.UNSCORED,
        EventKind.MOVED,
        EventKind.UNDONE,
        EventKind.ASKED,
        EventKind.ANSWERED,
    }
)
_MAY_WITHDRAW: Final = UNANSWERED | {Status.KEPT}


class Stand(StrEnum):
    """Which of one's own submissions to list."""

    ALL = "all"
    WAITING = "waiting"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class MineView:
    """One page of an artist's submissions, the newest first; pages count from 1."""

    artist: str
    stand: Stand
    rows: tuple[StatusRow, ...]
    page: int
    pages: int
    total: int

    def to_json(self) -> dict[str, object]:
        return {
            "artist": self.artist,
            "stand": self.stand.value,
            "submissions": [row.to_json() for row in self.rows],
            "page": self.page,
            "pages": self.pages,
            "total": self.total,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    at: datetime
    text: str

    def to_json(self) -> dict[str, object]:
        return {"at": self.at.isoformat(), "text": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnView:
    """One own submission opened.

    `resubmit_at` is when a new version is welcome: now or earlier means at once, None never.
    `question` waits for the artist's answer. `has_facts`: its sound was heard.
    """

    row: StatusRow
    url: str | None
    history: tuple[HistoryLine, ...]
    may_withdraw: bool
    resubmit_at: datetime | None
    has_facts: bool
    question: str | None

    def to_json(self) -> dict[str, object]:
        return self.row.to_json() | {
            "url": self.url,
            "history": [line.to_json() for line in self.history],
            "may_withdraw": self.may_withdraw,
            "resubmit_at": self.resubmit_at.isoformat() if self.resubmit_at else None,
            "has_facts": self.has_facts,
            "question": self.question,
        }


async def list_mine(
    session: AsyncSession,
    *,
    workspace_id: int,
    person: Person,
    now: datetime,
    stand: Stand = Stand.ALL,
    page: int = 1,
) -> MineView:
    """Return a page of the person's own submissions; the last one where there are not so many."""
    member = await members.by_identity(
        session,
        workspace_id=workspace_id,
        platform=person.platform,
        external_id=person.external_id,
    )
    own: list[Submission] = []
    if member is not None:
        own = await submissions.of_member(
            session, workspace_id=workspace_id, member_id=member.id, limit=None
        )
    wanted = [one for one in own if _stands(one, stand)]
    pages = max(1, -(-len(wanted) // PAGE))
    page = min(max(1, page), pages)
    shown = wanted[(page - 1) * PAGE : page * PAGE]
    return MineView(
        artist=member.display_name if member else plain(person.name),
        stand=stand,
        rows=tuple([await row_of(session, one, now=now) for one in shown]),
        page=page,
        pages=pages,
        total=len(wanted),
    )


async def open_mine(
    session: AsyncSession, *, workspace_id: int, code: str, person: Person, now: datetime
) -> OwnView:
    """Return one own submission with its history, or raise NotFoundError or NotAllowedError."""
    submission = await find_submission(session, workspace_id, code)
    member = await members.by_identity(
        session,
        workspace_id=workspace_id,
        platform=person.platform,
        external_id=person.external_id,
    )
    if member is None or member.id != submission.member_id:
        raise NotAllowedError(f"{submission.code} is not yours.")
    happened = await events.of(session, workspace_id=workspace_id, submission_id=submission.id)
    return OwnView(
        row=await row_of(session, submission, now=now),
        url=submission.link,
        history=tuple(history_of(happened)),
        may_withdraw=submission.status in _MAY_WITHDRAW,
        resubmit_at=await _resubmit_at(session, submission, now=now),
        has_facts=await _heard(session, submission),
        question=await question_to(session, submission),
    )


def _stands(submission: Submission, stand: Stand) -> bool:
    match stand:
        case Stand.ALL:
            return True
        case Stand.WAITING:
            return submission.status in UNANSWERED
        case Stand.ANSWERED:
            return submission.status not in UNANSWERED


def history_of(happened: Sequence[Event]) -> list[HistoryLine]:
    """Return what an artist may know of a submission's events, oldest first."""
    lines = []
    for event in happened:
        if event.kind not in _SHOWN or _is_hidden(event):
            continue
        text = happened_words(event.kind, event.to_status, by_us=event.actor_id is None)
        if event.kind in {EventKind.ASKED, EventKind.ANSWERED} and event.note:
            text = f"{text}: {plain(event.note, limit=600)}"
        lines.append(HistoryLine(at=event.at, text=text))
    return lines


def _is_hidden(event: Event) -> bool:
    if event.kind is EventKind.UNDONE:
        return event.from_status is Status.MAYBE
    # That it is queued is told with its hearing.
    return event.kind is EventKind.MOVED and event.to_status in {Status.MAYBE, Status.QUEUED}


async def _resubmit_at(
    session: AsyncSession, submission: Submission, *, now: datetime
) -> datetime | None:
    try:
        await require_welcome(session, submission, playlist=submission.playlist, now=now)
    except RuleError as error:
        return error.possible_at
    return now


async def _heard(session: AsyncSession, submission: Submission) -> bool:
    if submission.track_id is None:
        return False
    known = await scores.latest(
        session, workspace_id=submission.workspace_id, track_ids=[submission.track_id]
    )
    return bool(known)
