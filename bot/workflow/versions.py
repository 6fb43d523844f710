"""A song sent again: whether that is welcome, what is filled in, and what has changed since."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotAllowedError, RuleError
from bot.messages import plain
from bot.texts import reason_words, status_words
from bot.version_texts import change_words, memory_text
from bot.workflow.naming import track_label
from bot.workflow.people import Person
from bot.workflow.review import find_submission
from db import decisions, members, scores, submissions
from db.models import AiUse, Member, Playlist, Score, Submission
from db.status import UNANSWERED, Status
from db.types import Welcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefill:
    """An earlier submission as the form of the next version shows it.

    `link` is None where a file was sent, which has to be sent again. `earlier` tells what became of
    the old version.
    """

    replaces: str
    playlist: str
    link: str | None
    title: str
    artist: str
    note: str
    ai_use: AiUse | None
    genre: str | None
    language: str | None
    earlier: str

    def to_json(self) -> dict[str, object]:
        return {
            "replaces": self.replaces,
            "playlist": self.playlist,
            "link": self.link,
            "title": self.title,
            "artist": self.artist,
            "note": self.note,
            "ai_use": self.ai_use.value if self.ai_use else None,
            "genre": self.genre,
            "language": self.language,
            "earlier": self.earlier,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """For curators: the earlier version, its answer, and what was measured to have changed.

    `text` says all of it: `T-4F7K declined 12 Sep: the mix is muddy; now 2.1 dB louder`.
    """

    code: str
    status: Status
    at: datetime
    reasons: tuple[str, ...]
    note: str
    changes: tuple[str, ...]
    text: str

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.code,
            "status": self.status.value,
            "at": self.at.isoformat(),
            "reasons": list(self.reasons),
            "note": self.note,
            "changes": list(self.changes),
            "text": self.text,
        }


async def prefill(
    session: AsyncSession, *, workspace_id: int, code: str, person: Person, now: datetime
) -> Prefill:
    """Return the form of the next version of an own submission, or raise why there is none.

    Raises NotFoundError, NotAllowedError, or RuleError with the moment from which it is welcome.
    """
    member = await members.by_identity(
        session,
        workspace_id=workspace_id,
        platform=person.platform,
        external_id=person.external_id,
    )
    old = await own_version(session, workspace_id=workspace_id, code=code, member=member)
    await require_welcome(session, old, playlist=old.playlist, now=now)
    title, artist = track_label(old)
    return Prefill(
        replaces=old.code,
        playlist=old.playlist.name,
        link=old.link,
        title=title,
        artist=artist,
        note=old.note or "",
        ai_use=old.ai_use,
        genre=old.genre,
        language=old.language,
        earlier=status_words(old.status),
    )


async def own_version(
    session: AsyncSession, *, workspace_id: int, code: str, member: Member | None
) -> Submission:
    """Return the member's own submission `code`, or raise NotFoundError or NotAllowedError."""
    found = await find_submission(session, workspace_id, code)
    if member is None or found.member_id != member.id:
        raise NotAllowedError(f"{found.code} is not yours, so you cannot send a new version of it.")
    return found


async def require_welcome(
    session: AsyncSession, old: Submission, *, playlist: Playlist, now: datetime
) -> None:
    """Raise RuleError unless a new version of `old` may be sent to `playlist` now."""
    if old.playlist_id != playlist.id:
        raise RuleError(
            f"{old.code} was sent to {old.playlist.name}. For {playlist.name} it is no new version:"
            " submit it there as it is.",
            rule="resubmit",
        )
    answer = await decisions.last(session, workspace_id=old.workspace_id, submission_id=old.id)
    check_welcome(
        old.code,
        old.status,
        answered_at=old.status_at,
        welcome_next=answer.welcome_next if answer else None,
        resubmit_after_days=playlist.resubmit_after_days,
        now=now,
    )


def check_welcome(
    code: str,
    status: Status,
    *,
    answered_at: datetime,
    welcome_next: str | None,
    resubmit_after_days: int,
    now: datetime,
) -> None:
    """Raise RuleError unless the next version of a submission in `status` is welcome now.

    At once where it was not answered in time or was withdrawn, and where the curator has asked for
    a new mix; after a while else; never where the curator has said so.
    """
    if status in UNANSWERED:
        raise RuleError(
            f"{code} is still waiting. Withdraw it first, then send the new version.",
            rule="resubmit",
        )
    if status in {Status.EXPIRED, Status.WITHDRAWN}:
        return
    if status is not Status.DECLINED:
        raise RuleError(
            f"{code} was taken: {status_words(status)}. There is no need to send it again.",
            rule="resubmit",
        )
    if welcome_next == Welcome.NEW_MIX:
        return
    if welcome_next == Welcome.NOT_THIS_ONE:
        raise RuleError(
            f"{code} was declined for good, so another version of it is not taken. Another song"
            " of yours is welcome.",
            rule="resubmit",
        )
    free_at = answered_at + timedelta(days=resubmit_after_days)
    if now < free_at:
        raise RuleError(
            f"{code} was declined. It may be sent again from"
            f" {free_at.astimezone(UTC):%d %b %Y, %H:%M} UTC on; another song is welcome before.",
            rule="resubmit",
            possible_at=free_at,
        )


async def memory_of(
    session: AsyncSession, submission: Submission, *, model_version: str | None = None
) -> Memory | None:
    """Return what curators should remember of the version before, or None for a first one."""
    if submission.replaces_id is None:
        return None
    old = await submissions.get(
        session, workspace_id=submission.workspace_id, submission_id=submission.replaces_id
    )
    if old is None:
        return None
    answer = await decisions.last(session, workspace_id=old.workspace_id, submission_id=old.id)
    changes = await _changes(session, old, submission, model_version=model_version)
    reasons = tuple(reason_words(reason) for reason in answer.reasons) if answer else ()
    at = answer.at if answer else old.status_at
    return Memory(
        code=old.code,
        status=old.status,
        at=at,
        reasons=reasons,
        note=plain(answer.note) if answer and answer.note else "",
        changes=changes,
        text=memory_text(old.code, old.status, at=at, reasons=reasons, changes=changes),
    )


async def _changes(
    session: AsyncSession, old: Submission, new: Submission, *, model_version: str | None
) -> tuple[str, ...]:
    """Return in words what is different, as far as both were measured."""
    if old.track is None or new.track is None:
        return ()
    heard = await scores.latest(
        session,
        workspace_id=new.workspace_id,
        track_ids={old.track.id, new.track.id},
        preferred=model_version,
    )
    before, after = heard.get(old.track.id), heard.get(new.track.id)
    return change_words(
        louder_db=_difference(before, after, "loudness_lufs"),
        faster_bpm=_tempo_change(before, after),
        longer_ms=_minus(new.track.duration_ms, old.track.duration_ms),
        same_recording=old.track.id == new.track.id,
    )


def _difference(before: Score | None, after: Score | None, name: str) -> float | None:
    if before is None or after is None:
        return None
    return _minus(getattr(after, name), getattr(before, name))


def _tempo_change(before: Score | None, after: Score | None) -> float | None:
    """Return by how much the tempo rose; a beat counted in another way is no change."""
    change = _difference(before, after, "tempo_bpm")
    if change is None or before is None or after is None:
        return None
    either = [
        one - other
        for one in (after.tempo_bpm, after.tempo_alt_bpm)
        for other in (before.tempo_bpm, before.tempo_alt_bpm)
        if one is not None and other is not None
    ]
    return min(either, key=abs)


def _minus(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before
