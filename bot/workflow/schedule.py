"""When a playlist's weekly digest is due, and which days it tells of: pure, and without a clock.

A digest belongs to an ISO week of the playlist's own zone and is due once in it, on a weekday and
at a local time. What happens after it is sent belongs to the next one: nothing is told twice, and
nothing is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """`weekday` is ISO's, Monday 1; `at` is local to `zone`."""

    zone: ZoneInfo
    weekday: int
    at: time


def week_label(monday: date) -> str:
    """Return `2026-W47` for the ISO week that begins on `monday`."""
    year, number, _ = monday.isocalendar()
    return f"{year}-W{number:02d}"


def monday_of(label: str) -> date:
    """Return the first day of a week called as by `week_label`."""
    year, number = label.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def week_after(label: str) -> str:
    return week_label(monday_of(label) + _WEEK)


def due_at(rhythm: Rhythm, label: str) -> datetime:
    """Return when the digest of a week is due, in UTC.

    Where the clocks skip that time of the day it is an hour later, and where they show it twice it
    is the first.
    """
    day = monday_of(label) + timedelta(days=rhythm.weekday - 1)
    local = datetime.combine(day, rhythm.at, tzinfo=rhythm.zone)
    return local.astimezone(UTC)


def latest_due(rhythm: Rhythm, *, now: datetime) -> str:
    """Return the last week whose digest is due by now, however long ago."""
    today = now.astimezone(rhythm.zone).date()
    monday = today - timedelta(days=today.isoweekday() - 1)
    label = week_label(monday)
    return label if due_at(rhythm, label) <= now else week_label(monday - _WEEK)


def current_week(rhythm: Rhythm, *, now: datetime) -> str:
    """Return the week whose digest comes next: what happens now will stand in it."""
    return week_after(latest_due(rhythm, now=now))


def is_due(
    rhythm: Rhythm, *, last_settled: str | None, since: datetime, now: datetime
) -> str | None:
    """Return the week whose digest is to be sent now, or None.

    `last_settled` is the latest week that was sent or skipped, `since` when the playlist was made.
    After a long silence only the latest digest is due: nobody wants three at once.
    """
    label = latest_due(rhythm, now=now)
    if last_settled is not None and label <= last_settled:
        return None
    return label if due_at(rhythm, label) > since else None


def days_told(
    rhythm: Rhythm, label: str, *, sent: Mapping[str, datetime]
) -> tuple[datetime, datetime]:
    """Return from when to when a week's digest tells; `sent` has when digests really were sent."""
    before = week_label(monday_of(label) - _WEEK)
    starts_at = sent.get(before, due_at(rhythm, before))
    return starts_at, sent.get(label, due_at(rhythm, label))
