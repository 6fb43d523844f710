"""The playlist's rules: each refuses by name, says when it lets go, and lets the rest through."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RuleError
from bot.workflow.rules import Rules, Standing, check, check_explicit
from db.types import AiPolicy, AiUse

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OPEN = Rules(playlist="Night Drive")
NOBODY = Standing(waiting=0, waiting_of_artist=0)


def refused(rules: Rules, standing: Standing = NOBODY, *, ai_use: AiUse | None = None) -> RuleError:
    with pytest.raises(RuleError) as caught:
        check(rules, standing, ai_use=ai_use, now=NOW)
    return caught.value


def passes(rules: Rules, standing: Standing, *, ai_use: AiUse | None) -> bool:
    check(rules, standing, ai_use=ai_use, now=NOW)
    return True


def test_a_playlist_without_limits_takes_everything() -> None:
    busy = Standing(waiting=999, waiting_of_artist=9, accepted_7d=(NOW,) * 9)

    assert passes(OPEN, busy, ai_use=None)


def test_before_it_opens_the_date_is_told() -> None:
    opens = NOW + timedelta(days=2)

    error = refused(replace(OPEN, opens_at=opens))

    assert error.rule == "opens_at"
    assert error.possible_at == opens
    assert "25 Nov 2026" in str(error)


def test_the_opening_is_told_in_utc_whatever_zone_it_was_given_in() -> None:
    opens = datetime(2026, 12, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))

    assert "30 Nov 2026, 23:30 UTC" in str(refused(replace(OPEN, opens_at=opens)))


@pytest.mark.parametrize("rules", [replace(OPEN, paused=True), replace(OPEN, closes_at=NOW)])
def test_a_closed_playlist_refuses(rules: Rules) -> None:
    assert refused(rules).rule == "closed"


def test_a_playlist_that_closes_later_is_open() -> None:
    later = replace(OPEN, closes_at=NOW + timedelta(seconds=1), opens_at=NOW)

    assert passes(later, NOBODY, ai_use=None)


@pytest.mark.parametrize(
    ("policy", "answer", "taken"),
    [
        (AiPolicy.ALLOW, None, True),
        (AiPolicy.ALLOW, AiUse.MOSTLY, True),
        (AiPolicy.DECLARED, None, False),
        (AiPolicy.DECLARED, AiUse.MOSTLY, True),
        (AiPolicy.NONE, None, False),
        (AiPolicy.NONE, AiUse.PARTLY, False),
        (AiPolicy.NONE, AiUse.NO, True),
    ],
)
def test_the_answer_about_ai_meets_the_policy(
    *, policy: AiPolicy, answer: AiUse | None, taken: bool
) -> None:
    rules = replace(OPEN, ai_policy=policy)

    if taken:
        assert passes(rules, NOBODY, ai_use=answer)
    else:
        assert refused(rules, ai_use=answer).rule == "ai_policy"


def test_a_full_queue_refuses_at_its_cap_and_not_before() -> None:
    rules = replace(OPEN, intake_cap=40)

    assert passes(rules, replace(NOBODY, waiting=39), ai_use=None)
    assert refused(rules, replace(NOBODY, waiting=40)).rule == "intake_cap"


def test_one_waiting_track_per_artist_means_one() -> None:
    rules = replace(OPEN, waiting_per_artist=1)

    assert passes(rules, NOBODY, ai_use=None)
    assert refused(rules, replace(NOBODY, waiting_of_artist=1)).rule == "waiting_per_artist"


@given(
    days=st.lists(st.floats(0.01, 6.9), min_size=0, max_size=6),
    limit=st.integers(1, 4),
)
def test_the_weekly_limit_lets_go_exactly_when_it_says(days: list[float], limit: int) -> None:
    rules = replace(OPEN, per_member_7d=limit)
    accepted = tuple(NOW - timedelta(days=d) for d in days)
    standing = replace(NOBODY, accepted_7d=accepted)

    if len(days) < limit:
        assert passes(rules, standing, ai_use=None)
        return
    error = refused(rules, standing)
    assert error.rule == "per_member_7d"
    assert error.possible_at is not None
    # At that moment fewer than `limit` lie within the last seven days.
    still = [at for at in accepted if at > error.possible_at - timedelta(days=7)]
    assert len(still) < limit


def test_what_was_sent_a_week_ago_no_longer_counts() -> None:
    rules = replace(OPEN, per_member_7d=1)

    assert passes(rules, replace(NOBODY, accepted_7d=(NOW - timedelta(days=7),)), ai_use=None)


@pytest.mark.parametrize(("explicit", "allowed"), [(None, False), (False, False), (True, True)])
def test_unknown_and_clean_tracks_pass_the_explicit_rule(
    *, explicit: bool | None, allowed: bool
) -> None:
    rules = replace(OPEN, explicit_allowed=allowed)

    check_explicit(rules, explicit=explicit)
    assert rules.explicit_allowed or not explicit


def test_an_explicit_track_is_refused_where_none_are_taken() -> None:
    with pytest.raises(RuleError, match="no tracks marked explicit"):
        check_explicit(replace(OPEN, explicit_allowed=False), explicit=True)
