"""What a platform may offer while somebody types: playlists, submissions, time zones."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from zoneinfo import available_timezones

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotFoundError
from bot.texts import title_text
from bot.workflow import people
from bot.workflow.naming import track_label
from bot.workflow.people import Person
from db import playlists, suggest
from db.models import Submission
from db.suggest import Named

_MOST = 25
_TITLE_LIMIT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """`value` is what is meant, `label` what a person reads."""

    value: str
    label: str


async def playlist_named(session: AsyncSession, *, workspace_id: int, playlist_id: int) -> str:
    """Return the name of a playlist that a button carries, or raise NotFoundError."""
    found = await playlists.get(session, workspace_id=workspace_id, playlist_id=playlist_id)
    if found is None:
        raise NotFoundError("That playlist is not here any more.")
    return found.name


async def playlists_for(
    session: AsyncSession, *, workspace_id: int, text: str = "", limit: int = _MOST
) -> list[Named]:
    """Return the playlists whose name contains `text`."""
    return await suggest.playlists_like(session, workspace_id=workspace_id, text=text, limit=limit)


async def playlists_with(
    session: AsyncSession, *, workspace_id: int, chosen: int | None, limit: int
) -> list[Named]:
    """Return up to `limit` playlists by name, and before them the chosen one if it is not among."""
    found = await playlists_for(session, workspace_id=workspace_id, limit=limit)
    if chosen is None or chosen in {one.id for one in found}:
        return found
    other = await playlists.get(session, workspace_id=workspace_id, playlist_id=chosen)
    return found if other is None else [Named(id=other.id, name=other.name), *found]


async def submissions_for_curator(
    session: AsyncSession, *, workspace_id: int, person: Person, text: str = ""
) -> list[Suggestion]:
    """Return submissions of the playlists that the person curates; nobody else is shown any."""
    curated = await people.curated_ids(session, workspace_id=workspace_id, person=person)
    found = await suggest.submissions_like(
        session,
        workspace_id=workspace_id,
        text=text,
        limit=_MOST,
        playlist_ids=curated,
    )
    return [_suggestion(row) for row in found]


def zones_for(text: str, *, limit: int = _MOST) -> list[str]:
    """Return IANA time zones whose name contains `text`, those that begin with it first.

    >>> zones_for("berl")
    ['Europe/Berlin']
    """
    wanted = text.strip().replace(" ", "_").casefold()
    found = [zone for zone in _zones() if wanted in zone.casefold()]
    return sorted(found, key=lambda zone: _rank(zone, wanted))[:limit]


def _rank(zone: str, wanted: str) -> tuple[bool, bool, str]:
    city = zone.rpartition("/")[2].casefold()
    return not city.startswith(wanted), "/" not in zone, zone


@cache
def _zones() -> tuple[str, ...]:
    return tuple(_places(available_timezones()))


def _places(zones: Iterable[str]) -> Iterable[str]:
    """Leave out the rules without a place and the names that only old systems need."""
    for zone in sorted(zones):
        if zone == "UTC" or ("/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/"))):
            yield zone


def _suggestion(row: Submission) -> Suggestion:
    title, artist = track_label(row)
    label = f"{row.code} · {title_text(title, artist, limit=_TITLE_LIMIT)}"
    return Suggestion(value=row.code, label=label)
