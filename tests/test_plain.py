"""Text that people or services wrote, as one line that breaks nothing and calls nobody."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.messages import (
    plain,
)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Night Drive", "Night Drive"),
        ("  two\n lines\tand  gaps ", "two lines and gaps"),
        ("red \x1b[31m alert \x07", "red [31m alert"),
        ("zero\u200bwidth\u2060\ufeff", "zerowidth"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("\u2067isolate\u2069", "isolate"),
        ("@everyone and @Here", "＠everyone and ＠Here"),  # noqa: RUF001 - full width on purpose
        ("@\u200beveryone", "＠everyone"),  # noqa: RUF001
        ("<@123> <@&1> <#5> <!channel>", "‹@123> ‹@&1> ‹#5> ‹!channel>"),  # noqa: RUF001
        ("<a:x:1> <t:1:R> </cmd:1> <id:home>", "‹a:x:1> ‹t:1:R> ‹/cmd:1> ‹id:home>"),  # noqa: RUF001
        ("I <3 you @ home", "I <3 you @ home"),
        ("夜に駆ける", "夜に駆ける"),
        ("לילה טוב", "לילה טוב"),
        ("Cafe\u0301", "Café"),
        ("e" + "\u0332" * 20 + "nd", "e" + "\u0332" * 4 + "nd"),
        ("\u3164\u2800", ""),
        ("lone \ud800 surrogate", "lone surrogate"),
    ],
)
def test_foreign_text_becomes_one_harmless_line(typed: str, shown: str) -> None:
    assert plain(typed) == shown


_nasty = st.text(
    st.sampled_from(
        "ab @<>#!:/\n\t\x1b\x00\u200b\u202e\u2066\ufeff\u0301\u0323夜\u0627\U0001f600e\u2800"
    )
    | st.characters()
)


@given(_nasty, st.integers(1, 40))
@example("@\u200dhere <\u200b@1>", 40)
def test_no_text_breaks_a_layout_or_pings_anybody(text: str, limit: int) -> None:
    shown = plain(text, limit=limit)

    assert len(shown) <= limit
    assert shown == shown.strip()
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert all(f"@{word}" not in shown.lower() for word in ("everyone", "here", "channel"))
    assert all(f"<{mark}" not in shown for mark in "@#!:/")
    assert plain(shown, limit=limit) == shown


def test_a_long_text_is_cut_where_it_says_so() -> None:
    assert plain("abcdef", limit=6) == "abcdef"
    assert plain("abcdefg", limit=6) == "abcde…"
    assert plain("abcd efg", limit=6) == "abcd…"
    assert len(plain("x" * 500)) == 100


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        plain("text", limit=0)
