"""The messages that outbox rows stand for, made when they are sent, of what holds then.

What an artist gets is made of a `StatusRow`, which knows no score, fit, rank or vote.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot import notice_texts as words
from bot.chat_texts import FILE_BUTTON, RECORDING_BUTTON
from bot.curation import BoardView, ReviewCard
from bot.curator_texts import card_lines, card_title
from bot.digest_texts import digest_lines, digest_title, empty_digest_text
from bot.marks import moment
from bot.messages import Button, ButtonStyle, Card, DigestView, Field, Image, StatusRow
from bot.texts import artist_can_help
from bot.workflow import digest, status
from bot.workflow.board import board_card, moved_card, show_board
from bot.workflow.card import review_card
from bot.workflow.card_pictures import draw_card
from bot.workflow.delivery import Outgoing
from bot.workflow.naming import track_label
from bot.workflow.notices import Notice, answer_subject, review_channels
from bot.workflow.talk import question_to
from db import decisions, playlists, posts, recipients, submissions
from db.models import OutboxMessage, Status, Submission
from db.outbox import Box
from db.recipients import Place
from db.status import UNANSWERED

# A card, and the facts in it where a platform may have a better look for them.
Painted = Card | tuple[Card, ReviewCard | BoardView | DigestView]
Painter = Callable[[AsyncSession, OutboxMessage, "At"], Awaitable[Painted | None]]

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
_REMINDER_ROWS: Final = 10
_DIGEST_ROWS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """The moment of which a message tells; scores of `model_version` come first."""

    now: datetime
    model_version: str | None = None


async def compose(
    session: AsyncSession,
    row: OutboxMessage,
    *,
    posted: bool,
    now: datetime,
    model_version: str | None = None,
) -> Outgoing | None:
    """Return the message that `row` stands for; None where there is nothing to tell any more.

    `posted`: it stands in the chat already, and would be changed. `model_version` is the model in
    use.
    """
    if row.kind in _CHANGES_ONLY and not posted:
        return None
    at = At(now=now, model_version=model_version)
    painted = await _PAINTERS[Notice(row.kind)](session, row, at)
    if painted is None and posted:
        painted = await _over(session, row, at)
    if painted is None:
        return None
    card, view = painted if isinstance(painted, tuple) else (painted, None)
    return Outgoing(
        workspace_id=row.workspace_id,
        card=card,
        view=view,
        calls=_called(row),
        lasting=isinstance(view, BoardView),
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


async def _answer(session: AsyncSession, row: OutboxMessage, at: At) -> Card | None:
    """Return an answer, as long as it is the submission's newest."""
    submission = await _submission(session, row)
    if submission is None or submission.status is not _STANDS[row.kind]:
        return None
    if submission.version != row.payload.get("version"):
        return None
    told = await status.row_of(session, submission, now=at.now)
    title, body = await _answer_words(session, submission, told, Notice(row.kind))
    again = row.kind in {Notice.DECLINED, Notice.EXPIRED}
    asks = _opinion(submission) if row.kind == Notice.DECLINED else ()
    return Card(
        title=title,
        url=submission.link,
        body=body,
        buttons=(*_buttons(submission, again=again), *asks),
    )


async def _answer_words(
    session: AsyncSession, submission: Submission, told: StatusRow, notice: Notice
) -> tuple[str, str]:
    match notice:
        case Notice.KEPT:
            return words.kept_title(told), words.kept_text(submission.playlist.stay_days)
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


async def _help(session: AsyncSession, row: OutboxMessage, at: At) -> Card | None:
    """Return what the artist is asked for, while it is needed."""
    submission = await _submission(session, row)
    if submission is None or not artist_can_help(submission.status, submission.unscored_reason):
        return None
    told = await status.row_of(session, submission, now=at.now)
    return Card(
        title=words.help_title(told),
        url=submission.link,
        body=words.help_text(told),
        buttons=(*_asks(told), *_buttons(submission)),
    )


def _asks(told: StatusRow) -> Iterator[Button]:
    """Yield what gives us what is missing."""
    primary = ButtonStyle.PRIMARY
    if told.wants_yes:
        yield Button(action="recording", label=RECORDING_BUTTON, style=primary, argument=told.code)
    if told.wants_file:
        yield Button(action="file", label=FILE_BUTTON, style=primary, argument=told.code)


async def _correction(session: AsyncSession, row: OutboxMessage, at: At) -> Card | None:
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
    told = await status.row_of(session, submission, now=at.now)
    return Card(
        title=words.correction_title(told),
        body=words.correction_text(told),
        buttons=_buttons(submission),
    )


async def _question(session: AsyncSession, row: OutboxMessage, at: At) -> Card | None:
    """Return what the curators have asked, as long as it has no answer."""
    submission = await _submission(session, row)
    question = None if submission is None else await question_to(session, submission)
    if submission is None or question is None:
        return None
    told = await status.row_of(session, submission, now=at.now)
    return Card(
        title=words.question_title(told),
        url=submission.link,
        body=words.question_text(told, question),
        buttons=(
            Button(
                action="answer",
                label=words.ANSWER_BUTTON,
                style=ButtonStyle.PRIMARY,
                argument=submission.code,
            ),
        ),
    )


async def _over(session: AsyncSession, row: OutboxMessage, at: At) -> Card | None:
    """Return what takes the place of a message that holds no more."""
    if row.kind == Notice.BOARD:
        return await moved_card(session, workspace_id=row.workspace_id, platform=row.platform)
    submission = await _submission(session, row)
    if submission is None:
        return None
    told = await status.row_of(session, submission, now=at.now)
    match row.kind:
        case Notice.TAKEN_BACK:
            return Card(title=words.taken_back_title(told), body=words.taken_back_text())
        case Notice.HELP:
            return Card(title=words.helped_title(told), buttons=_buttons(submission))
        case _:
            return None


async def _mention(session: AsyncSession, row: OutboxMessage, at: At) -> Card | None:
    del session, row, at
    return Card(title=words.MENTION_TITLE, body=words.MENTION_TEXT)


async def _card(
    session: AsyncSession, row: OutboxMessage, at: At
) -> tuple[Card, ReviewCard] | None:
    """Return the review card of a submission, as somebody may see it who has not voted."""
    submission = await _submission(session, row)
    if submission is None:
        return None
    view = await review_card(
        session,
        workspace_id=row.workspace_id,
        code=submission.code,
        person=None,
        platform=row.platform,
        model_version=at.model_version,
        now=at.now,
    )
    open_still = submission.status in UNANSWERED
    card = Card(
        title=card_title(view),
        url=view.row.url,
        body="\n".join(card_lines(view, when=moment)),
        buttons=_review_buttons(view.code) if open_still else (),
    )
    return card, view


async def _shown_card(session: AsyncSession, row: OutboxMessage, at: At) -> Painted | None:
    """Return the same with its picture, to talk about."""
    painted = await _card(session, row, at)
    if painted is None:
        return None
    card, view = painted
    image = await draw_card(
        session, workspace_id=row.workspace_id, card=view, model_version=at.model_version
    )
    return replace(card, image=image), view


async def _board(session: AsyncSession, row: OutboxMessage, at: At) -> Painted | None:
    """Return all queues of the workspace at a glance: the counts, and what is on top.

    None where curators do not work in that channel any more.
    """
    if _box(row).to not in await review_channels(session, workspace_id=row.workspace_id):
        return None
    view = await show_board(
        session, workspace_id=row.workspace_id, now=at.now, model_version=at.model_version
    )
    return board_card(view), view


async def _reminder(session: AsyncSession, row: OutboxMessage, at: At) -> Card | None:
    """Return what is due soon and still has no answer; None where all of it was answered."""
    del at
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


async def _digest(session: AsyncSession, row: OutboxMessage, at: At) -> Painted | None:
    number, week = row.payload.get("playlist"), row.payload.get("week")
    if not isinstance(number, int) or not isinstance(week, str):
        return None
    playlist = await playlists.get(session, workspace_id=row.workspace_id, playlist_id=number)
    if playlist is None:
        return None
    view = await digest.preview(
        session, workspace_id=row.workspace_id, playlist=playlist.name, week=week, now=at.now
    )
    added = [words.digest_row(one) for one in view.added[:_DIGEST_ROWS]]
    lines = words.digest_added(added, more=len(view.added) - len(added)) or [
        empty_digest_text(view)
    ]
    if _box(row).to.place is Place.PERSON:
        lines = [words.DIGEST_TO_YOU_TEXT, "", *lines]
    # Others may write while it is drawn.
    await session.commit()
    card = Card(
        title=digest_title(view),
        body="\n".join(lines),
        fields=(
            Field(name=words.DIGEST_NUMBERS, value="\n".join(digest_lines(view, when=moment))),
        ),
        # Drawing takes half a second, in which the chat goes on.
        image=await asyncio.to_thread(_chart, view),
    )
    return card, view


def _chart(view: DigestView) -> Image:
    # matplotlib takes half a second to load, and only a digest needs it here.
    from bot.workflow.pictures import digest_image  # noqa: PLC0415

    return digest_image(view)


def _buttons(submission: Submission, *, again: bool = False) -> tuple[Button, ...]:
    mine = Button(action="mine", label=words.STATUS_BUTTON, argument=submission.code)
    if not again:
        return (mine,)
    return (mine, Button(action="resubmit", label=words.AGAIN_BUTTON, argument=submission.code))


def _opinion(submission: Submission) -> tuple[Button, ...]:
    """Return how an artist says whether the answer was of use."""
    return tuple(
        Button(action="useful", label=label, argument=f"{submission.code}|{said}")
        for label, said in ((words.USEFUL_BUTTON, "yes"), (words.USELESS_BUTTON, "no"))
    )


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
        Notice.TAKEN_BACK: _over,
        Notice.CORRECTION: _correction,
        Notice.QUESTION: _question,
        Notice.MENTION: _mention,
        Notice.CARD: _card,
        Notice.SHOWN_CARD: _shown_card,
        Notice.BOARD: _board,
        Notice.REMINDER: _reminder,
        Notice.DIGEST: _digest,
    }
)
