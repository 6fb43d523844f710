"""Weeks: where they are cut, how they may be typed, and how their history adds up."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RuleError
from bot.workflow.digest import Week, add_up, parse_week, week_of
from db.changes import StatusChange
from db.models import Status
from db.status import DECIDED, MOVES
from tests.workflow.stage import DAY

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
UTC_ZONE = ZoneInfo("UTC")

HOUR = timedelta(hours=1)
# The weeks in which the clocks change, with the hours they are long.
CLOCK_CHANGES = [
    (BERLIN, "2026-W13", 167),
    (BERLIN, "2026-W43", 169),
    (NEW_YORK, "2026-W10", 167),
    (NEW_YORK, "2026-W44", 169),
    (BERLIN, "2026-W47", 168),
]


@pytest.mark.parametrize(("zone", "name", "hours"), CLOCK_CHANGES)
def test_a_week_is_cut_at_local_midnights(zone: ZoneInfo, name: str, hours: int) -> None:
    week = parse_week(name, zone)

    assert (week.ends_at.astimezone(UTC) - week.starts_at.astimezone(UTC)) == hours * HOUR
    for moment in (week.starts_at, week.ends_at):
        assert (moment.hour, moment.minute, moment.isoweekday()) == (0, 0, 1)
        assert moment.tzinfo is zone


def test_a_week_in_berlin_begins_before_it_does_in_greenwich() -> None:
    week = parse_week("2026-W47", BERLIN)

    assert week.starts_at.astimezone(UTC) == datetime(2026, 11, 15, 23, tzinfo=UTC)
    assert week.ends_at.astimezone(UTC) == datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert week_of(week.starts_at, BERLIN) == week
    assert week_of(week.starts_at - timedelta(microseconds=1), BERLIN).label == "2026-W46"
    assert week_of(week.starts_at, UTC_ZONE).label == "2026-W46"
    assert week_of(week.starts_at, NEW_YORK).label == "2026-W46"


@given(
    moment=st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants them bare
    zone=st.sampled_from([BERLIN, NEW_YORK, UTC_ZONE, ZoneInfo("Pacific/Apia")]),
)
def test_every_moment_lies_in_exactly_the_week_that_it_names(
    moment: datetime, zone: ZoneInfo
) -> None:
    week = week_of(moment, zone)

    assert week.starts_at <= moment < week.ends_at
    assert parse_week(week.label, zone) == week
    assert week_of(week.ends_at, zone).starts_at == week.ends_at


@pytest.mark.parametrize("text", ["2026-W47", "2026W47", " 2026-w47 "])
def test_a_week_may_be_typed_in_a_few_ways(text: str) -> None:
    assert parse_week(text, BERLIN).label == "2026-W47"


def test_one_digit_weeks_and_long_years_have_their_weeks() -> None:
    assert parse_week("2026-W5", BERLIN).label == "2026-W05"
    assert parse_week("2026-W53", BERLIN).label == "2026-W53"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "last",
        "47",
        "2026",
        "2026-47",
        "2026-W",
        "2026-W0",
        "2025-W53",
        "2026-W54",
        "2026-W99",
        "2026-W471",
        "0000-W01",
        "9999-W52",
        "0001-W01",
        "\uff12\uff10\uff12\uff16-W47",
        "2026-W47\n2026-W48",
    ],
)
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(RuleError, match="is no ISO week such as 2026-W47") as caught:
        parse_week(text, BERLIN)

    assert caught.value.rule == "week"


WEEK = parse_week("2026-W47", BERLIN)
FIRST = WEEK.starts_at.astimezone(UTC) - 10 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One submission's changes in order."""

    changes: list[StatusChange]


@st.composite
def lives(draw: st.DrawFn, submission_id: int) -> Life:
    at = FIRST + draw(st.integers(0, 400)) * HOUR
    received_at, discovery = at, draw(st.booleans())

    def change(to: Status, *, undone: bool = False) -> StatusChange:
        return StatusChange(
            submission_id=submission_id,
            at=at,
            to_status=to,
            undone=undone,
            received_at=received_at,
            discovery=discovery,
            by="mo",
        )

    changes = [change(Status.RECEIVED)]
    # What would be taken back next, as (status before, status after).
    standing: list[tuple[Status, Status]] = []
    now = Status.RECEIVED
    for _ in range(draw(st.integers(0, 7))):
        at += draw(st.integers(0, 60)) * HOUR
        if standing and standing[-1][1] in DECIDED and draw(st.booleans()):
            now = standing.pop()[0]
            changes.append(change(now, undone=True))
            continue
        targets = sorted(MOVES.get(now, frozenset()))
        if not targets:
            break
        to = draw(st.sampled_from(targets))
        standing.append((now, to))
        now = to
        changes.append(change(now))
    return Life(changes=changes)


HISTORIES = st.integers(0, 6).flatmap(lambda count: st.tuples(*(lives(i) for i in range(count))))


def _events(histories: tuple[Life, ...]) -> list[StatusChange]:
    """Return all changes as the event table has them: by the clock, each life in its order."""
    return sorted(
        (change for life in histories for change in life.changes), key=lambda change: change.at
    )


def _answer_of(life: Life, week: Week) -> StatusChange | None:
    """Return the week's answer: replay the life change by change, looking at nothing else."""
    before: list[StatusChange] = []
    for change in life.changes:
        if change.at >= week.ends_at:
            break
        before = before[:-1] if change.undone else [*before, change]
    if not before or before[-1].to_status in {Status.WITHDRAWN, Status.EXPIRED}:
        return None
    decisions = [change for change in before if change.to_status in DECIDED]
    if not decisions or decisions[-1].at < week.starts_at:
        return None
    return decisions[-1]


def _status_at(life: Life, moment: datetime) -> Status | None:
    last = None
    for change in life.changes:
        if change.at < moment:
            last = change.to_status
    return last


@given(HISTORIES)
def test_a_week_adds_up_as_a_slow_recount_says(histories: tuple[Life, ...]) -> None:
    tally = add_up(_events(histories), WEEK)

    answers = [answer for life in histories if (answer := _answer_of(life, WEEK))]
    of = {status: [one for one in answers if one.to_status is status] for status in DECIDED}
    decided = [*of[Status.KEPT], *of[Status.DECLINED]]
    inside = [
        change
        for life in histories
        for change in life.changes
        if WEEK.starts_at <= change.at < WEEK.ends_at
    ]
    assert sorted(one.submission_id for one in tally.kept) == [
        one.submission_id for one in of[Status.KEPT]
    ]
    assert [one.at for one in tally.kept] == sorted(one.at for one in tally.kept)
    assert (tally.maybe, tally.declined) == (len(of[Status.MAYBE]), len(of[Status.DECLINED]))
    assert tally.reversed == sum(change.undone for change in inside)
    assert tally.expired == sum(change.to_status is Status.EXPIRED for change in inside)
    assert tally.waiting == sum(
        _status_at(life, WEEK.ends_at) in {Status.RECEIVED, Status.QUEUED} for life in histories
    )
    assert sorted(tally.waits_days) == sorted((one.at - one.received_at) / DAY for one in decided)
    for picks, discovery in ((tally.discovery, True), (tally.rest, False)):
        assert sorted(picks) == sorted(
            one.to_status is Status.KEPT for one in decided if one.discovery is discovery
        )


@given(HISTORIES)
def test_what_happens_later_never_changes_a_past_week(histories: tuple[Life, ...]) -> None:
    past = [change for change in _events(histories) if change.at < WEEK.ends_at]

    assert add_up(_events(histories), WEEK) == add_up(past, WEEK)


@given(HISTORIES)
def test_reversals_and_expiries_of_all_weeks_are_all_there_are(
    histories: tuple[Life, ...],
) -> None:
    changes = _events(histories)
    weeks = [week_of(FIRST + number * 7 * DAY, BERLIN) for number in range(9)]

    tallies = [add_up(changes, week) for week in weeks]
    assert sum(one.reversed for one in tallies) == sum(change.undone for change in changes)
    assert sum(one.expired for one in tallies) == sum(
        change.to_status is Status.EXPIRED for change in changes
    )


MONDAY = WEEK.starts_at


def _life(*steps: tuple[timedelta, Status | None], discovery: bool = False) -> list[StatusChange]:
    """Return the changes at so long after Monday; None takes the last decision back."""
    changes, standing = [], [Status.RECEIVED]
    for after, status in ((-2 * DAY, Status.RECEIVED), *steps):
        if status is None:
            standing.pop()
        elif status is not Status.RECEIVED:
            standing.append(status)
        changes.append(
            StatusChange(
                submission_id=1,
                at=MONDAY + after,
                to_status=standing[-1],
                undone=status is None,
                received_at=MONDAY - 2 * DAY,
                discovery=discovery,
            )
        )
    return changes


def test_a_keep_taken_back_counts_as_reversed_and_not_as_kept() -> None:
    tally = add_up(_life((HOUR, Status.KEPT), (2 * HOUR, None)), WEEK)

    assert (tally.kept, tally.reversed, tally.waiting) == ([], 1, 1)
    assert (tally.rest, tally.waits_days) == ([], [])


def test_a_maybe_that_is_kept_in_the_same_week_is_a_keep() -> None:
    tally = add_up(_life((HOUR, Status.MAYBE), (DAY, Status.KEPT)), WEEK)

    assert (len(tally.kept), tally.maybe, tally.rest) == (1, 0, [True])
    assert tally.waits_days == [3.0]


def test_a_maybe_of_last_week_is_no_answer_of_this_one() -> None:
    tally = add_up(_life((-DAY, Status.MAYBE)), WEEK)

    assert (tally.maybe, tally.waiting, tally.waits_days) == (0, 0, [])


def test_a_track_kept_last_week_and_placed_in_this_one_is_added_once() -> None:
    history = _life((-DAY, Status.KEPT), (DAY, Status.PLACED))

    assert add_up(history, WEEK).kept == []
    last_week = week_of(MONDAY - DAY, BERLIN)
    assert [one.at for one in add_up(history, last_week).kept] == [MONDAY - DAY]


@pytest.mark.parametrize("first", [Status.MAYBE, Status.KEPT])
def test_what_its_artist_takes_out_is_no_answer_of_the_week(first: Status) -> None:
    tally = add_up(_life((HOUR, first), (DAY, Status.WITHDRAWN)), WEEK)

    assert (tally.kept, tally.maybe, tally.rest, tally.waiting) == ([], 0, [], 0)


def test_a_maybe_that_expires_counts_as_expired_only() -> None:
    tally = add_up(_life((HOUR, Status.MAYBE), (DAY, Status.EXPIRED)), WEEK)

    assert (tally.maybe, tally.expired) == (0, 1)


def test_discovery_picks_are_counted_apart() -> None:
    tally = add_up(_life((HOUR, Status.DECLINED), discovery=True), WEEK)

    assert (tally.discovery, tally.rest) == ([False], [])


@pytest.mark.parametrize(("zone", "name", "hours"), CLOCK_CHANGES)
def test_the_first_moment_counts_and_the_last_does_not(
    zone: ZoneInfo, name: str, hours: int
) -> None:
    week = parse_week(name, zone)
    kept = StatusChange(
        submission_id=1,
        at=week.starts_at,
        to_status=Status.KEPT,
        undone=False,
        received_at=week.starts_at - DAY,
        discovery=False,
    )

    assert len(add_up([kept], week).kept) == 1
    end = week.starts_at.astimezone(UTC) + hours * HOUR
    assert len(add_up([replace(kept, at=end - timedelta(microseconds=1))], week).kept) == 1
    assert add_up([replace(kept, at=end)], week).kept == []
