"""The weekly digests: which are due, sending each once, skipping one."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.curation import DigestPlan
from bot.errors import AlreadyDoneError, RuleError
from bot.marks import command
from bot.workflow import notices, schedule
from bot.workflow.digest import rhythm_of
from bot.workflow.people import Person, member_of, require_curator
from bot.workflow.submit import find_playlist
from db import playlists, week_digests
from db.models import Member, Playlist
from db.types import DigestOutcome

log = logging.getLogger(__name__)

# A digest posted by hand right after another one would have nothing to tell.
_PAUSE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDigest:
    """A playlist and the ISO week whose digest is to be sent now."""

    playlist_id: int
    week: str

    @property
    def key(self) -> str:
        """Name this digest for ever: work with this id is done once."""
        return f"digest:{self.playlist_id}:{self.week}"


async def due_digests(
    session: AsyncSession, *, workspace_id: int, now: datetime
) -> list[DueDigest]:
    """Return the digests that are due by the playlists' own zones and are not sent or skipped.

    At most one for each playlist: after a downtime only the latest.
    """
    settled = await week_digests.last_settled(session, workspace_id=workspace_id)
    due = []
    for playlist in await playlists.list_all(session, workspace_id=workspace_id):
        week = schedule.is_due(
            rhythm_of(playlist),
            last_settled=settled.get(playlist.id),
            since=playlist.created_at,
            now=now,
        )
        if week is not None:
            due.append(DueDigest(playlist_id=playlist.id, week=week))
    return due


async def send_due(
    session: AsyncSession, *, workspace_id: int, due: DueDigest, now: datetime
) -> bool:
    """Post a due digest; return False where another machine, or a person, was first."""
    return await _post(session, workspace_id, due, now=now)


async def send_now(
    session: AsyncSession, *, workspace_id: int, playlist: str, person: Person, now: datetime
) -> DigestPlan:
    """Post the digest to come at once, instead of at its time; a curator's wish."""
    found, member = await _curated(session, workspace_id, playlist, person, now=now)
    await _require_channel(session, workspace_id, person)
    sent = await week_digests.sent_at(session, workspace_id=workspace_id, playlist_id=found.id)
    last = max(sent.values(), default=None)
    if last is not None and now - last < _PAUSE:
        raise AlreadyDoneError(
            f"The last digest of {found.name} was posted less than a day ago. The next one comes by"
            " itself."
        )
    week = schedule.current_week(rhythm_of(found), now=now)
    # Who asks for it now does not want it skipped any more.
    await week_digests.unskip(session, workspace_id=workspace_id, playlist_id=found.id, week=week)
    due = DueDigest(playlist_id=found.id, week=week)
    if not await _post(session, workspace_id, due, now=now, member=member):
        raise AlreadyDoneError(f"The digest of {found.name} for {week} is posted already.")
    return _plan(found, week, outcome=DigestOutcome.SENT)


async def skip(
    session: AsyncSession, *, workspace_id: int, playlist: str, person: Person, now: datetime
) -> DigestPlan:
    """Leave out the digest to come; skipping again takes that back."""
    found, member = await _curated(session, workspace_id, playlist, person, now=now)
    week = schedule.current_week(rhythm_of(found), now=now)
    taken_back = await week_digests.unskip(
        session, workspace_id=workspace_id, playlist_id=found.id, week=week
    )
    if taken_back:
        return _plan(found, week, outcome=None)
    skipped = await week_digests.settle(
        session,
        workspace_id=workspace_id,
        playlist_id=found.id,
        week=week,
        outcome=DigestOutcome.SKIPPED,
        at=now,
        member_id=member.id,
    )
    if not skipped:
        raise AlreadyDoneError(f"The digest of {found.name} for {week} is posted already.")
    return _plan(found, week, outcome=DigestOutcome.SKIPPED)


async def plan(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist: str,
    now: datetime,
    person: Person | None = None,
) -> DigestPlan:
    """Return when the next digest of a playlist comes, and whether it is skipped.

    `person` has to be a curator of the playlist; None is the operator at the console.
    """
    if person is None:
        found = await find_playlist(session, workspace_id, playlist)
    else:
        found, _ = await _curated(session, workspace_id, playlist, person, now=now)
    week = schedule.current_week(rhythm_of(found), now=now)
    outcome = await week_digests.outcome_of(
        session, workspace_id=workspace_id, playlist_id=found.id, week=week
    )
    return _plan(found, week, outcome=outcome)


async def _post(
    session: AsyncSession,
    workspace_id: int,
    due: DueDigest,
    *,
    now: datetime,
    member: Member | None = None,
) -> bool:
    first = await week_digests.settle(
        session,
        workspace_id=workspace_id,
        playlist_id=due.playlist_id,
        week=due.week,
        outcome=DigestOutcome.SENT,
        at=now,
        member_id=member.id if member else None,
    )
    if first:
        told = await notices.post_digest(
            session,
            workspace_id=workspace_id,
            playlist_id=due.playlist_id,
            week=due.week,
            at=now,
        )
        if not told:
            log.warning(
                "nobody was told of the digest of playlist=%d: no review channel is chosen, and who"
                " looks after the playlist is in no chat",
                due.playlist_id,
            )
    return first


async def _require_channel(session: AsyncSession, workspace_id: int, person: Person) -> None:
    """Raise RuleError where somebody in a chat wants to post a digest, and there is no place."""
    if person.platform not in notices.CHATS:
        return
    if not await notices.review_channels(session, workspace_id=workspace_id):
        raise RuleError(
            "There is no review channel to post it in. Whoever manages this place can choose one:"
            f" {command('setup')}",
            rule="setup",
        )


async def _curated(
    session: AsyncSession, workspace_id: int, playlist: str, person: Person, *, now: datetime
) -> tuple[Playlist, Member]:
    found = await find_playlist(session, workspace_id, playlist)
    member = await member_of(session, workspace_id, person, now=now)
    await require_curator(session, found, member, person)
    return found, member


def _plan(playlist: Playlist, week: str, *, outcome: DigestOutcome | None) -> DigestPlan:
    rhythm = rhythm_of(playlist)
    return DigestPlan(
        playlist=playlist.name,
        week=week,
        due_at=schedule.due_at(rhythm, week).astimezone(rhythm.zone),
        outcome=outcome.value if outcome else None,
    )
