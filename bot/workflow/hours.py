"""When somebody works: what can wait is told then, and not at night."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_BEGINS: Final = time(9, 0)
_ENDS: Final = time(17, 0)
_WEEKEND: Final = frozenset({5, 6})


def working_moment(at: datetime, zone: ZoneInfo) -> datetime:
    """Return `at`, or the next moment from Monday to Friday, 9 to 5, in `zone`."""
    local = at.astimezone(zone)
    day = local.date()
    if local.weekday() not in _WEEKEND and local.time() < _ENDS:
        # A clock that is set back in the night leaves no working hour out.
        return max(at, datetime.combine(day, _BEGINS, tzinfo=zone).astimezone(at.tzinfo))
    day += timedelta(days=1)
    while day.weekday() in _WEEKEND:
        day += timedelta(days=1)
    return datetime.combine(day, _BEGINS, tzinfo=zone).astimezone(at.tzinfo)
