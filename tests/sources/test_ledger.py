"""Spotify's budget, refusals and replies, as every worker on one database shares them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.sources.ledger import KEEP, DatabaseLedger, shared_pace
from bot.track import TrackId

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
TRACK = TrackId("1" * 22)

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
def ledger(make_session: Sessions) -> DatabaseLedger:
    return DatabaseLedger(make_session, daily_budget=2)


async def test_the_budget_is_of_any_twenty_four_hours(ledger: DatabaseLedger) -> None:
    assert await ledger.take(NOW) is None
    assert await ledger.take(NOW + SECOND) is None

    assert await ledger.take(NOW + 2 * SECOND) == NOW + DAY
    assert await ledger.take(NOW + DAY - SECOND) == NOW + DAY
    assert await ledger.take(NOW + DAY) is None
    assert await ledger.take(NOW + DAY) == NOW + DAY + SECOND


async def test_a_restart_forgets_no_call(ledger: DatabaseLedger, make_session: Sessions) -> None:
    await ledger.take(NOW)
    await ledger.take(NOW)

    again = DatabaseLedger(make_session, daily_budget=2)
    assert await again.take(NOW) == NOW + DAY


async def test_workers_at_once_share_one_budget(make_session: Sessions) -> None:
    workers = [DatabaseLedger(make_session, daily_budget=3) for _ in range(6)]
    taken = await asyncio.gather(*(worker.take(NOW) for worker in workers))

    assert sorted(one is None for one in taken) == [False] * 3 + [True] * 3


async def test_a_refusal_holds_until_its_end_and_a_shorter_one_never_ends_it(
    ledger: DatabaseLedger, make_session: Sessions
) -> None:
    assert await ledger.blocked_until(NOW) is None
    await ledger.block(NOW + DAY)
    await ledger.block(NOW + SECOND)

    again = DatabaseLedger(make_session, daily_budget=2)
    assert await again.blocked_until(NOW) == NOW + DAY
    assert await again.blocked_until(NOW + DAY) is None


async def test_a_refusal_costs_no_budget(ledger: DatabaseLedger) -> None:
    await ledger.block(NOW + DAY)

    assert [await ledger.take(NOW) for _ in range(2)] == [None, None]


async def test_a_reply_is_remembered_for_seven_days(ledger: DatabaseLedger) -> None:
    assert timedelta(days=7) == KEEP
    assert await ledger.cached(TRACK, NOW) is None
    await ledger.remember(TRACK, '{"name": "old"}', NOW)
    await ledger.remember(TRACK, '{"name": "new"}', NOW)

    assert await ledger.cached(TRACK, NOW + KEEP - SECOND) == '{"name": "new"}'
    assert await ledger.cached(TRACK, NOW + KEEP) is None
    assert await ledger.cached(TrackId("2" * 22), NOW) is None


async def test_workers_share_one_pace_and_a_place_comes_back_with_time(
    make_session: Sessions,
) -> None:
    # The second worker is told to wait, and looks at the clock again.
    clock = iter([NOW, NOW, NOW + DAY])
    for _ in range(2):
        async with shared_pace(
            make_session, "deezer", calls=1, window=SECOND / 100, now=lambda: next(clock)
        ):
            pass

    assert next(clock, None) is None
