"""One playlist's queue, ranked and explained, as its curators see it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import RuleError
from bot.messages import QueueView
from bot.workflow.line import (
    OPERATOR,
    Place,
    Viewer,
    claimer_of,
    is_due_soon,
    is_snoozed,
    line_of,
    row_of,
    viewer_of,
)
from bot.workflow.people import Person
from bot.workflow.submit import find_playlist
from db import exposures
from db.models import Playlist
from db.status import Status
from scoring.ranking import PAGE_SIZE, RULE_VERSION


class View(StrEnum):
    """Which rows of a queue, and in which order."""

    SUGGESTED = "suggested"
    OLDEST = "oldest"
    DISCOVERY = "discovery"
    # What the viewer may vote on and has not.
    NEEDS_VOTE = "needs-vote"
    # What the viewer has in hand, also while it is snoozed.
    MINE = "mine"
    MAYBE = "maybe"


# These ask who looks.
_PERSONAL = frozenset({View.NEEDS_VOTE, View.MINE})


async def show_queue(
    session: AsyncSession,
    *,
    workspace_id: int,
    playlist: str,
    now: datetime,
    person: Person | None = None,
    view: View = View.SUGGESTED,
    model_version: str | None = None,
    page: int | None = None,
    page_size: int = PAGE_SIZE,
) -> QueueView:
    """Return the queue (or one page of it), and record what was shown, where and why.

    The record lets a later decision be weighed by how likely it was to be seen at all. `person`
    has to be a curator of the playlist; None is the operator at the console, who sees everything.
    A page past the end is the last one. Raises NotFoundError, NotAllowedError or RuleError.
    """
    found = await find_playlist(session, workspace_id, playlist)
    viewer = OPERATOR
    if person is not None:
        viewer = await viewer_of(session, found, person, now=now)
    elif view in _PERSONAL:
        raise RuleError(f"Say who looks: {view.value} is different for everybody.", rule="viewer")
    line = await line_of(session, found, now=now, model_version=model_version, page_size=page_size)
    pages = _pages(_chosen(line, view, viewer, now=now), view, page_size)
    shown = None if page is None else max(1, min(page, len(pages)))
    rows = [placed for placed in _numbered(pages) if shown in {None, placed[1]}]
    await _log_exposures(session, found, rows, view=view, viewer=viewer, now=now)
    waiting = [place for place in line if place.submission.status is not Status.MAYBE]
    ages = [(now - place.submission.received_at) / timedelta(days=1) for place in waiting]
    return QueueView(
        playlist=found.name,
        rows=tuple(
            row_of(place, viewer=viewer, number=number, page=on_page, now=now)
            for number, on_page, place in rows
        ),
        waiting=len(waiting),
        overdue=sum(place.submission.due_at < now for place in waiting),
        due_soon=sum(is_due_soon(place.submission, now=now) for place in waiting),
        oldest_days=max(0.0, *ages) if ages else None,
        # Fit is not learnt yet: the order is by score and waiting, and the view says so.
        cold_start=all(p.ranked is None or p.ranked.candidate.fit is None for p in line),
        view=view.value,
        page=shown,
        pages=len(pages),
        found=sum(map(len, pages)),
        snoozed=sum(is_snoozed(place.submission, now=now) for place in waiting),
    )


def _chosen(line: Sequence[Place], view: View, viewer: Viewer, *, now: datetime) -> list[Place]:
    """Return the rows of a view in its order."""
    ranked = [place for place in line if place.ranked is not None]
    match view:
        case View.SUGGESTED:
            return ranked
        case View.OLDEST:
            return _by_age(ranked)
        case View.DISCOVERY:
            return [place for place in ranked if place.submission.discovery]
        case View.NEEDS_VOTE:
            return [
                place
                for place in ranked
                if place.vote_of(viewer) is None and not viewer.is_barred(place.submission)
            ]
        case View.MINE:
            return [
                place for place in line if viewer.member_id == claimer_of(place.submission, now=now)
            ]
        case View.MAYBE:
            return _by_age([p for p in line if p.submission.status is Status.MAYBE])


def _by_age(places: Sequence[Place]) -> list[Place]:
    return sorted(places, key=lambda place: (place.submission.received_at, place.submission.id))


def _pages(places: Sequence[Place], view: View, page_size: int) -> list[list[Place]]:
    """Return the places page by page; the suggested ones lie on the pages of the ranking."""
    pages: list[list[Place]] = []
    last = None
    for place in places:
        ranked_page = place.ranked.page if place.ranked and view is View.SUGGESTED else None
        if not pages or len(pages[-1]) == page_size or ranked_page != last:
            pages.append([])
        last = ranked_page
        pages[-1].append(place)
    return pages


def _numbered(pages: Sequence[Sequence[Place]]) -> Iterator[tuple[int, int, Place]]:
    """Return each place with its number over all pages and its page, both from 1."""
    number = 0
    for page, places in enumerate(pages, start=1):
        for place in places:
            number += 1
            yield number, page, place


async def _log_exposures(
    session: AsyncSession,
    playlist: Playlist,
    rows: Sequence[tuple[int, int, Place]],
    *,
    view: View,
    viewer: Viewer,
    now: datetime,
) -> None:
    for page in dict.fromkeys(page for _, page, _ in rows):
        await exposures.log(
            session,
            workspace_id=playlist.workspace_id,
            playlist_id=playlist.id,
            member_id=viewer.member_id,
            page=page,
            rows=[_exposure(number, place) for number, on, place in rows if on == page],
            # The order has no chance in it: the only draw was made at arrival, and is stored there.
            seed=None,
            rule_version=rule_version(view),
            at=now,
        )


def rule_version(view: View) -> str:
    """Return the name of the rule that put rows in their order."""
    return RULE_VERSION if view is View.SUGGESTED else f"{RULE_VERSION} {view.value}"


def _exposure(number: int, place: Place) -> exposures.Shown:
    ranked = place.ranked
    return exposures.Shown(
        submission_id=place.submission.id,
        slot=number,
        why=ranked.why if ranked else place.submission.status.value,
        discovery=place.submission.discovery,
        propensity=ranked.propensity if ranked else None,
    )
