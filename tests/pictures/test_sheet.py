import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.sheet import Sheet, drawable


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Night Drive", "Night Drive"),
        ("Élan №5 - Ünïcode", "Élan №5 - Ünïcode"),
        ("לילה טוב", "לילה טוב"),
        ("夜に駆ける", "T-1"),
        ("Night 夜 Drive", "Night Drive"),
        ("\U0001faa9", "T-1"),
        ("ab夜に", "T-1"),
        ("\x1b\u200b", "T-1"),
        ("", "T-1"),
    ],
)
def test_what_the_font_lacks_is_left_out_or_replaced_as_a_whole(text: str, drawn: str) -> None:
    assert drawable(text, instead="T-1") == drawn


@given(st.text(max_size=30))
def test_any_text_can_be_drawn_without_a_warning(text: str) -> None:
    sheet = Sheet(200, 50)

    sheet.text(10, 30, drawable(text, instead="-"), size=20, width=150)

    assert sheet.png().startswith(b"\x89PNG")


def test_a_text_is_cut_to_its_room() -> None:
    sheet = Sheet(400, 50)

    assert sheet.text(10, 30, "short", size=20, width=300) < 100
    assert 150 < sheet.text(10, 30, "a line that is far too long for it", size=20, width=200) <= 200


def test_dollar_signs_are_no_formula() -> None:
    sheet = Sheet(400, 50)

    wide = sheet.text(10, 30, "$\\frac$ of $x_", size=20)

    assert wide == sheet.text_width("$\\frac$ of $x_", size=20)
    assert sheet.png().startswith(b"\x89PNG")
