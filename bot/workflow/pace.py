"""How fast a playlist answers: from its own decisions, and silent where there are too few."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

# A month shows the weekday habits of the curators; what was before may be another team.
LOOK_BACK = timedelta(days=28)
# Fewer answers say more about those tracks than about the curators.
ENOUGH_ANSWERS = 5
# Whoever answered ten in the first hour will not answer two hundred a day.
_SHORTEST = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer of a curator: when the track came, and when it was answered."""

    received_at: datetime
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """A playlist's answers per day, and the median of how long its artists waited."""

    per_day: float
    median_wait_days: float

    def answered_by(self, place: int, *, now: datetime) -> datetime:
        """Return when the one at `place` (1 is next) is answered if all goes on like this."""
        return now + timedelta(days=math.ceil(place / self.per_day))


def pace_of(answers: Sequence[Answered], *, open_since: datetime, now: datetime) -> Pace | None:
    """Return the pace of the last weeks, or None where there are too few answers to say.

    `open_since` is when the playlist was made: a young one is not measured by a whole month.
    """
    recent = [one for one in answers if now - LOOK_BACK < one.answered_at <= now]
    if len(recent) < ENOUGH_ANSWERS:
        return None
    watched = min(LOOK_BACK, max(_SHORTEST, now - open_since))
    waits = [(one.answered_at - one.received_at) / timedelta(days=1) for one in recent]
    return Pace(per_day=len(recent) / (watched / timedelta(days=1)), median_wait_days=median(waits))
