import struct
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from bot.pictures.card import HEIGHT, WIDTH, ReviewPicture, Segment, Trait, alt_text, review_card
from scoring.bands import band


def noise(frames: int = 646) -> npt.NDArray[np.float32]:
    random = np.random.default_rng(7)
    return random.normal(-40, 15, size=(128, frames)).astype(np.float32)


FULL = ReviewPicture(
    code="T-4F7K",
    title="Night",
    artist="Ann",
    playlist="Night Drive",
    why="discovery pick, waited 3 d",
    score=band(31, 52, 72),
    logmel=noise(),
    segments=(
        Segment(start_s=0, end_s=10, points=1.5, rows=(90, 128)),
        Segment(start_s=10, end_s=20, points=-2.25),
        Segment(start_s=20, end_s=30, points=0),
    ),
    tempo_bpm=118.4,
    key="A minor",
    loudness_lufs=-11.46,
    traits=(
        Trait(name="energy", value=0.8, low=0.5, high=0.9),
        Trait(name="danceability", value=0.0),
    ),
    model="cnn-1",
)
UNSCORED = ReviewPicture(
    code="T-9XYZ",
    title="Day",
    artist="Bo",
    playlist="Night Drive",
    why="not scored yet, waited 2 d",
    unscored="not scored: no audio found",
)


def size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize(
    ("picture", "height"),
    [
        (FULL, HEIGHT),
        (UNSCORED, 260),
        (replace(FULL, score=None), HEIGHT),
        (replace(FULL, logmel=None, segments=()), HEIGHT),
        (replace(FULL, segments=()), HEIGHT),
        (replace(FULL, traits=(), tempo_bpm=None, key=None, loudness_lufs=None), HEIGHT),
        (replace(FULL, title="夜に駆ける", artist="ヨアソビ", playlist="夜"), HEIGHT),
        (replace(FULL, title="לילה טוב", artist="أغنية"), HEIGHT),
        (replace(FULL, title="long " * 60, artist="name " * 60, playlist="list " * 40), HEIGHT),
        (replace(FULL, title="$x_1$ $\\frac {", artist="\x1b[31m"), HEIGHT),
        (replace(FULL, logmel=np.full((128, 40), -100, dtype=np.float32)), HEIGHT),
        (replace(FULL, logmel=np.empty((128, 0), dtype=np.float32)), HEIGHT),
        (replace(FULL, score=band(0, 0, 0)), HEIGHT),
        (replace(FULL, score=band(0, 100, 100)), HEIGHT),
    ],
)
def test_every_track_gets_a_picture_of_the_same_width(picture: ReviewPicture, height: int) -> None:
    png = review_card(picture)

    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert size(png) == (WIDTH, height)
    assert len(png) < 1_000_000


def test_the_same_card_is_the_same_bytes_without_a_date() -> None:
    png = review_card(FULL)

    assert png == review_card(FULL)
    assert b"tEXt" not in png
    assert b"tIME" not in png


def test_two_tracks_get_two_pictures() -> None:
    assert review_card(FULL) != review_card(replace(FULL, score=band(10, 20, 30)))


def test_the_alt_text_tells_what_the_picture_shows() -> None:
    assert alt_text(FULL) == (
        "Night by Ann: discovery pick, waited 3 d."
        " Score middle (31-72 of 100, low confidence), from the 30 s preview."
        " Tempo 118 BPM. Key A minor. Loudness -11.5 LUFS."
        " Energy 80 of 100 (this playlist's range 50 to 90). Danceability 0 of 100."
        " 0:00 to 0:10 moved the score up most (+1.5 points)."
        " 0:10 to 0:20 moved it down most (-2.2 points)."
    )


def test_the_alt_text_does_not_ping() -> None:
    assert alt_text(replace(UNSCORED, title="@everyone\n", artist="<!here>")).startswith(
        "\N{FULLWIDTH COMMERCIAL AT}everyone by \N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}!here>"
    )


def test_the_alt_text_of_an_unscored_track_says_why() -> None:
    assert alt_text(UNSCORED) == (
        "Day by Bo: not scored yet, waited 2 d. Not scored: no audio found."
    )


def test_a_segment_that_moved_nothing_is_not_told() -> None:
    still = replace(FULL, segments=(Segment(start_s=0, end_s=2, points=0),))

    assert "most" not in alt_text(still)
    assert size(review_card(still)) == (WIDTH, HEIGHT)
