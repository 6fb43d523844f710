"""The order of a queue, and what a row may say about itself: pure rules, no clock, no I/O."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import assert_never

# Stored with every page shown and every decision; changes whenever an order could change.
RULE_VERSION = "rank-2"

PAGE_SIZE = 10
DAYS_PER_POINT = 2.0
DISCOVERY_SHARE = 0.2

# Of every five rows after the urgent and the pinned ones, the third is a discovery pick. Not the
# last one: a curator who listens to the top of a page only should reach it too.
_CYCLE = 5
_DISCOVERY_ROW = 3

# What an unscored track is worth where the whole queue is unscored: the middle.
_MIDDLE = 50.0


class Why(StrEnum):
    """The rule that put a row where it is."""

    OVERDUE = "overdue"
    DUE_SOON = "due soon"
    PINNED = "pinned"
    DISCOVERY = "discovery"
    FIT = "fit"
    SCORE = "score"
    UNSCORED = "unscored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A waiting submission, as far as its place in the queue is concerned.

    `score` and `fit` are 0 to 100; None means not scored, or nothing learnt yet. `discovery` was
    drawn at arrival with the chance `discovery_share`, by `draw_discovery`. From `hurry_at` on its
    answer is due so soon that it goes first; None is never.
    """

    submission_id: int
    artist_key: str
    received_at: datetime
    due_at: datetime
    score: float | None
    fit: float | None = None
    discovery: bool = False
    discovery_share: float = DISCOVERY_SHARE
    pinned_by: str | None = None
    hurry_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.artist_key:
            raise ValueError("a candidate needs an artist key")
        for name, value in (("score", self.score), ("fit", self.fit)):
            if value is not None and not 0 <= value <= 100:
                raise ValueError(f"{name}={value} must be from 0 to 100")
        if not 0 <= self.discovery_share <= 1:
            raise ValueError(f"discovery_share={self.discovery_share} must be from 0 to 1")

    @property
    def base(self) -> float | None:
        """Return what the track is worth before it has waited: its fit, or its score."""
        return self.score if self.fit is None else self.fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A candidate in its place. `page` and `slot` count from 1.

    `priority` is the fit or score with the waiting lift. `propensity` is the chance that the draw
    at arrival came out as it did, for estimates that need to know it.
    """

    candidate: Candidate
    page: int
    slot: int
    why: Why
    priority: float
    propensity: float
    waited_days: float
    overdue_days: float
    due_in_days: float


def rank(
    candidates: Iterable[Candidate],
    *,
    now: datetime,
    page_size: int = PAGE_SIZE,
    days_per_point: float = DAYS_PER_POINT,
) -> list[Ranked]:
    """Put every candidate on a page, best first; the order of the input does not matter.

    Overdue ones and what is due soon come first, then pinned ones, then of every five rows four by
    fit (or score) and one discovery pick; when one kind runs out the other fills. A page has one
    track per artist at most, and may be short for it. One day of waiting is worth
    `1 / days_per_point` points, so that nothing waits for ever: making one candidate older never
    worsens its place.
    """
    if page_size < 1:
        raise ValueError(f"page_size={page_size} must be at least 1")
    if days_per_point <= 0:
        raise ValueError(f"days_per_point={days_per_point} must be positive")
    pool = list(candidates)
    if len({c.submission_id for c in pool}) < len(pool):
        raise ValueError("a submission may stand in a queue only once")
    middle = median([c.base for c in pool if c.base is not None] or [_MIDDLE])

    def priority(candidate: Candidate) -> float:
        base = middle if candidate.base is None else candidate.base
        return base + _waited_days(candidate, now) / days_per_point

    return [
        Ranked(
            candidate=candidate,
            page=page,
            slot=slot,
            why=_why(candidate, now),
            priority=priority(candidate),
            propensity=_propensity(candidate),
            waited_days=_waited_days(candidate, now),
            overdue_days=max(0.0, _days(now - candidate.due_at)),
            due_in_days=max(0.0, _days(candidate.due_at - now)),
        )
        for page, rows in enumerate(_pages(pool, now, page_size, priority), start=1)
        for slot, candidate in enumerate(rows, start=1)
    ]


def draw_discovery(seed: str, submission_code: str, share: float) -> bool:
    """Say whether a new submission becomes a discovery pick; `share` of them do.

    Drawn once, at arrival, and stored: a later draw from what is left in the queue would favour
    what nobody wanted. The same seed and code give the same answer for ever.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share={share} must be from 0 to 1")
    digest = hashlib.sha256(f"{seed}\0{submission_code}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < share


def why_here(ranked: Ranked) -> str:
    """Return the short reason for a place: `answer due in 3 d`, `by fit, waited 6 d`."""
    waited = f"waited {span(ranked.waited_days)}"
    match ranked.why:
        case Why.OVERDUE:
            return f"overdue {span(ranked.overdue_days)}"
        case Why.DUE_SOON:
            return f"answer due in {span(ranked.due_in_days)}"
        case Why.PINNED:
            return f"pinned by {ranked.candidate.pinned_by}, {waited}"
        case Why.DISCOVERY:
            return f"discovery pick, {waited}"
        case Why.FIT | Why.SCORE:
            return f"by {ranked.why}, {waited}"
        case Why.UNSCORED:
            return f"not scored yet, {waited}"
        case _:
            assert_never(ranked.why)


def span(days: float) -> str:
    """Return a length of time in its largest whole unit: `9 d`, `5 h`, `<1 h`."""
    hours = int(days * 24)
    if hours < 1:
        return "<1 h"
    return f"{hours} h" if hours < 24 else f"{hours // 24} d"


def _pages(
    pool: list[Candidate], now: datetime, page_size: int, priority: Callable[[Candidate], float]
) -> Iterator[list[Candidate]]:
    """Take, row after row, the first of the right line whose artist is not on the page yet."""
    first, regular, discovery = _lines(pool, now, priority)
    row = 1
    while first or regular or discovery:
        page: list[Candidate] = []
        while len(page) < page_size:
            if pick := _take(first, page):
                page.append(pick)
                continue
            lines = (discovery, regular) if row == _DISCOVERY_ROW else (regular, discovery)
            pick = _take(lines[0], page) or _take(lines[1], page)
            if pick is None:
                break
            page.append(pick)
            row = row % _CYCLE + 1
        yield page


def _lines(
    pool: list[Candidate], now: datetime, priority: Callable[[Candidate], float]
) -> tuple[list[Candidate], list[Candidate], list[Candidate]]:
    """Return who goes first, who goes by fit or score, and the discovery picks, each in order."""
    by_age = sorted(pool, key=lambda c: (c.received_at, c.submission_id))
    overdue = [c for c in by_age if _why(c, now) in {Why.OVERDUE, Why.DUE_SOON}]
    pinned = [c for c in by_age if _why(c, now) is Why.PINNED]
    discovery = [c for c in by_age if _why(c, now) is Why.DISCOVERY]
    regular = [c for c in by_age if _why(c, now) in {Why.FIT, Why.SCORE, Why.UNSCORED}]
    # Sorting keeps equals in the order they have, which is by age.
    overdue.sort(key=lambda c: c.due_at)
    regular.sort(key=priority, reverse=True)
    return overdue + pinned, regular, discovery


def _take(line: list[Candidate], page: list[Candidate]) -> Candidate | None:
    """Remove and return the first of a line whose artist is not on the page."""
    artists = {c.artist_key for c in page}
    for index, candidate in enumerate(line):
        if candidate.artist_key not in artists:
            return line.pop(index)
    return None


def _why(candidate: Candidate, now: datetime) -> Why:
    if candidate.due_at < now:
        return Why.OVERDUE
    if candidate.hurry_at is not None and candidate.hurry_at <= now:
        return Why.DUE_SOON
    if candidate.pinned_by is not None:
        return Why.PINNED
    if candidate.discovery:
        return Why.DISCOVERY
    if candidate.fit is not None:
        return Why.FIT
    return Why.UNSCORED if candidate.score is None else Why.SCORE


def _propensity(candidate: Candidate) -> float:
    return candidate.discovery_share if candidate.discovery else 1 - candidate.discovery_share


def _waited_days(candidate: Candidate, now: datetime) -> float:
    # A clock that ran ahead when the track came must not count against it.
    return max(0.0, _days(now - candidate.received_at))


def _days(length: timedelta) -> float:
    return length / timedelta(days=1)
