import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.matching import SURE, judge, search_text, weak_match
from bot.track import Origin, Track, Verdict

ISRC = "USUM71703861"


def spotify(
    title: str,
    *artists: str,
    duration_ms: int | None = 200_000,
    isrc: str | None = None,
) -> Track:
    return Track(
        origin=Origin.SPOTIFY, title=title, artists=artists, duration_ms=duration_ms, isrc=isrc
    )


def deezer(
    title: str,
    *artists: str,
    duration_ms: int | None = 200_000,
    isrc: str | None = None,
) -> Track:
    return Track(
        origin=Origin.DEEZER, title=title, artists=artists, duration_ms=duration_ms, isrc=isrc
    )


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        # rapidfuzz's token_set_ratio gives 100 for each of the first four.
        ("Blinding Lights", "Blinding Lights (Remix)"),
        ("Hurt", "Hurt (Live)"),
        ("Deli", "Deli - Sped Up"),
        ("Numb", "Numb / Encore"),
        ("Deli", "Deli (Slowed + Reverb)"),
        ("Deli", "Deli [Nightcore]"),
        ("Song", "Song (Acoustic Version)"),
        ("Song", "Song - Instrumental"),
        ("Song", "Song (Karaoke Version)"),
        ("Song", "Song (Cover)"),
        ("Song", "Song - Demo"),
        ("Song", "Song (Re-Recorded)"),
        ("Song", "Song (Acapella)"),
        ("Song", "Song (Club Mix)"),
        ("Song", "Song (Dave's Edit)"),
        ("Love Story", "Love Story (Taylor's Version)"),
        ("Song (Acoustic)", "Song (Live)"),
        ("Song (Skrillex Remix)", "Song (Tiësto Remix)"),
        ("Song - Live at Wembley", "Song (Live in Paris)"),
        ("Song", "Another Song"),
        ("東京", "大阪"),
        ("東京", "Tokyo"),
        ("かがみ", "ががみ"),
    ],
)
def test_another_recording_is_never_taken(wanted: str, found: str) -> None:
    assert judge(spotify(wanted, "A"), deezer(found, "A")) is Verdict.NONE
    assert judge(spotify(found, "A"), deezer(wanted, "A")) is Verdict.NONE


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Song", "SONG"),
        ("Song", "Song - 2011 Remaster"),
        ("Song - Remastered 2009", "Song (2011 Remastered Version)"),
        ("Song", "Song (Original Mix)"),
        ("Song (Remix)", "Song - Remix"),
        ("Song (Skrillex Remix)", "Song - Skrillex Remix"),
        ("Song - Live at Wembley Stadium, 1986", "Song (Live from Wembley)"),
        ("Song - Live / Remastered 2010", "Song (Live)"),
        ("Song", "Song (feat. B)"),
        ("Song (with B)", "Song ft. B"),
        ("Song (Remix) [feat. B]", "Song feat. B - Remix"),
        ("With You", "With You (2011 Remaster)"),
        ("Déjà Vu", "Deja Vu"),
        ("Smørrebrød", "Smorrebrod"),
        ("Don't Stop", "Don’t Stop"),  # noqa: RUF001
        ("(I Can't Get No) Satisfaction", "I Can't Get No Satisfaction"),
        ("夜に駆ける", "夜に駆ける"),
        ("Ｓｏｎｇ", "Song"),  # noqa: RUF001
        ("Song (Radio Edit)", "Song"),
        ("Song", "Song - Extended Mix"),
        ("!!!", "!!!"),
        ("Ft. Worth", "Ft. Worth"),
        ("Live Forever", "Live Forever"),
    ],
)
def test_one_recording_is_known_by_every_writing(wanted: str, found: str) -> None:
    assert judge(spotify(wanted, "A"), deezer(found, "A")) is Verdict.STRONG
    assert judge(spotify(found, "A"), deezer(wanted, "A")) is Verdict.STRONG


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        (("Beyoncé",), ("Beyonce",), True),
        (("A", "Beth Hart"), ("Beth Hart",), True),
        (("Simon & Garfunkel",), ("Simon and Garfunkel",), True),
        (("Earth, Wind & Fire",), ("Earth, Wind & Fire",), True),
        (("Skepta",), ("Chip x Skepta",), True),
        (("Rosalía",), ("Ozuna feat. ROSALÍA",), True),
        (("米津玄師",), ("米津玄師",), True),
        (("Beth Hart",), ("Ben Harper",), False),
        (("The Karaoke Crew",), ("Beth Hart",), False),
    ],
)
def test_one_artist_in_common_is_needed(
    wanted: tuple[str, ...], found: tuple[str, ...], *, same: bool
) -> None:
    verdict = judge(spotify("Song", *wanted), deezer("Song", *found))

    assert verdict is (Verdict.STRONG if same else Verdict.NONE)


@pytest.mark.parametrize(
    ("apart_ms", "verdict"),
    [
        (0, Verdict.STRONG),
        (2_000, Verdict.STRONG),
        (2_001, Verdict.WEAK),
        (5_000, Verdict.WEAK),
        (5_001, Verdict.NONE),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_the_duration_decides_between_strong_weak_and_none(
    apart_ms: int, verdict: Verdict, sign: int
) -> None:
    found = deezer("Song", "A", duration_ms=200_000 + sign * apart_ms)

    assert judge(spotify("Song", "A"), found) is verdict


def test_a_radio_edit_passes_only_at_the_same_length() -> None:
    found = deezer("Song (Radio Edit)", "A", duration_ms=203_000)

    assert judge(spotify("Song", "A"), found) is Verdict.NONE


def test_a_match_without_duration_or_artist_is_weak() -> None:
    assert judge(spotify("Song", "A", duration_ms=None), deezer("Song", "A")) is Verdict.WEAK
    assert judge(spotify("Song"), deezer("Song", "A")) is Verdict.WEAK
    assert judge(spotify("Song", "A"), deezer("Song")) is Verdict.WEAK


def test_a_remix_without_its_remixer_is_weak() -> None:
    found = deezer("Song (Skrillex Remix)", "A")

    assert judge(spotify("Song (Remix)", "A"), found) is Verdict.WEAK


@pytest.mark.parametrize(
    ("title", "duration_ms", "verdict"),
    [
        ("Song (2011 Remaster)", 204_000, Verdict.ISRC_AND_TITLE),
        ("Song", None, Verdict.ISRC_AND_TITLE),
        ("Song", 240_000, Verdict.WEAK),
        ("Song (From the film)", 201_000, Verdict.ISRC_ONLY),
        ("Something else", 204_000, Verdict.WEAK),
        ("Something else", None, Verdict.WEAK),
        ("Something else", 240_000, Verdict.NONE),
        ("Song (Instrumental)", 200_000, Verdict.WEAK),
        ("Song (Instrumental)", 240_000, Verdict.NONE),
        ("歌", 204_000, Verdict.ISRC_ONLY),
        ("歌", None, Verdict.ISRC_ONLY),
        ("歌", 240_000, Verdict.WEAK),
    ],
)
def test_a_shared_isrc_still_needs_title_or_duration(
    title: str, duration_ms: int | None, verdict: Verdict
) -> None:
    found = deezer(title, "Somebody", isrc="US-UM7-17-03861", duration_ms=duration_ms)

    assert judge(spotify("Song", "A", isrc=ISRC), found) is verdict


def test_different_isrcs_are_no_reason_to_refuse() -> None:
    wanted = spotify("Song", "A", isrc=ISRC)

    assert judge(wanted, deezer("Song", "A", isrc="GBALB8300001")) is Verdict.STRONG


def test_a_weak_or_missing_match_is_never_sure() -> None:
    assert {Verdict.WEAK, Verdict.NONE} & SURE == frozenset()
    assert set(Verdict) == SURE | {Verdict.WEAK, Verdict.NONE}


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Song", "A Song"),
        ("Song (feat. C)", "A Song"),
        ("Song (Live) [with C]", "A Song (Live)"),
        ('artist:"B" Song', "A artist B Song"),
        ("(I Can't Get No) Satisfaction", "A (I Can't Get No) Satisfaction"),
    ],
)
def test_a_search_is_plain_artist_and_title(title: str, text: str) -> None:
    assert search_text(spotify(title, "A", "B")) == text


def test_a_weak_match_asks_about_the_recording_that_was_found() -> None:
    found = deezer("Song", "A", "B", duration_ms=201_000, isrc=ISRC)

    error = weak_match("Deezer", found)

    assert str(error) == "Deezer has “Song” by A, B (3:21). Is this your recording?"
    assert (error.title, error.artists, error.isrc) == ("Song", ("A", "B"), ISRC)


TITLES = st.text(min_size=1, max_size=40) | st.lists(
    st.sampled_from(["Song", "(Live", ")", " - ", "Remix", "feat. X", "[", "]", "2011", "東京"]),
    min_size=1,
).map(" ".join)


@given(left=TITLES, right=TITLES)
def test_a_verdict_does_not_depend_on_the_side(left: str, right: str) -> None:
    there = judge(spotify(left, "A"), deezer(right, "A"))

    assert there is judge(spotify(right, "A"), deezer(left, "A"))


@given(title=TITLES)
def test_a_track_always_matches_itself(title: str) -> None:
    assert judge(spotify(title, "A"), deezer(title, "A")) is Verdict.STRONG
