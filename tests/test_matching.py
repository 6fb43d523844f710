import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching import artist_key, normal, title_key
from bot.track import Origin, Track


def track(title: str, *artists: str) -> Track:
    return Track(origin=Origin.SPOTIFY, title=title, artists=artists)


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Song", "song"),
        ("SONG (feat. B)", "song"),
        ("Song - 2011 Remaster", "song"),
        ("Song (Live)", "song (live)"),
        ("Song - Live at Wembley, 1986", "song (live wembley)"),
        ("Song [Skrillex Remix]", "song (remix skrillex)"),
        ("Song - Live / Radio Edit", "song (live radio edit)"),
        ("Déjà Vu", "deja vu"),
        ("東京", "東京"),
        ("!!!", "!!!"),
    ],
)
def test_one_recording_has_one_key_and_its_versions_others(title: str, key: str) -> None:
    assert title_key(track(title)) == key


def test_the_first_artist_is_the_key_whatever_the_writing() -> None:
    assert artist_key(track("x", "Beyoncé", "B")) == artist_key(track("x", "BEYONCE"))
    assert artist_key(track("x", "Simon & Garfunkel")) == "simon and garfunkel"


def test_an_unknown_artist_has_no_key() -> None:
    assert artist_key(track("x")) == ""


@given(st.text())
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(st.text(string.ascii_letters + " ").filter(str.strip) | st.just("Ft"))
def test_case_guests_and_remasters_do_not_change_a_key(title: str) -> None:
    key = title_key(track(title))

    assert title_key(track(title.upper())) == key
    assert title_key(track(f"{title} (feat. B)")) == key
    assert title_key(track(f"{title} - 2011 Remaster")) == key
