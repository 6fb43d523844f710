"""What holds for every queue, however it is filled."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from scoring.ranking import Candidate, Why, rank
from tests.scoring.candidates import NOW, candidate, order, pages

# Few values, so that ties, shared artists and overdue tracks are common.
_scores = st.none() | st.integers(0, 4).map(lambda n: n * 25.0) | st.floats(0, 100)
_candidates = st.builds(
    candidate,
    st.just(0),
    score=_scores,
    fit=st.none() | _scores,
    waited=st.integers(0, 20) | st.floats(0, 20),
    due_in=st.integers(-3, 14),
    artist=st.sampled_from("abcdefghijklm"),
    discovery=st.booleans(),
    pinned_by=st.sampled_from([None, None, None, "@mo"]),
)
queues = st.lists(_candidates, max_size=40).map(
    lambda found: [replace(c, submission_id=n) for n, c in enumerate(found)]
)
page_sizes = st.integers(1, 12)


@given(queues, page_sizes)
def test_nobody_is_lost_and_nobody_stands_twice(queue: list[Candidate], page_size: int) -> None:
    ranked = rank(queue, now=NOW, page_size=page_size)

    assert sorted(order(ranked)) == [c.submission_id for c in queue]


@given(queues, page_sizes, st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(
    queue: list[Candidate], page_size: int, random: Random
) -> None:
    shuffled = list(queue)
    random.shuffle(shuffled)

    assert rank(shuffled, now=NOW, page_size=page_size) == rank(queue, now=NOW, page_size=page_size)


@given(queues, page_sizes)
def test_a_page_has_an_artist_once_and_is_never_too_long(
    queue: list[Candidate], page_size: int
) -> None:
    artists = {c.submission_id: c.artist_key for c in queue}

    for page in pages(rank(queue, now=NOW, page_size=page_size)):
        assert 1 <= len(page) <= page_size
        assert len({artists[number] for number in page}) == len(page)


@given(queues, page_sizes)
def test_a_page_is_short_only_where_every_artist_left_is_on_it(
    queue: list[Candidate], page_size: int
) -> None:
    ranked = rank(queue, now=NOW, page_size=page_size)

    for number in range(1, max((row.page for row in ranked), default=0) + 1):
        page = [row for row in ranked if row.page == number]
        later = {row.candidate.artist_key for row in ranked if row.page > number}
        assert len(page) == page_size or later <= {row.candidate.artist_key for row in page}


@given(queues, page_sizes)
def test_page_and_slot_count_from_one_without_gaps(queue: list[Candidate], page_size: int) -> None:
    ranked = rank(queue, now=NOW, page_size=page_size)

    expected = [
        (page, slot)
        for page, rows in enumerate(pages(ranked), start=1)
        for slot in range(1, len(rows) + 1)
    ]
    assert [(row.page, row.slot) for row in ranked] == expected


@given(queues, page_sizes)
def test_only_the_artist_rule_puts_an_overdue_track_behind_another(
    queue: list[Candidate], page_size: int
) -> None:
    ranked = rank(queue, now=NOW, page_size=page_size)

    for place, row in enumerate(ranked):
        if row.why is not Why.OVERDUE:
            continue
        for ahead in ranked[:place]:
            same_page = {r.candidate.artist_key for r in ranked if r.page == ahead.page}
            moved = row.page > ahead.page and row.candidate.artist_key in same_page
            assert ahead.why is Why.OVERDUE or moved


@given(queues.filter(bool), st.data(), page_sizes, st.floats(0, 30), st.booleans())
def test_a_waiting_track_always_rises(
    queue: list[Candidate],
    data: st.DataObject,
    page_size: int,
    days: float,
    deadline_too: bool,  # noqa: FBT001 - hypothesis passes by position
) -> None:
    younger = data.draw(st.sampled_from(queue))
    age = timedelta(days=days)
    older = replace(
        younger,
        received_at=younger.received_at - age,
        due_at=younger.due_at - (age if deadline_too else timedelta()),
    )
    later = [older if c is younger else c for c in queue]

    before = order(rank(queue, now=NOW, page_size=page_size)).index(younger.submission_id)
    after = order(rank(later, now=NOW, page_size=page_size)).index(younger.submission_id)
    assert after <= before


@given(queues)
def test_unscored_tracks_stand_among_themselves_by_age(queue: list[Candidate]) -> None:
    alone = [replace(c, artist_key=str(c.submission_id)) for c in queue]
    unscored = [row for row in rank(alone, now=NOW) if row.why is Why.UNSCORED]

    ages = [(row.candidate.received_at, row.candidate.submission_id) for row in unscored]
    assert ages == sorted(ages)


@given(queues, page_sizes)
def test_a_row_is_a_discovery_pick_exactly_where_it_was_drawn_at_arrival(
    queue: list[Candidate], page_size: int
) -> None:
    for row in rank(queue, now=NOW, page_size=page_size):
        if row.why not in {Why.OVERDUE, Why.PINNED}:
            assert (row.why is Why.DISCOVERY) == row.candidate.discovery


@given(queues, st.integers(0, 3))
def test_the_third_of_every_five_rows_is_a_discovery_pick_while_there_are_both(
    queue: list[Candidate], overdue: int
) -> None:
    alone = [
        replace(
            c,
            artist_key=str(c.submission_id),
            pinned_by=None,
            due_at=NOW + timedelta(days=-1 if c.submission_id < overdue else 1),
        )
        for c in queue
    ]
    kinds = [row.why is Why.DISCOVERY for row in rank(alone, now=NOW) if row.why is not Why.OVERDUE]

    for row, is_discovery in enumerate(kinds, start=1):
        if len(set(kinds[row - 1 :])) == 2:
            assert is_discovery == (row % 5 == 3)
