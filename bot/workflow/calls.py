"""Which playlists call for submissions, and on what terms: the same for everybody."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.artist_texts import NO_PRIORITY
from bot.messages import plain
from bot.workflow.admission import intake_of, pace_at
from db import history, playlists
from db.models import AiPolicy, Playlist


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One playlist's terms. `opens_at` is set where it is closed and the date is known.

    `median_wait_days` is None where too few were answered lately to say. Limits are None where
    there is none.
    """

    playlist: str
    open: bool
    opens_at: datetime | None
    closes_at: datetime | None
    genres: tuple[str, ...]
    languages: tuple[str, ...]
    max_release_age_days: int | None
    explicit_allowed: bool
    ai_policy: AiPolicy
    waiting: int
    intake_cap: int | None
    waiting_per_artist: int | None
    per_member_7d: int | None
    median_wait_days: float | None
    answer_days: int
    next_digest_at: datetime

    def to_json(self) -> dict[str, object]:
        return {
            "playlist": self.playlist,
            "open": self.open,
            "opens_at": self.opens_at.isoformat() if self.opens_at else None,
            "closes_at": self.closes_at.isoformat() if self.closes_at else None,
            "genres": list(self.genres),
            "languages": list(self.languages),
            "max_release_age_days": self.max_release_age_days,
            "explicit_allowed": self.explicit_allowed,
            "ai_policy": self.ai_policy.value,
            "waiting": self.waiting,
            "intake_cap": self.intake_cap,
            "waiting_per_artist": self.waiting_per_artist,
            "per_member_7d": self.per_member_7d,
            "median_wait_days": self.median_wait_days,
            "answer_days": self.answer_days,
            "next_digest_at": self.next_digest_at.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsView:
    """Every playlist's terms, the open ones first."""

    rows: tuple[CallRow, ...]

    def to_json(self) -> dict[str, object]:
        return {"calls": [row.to_json() for row in self.rows], "note": NO_PRIORITY}


async def show_calls(session: AsyncSession, *, workspace_id: int, now: datetime) -> CallsView:
    """Return every playlist with its terms, open ones first, by name."""
    rows = [
        await _row(session, playlist, now=now)
        for playlist in await playlists.list_all(session, workspace_id=workspace_id)
    ]
    return CallsView(rows=tuple(sorted(rows, key=lambda row: not row.open)))


def next_digest_at(weekday: int, at: time, zone: ZoneInfo, *, after: datetime) -> datetime:
    """Return the next moment of a weekly digest, in `zone`; `weekday` 1 is Monday.

    An hour that a change of the clocks leaves out is told an hour later.
    """
    local = after.astimezone(zone)
    day = local.date() + timedelta(days=(weekday - local.isoweekday()) % 7)
    while True:
        moment = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
        if moment > after:
            return moment.astimezone(zone)
        day += timedelta(days=7)


async def _row(session: AsyncSession, playlist: Playlist, *, now: datetime) -> CallRow:
    pace = await pace_at(session, playlist, now=now)
    intake = intake_of(playlist, now=now)
    return CallRow(
        playlist=playlist.name,
        open=intake.is_open,
        opens_at=intake.opens_at,
        closes_at=intake.closes_at,
        genres=tuple(plain(genre) for genre in playlist.genres),
        languages=tuple(plain(language) for language in playlist.languages),
        max_release_age_days=playlist.max_release_age_days,
        explicit_allowed=playlist.explicit_allowed,
        ai_policy=playlist.ai_policy,
        waiting=await history.count_waiting(
            session, workspace_id=playlist.workspace_id, playlist_id=playlist.id
        ),
        intake_cap=playlist.intake_cap,
        waiting_per_artist=playlist.waiting_per_artist,
        per_member_7d=playlist.per_member_7d,
        median_wait_days=pace.median_wait_days if pace else None,
        answer_days=playlist.answer_days,
        next_digest_at=next_digest_at(
            playlist.digest_weekday, playlist.digest_time, ZoneInfo(playlist.zone), after=now
        ),
    )
