"""When a submission that could not be scored is tried again, by what was in the way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

# What a service or an operator mends without the artist: the rest does not change by waiting.
_QUOTA: Final = "quota"
_PASSING: Final = frozenset({"source_down", "source_refused", "scorer_down", _QUOTA})

_FIRST: Final = timedelta(minutes=1)
_LONGEST: Final = timedelta(hours=2)
# A service that is silent for longer is not coming back by itself; a curator may ask again.
GIVE_UP_AFTER: Final = timedelta(hours=24)

Dice = Callable[[], float]
"""A number from 0 to 1, each time another."""


def next_try(
    reason: str,
    *,
    since: datetime,
    now: datetime,
    until: datetime | None,
    dice: Dice,
    passing: bool = False,
) -> datetime | None:
    """Return when to try again what has failed for `reason` since `since`, or None to leave it.

    Each wait is as long as all before it together, from a minute to two hours, and up to a quarter
    longer by lot, so that a thousand submissions do not come back in one second. A quota is waited
    out, however long it lasts. `passing`: less than usual was known, whatever the reason.
    """
    if reason == _QUOTA and until is not None:
        return max(until, now) + _FIRST * dice()
    if reason not in _PASSING and not passing:
        return None
    wait = min(max(now - since, _FIRST), _LONGEST)
    later = now + wait * (1 + dice() / 4)
    return later if later <= since + GIVE_UP_AFTER else None
