import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NoPreviewError, WeakMatchError
from bot.sources.found import Candidate, Found, choose
from bot.track import Origin, Track, Verdict

WANTED = Track(
    origin=Origin.SPOTIFY,
    title="Feelings",
    artists=("Sectoid",),
    isrc="XXEM10700001",
    duration_ms=288_000,
)


def _candidate(
    number: int = 1,
    *,
    title: str = "Feelings",
    isrc: str | None = "XXEM10700001",
    apart_ms: int = 0,
    rank: int = 0,
    playable: bool = True,
) -> Candidate:
    track = Track(
        origin=Origin.DEEZER,
        title=title,
        artists=("Sectoid",),
        isrc=isrc,
        duration_ms=288_000 + apart_ms,
        preview_url=f"https://previews.example/{number}.mp3" if playable else None,
    )
    return Candidate(id=number, track=track, rank=rank)


def test_the_best_ranked_of_equally_sure_entries_is_taken() -> None:
    found = choose("Deezer", WANTED, [_candidate(1, rank=5), _candidate(2, rank=9)])

    assert (found.id, found.preview_url) == (2, "https://previews.example/2.mp3")


def test_a_surer_entry_beats_a_better_ranked_one() -> None:
    found = choose("Deezer", WANTED, [_candidate(1, isrc=None, rank=9), _candidate(2, rank=1)])

    assert (found.id, found.verdict) == (2, Verdict.ISRC_AND_TITLE)


def test_an_entry_that_cannot_be_played_makes_room_for_one_that_can() -> None:
    found = choose("Deezer", WANTED, [_candidate(1, playable=False), _candidate(2, isrc=None)])

    assert (found.id, found.verdict) == (2, Verdict.STRONG)


def test_the_same_isrc_on_another_version_is_asked_about() -> None:
    with pytest.raises(WeakMatchError, match=r"Feelings \(Live\)"):
        choose("Deezer", WANTED, [_candidate(title="Feelings (Live)")])


def test_nothing_is_asked_where_the_sure_entry_cannot_be_played() -> None:
    hits = [_candidate(1, playable=False), _candidate(2, isrc=None, apart_ms=4_000)]

    with pytest.raises(NoPreviewError, match="no preview of it"):
        choose("Deezer", WANTED, hits)


@pytest.mark.parametrize("hits", [[], [_candidate(title="Nebula", isrc=None)]])
def test_other_songs_are_no_match(hits: list[Candidate]) -> None:
    with pytest.raises(NoPreviewError, match="Deezer does not have “Feelings”"):
        choose("Deezer", WANTED, hits)


_ANY = st.builds(
    _candidate,
    st.integers(1, 1000),
    title=st.sampled_from(["Feelings", "Feelings (Live)", "Nebula"]),
    isrc=st.sampled_from(["XXEM10700001", "XXEM10700002", None]),
    apart_ms=st.integers(-9_000, 9_000),
    rank=st.integers(0, 3),
    playable=st.booleans(),
)
_HITS = st.lists(_ANY, max_size=8, unique_by=lambda each: each.id)


def _outcome(hits: list[Candidate]) -> Found | tuple[type[Exception], str]:
    try:
        return choose("Deezer", WANTED, hits)
    except (NoPreviewError, WeakMatchError) as error:
        return type(error), str(error)


@given(_HITS.flatmap(lambda hits: st.tuples(st.just(hits), st.permutations(hits))))
def test_the_order_of_the_answer_changes_nothing(
    orders: tuple[list[Candidate], list[Candidate]],
) -> None:
    hits, shuffled = orders

    assert _outcome(hits) == _outcome(shuffled)


@given(_HITS)
def test_what_is_chosen_is_sure_and_can_be_played(hits: list[Candidate]) -> None:
    chosen = _outcome(hits)

    assert isinstance(chosen, tuple) or (
        chosen.verdict in {Verdict.ISRC_AND_TITLE, Verdict.ISRC_ONLY, Verdict.STRONG}
        and chosen.preview_url in {each.track.preview_url for each in hits}
    )
