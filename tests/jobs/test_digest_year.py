"""A year of digests: three zones, both changes of the clocks, three days away, three workers."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.jobs.upkeep import Me, Upkeep
from bot.workflow.chores import Chore, Chores, Kind
from bot.workflow.schedule import Rhythm, due_at, week_label
from bot.workflow.services import Sessions
from db import playlists
from db.goes import Go
from db.models import OutboxMessage
from tests.workflow.stage import Stage, open_stage
from tests.workflow.test_places import desk_of, set_up

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
MADE = datetime(2025, 12, 29, tzinfo=UTC)
WEEKS = [week_label(date(2025, 12, 29) + number * timedelta(days=7)) for number in range(53)]
MINUTE = timedelta(minutes=1)
# Nobody is there on the Friday before Europe's clocks change, and Earmark is back on that day.
BACK = datetime(2026, 3, 29, 12, tzinfo=UTC)
AWAY = (BACK - timedelta(days=3), BACK)
LATE = "2026-W13"


@dataclass(slots=True, kw_only=True)
class AtOnce:
    """Does each digest that it is asked for, and as often as it is asked: no engine's memory."""

    chores: Chores
    asked: int = 0

    async def start_chore(self, chore: Chore) -> None:
        if chore.kind is Kind.DIGEST:
            self.asked += 1
            await self.chores.do(chore)

    async def start_go(self, go: Go, *, confirmed: bool = False) -> None:
        raise AssertionError(f"nothing was submitted, and {go} is begun ({confirmed=})")

    async def hand_over(self, executor_id: str) -> int:
        raise AssertionError(f"{executor_id} is not gone")


def _rhythm(zone: str) -> Rhythm:
    return Rhythm(zone=ZoneInfo(zone), weekday=5, at=time(17))


def _moments() -> Iterator[datetime]:
    """Return the minutes at which something may change: before, at and after each local hour."""
    moments = {BACK}
    for zone in ZONES:
        for week in WEEKS:
            due = due_at(_rhythm(zone), week)
            moments |= {due + shift for shift in (-MINUTE, 0 * MINUTE, MINUTE)}
    return iter(sorted(at for at in moments if not AWAY[0] <= at < AWAY[1]))


async def _stage(stage: Stage) -> dict[int, str]:
    """Open a playlist in each zone, and return the zone of each by its id."""
    await set_up(stage, {"review_channel": "5"})
    async with stage.sessions.begin() as session:
        made = [
            await playlists.add(
                session,
                workspace_id=stage.workspace_id,
                name=zone,
                zone=zone,
                digest_weekday=5,
                digest_time=time(17),
                now=MADE,
            )
            for zone in ZONES
        ]
    return {playlist.id: playlist.zone for playlist in made}


async def test_three_workers_post_one_digest_for_each_playlist_and_week_of_a_year(
    sqlite_sessions: Sessions,
) -> None:
    stage = await open_stage(sqlite_sessions)
    zones = await _stage(stage)

    async def sweep(before: datetime) -> int:
        raise AssertionError(f"no clean-up is asked for, and {before} is swept")

    chores = Chores(desk_of(stage), sweep_jobs=sweep)
    jobs = AtOnce(chores=chores)
    three = [
        Upkeep(
            me=Me(executor_id=name, host=name, pid=1),
            sessions=stage.sessions,
            jobs=jobs,
            now=stage.clock,
            sleep=asyncio.sleep,
            find_due=chores.due,
        )
        for name in ("one", "two", "three")
    ]
    for stage.clock.time in _moments():
        await asyncio.gather(*(worker.tick() for worker in three))

    async with stage.sessions() as session:
        found = await session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "digest"))
        sent = [
            (message.payload["playlist"], str(message.payload["week"]), message.created_at)
            for message in found
            if message.payload["playlist"] in zones
        ]
    assert sorted((playlist, week) for playlist, week, _ in sent) == sorted(
        (playlist, week) for playlist in zones for week in WEEKS
    )
    for playlist, week, at in sent:
        assert at == (BACK if week == LATE else due_at(_rhythm(zones[playlist]), week))
    # The clocks of each zone did change.
    for playlist, zone in zones.items():
        offsets = {
            at.astimezone(ZoneInfo(zone)).utcoffset() for one, _, at in sent if one == playlist
        }
        assert len(offsets) == 2
