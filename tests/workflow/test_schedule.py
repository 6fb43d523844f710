"""Once a week, whatever the clocks do: a simulated year in three zones, and longer silences."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.workflow.schedule import (
    Rhythm,
    current_week,
    days_told,
    due_at,
    is_due,
    latest_due,
    monday_of,
    week_label,
)

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
START, END = datetime(2025, 12, 29, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

rhythms = st.builds(
    Rhythm,
    zone=st.sampled_from([ZoneInfo(name) for name in [*ZONES, "America/Sao_Paulo", "UTC"]]),
    weekday=st.integers(1, 7),
    at=st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])),
)
moments = st.datetimes(START.replace(tzinfo=None), END.replace(tzinfo=None), timezones=st.just(UTC))


def friday(zone: str) -> Rhythm:
    return Rhythm(zone=ZoneInfo(zone), weekday=5, at=time(17))


def simulate(
    rhythm: Rhythm, *, step: timedelta, away: tuple[datetime, datetime] | None = None
) -> list[tuple[str, datetime]]:
    """Tick through a year, as one scheduler would, and return what was sent and when."""
    sent: list[tuple[str, datetime]] = []
    now = START
    while now < END:
        if away is None or not away[0] <= now < away[1]:
            last = sent[-1][0] if sent else None
            if week := is_due(rhythm, last_settled=last, since=START, now=now):
                sent.append((week, now))
        now += step
    return sent


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_has_one_digest_for_each_week_at_its_local_time(zone: str) -> None:
    sent = simulate(friday(zone), step=timedelta(minutes=30))

    mondays = [date(2025, 12, 29) + number * timedelta(days=7) for number in range(53)]
    assert [week for week, _ in sent] == [week_label(monday) for monday in mondays]
    for _, at in sent:
        local = at.astimezone(ZoneInfo(zone))
        assert (local.isoweekday(), local.hour, local.minute) == (5, 17, 0)
    # The clocks did change twice.
    assert len({at.astimezone(ZoneInfo(zone)).utcoffset() for _, at in sent}) == 2


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", [0, 1, 2, 3])
def test_on_the_nights_of_the_change_it_is_once_as_well(zone: str, hour: int) -> None:
    rhythm = Rhythm(zone=ZoneInfo(zone), weekday=7, at=time(hour, 15))
    sent = simulate(rhythm, step=timedelta(minutes=15))

    assert len(sent) == len({week for week, _ in sent}) == 53
    gaps = {after[1] - before[1] for before, after in pairwise(sent)}
    assert all(7 * DAY - HOUR <= gap <= 7 * DAY + HOUR for gap in gaps)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("days", [3, 17])
def test_after_a_downtime_the_latest_missed_one_is_sent_and_not_all(zone: str, days: int) -> None:
    back = datetime(2026, 3, 31, 12, tzinfo=UTC)
    sent = simulate(friday(zone), step=HOUR, away=(back - days * DAY, back))

    late = [week for week, at in sent if at == back]
    assert late == (["2026-W13"] if days > 3 else [])
    assert len(sent) == 53 - (days // 7 - 1 if days > 7 else 0)
    assert len({week for week, _ in sent}) == len(sent)


@settings(max_examples=25)
@given(
    rhythm=rhythms,
    away_from=moments,
    away_days=st.integers(0, 40),
    step_hours=st.integers(1, 30),
)
def test_no_week_is_told_twice_and_none_is_left_out_while_we_are_there(
    rhythm: Rhythm, away_from: datetime, away_days: int, step_hours: int
) -> None:
    back = away_from + away_days * DAY
    sent = simulate(rhythm, step=step_hours * HOUR, away=(away_from, back))

    weeks = [week for week, _ in sent]
    assert weeks == sorted(set(weeks))
    for monday in (START.date() + number * timedelta(days=7) for number in range(52)):
        label = week_label(monday)
        due = due_at(rhythm, label)
        if due > START and not away_from - step_hours * HOUR <= due < back:
            assert label in weeks


@given(rhythm=rhythms, now=moments)
def test_the_weeks_follow_each_other_without_a_gap(rhythm: Rhythm, now: datetime) -> None:
    latest, coming = latest_due(rhythm, now=now), current_week(rhythm, now=now)

    assert due_at(rhythm, latest) <= now < due_at(rhythm, coming)
    assert monday_of(coming) - monday_of(latest) == timedelta(days=7)
    starts_at, ends_at = days_told(rhythm, coming, sent={})
    assert starts_at <= now < ends_at
    assert days_told(rhythm, latest, sent={})[1] == starts_at


@given(rhythm=rhythms, now=moments, late=st.integers(0, 100))
def test_a_digest_that_was_sent_late_leaves_the_rest_to_the_next_one(
    rhythm: Rhythm, now: datetime, late: int
) -> None:
    week = current_week(rhythm, now=now)
    following = week_label(monday_of(week) + timedelta(days=7))
    sent = {week: due_at(rhythm, week) + late * HOUR}

    assert days_told(rhythm, week, sent=sent)[1] == days_told(rhythm, following, sent=sent)[0]


def test_a_playlist_has_no_digest_from_before_it_was_made() -> None:
    rhythm, made = friday("UTC"), datetime(2026, 11, 21, 9, tzinfo=UTC)

    assert is_due(rhythm, last_settled=None, since=made, now=made + DAY) is None
    assert is_due(rhythm, last_settled=None, since=made, now=made + 7 * DAY) == "2026-W48"


def test_another_zone_or_day_in_the_middle_of_a_week_does_not_send_it_twice() -> None:
    now = datetime(2026, 11, 22, 23, tzinfo=UTC)
    moved = Rhythm(zone=ZoneInfo("America/New_York"), weekday=7, at=time(12))

    assert is_due(friday("UTC"), last_settled="2026-W46", since=START, now=now) == "2026-W47"
    assert is_due(moved, last_settled="2026-W47", since=START, now=now) is None
