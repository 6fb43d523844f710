"""When what failed is tried again."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workflow.retries import GIVE_UP_AFTER, next_try
from tests.workflow.stage import NOW

HOUR = timedelta(hours=1)
PASSING = ["source_down", "source_refused", "scorer_down"]


@given(st.sampled_from(PASSING), st.timedeltas(timedelta(0), GIVE_UP_AFTER), st.floats(0, 1))
def test_a_wait_is_a_minute_to_two_and_a_half_hours_and_ends_within_the_day(
    reason: str, failing: timedelta, lot: float
) -> None:
    at = next_try(reason, since=NOW - failing, now=NOW, until=None, dice=lambda: lot)

    if at is None:
        assert failing > GIVE_UP_AFTER - 2.5 * HOUR
    else:
        assert timedelta(minutes=1) <= at - NOW <= 2.5 * HOUR
        assert at <= NOW - failing + GIVE_UP_AFTER


@given(st.floats(0, 1))
def test_waits_double_until_they_are_two_hours(lot: float) -> None:
    now, waits = NOW, []
    while (
        at := next_try("source_down", since=NOW, now=now, until=None, dice=lambda: lot)
    ) is not None:
        waits.append(at - now)
        now = at

    assert all(a <= b for a, b in itertools.pairwise(waits))
    assert waits[-1] >= 2 * HOUR
    assert all(b <= 2.6 * a for a, b in itertools.pairwise(waits))


@given(st.floats(0, 1), st.timedeltas(timedelta(0), timedelta(days=3)))
def test_a_quota_is_waited_out_however_long_it_lasts(lot: float, blocked: timedelta) -> None:
    at = next_try("quota", since=NOW - 30 * HOUR, now=NOW, until=NOW + blocked, dice=lambda: lot)

    assert at is not None
    assert timedelta(0) <= at - (NOW + blocked) <= timedelta(minutes=1)


@pytest.mark.parametrize(
    "reason", ["no_preview", "weak_match", "silent", "lost", "fault", "crashed"]
)
def test_what_waiting_does_not_mend_is_left(reason: str) -> None:
    assert next_try(reason, since=NOW, now=NOW, until=None, dice=lambda: 0.5) is None
