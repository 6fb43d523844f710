"""The expected date comes from a playlist's own answers, and is silent where there are few."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workflow.pace import ENOUGH_ANSWERS, Answered, pace_of
from db.models import Answer
from tests.workflow.stage import DAY, NOW, Stage, link_of

LONG_AGO = NOW - 400 * DAY


def answers(*days_ago: float, waited: float = 3.0) -> list[Answered]:
    return [
        Answered(received_at=NOW - (days + waited) * DAY, answered_at=NOW - days * DAY)
        for days in days_ago
    ]


def test_few_answers_tell_nothing() -> None:
    few = answers(*range(1, ENOUGH_ANSWERS))

    assert pace_of(few, open_since=LONG_AGO, now=NOW) is None


def test_answers_of_long_ago_tell_nothing() -> None:
    assert pace_of(answers(*range(30, 60)), open_since=LONG_AGO, now=NOW) is None


def test_seven_answers_in_four_weeks_make_one_every_fourth_day() -> None:
    pace = pace_of(answers(1, 2, 3, 4, 5, 6, 7), open_since=LONG_AGO, now=NOW)

    assert pace is not None
    assert pace.per_day == pytest.approx(0.25)
    assert pace.median_wait_days == pytest.approx(3)
    assert pace.answered_by(3, now=NOW) == NOW + timedelta(days=12)


def test_a_burst_on_the_first_day_is_not_taken_for_a_habit() -> None:
    pace = pace_of(answers(*(7 * [0.1])), open_since=NOW - DAY, now=NOW)

    assert pace is not None
    assert pace.per_day == pytest.approx(1.0)


@given(
    days=st.lists(st.floats(0, 27), min_size=ENOUGH_ANSWERS, max_size=40),
    place=st.integers(1, 200),
)
def test_whoever_stands_further_back_is_never_expected_earlier(
    days: list[float], place: int
) -> None:
    pace = pace_of(answers(*days), open_since=LONG_AGO, now=NOW)

    assert pace is not None
    assert pace.answered_by(place, now=NOW) > NOW
    assert pace.answered_by(place + 1, now=NOW) >= pace.answered_by(place, now=NOW)


async def test_the_receipt_and_the_status_tell_the_likely_date(stage: Stage) -> None:
    stage.clock.time = NOW - 10 * DAY
    codes = [(await stage.submit(link_of(str(n)), by=str(n))).receipt.code for n in range(7)]
    first = await stage.submit(link_of("first"), by="ben")
    stage.clock.time = NOW - 5 * DAY
    for code in codes:
        await stage.decide(code, Answer.KEEP)
    stage.clock.time = NOW

    receipt = (await stage.submit(link_of("mine"))).receipt
    (row,) = (await stage.status()).rows

    assert first.receipt.expected_at is None
    # Seven answers since the playlist was made, which counts as a week.
    assert (receipt.place, receipt.expected_at) == (2, NOW + 2 * DAY)
    assert row.expected_at == receipt.expected_at
    (bens,) = (await stage.status("ben")).rows
    assert bens.expected_at == NOW + DAY


async def test_an_answer_that_was_taken_back_is_no_answer(stage: Stage) -> None:
    codes = [(await stage.submit(link_of(str(n)), by=str(n))).receipt.code for n in range(5)]
    for code in codes:
        await stage.decide(code, Answer.KEEP)
    assert (await stage.submit(link_of("mine"))).receipt.expected_at is not None

    await stage.undo(codes[0])

    assert (await stage.status()).rows[0].expected_at is None
