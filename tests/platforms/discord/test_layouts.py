from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.replies import Page, Row
from bot.messages import Button, Option, Select
from bot.platforms.discord.layouts import notice, page
from tests.platforms.discord.payloads import assert_discord_takes, components_of, new_message

CJK = "夜のドライブ" * 17
EMOJI = "\N{GUITAR}\N{MICROPHONE}\N{MUSICAL NOTE}\N{FIRE}" * 25
ARABIC = "أغنية الليل الطويل" * 6
NASTY = "@everyone <@&1> [x](y) *z* " * 4
STEPS = tuple(
    Button(action="queue", label=label, argument=str(number))
    for number, label in enumerate(("Previous", "Next", "Start review"))
)
VIEWS = Select(
    action="view",
    placeholder="View",
    options=tuple(Option(value=one, label=one) for one in ("suggested", "oldest", "mine")),
    argument="7",
)


def row(number: int, title: str, artist: str = "Ana Lund") -> Row:
    return Row(
        number=f"#{number}",
        title=title,
        artist=artist,
        facts="discovery pick · score: middle (31-72 of 100, low confidence) · claimed by @mo",
        opens=Button(action="open", label="Open", argument=f"T-4F7{number}"),
    )


def ten(titles: Sequence[str]) -> Page:
    return Page(
        heading="31 waiting · 3 overdue · oldest 9 d",
        rows=tuple(row(n, titles[n % len(titles)], titles[n % len(titles)]) for n in range(10)),
        below="The order is by score and waiting time.",
        steps=STEPS,
        views=VIEWS,
        chosen="oldest",
    )


@pytest.mark.parametrize("title", [CJK, EMOJI, ARABIC, NASTY, "*" * 100, "\\" * 100])
def test_ten_rows_of_long_titles_stay_within_every_limit(title: str) -> None:
    payload = new_message(page(ten([title])))

    assert_discord_takes(payload)
    opened = [part["custom_id"] for part in components_of(payload) if part.get("label") == "Open"]
    assert opened == [f"q1|open|T-4F7{n}|" for n in range(10)]


def test_ten_rows_with_a_button_each_are_38_components() -> None:
    payload = new_message(page(ten(["Second Wind"])))

    assert len(list(components_of(payload))) == 38


def test_a_hundred_cjk_characters_of_title_and_artist_are_shown_whole_where_they_fit() -> None:
    payload = new_message(page(Page(heading="1 waiting", rows=(row(1, CJK[:100], CJK[:100]),))))

    (text,) = [one["content"] for one in components_of(payload) if "#1" in one.get("content", "")]
    assert text.startswith(f"**#1 {CJK[:100]} - {CJK[:100]}**\n")


@given(st.lists(st.text(max_size=150), min_size=1, max_size=10))
def test_no_title_can_break_a_page(titles: list[str]) -> None:
    assert_discord_takes(new_message(page(ten(titles))))


def test_an_empty_page_says_so() -> None:
    shown = Page(heading="0 waiting", below="Nothing is waiting in Night Drive.")

    assert new_message(page(shown))["components"] == [
        {"type": 10, "content": "0 waiting"},
        {"type": 10, "content": "Nothing is waiting in Night Drive."},
    ]


def test_a_notice_can_lead_back() -> None:
    payload = new_message(notice("That page is gone.", buttons=STEPS[:1]))

    assert_discord_takes(payload)
    assert [part["type"] for part in components_of(payload)] == [10, 1, 2]
