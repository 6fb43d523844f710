"""What artists read before they submit: the terms of the playlists, and a private check.

No sentence here knows a score, a fit, a rank or a vote.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from db.status import Status
from db.types import AiPolicy, EventKind

NO_PRIORITY = "Nobody can pay for a place or for an earlier answer."
NO_CALLS = "There is no playlist here yet."
UNKNOWN_TRACK = (
    "This track was never looked up here, so nobody knows yet whether it is there under another"
    " link."
)
USES_NO_SLOT = "Nothing was sent, and none of your submissions was used up."

AI_POLICIES: Mapping[AiPolicy, str] = MappingProxyType(
    {
        AiPolicy.ALLOW: "AI tools are fine",
        AiPolicy.DECLARED: "AI tools are fine if you say so",
        AiPolicy.NONE: "no AI tools",
    }
)


_HAPPENED: Mapping[EventKind, str] = MappingProxyType(
    {
        EventKind.SUBMITTED: "you sent it",
        EventKind.RESOLVED: "it was looked up",
        EventKind.SCORED: "it was heard and stands in the queue",
        EventKind.UNSCORED: "it could not be heard yet and stands in the queue all the same",
        EventKind.UNDONE: "the answer was taken back; it waits again",
        EventKind.ASKED: "a curator asked you",
        EventKind.ANSWERED: "you answered",
    }
)
_MOVED: Mapping[Status, str] = MappingProxyType(
    {
        Status.KEPT: "a curator kept it",
        Status.DECLINED: "a curator declined it",
        Status.EXPIRED: "nobody answered in time",
        Status.PLACED: "it was added to the playlist",
        Status.ROTATED_OUT: "its time on the playlist ended",
    }
)


def happened_words(kind: EventKind, to: Status | None, *, by_us: bool) -> str:
    """Return what happened to a track in its artist's words; no curator is named."""
    if kind is not EventKind.MOVED or to is None:
        return _HAPPENED[kind]
    if to is Status.WITHDRAWN:
        return "Earmark sent it back" if by_us else "you withdrew it"
    return _MOVED[to]


def may_words(*, may_withdraw: bool, resubmit_at: datetime | None, has_facts: bool) -> str:
    """Say what the artist may do with an own submission."""
    may = []
    if may_withdraw:
        may.append("withdraw it")
    if resubmit_at is not None:
        may.append(f"send a new version from {resubmit_at.day} {resubmit_at:%b %Y} on")
    if has_facts:
        may.append("see its facts beside the playlist's range")
    return f"You may {', '.join(may)}." if may else "There is nothing left to do with it."


def open_words(
    *,
    is_open: bool,
    opens_at: datetime | None,
    closes_at: datetime | None,
    when: Callable[[datetime], str],
) -> str:
    """Return `open until Fri 4 Dec 2026`, `closed, opens Mon 7 Dec 2026`."""
    if is_open:
        return f"open until {when(closes_at)}" if closes_at else "open"
    return f"closed, opens {when(opens_at)}" if opens_at else "closed for now"


def waiting_words(waiting: int, cap: int | None) -> str:
    """Return `12 of 40 waiting`; without a cap there is no second number."""
    return f"{waiting} waiting" if cap is None else f"{waiting} of {cap} waiting"


def wait_words(median_days: float | None, answer_days: int) -> str:
    """Return how long answers take: lately, where that can be said, and at the latest."""
    latest = f"answers within {_days(answer_days)}"
    if median_days is None:
        return f"{latest}; too few lately to say more"
    return f"half are answered within {_days(round(median_days)) or 'a day'}; {latest}"


def limit_words(*, waiting: int | None, weekly: int | None) -> str:
    """Return `1 waiting and 2 a week for each artist`."""
    parts = [
        f"{count} {words}" for count, words in ((waiting, "waiting"), (weekly, "a week")) if count
    ]
    return f"{' and '.join(parts)} for each artist" if parts else "no limit"


def taste_words(
    *,
    genres: Sequence[str],
    languages: Sequence[str],
    max_release_age_days: int | None,
    explicit_allowed: bool,
) -> str:
    """Return what suits a playlist: `Techno, House · in German · nothing explicit`."""
    parts = [", ".join(genres)] if genres else []
    if languages:
        parts.append(f"in {', '.join(languages)}")
    if max_release_age_days is not None:
        parts.append(f"out for at most {_days(max_release_age_days)}")
    if not explicit_allowed:
        parts.append("nothing explicit")
    return " · ".join(parts) or "anything"


def check_text(
    *,
    playlist: str = "",
    welcome: bool,
    place: int,
    answer_by: datetime,
    expected_at: datetime | None,
    when: Callable[[datetime], str],
) -> str:
    """Return the first line of a private check; without a name where it stands above already."""
    if not welcome:
        told = "would not take it now:"
    else:
        likely = f", probably about {when(expected_at)}" if expected_at else ""
        told = (
            f"would take it: place {place}, an answer by {when(answer_by)} at the latest{likely}."
        )
    return f"{playlist} {told}" if playlist else told[0].upper() + told[1:]


def _days(days: int) -> str:
    if days < 1:
        return ""
    return "a day" if days == 1 else f"{days} days"
