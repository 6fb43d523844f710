import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.marks import channel, link, moment, role
from bot.messages import plain
from bot.platforms.discord.markdown import cut, escape, unescape

# A backslash before anything but a letter, a digit or a space shows that thing.
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
# What still has a meaning in Discord's markdown: not escaped, and where it would count.
_BARE = r"(?<!\\)(?:\\\\)*"
_MEANING = re.compile(
    rf"{_BARE}(?:[*_~`|]|\[.*\]\(|<(?:[@#:/]|[A-Za-z]+:)|://|:\w+:|@(?:everyone|here))"
    r"|^\s*(?:[-+#>]|\d+[.)])",
    re.IGNORECASE | re.MULTILINE,
)


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
    assert not _MEANING.search(escaped)


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


@given(st.text(max_size=200))
def test_what_was_typed_comes_back_from_a_message(text: str) -> None:
    assert unescape(escape(plain(text, limit=200))) == plain(text, limit=200)


@given(st.text("ab\\*_", max_size=60), st.integers(1, 60))
def test_a_cut_never_parts_an_escape(text: str, limit: int) -> None:
    shortened = cut(escape(text), limit)

    assert len(shortened) <= limit
    assert not _MEANING.search(shortened)
    assert not re.search(r"(?<!\\)(?:\\\\)*\\…$", shortened)


def test_channels_and_roles_are_named_but_nobody_can_name_them_in_a_title() -> None:
    named = f"*Cards* go to {channel('42')}, for {role('7')}."

    assert escape(named) == r"\*Cards\* go to <#42>, for <@&7>."
    assert "<@&" not in escape(plain(named))


def test_a_link_of_ours_can_be_clicked_and_nobody_can_type_one() -> None:
    url = "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC"

    assert escape(f"*One* {link(url)}") == rf"\*One\* [listen]({url})"
    assert "](" not in escape(plain(f"One {link(url)}"))


@pytest.mark.parametrize(
    "url", ["http://x.com", "https://x.com/a b", "https://x.com/)", "javascript:x", "", "https://"]
)
def test_what_could_break_out_of_a_link_is_none(url: str) -> None:
    assert link(url) == ""


@pytest.mark.parametrize("whole", ["<t:1796403600:D>", "[listen](https://x.com/t)", "<#42>"])
@pytest.mark.parametrize("room", [0, 1, 2, 3, 4])
def test_a_cut_never_tears_a_time_or_a_link(whole: str, room: int) -> None:
    kept = cut(f"\\[x\\] {whole} and more", 7 + room)

    assert kept.removesuffix("…") in {"\\[x\\]", "\\[x\\] ", f"\\[x\\] {whole}"}
