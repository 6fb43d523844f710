import io
import struct
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from bot.messages import DigestView, Meter
from bot.pictures.chart import HEIGHT, WIDTH, alt_text, digest_chart
from bot.pictures.sheet import UP

WEEK = DigestView(
    playlist="Night Drive",
    iso_week="2026-W53",
    starts_at=datetime(2026, 12, 28, tzinfo=UTC),
    ends_at=datetime(2027, 1, 4, tzinfo=UTC),
    kept=4,
    maybe=1,
    declined=17,
    reversed=1,
    expired=2,
    waiting=31,
    median_wait_days=2.5,
    discovery=Meter(keeps=2, decided=9),
    rest=Meter(keeps=20, decided=80),
)
EMPTY = replace(
    WEEK,
    kept=0,
    maybe=0,
    declined=0,
    reversed=0,
    expired=0,
    waiting=0,
    median_wait_days=None,
    discovery=Meter(keeps=0, decided=0),
    rest=Meter(keeps=0, decided=0),
)


@pytest.mark.parametrize(
    "view",
    [
        WEEK,
        EMPTY,
        replace(WEEK, playlist="夜のドライブ"),
        replace(WEEK, playlist="an exceptionally long name $ " * 8, kept=123456),
        replace(WEEK, discovery=Meter(keeps=60, decided=60), rest=Meter(keeps=0, decided=80)),
    ],
)
def test_every_week_gets_a_chart(view: DigestView) -> None:
    png = digest_chart(view)

    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (WIDTH, HEIGHT)


def test_the_same_week_is_the_same_bytes() -> None:
    assert digest_chart(WEEK) == digest_chart(WEEK)
    assert digest_chart(WEEK) != digest_chart(EMPTY)


def test_too_few_decisions_get_no_mark_on_the_scale() -> None:
    few = replace(WEEK, rest=Meter(keeps=9, decided=20))

    assert not _has_marks(digest_chart(few))
    assert _has_marks(digest_chart(WEEK))


def _has_marks(png: bytes) -> bool:
    """Say whether anything on the right half has the colour of a mark."""
    pixels = imread(io.BytesIO(png))[:, WIDTH // 2 :, :3]
    return bool((abs(pixels - to_rgb(UP)) < 0.01).all(axis=2).any())


def test_the_alt_text_tells_the_numbers() -> None:
    assert alt_text(WEEK) == (
        "Night Drive, week 2026-W53: 4 kept · 1 maybe · 17 declined;"
        " 2 expired unanswered · 31 still waiting; 1 decision reversed; median wait 2 d;"
        " discovery picks: 2 of 9 kept, too few to say; the rest: 20 of 80 kept (17 to 35 %)."
    )
