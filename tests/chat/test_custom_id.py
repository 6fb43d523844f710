import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.custom_id import CustomId, parse
from bot.platforms.discord import limits

_ACTION = st.from_regex(r"[a-z][a-z_]{0,23}", fullmatch=True)
_ID = st.text("0123456789ABCXYZabcxyz_-", max_size=32)
_ARG = st.text("0123456789ABCabc_.:+-", max_size=24)
_PLACE = st.none() | st.integers(0, 10**10 - 1)
_IDS = st.builds(CustomId, action=_ACTION, id=_ID, arg=_ARG, place=_PLACE)


@given(_IDS)
def test_what_a_button_carries_comes_back_whole(made: CustomId) -> None:
    assert parse(str(made)) == made


@given(_IDS)
def test_no_button_can_carry_more_than_discord_takes(made: CustomId) -> None:
    assert 1 <= len(str(made)) <= limits.CUSTOM_ID


@given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=120), st.integers())
def test_what_does_not_fit_is_refused_where_it_is_made(
    action: str, id_: str, arg: str, place: int
) -> None:
    try:
        made = CustomId(action=action, id=id_, arg=arg, place=place)
    except ValueError:
        return

    assert len(str(made)) <= limits.CUSTOM_ID
    assert parse(str(made)) == made


def test_the_longest_button_is_still_in_the_limit() -> None:
    longest = CustomId(action="a" * 24, id="A" * 32, arg="1" * 24, place=10**10 - 1)

    assert len(str(longest)) <= limits.CUSTOM_ID


@pytest.mark.parametrize(
    "foreign",
    ["", "q1", "q1|keep", "q2|keep|T-4F7K|", "q1|Keep|T-4F7K|", "q1|keep|T 4|", "x|q1|keep|T|"],
)
def test_buttons_of_other_bots_are_not_ours(foreign: str) -> None:
    assert parse(foreign) is None


def test_a_line_break_at_the_end_is_not_ours() -> None:
    assert parse("q1|keep|T-4F7K|\n") is None
