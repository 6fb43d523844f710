"""What people are told of without having asked: rows for the outbox, in the commit of the news.

A row holds ids and a kind, never a word: the words are made when it is sent, of what holds then.
Its key names the news, so a step that is repeated tells nothing twice. `changed` is the door for
everything that happens to a submission; the others are for what happens beside one.

At the console people look for themselves, so nobody there gets a row.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.texts import artist_can_help
from db import curators, events, members, outbox, posts, recipients, submissions, workspace_settings
from db.models import Event, EventKind, Member, Platform, Role, Status, Submission
from db.outbox import Box
from db.recipients import Recipient

CHATS: Final = (Platform.DISCORD, Platform.SLACK)

# A board that changes all the time must not eat what a channel may be sent. All changes up to the
# next mark of this grid become one.
BOARD_PAUSE: Final = timedelta(seconds=10)


class Notice(StrEnum):
    """What a row tells. The first group goes to artists, the others to channels and curators."""

    HELP = "help"
    REFUSED = "refused_by_us"
    KEPT = "kept"
    DECLINED = "declined"
    EXPIRED = "expired"
    PLACED = "placed"
    ROTATED_OUT = "rotated_out"
    TAKEN_BACK = "taken_back"
    CORRECTION = "correction"
    QUESTION = "question"

    MENTION = "mention"
    CARD = "card"
    SHOWN_CARD = "shown_card"
    BOARD = "board"
    REMINDER = "reminder"
    DIGEST = "digest"


FOR_ARTISTS: Final = frozenset(
    {
        Notice.HELP,
        Notice.REFUSED,
        Notice.KEPT,
        Notice.DECLINED,
        Notice.EXPIRED,
        Notice.PLACED,
        Notice.ROTATED_OUT,
        Notice.TAKEN_BACK,
        Notice.CORRECTION,
        Notice.QUESTION,
    }
)

# A maybe is the curators' own, and who withdraws knows it.
_TOLD: Final = {
    Status.KEPT: Notice.KEPT,
    Status.DECLINED: Notice.DECLINED,
    Status.EXPIRED: Notice.EXPIRED,
    Status.PLACED: Notice.PLACED,
    Status.ROTATED_OUT: Notice.ROTATED_OUT,
}
ANSWERS: Final = frozenset(_TOLD.values())


async def changed(
    session: AsyncSession, *, workspace_id: int, submission_id: int, at: datetime
) -> None:
    """Tell of the newest event of a submission: its artist if it concerns them, cards and boards.

    Call it after the event, in the same transaction.
    """
    submission = await submissions.get(
        session, workspace_id=workspace_id, submission_id=submission_id
    )
    history = await events.of(session, workspace_id=workspace_id, submission_id=submission_id)
    if submission is None or not history:
        return
    await _tell_artist(session, submission, history[-1], at=at)
    await refresh_card(
        session,
        workspace_id=workspace_id,
        submission_id=submission_id,
        because=f"event:{history[-1].id}",
        at=at,
    )
    await refresh_board(
        session, workspace_id=workspace_id, because=f"event:{history[-1].id}", at=at
    )


async def tell_artist(
    session: AsyncSession,
    submission: Submission,
    notice: Notice,
    *,
    key: str,
    at: datetime,
    subject: str | None = None,
) -> bool:
    """Write to the artist; `key` names the news, and `subject` the message it changes, if one.

    Return False where it was told before, or the artist has no chat or wants no messages.
    """
    member = await members.get(
        session, workspace_id=submission.workspace_id, member_id=submission.member_id
    )
    to = None if member is None else recipient_of(member)
    if to is None:
        return False
    return await outbox.put(
        session,
        workspace_id=submission.workspace_id,
        key=key,
        to=to,
        subject=subject or key,
        kind=notice,
        payload={"submission": submission.id, "version": submission.version},
        submission_id=submission.id,
        at=at,
    )


async def refresh_card(
    session: AsyncSession, *, workspace_id: int, submission_id: int, because: str, at: datetime
) -> None:
    """Change every message that shows the submission to curators; `because` names the change."""
    for post in await posts.showing(
        session, workspace_id=workspace_id, subject=card_subject(submission_id)
    ):
        await outbox.put(
            session,
            workspace_id=workspace_id,
            key=f"{post.subject}:{post.message_id}:{because}",
            to=recipients.parse(post.platform, post.recipient),
            subject=post.subject,
            kind=Notice.CARD,
            payload={"submission": submission_id},
            submission_id=submission_id,
            at=at,
        )


async def show_card(
    session: AsyncSession,
    *,
    workspace_id: int,
    submission_id: int,
    channel: Recipient,
    at: datetime,
) -> None:
    """Post a submission's review card, with its picture, for all to talk about; one a channel.

    It changes with the submission. Nothing is done where it stands there already.
    """
    subject = f"{card_subject(submission_id)}:shown"
    box = Box(workspace_id=workspace_id, to=channel)
    if await posts.find(session, box=box, subject=subject) is not None:
        return
    await outbox.put(
        session,
        workspace_id=workspace_id,
        # After one that somebody has deleted there may be another.
        key=f"{subject}:{channel.platform}:{channel.external_id}:{at.isoformat()}",
        to=channel,
        subject=subject,
        kind=Notice.SHOWN_CARD,
        payload={"submission": submission_id},
        submission_id=submission_id,
        at=at,
    )


async def card_posted(
    session: AsyncSession,
    *,
    workspace_id: int,
    submission_id: int,
    channel: Recipient,
    message_id: str,
    at: datetime,
) -> None:
    """Note a review card that a platform has just posted, so that it changes with the submission.

    It is brought up to date once: something may have happened while it was on its way.
    """
    await posts.remember(
        session,
        box=Box(workspace_id=workspace_id, to=channel),
        subject=f"{card_subject(submission_id)}:{message_id}",
        submission_id=submission_id,
        message_id=message_id,
        at=at,
    )
    await refresh_card(
        session,
        workspace_id=workspace_id,
        submission_id=submission_id,
        because=f"posted:{message_id}",
        at=at,
    )


async def refresh_board(
    session: AsyncSession, *, workspace_id: int, because: str, at: datetime
) -> None:
    """Bring the live board of each review channel up to date; the first time posts it."""
    for channel in await review_channels(session, workspace_id=workspace_id):
        await outbox.put(
            session,
            workspace_id=workspace_id,
            key=f"board:{channel.platform}:{channel.external_id}:{because}",
            to=channel,
            subject=BOARD_SUBJECT,
            kind=Notice.BOARD,
            payload={},
            at=at,
            due_at=board_due(at),
        )


async def post_digest(
    session: AsyncSession, *, workspace_id: int, playlist_id: int, week: str, at: datetime
) -> int:
    """Post a playlist's week (`2026-W47`) in the review channels, once; return to how many.

    Without any channel it goes to each person who looks after the playlist, and says why.
    """
    to = await review_channels(session, workspace_id=workspace_id)
    if not to:
        to = await curators_in_person(
            session, workspace_id=workspace_id, playlist_id=playlist_id, role=Role.ADMIN
        )
    posted = [
        await outbox.put(
            session,
            workspace_id=workspace_id,
            key=f"digest:{playlist_id}:{week}:{one.platform}:{one.external_id}",
            to=one,
            subject=f"digest:{playlist_id}:{week}",
            kind=Notice.DIGEST,
            payload={"playlist": playlist_id, "week": week},
            at=at,
        )
        for one in to
    ]
    return sum(posted)


async def mention(
    session: AsyncSession,
    *,
    workspace_id: int,
    submission_id: int,
    to: Recipient,
    key: str,
    at: datetime,
) -> bool:
    """Call a person who takes no direct messages, in the submit channel and without any detail.

    Return False where the workspace does not want that, or it was done before.
    """
    chat = await workspace_settings.chat(session, workspace_id=workspace_id, platform=to.platform)
    if not chat.mention_fallback or chat.submit_channel is None:
        return False
    return await outbox.put(
        session,
        workspace_id=workspace_id,
        key=f"mention:{key}",
        to=recipients.channel(to.platform, chat.submit_channel),
        subject=f"mention:{key}",
        kind=Notice.MENTION,
        payload={"submission": submission_id, "person": to.external_id},
        submission_id=submission_id,
        at=at,
    )


async def review_channels(session: AsyncSession, *, workspace_id: int) -> list[Recipient]:
    """Return the channels where the workspace's curators work, in a fixed order."""
    found = []
    for platform in CHATS:
        chat = await workspace_settings.chat(session, workspace_id=workspace_id, platform=platform)
        if chat.review_channel is not None:
            found.append(recipients.channel(platform, chat.review_channel))
    return found


async def curators_in_person(
    session: AsyncSession, *, workspace_id: int, playlist_id: int, role: Role | None = None
) -> list[Recipient]:
    """Return where a playlist's curators get messages in person; of one `role`, or all of them."""
    there = await curators.of_playlist(session, workspace_id=workspace_id, playlist_id=playlist_id)
    found = []
    for curator in there:
        if role not in {None, curator.role}:
            continue
        member = await members.get(session, workspace_id=workspace_id, member_id=curator.member_id)
        if member is not None and (to := recipient_of(member)) is not None:
            found.append(to)
    return found


def recipient_of(member: Member) -> Recipient | None:
    """Return where a member gets messages: the first chat they came from, or None for nowhere.

    Who uses two chats is told in one of them.
    """
    if not member.dm_allowed:
        return None
    for identity in sorted(member.identities, key=lambda identity: identity.id):
        if identity.platform in CHATS:
            return recipients.person(identity.platform, identity.external_id)
    return None


def card_subject(submission_id: int) -> str:
    return f"card:{submission_id}"


BOARD_SUBJECT: Final = "board"


def answer_subject(submission_id: int, version: int) -> str:
    """Return the subject of the artist's message about the answer that made this version."""
    return f"answer:{submission_id}:{version}"


def board_due(at: datetime) -> datetime:
    """Return the next mark of the grid on which boards change."""
    seconds = BOARD_PAUSE.total_seconds()
    return at + timedelta(seconds=seconds - at.timestamp() % seconds)


async def _tell_artist(
    session: AsyncSession, submission: Submission, event: Event, *, at: datetime
) -> None:
    number, version = submission.id, submission.version
    match event.kind:
        case EventKind.ASKED:
            key = f"question:{number}:{event.id}"
            await tell_artist(session, submission, Notice.QUESTION, key=key, at=at)
        case EventKind.UNDONE:
            # The answer itself must not be read any more, and who has read it has to know.
            taken_back = answer_subject(number, version - 1)
            await tell_artist(
                session,
                submission,
                Notice.TAKEN_BACK,
                key=f"taken_back:{number}:{version}",
                subject=taken_back,
                at=at,
            )
            await tell_artist(
                session, submission, Notice.CORRECTION, key=f"correction:{number}:{version}", at=at
            )
        case EventKind.MOVED if submission.status in _TOLD:
            await tell_artist(
                session,
                submission,
                _TOLD[submission.status],
                key=answer_subject(number, version),
                at=at,
            )
        case EventKind.MOVED if submission.status is Status.WITHDRAWN and event.actor_id is None:
            await tell_artist(
                session, submission, Notice.REFUSED, key=answer_subject(number, version), at=at
            )
    await _ask_for_help(session, submission, at=at)


async def _ask_for_help(session: AsyncSession, submission: Submission, *, at: datetime) -> None:
    """Ask for what only the artist can give; or say that it is needed no more."""
    if artist_can_help(submission.status, submission.unscored_reason):
        file = (submission.upload_sha256 or "none")[:12]
        key = f"help:{submission.id}:{submission.unscored_reason}:{file}"
        await tell_artist(session, submission, Notice.HELP, key=key, at=at)
        return
    for post in await posts.showing(
        session, workspace_id=submission.workspace_id, subject=f"help:{submission.id}"
    ):
        await tell_artist(
            session,
            submission,
            Notice.HELP,
            key=f"{post.subject}:over",
            subject=post.subject,
            at=at,
        )
