import asyncio
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from db import services
from tests.db.desk import NOW

SECOND = timedelta(seconds=1)
WINDOW = timedelta(seconds=5)


async def _take(session: AsyncSession, now: datetime, *, limit: int = 3) -> datetime | None:
    return await services.take_budget(
        session, service="deezer", now=now, limit=limit, window=WINDOW
    )


async def test_a_service_is_left_alone_until_the_end_of_its_block(session: AsyncSession) -> None:
    await services.block(session, service="spotify", until=NOW + SECOND)

    until = [
        await services.blocked_until(session, service=service, now=now)
        for service, now in (("spotify", NOW), ("spotify", NOW + SECOND), ("deezer", NOW))
    ]
    assert until == [NOW + SECOND, None, None]


async def test_a_shorter_block_does_not_end_a_longer_one(session: AsyncSession) -> None:
    for seconds in (5, 60, 10):
        await services.block(session, service="spotify", until=NOW + seconds * SECOND)

    until = await services.blocked_until(session, service="spotify", now=NOW)
    assert until == NOW + 60 * SECOND


async def test_a_spent_budget_tells_when_the_next_call_fits_in(session: AsyncSession) -> None:
    answers = [await _take(session, NOW + seconds * SECOND) for seconds in (0, 1, 2, 3, 5)]

    assert answers == [None, None, None, NOW + WINDOW, None]


async def test_a_refused_call_does_not_count(session: AsyncSession) -> None:
    for _ in range(5):
        await _take(session, NOW, limit=2)

    made = await services.calls_since(session, service="deezer", since=NOW - SECOND)
    assert made == 2


async def test_services_have_budgets_of_their_own(session: AsyncSession) -> None:
    await _take(session, NOW, limit=1)
    other = await services.take_budget(session, service="itunes", now=NOW, limit=1, window=WINDOW)

    assert other is None


async def test_processes_that_call_at_once_stay_inside_the_budget(
    make_session: async_sessionmaker[AsyncSession],
) -> None:
    async def take() -> bool:
        async with make_session.begin() as session:
            return await _take(session, NOW, limit=3) is None

    taken = await asyncio.gather(*(take() for _ in range(8)))

    assert sum(taken) == 3


async def test_a_reply_is_remembered_until_it_expires(session: AsyncSession) -> None:
    for body in ("old", "new"):
        await services.remember(
            session,
            service="deezer",
            key="isrc:1",
            body=body,
            now=NOW,
            expires_at=NOW + SECOND,
        )

    replies = [
        await services.cached(session, service=service, key="isrc:1", now=now)
        for service, now in (("deezer", NOW), ("deezer", NOW + SECOND), ("itunes", NOW))
    ]
    assert replies == ["new", None, None]


async def test_sweeping_takes_what_nobody_needs_and_leaves_the_rest(
    session: AsyncSession,
) -> None:
    for key, seconds in (("gone", 1), ("kept", 9)):
        await services.remember(
            session,
            service="deezer",
            key=key,
            body="{}",
            now=NOW,
            expires_at=NOW + seconds * SECOND,
        )
    for seconds in (0, 5):
        await _take(session, NOW + seconds * SECOND)
    swept = await services.sweep(session, now=NOW + 5 * SECOND, calls_before=NOW + 5 * SECOND)

    assert swept == 2
    assert await services.calls_since(session, service="deezer", since=NOW - SECOND) == 1
    assert (
        await services.cached(session, service="deezer", key="kept", now=NOW + 5 * SECOND) == "{}"
    )
