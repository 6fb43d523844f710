import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.bands import Band, Confidence, Level, band, fit_words, score_words, too_close_to_call

intervals = st.lists(st.floats(0, 100), min_size=3, max_size=3).map(sorted).map(lambda n: band(*n))


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((62, 71, 81), "likely (62-81 of 100, medium confidence)"),
        ((31, 52, 72), "possible (31-72 of 100, low confidence)"),
        ((4, 10, 18), "unlikely (4-18 of 100, high confidence)"),
        ((12, 70, 93), "unclear (12-93 of 100, low confidence)"),
    ],
)
def test_a_fit_is_told_in_words_with_its_interval(
    numbers: tuple[float, float, float], words: str
) -> None:
    assert fit_words(band(*numbers)) == words


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((62, 71, 81), "high (62-81 of 100, medium confidence)"),
        ((31, 52, 72), "middle (31-72 of 100, low confidence)"),
        ((4, 10, 18), "low (4-18 of 100, high confidence)"),
        ((12, 70, 93), "unclear (12-93 of 100, low confidence)"),
    ],
)
def test_a_score_is_told_without_promising_anything(
    numbers: tuple[float, float, float], words: str
) -> None:
    assert score_words(band(*numbers)) == words


@pytest.mark.parametrize(
    ("percentile", "level"),
    [(33.3, Level.LOWER), (33.4, Level.MIDDLE), (66.6, Level.MIDDLE), (66.7, Level.UPPER)],
)
def test_the_thirds_of_the_scale_are_the_levels(percentile: float, level: Level) -> None:
    assert band(percentile, percentile, percentile).level is level


@pytest.mark.parametrize(
    ("low", "high", "level"),
    [(25, 76, Level.MIDDLE), (24, 75, Level.MIDDLE), (24, 76, Level.UNCLEAR)],
)
def test_an_interval_from_the_lowest_to_the_highest_quarter_is_unclear(
    low: float, high: float, level: Level
) -> None:
    assert band(low, 50, high).level is level


@pytest.mark.parametrize(
    ("width", "confidence"),
    [
        (15, Confidence.HIGH),
        (15.1, Confidence.MEDIUM),
        (30, Confidence.MEDIUM),
        (30.1, Confidence.LOW),
    ],
)
def test_the_wider_the_interval_the_lower_the_confidence(
    width: float, confidence: Confidence
) -> None:
    assert band(40, 40, 40 + width).confidence is confidence


def test_a_printed_interval_is_never_narrower_than_the_real_one() -> None:
    assert "(40-52 of 100" in score_words(band(40.9, 45, 51.1))


@given(intervals, intervals)
def test_two_tracks_are_too_close_to_call_exactly_where_their_intervals_overlap(
    a: Band, b: Band
) -> None:
    apart = a.high < b.low or b.high < a.low

    assert too_close_to_call(a, b) is not apart
    assert too_close_to_call(b, a) is not apart


def test_intervals_that_touch_are_too_close_to_call() -> None:
    assert too_close_to_call(band(10, 20, 30), band(30, 40, 50))
    assert not too_close_to_call(band(10, 20, 30), band(31, 40, 50))


@pytest.mark.parametrize(
    "numbers", [(50, 40, 60), (40, 61, 60), (-1, 5, 9), (5, 50, 101), (1, float("nan"), 2)]
)
def test_numbers_that_are_no_interval_are_refused(numbers: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="no interval"):
        band(*numbers)
