"""Candidates of a queue, made with few words."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from scoring.ranking import Candidate, Ranked

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def candidate(
    number: int,
    *,
    score: float | None = None,
    waited: float = 0,
    due_in: float = 14,
    artist: str | None = None,
    fit: float | None = None,
    discovery: bool = False,
    pinned_by: str | None = None,
) -> Candidate:
    return Candidate(
        submission_id=number,
        artist_key=artist or f"artist {number}",
        received_at=NOW - timedelta(days=waited),
        due_at=NOW + timedelta(days=due_in),
        score=score,
        fit=fit,
        discovery=discovery,
        pinned_by=pinned_by,
    )


def order(ranked: Sequence[Ranked]) -> list[int]:
    return [row.candidate.submission_id for row in ranked]


def pages(ranked: Sequence[Ranked]) -> list[list[int]]:
    last = max((row.page for row in ranked), default=0)
    return [order([row for row in ranked if row.page == page]) for page in range(1, last + 1)]
