from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from db import services
from db.types import UtcDateTime, Vector
from tests.db.desk import NOW, Desk, score_of

MOMENTS = Table(
    "moments", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime)
)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# Two days from either end of the calendar no zone can leave it.
AWARE = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)  # noqa: DTZ001


@given(AWARE)
def test_a_moment_comes_back_as_the_same_moment_in_utc(moment: datetime) -> None:
    engine = create_engine("sqlite://")
    MOMENTS.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(MOMENTS).values(at=moment))
        back = connection.scalar(select(MOMENTS.c.at))
    engine.dispose()

    assert back == moment
    assert back.tzinfo is UTC


@given(AWARE, AWARE)
def test_moments_sort_in_the_database_as_they_follow_in_time(
    one: datetime, other: datetime
) -> None:
    engine = create_engine("sqlite://")
    MOMENTS.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(MOMENTS), [{"at": one}, {"at": other}])
        back = list(connection.scalars(select(MOMENTS.c.at).order_by(MOMENTS.c.at)))
    engine.dispose()

    assert back == sorted([one, other])


async def test_both_databases_keep_microseconds_and_convert_to_utc(session: AsyncSession) -> None:
    berlin = timezone(timedelta(hours=1))
    until = datetime(2026, 11, 20, 13, 0, 0, 123_456, tzinfo=berlin)
    await services.block(session, service="deezer", until=until)

    back = await services.blocked_until(session, service="deezer", now=NOW - timedelta(days=1))
    assert back == until
    assert back.tzinfo is UTC


async def test_a_naive_moment_is_refused(session: AsyncSession) -> None:
    naive = NOW.replace(tzinfo=None)

    with pytest.raises(StatementError, match="has no time zone"):
        await services.block(session, service="deezer", until=naive)


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), max_size=64))
def test_an_embedding_comes_back_bit_by_bit(numbers: list[float]) -> None:
    vector = np.array(numbers, dtype=np.float32)
    column = Vector()
    dialect = create_engine("sqlite://").dialect
    stored = column.process_bind_param(vector, dialect)

    back = column.process_result_value(stored, dialect)
    assert back is not None
    assert back.dtype == np.float32
    np.testing.assert_array_equal(back, vector, strict=True)


@pytest.mark.parametrize(
    "vector", [np.zeros((2, 2), np.float32), np.array([np.nan], np.float32)], ids=["2-d", "nan"]
)
def test_what_is_no_embedding_is_refused(
    vector: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
) -> None:
    with pytest.raises(ValueError, match="one row of finite numbers"):
        Vector().process_bind_param(vector, create_engine("sqlite://").dialect)


async def test_an_unknown_choice_is_refused_before_the_database(desk: Desk) -> None:
    track = await desk.track()
    score = score_of(track)
    score.level = "huge"  # type: ignore[assignment]  # that is the point
    desk.session.add(score)

    with pytest.raises(StatementError, match="'huge' is not among the defined enum values"):
        await desk.session.flush()
