"""The playlist's rules: each refuses by name, says when it lets go, and lets the rest through."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RuleError
from bot.workflow.rules import Known, Rules, Said, Standing, check, check_fit
from db.types import AiPolicy, AiUse

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OPEN = Rules(playlist="Night Drive")
NOBODY = Standing(waiting=0, waiting_of_artist=0)


def refused(
    rules: Rules,
    standing: Standing = NOBODY,
    *,
    ai_use: AiUse | None = None,
    said: Said | None = None,
) -> RuleError:
    with pytest.raises(RuleError) as caught:
        check(rules, standing, said=said or Said(ai_use=ai_use), now=NOW)
    return caught.value


def passes(rules: Rules, standing: Standing, *, ai_use: AiUse | None) -> bool:
    check(rules, standing, said=Said(ai_use=ai_use), now=NOW)
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


def misfit(
    rules: Rules, *, said: Said | None = None, known: Known | None = None, used: bool = False
) -> RuleError | None:
    standing = replace(NOBODY, anyway_7d=(NOW - timedelta(days=2),) if used else ())
    try:
        check_fit(rules, standing, said=said or Said(), known=known or Known(), now=NOW)
    except RuleError as error:
        return error
    return None


@pytest.mark.parametrize(("explicit", "allowed"), [(None, False), (False, False), (True, True)])
def test_unknown_and_clean_tracks_pass_the_explicit_rule(
    *, explicit: bool | None, allowed: bool
) -> None:
    assert misfit(replace(OPEN, explicit_allowed=allowed), known=Known(explicit=explicit)) is None


def test_an_explicit_track_is_refused_where_none_are_taken() -> None:
    error = misfit(replace(OPEN, explicit_allowed=False), known=Known(explicit=True))

    assert error is not None
    assert error.rule == "explicit"
    assert "no tracks marked explicit" in str(error)
    assert error.anyway


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        (Said(genre="Techno", language="German"), None),
        (Said(), None),
        (Said(genre=" techno "), None),
        (Said(genre="Folk"), "genres"),
        (Said(language="French"), "languages"),
    ],
)
def test_another_genre_or_language_than_the_playlists_is_told(said: Said, rule: str | None) -> None:
    error = misfit(replace(OPEN, genres=("Techno", "House"), languages=("German",)), said=said)

    assert (error.rule if error else None) == rule


def test_all_that_does_not_suit_is_told_at_once() -> None:
    rules = replace(OPEN, genres=("Techno", "House", "Dub"), explicit_allowed=False)

    error = misfit(rules, said=Said(genre="Folk"), known=Known(explicit=True))

    assert str(error) == (
        "Night Drive takes no tracks marked explicit. Night Drive looks for Techno, House or Dub,"
        " and this is Folk. If it belongs there all the same, submit it anyway."
    )


@pytest.mark.parametrize(
    ("released", "refuses"),
    [
        ("2026-11-01", False),
        ("2026-08-24", True),
        ("2026-08-25", False),
        ("2026-08", False),
        ("2026-07", True),
        ("2026", False),
        ("2025", True),
        ("2025-12", True),
        ("0000", False),
        ("soon", False),
        (None, False),
    ],
)
def test_a_release_is_too_old_only_where_that_is_sure(
    *, released: str | None, refuses: bool
) -> None:
    error = misfit(replace(OPEN, max_release_age_days=90), known=Known(release_date=released))

    assert (error.rule if error else None) == ("release_age" if refuses else None)


def test_an_artist_may_insist_once_a_week() -> None:
    rules = replace(OPEN, genres=("Techno",))
    insisting = Said(genre="Folk", anyway=True)

    assert misfit(rules, said=insisting) is None
    second = misfit(rules, said=insisting, used=True)
    assert second is not None
    assert (second.rule, second.possible_at) == ("anyway", NOW + timedelta(days=5))
    third = misfit(rules, said=Said(genre="Folk"), used=True)
    assert third is not None
    assert not third.anyway
    assert "anyway" not in str(third)


def test_the_tick_that_the_track_is_ones_own_is_asked_for_where_the_playlist_says_so() -> None:
    rules = replace(OPEN, ownership_required=True)

    assert refused(rules).rule == "ownership"
    check(rules, NOBODY, said=Said(owns_rights=True), now=NOW)


def test_a_full_queue_tells_when_a_place_is_free_where_its_pace_is_known() -> None:
    rules = replace(OPEN, intake_cap=1)
    free_at = NOW + timedelta(days=3)

    known = refused(rules, replace(NOBODY, waiting=1, place_free_at=free_at))
    unknown = refused(rules, replace(NOBODY, waiting=1))

    assert known.possible_at == free_at
    assert "about 26 Nov" in str(known)
    assert unknown.possible_at is None
    assert "in a few days" in str(unknown)
