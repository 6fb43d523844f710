import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import plain
from bot.platforms.discord.markdown import cut, escape, moment

# A backslash before anything but a letter, a digit or a space shows that thing.
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_MEANING = re.compile(r"(?<!\\)(?:\\\\)*[*_~`|>#\[\]()<:@]")


@pytest.mark.parametrize(
    "text",
    [
        "@everyone <@&1> [x](y) *z*",
        "**bold** __under__ ~~gone~~ ||spoiler|| `code` ```block```",
        "<#1> <@1> <@!1> <:smile:1> <a:dance:1> <t:1:R> </submit:1> <id:home>",
        "https://evil.example [masked](https://evil.example) <https://evil.example>",
        "# heading",
        "> quote",
        ">>> all the rest",
        "\\*already escaped\\*",
        "\\",
    ],
)
def test_foreign_text_is_shown_letter_by_letter(text: str) -> None:
    escaped = escape(text)

    assert _ESCAPED.sub(r"\1", escaped) == text
    assert not _MEANING.search(escaped)


@pytest.mark.parametrize("text", ["- a", "+ a", "1. a", "12. a", "  - a", "a\n- b", "-# small"])
def test_a_title_opens_no_list(text: str) -> None:
    escaped = escape(text)

    assert _ESCAPED.sub(r"\1", escaped) == text
    assert not re.search(r"(?m)^\s*(?:[-+]|\d+\.)", escaped)


@given(st.text(max_size=200))
def test_nothing_that_anybody_types_keeps_a_meaning(text: str) -> None:
    escaped = escape(plain(text, limit=200))

    assert _ESCAPED.sub(r"\1", escaped) == plain(text, limit=200)
    assert not _MEANING.search(escaped)


def test_a_moment_is_shown_in_each_readers_own_zone() -> None:
    due = datetime(2026, 12, 4, 17, 0, tzinfo=UTC)

    assert escape(f"by {moment(due)}, *soon*") == r"by <t:1796403600:D>, \*soon\*"


def test_nobody_can_write_a_moment_into_a_title() -> None:
    forged = moment(datetime(2026, 12, 4, 17, 0, tzinfo=UTC))

    assert "<t" not in escape(plain(f"Song {forged}"))


@given(st.text("ab\\*_", max_size=60), st.integers(1, 60))
def test_a_cut_never_parts_an_escape(text: str, limit: int) -> None:
    shortened = cut(escape(text), limit)

    assert len(shortened) <= limit
    assert not _MEANING.search(shortened)
    assert (len(shortened) - len(shortened.removesuffix("…").rstrip("\\"))) >= 0
    assert not re.search(r"(?<!\\)(?:\\\\)*\\…$", shortened)
