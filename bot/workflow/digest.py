"""A playlist's week in numbers, from the event table alone: anybody can recompute it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import RuleError
from bot.messages import DigestRow, DigestView, Meter, Workload, plain
from bot.workflow import schedule
from bot.workflow.naming import track_label
from bot.workflow.submit import find_playlist
from db import changes, submissions, week_digests
from db.changes import StatusChange
from db.models import Playlist
from db.status import DECIDED, WAITING, Status

_WEEK_TEXT = re.compile(r"(\d{4})-?W(\d{1,2})", re.ASCII | re.IGNORECASE)
_ANSWERS = frozenset({Status.KEPT, Status.DECLINED})
# Where a submission ends without an answer, whatever a curator had said to it before.
_NO_ANSWER = frozenset({Status.WITHDRAWN, Status.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """An ISO week in a zone: from Monday 0:00 to the next Monday 0:00, local time."""

    label: str
    starts_at: datetime
    ends_at: datetime


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a week's changes add up to. `kept` are the additions, in the order of the week."""

    kept: list[StatusChange] = field(default_factory=list)
    maybe: int = 0
    declined: int = 0
    reversed: int = 0
    expired: int = 0
    waiting: int = 0
    waits_days: list[float] = field(default_factory=list)
    discovery: list[bool] = field(default_factory=list)
    rest: list[bool] = field(default_factory=list)


async def preview(
    session: AsyncSession, *, workspace_id: int, playlist: str, week: str | None, now: datetime
) -> DigestView:
    """Return the digest of `week` (`2026-W47`; the one to come if None) as it would be sent.

    It tells of the time since the digest before, so that what is decided on a weekend is not lost.
    """
    found = await find_playlist(session, workspace_id, playlist)
    span = await span_of(session, found, week, now=now)
    history = await changes.of_playlist(
        session, workspace_id=workspace_id, playlist_id=found.id, before=span.ends_at
    )
    tally = add_up(history, span)
    view = _view(found.name, span, tally, await _added(session, workspace_id, tally.kept))
    heard = await changes.workload(
        session,
        workspace_id=workspace_id,
        playlist_id=found.id,
        start=span.starts_at,
        end=span.ends_at,
    )
    return replace(
        view,
        workload=tuple(Workload(by=name, tracks=tracks) for name, tracks in heard),
        opens_at=_opens_at(found, now=now),
    )


async def span_of(
    session: AsyncSession, playlist: Playlist, week: str | None, *, now: datetime
) -> Week:
    """Return what a week's digest tells of, or raise RuleError where `week` names none."""
    rhythm = rhythm_of(playlist)
    sent = await week_digests.sent_at(
        session, workspace_id=playlist.workspace_id, playlist_id=playlist.id
    )
    if week is not None:
        label = parse_week(week, rhythm.zone).label
    else:
        label = schedule.current_week(rhythm, now=now)
        # Somebody has posted it before its time.
        label = schedule.week_after(label) if label in sent else label
    starts_at, ends_at = schedule.days_told(rhythm, label, sent=sent)
    return Week(
        label=label,
        starts_at=starts_at.astimezone(rhythm.zone),
        ends_at=ends_at.astimezone(rhythm.zone),
    )


def rhythm_of(playlist: Playlist) -> schedule.Rhythm:
    """Return when a playlist's digests are due."""
    return schedule.Rhythm(
        zone=ZoneInfo(playlist.zone), weekday=playlist.digest_weekday, at=playlist.digest_time
    )


def week_of(moment: datetime, zone: ZoneInfo) -> Week:
    """Return the ISO week that `moment` lies in, in `zone`."""
    year, number, _ = moment.astimezone(zone).isocalendar()
    return _week(year, number, zone)


def parse_week(text: str, zone: ZoneInfo) -> Week:
    """Return the week that `2026-W47` names, or raise RuleError."""
    no_week = RuleError(f"{plain(text)!r} is no ISO week such as 2026-W47.", rule="week")
    match = _WEEK_TEXT.fullmatch(text.strip())
    if match is None:
        raise no_week
    try:
        return _week(int(match[1]), int(match[2]), zone)
    except (ValueError, OverflowError) as error:
        raise no_week from error


def add_up(history: Iterable[StatusChange], week: Week) -> Tally:
    """Count a week. Only what still held at the week's end counts as an answer of that week."""
    tally = Tally()
    # Sorting keeps each submission's own changes in the order in which they happened.
    by_submission = sorted(history, key=lambda change: change.submission_id)
    for _, group in groupby(by_submission, key=lambda change: change.submission_id):
        _count(tally, list(group), week)
    tally.kept.sort(key=lambda change: (change.at, change.submission_id))
    return tally


def _count(tally: Tally, history: Sequence[StatusChange], week: Week) -> None:
    past = [change for change in history if change.at < week.ends_at]
    if not past:
        return
    tally.waiting += past[-1].to_status in WAITING
    tally.reversed += sum(change.undone and change.at >= week.starts_at for change in past)
    standing = _in_force(past)
    this_week = [change for change in standing if change.at >= week.starts_at]
    tally.expired += any(change.to_status is Status.EXPIRED for change in this_week)
    answers = [change for change in this_week if change.to_status in DECIDED]
    if not answers or standing[-1].to_status in _NO_ANSWER:
        return
    # A maybe that became a keep within the week is a keep.
    answer = answers[-1]
    kept = answer.to_status is Status.KEPT
    tally.maybe += answer.to_status is Status.MAYBE
    tally.declined += answer.to_status is Status.DECLINED
    if kept:
        tally.kept.append(answer)
    if answer.to_status in _ANSWERS:
        tally.waits_days.append((answer.at - answer.received_at) / timedelta(days=1))
        (tally.discovery if answer.discovery else tally.rest).append(kept)


def _in_force(history: Sequence[StatusChange]) -> list[StatusChange]:
    """Return the changes that no later undo took back."""
    standing: list[StatusChange] = []
    for change in history:
        if change.undone:
            standing.pop()
        else:
            standing.append(change)
    return standing


def _week(year: int, number: int, zone: ZoneInfo) -> Week:
    monday = date.fromisocalendar(year, number, 1)
    return Week(
        label=f"{year}-W{number:02d}",
        starts_at=_midnight(monday, zone),
        ends_at=_midnight(monday + timedelta(days=7), zone),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the start of a local day; a week with a change of the clocks is not 168 hours long."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC).astimezone(zone)


async def _added(
    session: AsyncSession, workspace_id: int, kept: Sequence[StatusChange]
) -> tuple[DigestRow, ...]:
    rows = []
    for change in kept:
        found = await submissions.get(
            session, workspace_id=workspace_id, submission_id=change.submission_id
        )
        if found is None:  # deleted by its artist at this very moment
            continue
        title, artist = track_label(found)
        rows.append(
            DigestRow(code=found.code, title=title, artist=artist, by=change.by, url=found.link)
        )
    return tuple(rows)


def _opens_at(playlist: Playlist, *, now: datetime) -> datetime | None:
    """Return when a closed playlist opens, in its own zone, or None where it is open."""
    opens_at = playlist.opens_at
    if playlist.paused or opens_at is None or opens_at <= now:
        return None
    return opens_at.astimezone(ZoneInfo(playlist.zone))


def _view(name: str, week: Week, tally: Tally, added: tuple[DigestRow, ...]) -> DigestView:
    return DigestView(
        playlist=name,
        iso_week=week.label,
        starts_at=week.starts_at,
        ends_at=week.ends_at,
        kept=len(tally.kept),
        maybe=tally.maybe,
        declined=tally.declined,
        reversed=tally.reversed,
        expired=tally.expired,
        waiting=tally.waiting,
        median_wait_days=median(tally.waits_days) if tally.waits_days else None,
        discovery=Meter(keeps=sum(tally.discovery), decided=len(tally.discovery)),
        rest=Meter(keeps=sum(tally.rest), decided=len(tally.rest)),
        added=added,
    )
