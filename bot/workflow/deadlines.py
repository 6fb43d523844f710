"""What the calendar does to submissions: reminders, expiry with an apology, the end of old records.

Every function looks at one workspace, may run on any number of machines at once, and does each
thing once, however often it runs: the database decides who was first.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.workflow import notices
from bot.workflow.reminding import remind_curators
from db import events, exposures, moves, reminders
from db.models import Submission
from db.status import UNANSWERED, Status
from db.types import EventKind

# With the usual fourteen days these are the tenth and the thirteenth.
REMIND_BEFORE = (timedelta(days=4), timedelta(days=1))
# Nothing that is due later than this is to be reminded of, in any zone.
REMIND_AHEAD = max(REMIND_BEFORE) + timedelta(days=1)
# In the morning and all together: one message a day is read, ten are switched off.
_MORNING = time(9, 0)

# Decisions keep what their curators saw; the rest is of no use after a year.
KEEP_EXPOSURES = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """What the curators of one playlist were reminded of, the most urgent first."""

    playlist_id: int
    submission_ids: tuple[int, ...]


async def remind(session: AsyncSession, *, workspace_id: int, now: datetime) -> list[Reminded]:
    """Remind curators of what is soon due and still waits, once for each reminder's day.

    After a silence of ours only the latest reminder of a submission is sent.
    """
    waiting = await reminders.unanswered(
        session, workspace_id=workspace_id, due_before=now + REMIND_AHEAD
    )
    told = await reminders.days_reminded(
        session, workspace_id=workspace_id, submission_ids=[row.id for row in waiting]
    )
    fresh: dict[int, list[Submission]] = defaultdict(list)
    for row in waiting:
        day = reminder_due(row.received_at, row.due_at, zone=ZoneInfo(row.playlist.zone), now=now)
        if day is None or day <= told.get(row.id, 0):
            continue
        if await reminders.note(
            session, workspace_id=workspace_id, submission_id=row.id, day=day, at=now
        ):
            fresh[row.playlist_id].append(row)
    return [
        await _remind(session, playlist_id, rows, now=now) for playlist_id, rows in fresh.items()
    ]


def reminder_due(
    received_at: datetime, due_at: datetime, *, zone: ZoneInfo, now: datetime
) -> int | None:
    """Return the day (counted from the arrival) whose reminder is the latest due one, or None.

    A reminder goes out on the morning of its day, local to `zone`; nothing is due after `due_at`.
    """
    if now >= due_at:
        return None
    days = [
        round((due_at - before - received_at) / timedelta(days=1))
        for before in REMIND_BEFORE
        if received_at < _morning_of(due_at - before, zone) <= now
    ]
    return max((day for day in days if day >= 1), default=None)


async def expire(session: AsyncSession, *, workspace_id: int, now: datetime) -> list[int]:
    """Let expire what is past its date, and apologise; return the submissions.

    An expiry is no decline: it stands in no one's way, and the artist may send the song again at
    once. Where a curator answers at the same moment, one of the two wins.
    """
    late = await reminders.unanswered(session, workspace_id=workspace_id, due_before=now)
    expired = []
    for row in late:
        moved = await moves.move(
            session,
            workspace_id=workspace_id,
            submission_id=row.id,
            to=Status.EXPIRED,
            actor=None,
            at=now,
            only_from=UNANSWERED,
        )
        if moved:
            await notices.changed(session, workspace_id=workspace_id, submission_id=row.id, at=now)
            expired.append(row.id)
    return expired


async def forget_exposures(
    session: AsyncSession,
    *,
    workspace_id: int,
    now: datetime,
    keep: timedelta = KEEP_EXPOSURES,
) -> int:
    """Delete what queues showed longer ago than `keep`; return how many rows that were."""
    return await exposures.delete_before(session, workspace_id=workspace_id, moment=now - keep)


async def _remind(
    session: AsyncSession, playlist_id: int, rows: list[Submission], *, now: datetime
) -> Reminded:
    workspace_id, zone = rows[0].workspace_id, ZoneInfo(rows[0].playlist.zone)
    for row in rows:
        await events.add(
            session,
            workspace_id=workspace_id,
            submission_id=row.id,
            kind=EventKind.REMINDED,
            at=now,
        )
    ids = tuple(row.id for row in rows)
    await remind_curators(
        session,
        workspace_id=workspace_id,
        playlist_id=playlist_id,
        submission_ids=ids,
        # Another one of the same day has another first submission.
        because=f"{now.astimezone(zone):%Y-%m-%d}:{ids[0]}",
        at=now,
    )
    return Reminded(playlist_id=playlist_id, submission_ids=ids)


def _morning_of(moment: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(moment.astimezone(zone).date(), _MORNING, tzinfo=zone)
