"""The order of a queue by example: overdue, pinned, score and waiting, discovery picks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scoring.ranking import Candidate, Why, draw_discovery, rank, span, why_here
from tests.scoring.candidates import NOW, candidate, order, pages


def test_an_empty_queue_has_no_rows() -> None:
    assert rank([], now=NOW) == []


def test_overdue_tracks_come_first_and_the_oldest_promise_before_the_others() -> None:
    queue = [
        candidate(1, score=99, waited=30),
        candidate(2, score=5, waited=15, due_in=-1),
        candidate(3, score=1, waited=14, due_in=-4),
        candidate(4, waited=17, due_in=-3),
    ]

    assert order(rank(queue, now=NOW)) == [3, 4, 2, 1]


def test_overdue_tracks_with_one_deadline_stand_by_age() -> None:
    queue = [candidate(n, due_in=-1, waited=waited) for n, waited in [(1, 3), (2, 5), (3, 4)]]

    assert order(rank(queue, now=NOW)) == [2, 3, 1]


def test_a_track_due_this_very_moment_is_not_overdue() -> None:
    (row,) = rank([candidate(1, score=10, due_in=0)], now=NOW)

    assert row.why is Why.SCORE


def test_a_pinned_track_stands_behind_the_overdue_and_ahead_of_the_rest() -> None:
    queue = [
        candidate(1, score=99),
        candidate(2, score=1, pinned_by="@mo", waited=1),
        candidate(3, score=2, due_in=-1),
        candidate(4, score=0, pinned_by="@ann", waited=2),
    ]

    assert order(rank(queue, now=NOW)) == [3, 4, 2, 1]


def test_an_overdue_track_is_overdue_even_where_it_is_pinned_or_a_discovery_pick() -> None:
    queue = [candidate(1, score=9, due_in=-1, discovery=True, pinned_by="@mo")]

    assert rank(queue, now=NOW)[0].why is Why.OVERDUE


def test_the_higher_score_comes_first() -> None:
    queue = [candidate(1, score=20), candidate(2, score=80), candidate(3, score=50)]

    assert order(rank(queue, now=NOW)) == [2, 3, 1]


def test_fit_counts_instead_of_score_once_the_playlist_has_taught_something() -> None:
    queue = [candidate(1, score=90, fit=10), candidate(2, score=10, fit=90)]

    ranked = rank(queue, now=NOW)

    assert order(ranked) == [2, 1]
    assert {row.why for row in ranked} == {Why.FIT}


def test_a_fit_of_nought_is_a_fit() -> None:
    (row,) = rank([candidate(1, score=90, fit=0)], now=NOW)

    assert row.priority == 0
    assert row.why is Why.FIT


@pytest.mark.parametrize(("waited", "expected"), [(19, [1, 2]), (21, [2, 1])])
def test_two_days_of_waiting_are_worth_one_point(waited: float, expected: list[int]) -> None:
    queue = [candidate(1, score=60), candidate(2, score=50, waited=waited)]

    assert order(rank(queue, now=NOW)) == expected


def test_how_much_a_day_is_worth_is_a_setting() -> None:
    queue = [candidate(1, score=60), candidate(2, score=50, waited=11)]

    assert order(rank(queue, now=NOW, days_per_point=1)) == [2, 1]
    assert rank(queue, now=NOW, days_per_point=1)[0].priority == 61


def test_equals_stand_by_age_and_then_by_id() -> None:
    queue = [
        candidate(3, score=50),
        candidate(1, score=50),
        candidate(2, score=49, waited=2),
    ]

    assert order(rank(queue, now=NOW)) == [2, 1, 3]


def test_discovery_picks_and_pinned_tracks_of_one_age_stand_by_id() -> None:
    picks = [candidate(n, discovery=True, waited=1) for n in (3, 1, 2)]
    pinned = [candidate(n, pinned_by="@mo", waited=1) for n in (6, 4, 5)]

    assert order(rank(picks + pinned, now=NOW)) == [4, 5, 6, 1, 2, 3]


def test_an_unscored_track_starts_at_the_median_of_the_scored() -> None:
    scored = [candidate(1, score=90), candidate(2, score=40), candidate(3, score=10)]

    ranked = rank([*scored, candidate(4, waited=1)], now=NOW)

    assert order(ranked) == [1, 4, 2, 3]
    assert ranked[1].priority == 40.5
    assert ranked[1].why is Why.UNSCORED


def test_the_median_counts_fit_where_there_is_one() -> None:
    queue = [candidate(1, score=90, fit=10), candidate(2)]

    assert {row.priority for row in rank(queue, now=NOW)} == {10}


def test_where_nothing_is_scored_everything_starts_in_the_middle() -> None:
    queue = [candidate(1, waited=2), candidate(2, waited=6)]

    ranked = rank(queue, now=NOW)

    assert order(ranked) == [2, 1]
    assert [row.priority for row in ranked] == [53, 51]


def test_discovery_picks_take_the_third_and_the_eighth_row_oldest_first() -> None:
    queue = [
        *(candidate(n, score=100 - n) for n in range(1, 9)),
        candidate(21, score=1, discovery=True, waited=1),
        candidate(22, score=99, discovery=True, waited=2),
    ]

    assert order(rank(queue, now=NOW)) == [1, 2, 22, 3, 4, 5, 6, 21, 7, 8]


def test_rows_of_five_are_counted_behind_the_overdue_and_on_over_pages() -> None:
    queue = [
        candidate(30, due_in=-1),
        candidate(31, pinned_by="@mo"),
        *(candidate(n, score=100 - n) for n in range(1, 9)),
        *(candidate(20 + n, discovery=True, waited=9 - n) for n in range(1, 3)),
    ]

    ranked = rank(queue, now=NOW, page_size=4)

    assert pages(ranked) == [[30, 31, 1, 2], [21, 3, 4, 5], [6, 22, 7, 8]]


def test_a_page_that_ends_early_does_not_shift_the_rows_of_five() -> None:
    queue = [
        *(candidate(n, score=50, artist="a", waited=9 - n) for n in range(1, 5)),
        candidate(9, discovery=True, artist="a"),
    ]

    assert pages(rank(queue, now=NOW)) == [[1], [2], [9], [3], [4]]


def test_when_the_discovery_picks_run_out_the_others_fill_their_rows() -> None:
    queue = [candidate(n, score=100 - n) for n in range(1, 6)]

    assert order(rank(queue, now=NOW)) == [1, 2, 3, 4, 5]


def test_when_the_others_run_out_discovery_picks_fill_their_rows() -> None:
    queue = [candidate(n, score=n, discovery=True, waited=9 - n) for n in range(1, 6)]

    ranked = rank(queue, now=NOW)

    assert order(ranked) == [1, 2, 3, 4, 5]
    assert {row.why for row in ranked} == {Why.DISCOVERY}


def test_a_second_track_of_an_artist_waits_for_the_next_page() -> None:
    queue = [
        candidate(1, score=90, artist="a"),
        candidate(2, score=80, artist="a"),
        candidate(3, score=10, artist="b"),
        candidate(4, score=5, artist="b"),
    ]

    assert pages(rank(queue, now=NOW)) == [[1, 3], [2, 4]]


def test_the_artist_rule_holds_for_overdue_tracks_too() -> None:
    queue = [
        candidate(1, due_in=-5, artist="a"),
        candidate(2, due_in=-4, artist="a"),
        candidate(3, score=10, artist="b"),
    ]

    assert pages(rank(queue, now=NOW)) == [[1, 3], [2]]


def test_ten_rows_make_a_page() -> None:
    assert [len(page) for page in pages(rank(map(candidate, range(23)), now=NOW))] == [10, 10, 3]


def test_a_clock_that_ran_ahead_does_not_count_against_a_track() -> None:
    (row,) = rank([candidate(1, score=50, waited=-1)], now=NOW)

    assert row.waited_days == 0
    assert row.priority == 50


def test_every_row_carries_its_age_and_the_chance_of_its_draw() -> None:
    drawn = replace(candidate(1, discovery=True, waited=3), discovery_share=0.25)
    passed = replace(candidate(2, score=1, due_in=-2), discovery_share=0.25)

    overdue, pick = rank([drawn, passed], now=NOW)

    assert (pick.propensity, pick.waited_days, pick.overdue_days) == (0.25, 3, 0)
    assert (overdue.propensity, overdue.waited_days, overdue.overdue_days) == (0.75, 0, 2)


def test_what_is_due_soon_comes_after_the_overdue_and_before_all_else() -> None:
    soon = replace(candidate(1, due_in=3), hurry_at=NOW)
    sooner = replace(candidate(2, due_in=1, discovery=True), hurry_at=NOW - timedelta(days=2))
    queue = [
        candidate(3, pinned_by="@mo"),
        soon,
        candidate(4, score=99),
        sooner,
        candidate(5, due_in=-1),
        replace(candidate(6, due_in=2), hurry_at=NOW + timedelta(days=1)),
    ]

    assert pages(rank(queue, now=NOW)) == [[5, 2, 1, 3, 4, 6]]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (candidate(1, waited=23, due_in=-9), "overdue 9 d"),
        (replace(candidate(1, waited=11, due_in=3), hurry_at=NOW), "answer due in 3 d"),
        (candidate(1, waited=2, pinned_by="@mo"), "pinned by @mo, waited 2 d"),
        (candidate(1, waited=3.9, discovery=True), "discovery pick, waited 3 d"),
        (candidate(1, waited=6, score=50), "by score, waited 6 d"),
        (candidate(1, waited=6, score=50, fit=50), "by fit, waited 6 d"),
        (candidate(1, waited=2), "not scored yet, waited 2 d"),
    ],
)
def test_every_row_says_why_it_is_there(row: Candidate, words: str) -> None:
    assert why_here(rank([row], now=NOW)[0]) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "<1 h"), (0.04, "<1 h"), (0.05, "1 h"), (0.99, "23 h"), (1, "1 d"), (40.7, "40 d")],
)
def test_a_length_of_time_is_told_in_its_largest_whole_unit(days: float, words: str) -> None:
    assert span(days) == words


def test_a_draw_can_be_repeated() -> None:
    drawn = [draw_discovery("seed", f"T-{n}", 0.2) for n in range(200)]

    assert drawn == [draw_discovery("seed", f"T-{n}", 0.2) for n in range(200)]
    assert drawn != [draw_discovery("another seed", f"T-{n}", 0.2) for n in range(200)]


def test_one_in_five_is_drawn_where_the_share_is_one_in_five() -> None:
    drawn = sum(draw_discovery("seed", f"T-{n}", 0.2) for n in range(5000))

    # Three standard deviations of 5000 draws.
    assert abs(drawn - 1000) < 85


@given(st.text(), st.text(), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_only_adds_picks(seed: str, code: str, one: float, other: float) -> None:
    small, large = sorted((one, other))
    assume(small < large)

    assert draw_discovery(seed, code, small) <= draw_discovery(seed, code, large)
    assert draw_discovery(seed, code, 1.0)
    assert not draw_discovery(seed, code, 0.0)


def test_the_seed_and_the_code_do_not_run_together() -> None:
    one = [draw_discovery(f"s{n}", "1", 0.5) for n in range(64)]
    other = [draw_discovery("s", f"{n}1", 0.5) for n in range(64)]

    assert one != other


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_from_nought_to_one(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        draw_discovery("seed", "T-1", share)
    with pytest.raises(ValueError, match="discovery_share"):
        replace(candidate(1), discovery_share=share)


@pytest.mark.parametrize("number", [-1, 100.1, float("nan"), float("inf")])
def test_a_score_or_a_fit_off_the_scale_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="score"):
        candidate(1, score=number)
    with pytest.raises(ValueError, match="fit"):
        candidate(1, fit=number)


def test_a_candidate_without_an_artist_is_refused() -> None:
    with pytest.raises(ValueError, match="artist"):
        replace(candidate(1), artist_key="")


def test_a_submission_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="only once"):
        rank([candidate(1), candidate(1)], now=NOW)


def test_a_page_of_no_rows_and_a_day_of_no_length_are_refused() -> None:
    with pytest.raises(ValueError, match="page_size"):
        rank([], now=NOW, page_size=0)
    with pytest.raises(ValueError, match="days_per_point"):
        rank([], now=NOW, days_per_point=0)
