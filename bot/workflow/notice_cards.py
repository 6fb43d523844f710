"""The messages that outbox rows stand for, made when they are sent, of what holds then.

What an artist gets is made of a `StatusRow`, which knows no score, fit, rank or vote.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot import notice_texts as words
from bot.messages import Button, ButtonStyle, Card, Field, StatusRow
from bot.texts import (
    artist_can_help,
    digest_lines,
    digest_title,
    empty_digest_text,
    row_facts,
    title_text,
)
from bot.workflow import digest, status
from bot.workflow.delivery import Outgoing
from bot.workflow.line import Viewer, line_of, row_of
from bot.workflow.naming import track_label
from bot.workflow.notices import Notice, answer_subject
from bot.workflow.review import last_change
from db import decisions, events, playlists, posts, recipients, submissions
from db.models import OutboxMessage, Playlist, Status, Submission
from db.outbox import Box
from db.status import UNANSWERED, WAITING

Painter = Callable[[AsyncSession, OutboxMessage, datetime], Awaitable[Card | None]]

# What an answer says holds only as long as the submission stands so.
_STANDS: Mapping[str, Status] = MappingProxyType(
    {
        Notice.KEPT: Status.KEPT,
        Notice.DECLINED: Status.DECLINED,
        Notice.EXPIRED: Status.EXPIRED,
        Notice.PLACED: Status.PLACED,
        Notice.ROTATED_OUT: Status.ROTATED_OUT,
        Notice.REFUSED: Status.WITHDRAWN,
    }
)
# A channel is read by several curators, so it shows what somebody sees who has not voted yet.
_ANYBODY: Final = Viewer(member_id=0)
_BOARD_ROWS: Final = 3
_REMINDER_ROWS: Final = 10
_DIGEST_ROWS: Final = 10


async def compose(
    session: AsyncSession, row: OutboxMessage, *, posted: bool, now: datetime
) -> Outgoing | None:
    """Return the message that `row` stands for; None where there is nothing to tell any more.

    `posted`: it stands in the chat already, and would be changed.
    """
    if row.kind in _CHANGES_ONLY and not posted:
        return None
    card = await _PAINTERS[Notice(row.kind)](session, row, now)
    if card is None and posted:
        card = await _over(session, row, now)
    if card is None:
        return None
    return Outgoing(
        workspace_id=row.workspace_id,
        card=card,
        calls=_called(row),
        lasting=row.kind == Notice.BOARD,
    )


def _called(row: OutboxMessage) -> str | None:
    person = row.payload.get("person")
    return person if row.kind == Notice.MENTION and isinstance(person, str) else None


async def _submission(session: AsyncSession, row: OutboxMessage) -> Submission | None:
    if row.submission_id is None:
        return None
    return await submissions.get(
        session, workspace_id=row.workspace_id, submission_id=row.submission_id
    )


async def _answer(session: AsyncSession, row: OutboxMessage, now: datetime) -> Card | None:
    """Return an answer, as long as it is the submission's newest."""
    submission = await _submission(session, row)
    if submission is None or submission.status is not _STANDS[row.kind]:
        return None
    if submission.version != row.payload.get("version"):
        return None
    told = await status.row_of(session, submission, now=now)
    title, body = await _answer_words(session, submission, told, Notice(row.kind))
    again = row.kind in {Notice.DECLINED, Notice.EXPIRED}
    return Card(
        title=title,
        url=submission.link,
        body=body,
        buttons=_buttons(submission, again=again),
    )


async def _answer_words(
    session: AsyncSession, submission: Submission, told: StatusRow, notice: Notice
) -> tuple[str, str]:
    match notice:
        case Notice.KEPT:
            return words.kept_title(told), words.kept_text()
        case Notice.PLACED:
            return words.placed_title(told), words.placed_text(submission.playlist.stay_days)
        case Notice.ROTATED_OUT:
            return words.rotated_out_title(told), words.rotated_out_text()
        case Notice.EXPIRED:
            return words.expired_title(told), words.expired_text(told)
        case Notice.DECLINED:
            decision = await decisions.last(
                session, workspace_id=submission.workspace_id, submission_id=submission.id
            )
            welcome = decision.welcome_next if decision else None
            return words.declined_title(told), words.declined_text(told, welcome=welcome)
        case _:
            return words.refused_title(told), words.refused_text(told)


async def _help(session: AsyncSession, row: OutboxMessage, now: datetime) -> Card | None:
    """Return what the artist is asked for, while it is needed."""
    submission = await _submission(session, row)
    if submission is None or not artist_can_help(submission.status, submission.unscored_reason):
        return None
    told = await status.row_of(session, submission, now=now)
    return Card(
        title=words.help_title(told),
        url=submission.link,
        body=words.help_text(told),
        buttons=_buttons(submission),
    )


async def _taken_back(session: AsyncSession, row: OutboxMessage, now: datetime) -> Card | None:
    return await _over(session, row, now)


async def _correction(session: AsyncSession, row: OutboxMessage, now: datetime) -> Card | None:
    """Return the correction, where the artist was told and has not been told anything newer."""
    submission = await _submission(session, row)
    if submission is None or submission.status not in UNANSWERED:
        return None
    version = row.payload.get("version")
    if not isinstance(version, int):
        return None
    told_before = await posts.find(
        session, box=_box(row), subject=answer_subject(submission.id, version - 1)
    )
    if told_before is None:
        return None
    told = await status.row_of(session, submission, now=now)
    return Card(
        title=words.correction_title(told),
        body=words.correction_text(told),
        buttons=_buttons(submission),
    )


async def _question(session: AsyncSession, row: OutboxMessage, now: datetime) -> Card | None:
    """Return the newest question of the curators that has no answer yet."""
    submission = await _submission(session, row)
    if submission is None:
        return None
    history = await events.of(session, workspace_id=row.workspace_id, submission_id=submission.id)
    asked = [event for event in history if event.id == row.payload.get("event")]
    if not asked or not asked[0].note:
        return None
    told = await status.row_of(session, submission, now=now)
    return Card(
        title=words.question_title(told),
        url=submission.link,
        body=words.question_text(told, asked[0].note),
        buttons=(
            Button(
                action="answer",
                label=words.ANSWER_BUTTON,
                style=ButtonStyle.PRIMARY,
                argument=submission.code,
            ),
        ),
    )


async def _over(session: AsyncSession, row: OutboxMessage, now: datetime) -> Card | None:
    """Return what takes the place of a message to an artist that holds no more."""
    submission = await _submission(session, row)
    if submission is None:
        return None
    told = await status.row_of(session, submission, now=now)
    match row.kind:
        case Notice.TAKEN_BACK:
            return Card(title=words.taken_back_title(told), body=words.taken_back_text())
        case Notice.HELP:
            return Card(title=words.helped_title(told), buttons=_buttons(submission))
        case _:
            return None


async def _mention(session: AsyncSession, row: OutboxMessage, now: datetime) -> Card | None:
    del session, row, now
    return Card(title=words.MENTION_TITLE, body=words.MENTION_TEXT)


async def _card(session: AsyncSession, row: OutboxMessage, now: datetime) -> Card | None:
    """Return the review card of a submission, as somebody may see it who has not voted."""
    submission = await _submission(session, row)
    if submission is None:
        return None
    title, artist = track_label(submission)
    heading = title_text(title, artist)
    line = await line_of(session, submission.playlist, now=now)
    for number, place in enumerate(line, start=1):
        if place.submission.id == submission.id:
            shown = row_of(place, viewer=_ANYBODY, number=number, page=1, now=now)
            return Card(
                title=heading,
                url=submission.link,
                body=row_facts(shown),
                buttons=_review_buttons(submission.code),
                footer=words.card_footer(submission.code, submission.playlist.name),
            )
    last = last_change(
        await events.of(session, workspace_id=row.workspace_id, submission_id=submission.id)
    )
    return Card(
        title=heading,
        url=submission.link,
        body=words.decided_text(
            submission.status, by=last.actor.display_name if last and last.actor else None
        ),
        footer=words.card_footer(submission.code, submission.playlist.name),
    )


async def _board(session: AsyncSession, row: OutboxMessage, now: datetime) -> Card | None:
    """Return all queues of the workspace at a glance: the counts, and what is on top."""
    there = await playlists.list_all(session, workspace_id=row.workspace_id)
    return Card(
        title=words.BOARD_TITLE,
        body="" if there else words.BOARD_EMPTY_TEXT,
        fields=tuple([await _board_field(session, playlist, now) for playlist in there]),
        footer=words.BOARD_FOOTER,
    )


async def _board_field(session: AsyncSession, playlist: Playlist, now: datetime) -> Field:
    line = await line_of(session, playlist, now=now)
    waiting = [place for place in line if place.submission.status in WAITING]
    tops = [place for place in waiting if place.ranked is not None][:_BOARD_ROWS]
    rows = [
        words.board_row(number, *track_label(place.submission))
        for number, place in enumerate(tops, start=1)
    ]
    counts = words.board_counts(
        waiting=len(waiting),
        overdue=sum(place.submission.due_at < now for place in waiting),
        maybe=sum(place.submission.status is Status.MAYBE for place in line),
    )
    return Field(name=playlist.name, value="\n".join([counts, *rows]))


async def _reminder(session: AsyncSession, row: OutboxMessage, now: datetime) -> Card | None:
    """Return what is due soon and still has no answer; None where all of it was answered."""
    del now
    number, ids = row.payload.get("playlist"), row.payload.get("submissions")
    if not isinstance(number, int) or not isinstance(ids, list):
        return None
    playlist = await playlists.get(session, workspace_id=row.workspace_id, playlist_id=number)
    found = [
        await submissions.get(session, workspace_id=row.workspace_id, submission_id=one)
        for one in ids
    ]
    left = [one for one in found if one is not None and one.status in UNANSWERED]
    if playlist is None or not left:
        return None
    lines = [
        words.reminder_row(one.code, *track_label(one), one.due_at) for one in left[:_REMINDER_ROWS]
    ]
    return Card(
        title=words.reminder_title(playlist.name, len(left)),
        body=words.reminder_text(lines, more=len(left) - len(lines)),
    )


async def _digest(session: AsyncSession, row: OutboxMessage, now: datetime) -> Card | None:
    number, week = row.payload.get("playlist"), row.payload.get("week")
    if not isinstance(number, int) or not isinstance(week, str):
        return None
    playlist = await playlists.get(session, workspace_id=row.workspace_id, playlist_id=number)
    if playlist is None:
        return None
    view = await digest.preview(
        session, workspace_id=row.workspace_id, playlist=playlist.name, week=week, now=now
    )
    added = [title_text(one.title, one.artist) for one in view.added[:_DIGEST_ROWS]]
    body = "\n".join(words.digest_added(added, more=len(view.added) - len(added)))
    return Card(
        title=digest_title(view),
        body=body or empty_digest_text(view),
        fields=(Field(name=words.DIGEST_NUMBERS, value="\n".join(digest_lines(view))),),
    )


def _buttons(submission: Submission, *, again: bool = False) -> tuple[Button, ...]:
    mine = Button(action="mine", label=words.STATUS_BUTTON, argument=submission.code)
    if not again:
        return (mine,)
    return (mine, Button(action="resubmit", label=words.AGAIN_BUTTON, argument=submission.code))


def _review_buttons(code: str) -> tuple[Button, ...]:
    return (
        Button(action="keep", label=words.KEEP_BUTTON, style=ButtonStyle.GOOD, argument=code),
        Button(action="maybe", label=words.MAYBE_BUTTON, argument=code),
        Button(
            action="decline", label=words.DECLINE_BUTTON, style=ButtonStyle.DANGER, argument=code
        ),
        Button(action="claim", label=words.CLAIM_BUTTON, argument=code),
    )


def _box(row: OutboxMessage) -> Box:
    return Box(workspace_id=row.workspace_id, to=recipients.parse(row.platform, row.recipient))


# These only change what stands in a chat.
_CHANGES_ONLY: Final = frozenset({Notice.TAKEN_BACK, Notice.CARD})

_PAINTERS: Mapping[Notice, Painter] = MappingProxyType(
    {
        Notice.HELP: _help,
        Notice.REFUSED: _answer,
        Notice.KEPT: _answer,
        Notice.DECLINED: _answer,
        Notice.EXPIRED: _answer,
        Notice.PLACED: _answer,
        Notice.ROTATED_OUT: _answer,
        Notice.TAKEN_BACK: _taken_back,
        Notice.CORRECTION: _correction,
        Notice.QUESTION: _question,
        Notice.MENTION: _mention,
        Notice.CARD: _card,
        Notice.BOARD: _board,
        Notice.REMINDER: _reminder,
        Notice.DIGEST: _digest,
    }
)
