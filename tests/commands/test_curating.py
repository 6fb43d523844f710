"""Curators' work by command: review, track, answer, board, due, and the digest's send and skip."""

from tests.commands.console import Console

NIGHT = "Night Drive"


def test_a_track_is_reviewed_and_handled_by_command(earmark: Console, waiting: str) -> None:
    card = earmark.json("review", "next", NIGHT, "--as", "mo")["card"]
    assert card["row"]["id"] == waiting
    assert 1 <= len(card["reasons"]) <= 3

    shown = earmark("review", "card", waiting, "--as", "mo").out
    assert "Second Wind" in shown
    assert "score: " in shown
    assert earmark.json("review", "claim", waiting, "--as", "mo")["act"] == "claimed"
    assert "mo has" in earmark("review", "claim", waiting, "--as", "kim").complaint
    assert "yours to review" in earmark("review", "next", NIGHT, "--as", "kim").out
    rows = earmark.json("queue", NIGHT, "--as", "mo", "--view", "mine")["queue"]
    assert [row["id"] for row in rows] == [waiting]
    assert "gave" in earmark("review", "release", waiting, "--as", "mo").out
    assert "on top of the queue" in earmark("review", "pin", waiting, "--as", "mo").out
    assert earmark.json("review", "unpin", waiting, "--as", "mo")["act"] == "unpinned"


def test_a_snooze_has_a_day_and_an_end(earmark: Console, waiting: str) -> None:
    past = earmark("review", "snooze", waiting, "--until", "2020-01-01", "--as", "mo")
    assert "still to come" in past.complaint
    late = earmark("review", "snooze", waiting, "--until", "2999-01-01", "--as", "mo")
    assert "has to be answered by" in late.complaint
    assert "is not snoozed" in earmark("review", "wake", waiting, "--as", "mo").complaint


def test_notes_questions_and_answers_stand_in_the_record(earmark: Console, waiting: str) -> None:
    assert "Noted by mo" in earmark("review", "note", waiting, "Weak bridge", "--as", "mo").out
    assert "asks the artist" in earmark("review", "ask", waiting, "Radio edit?", "--as", "mo").out
    assert "Thank you" in earmark("answer", waiting, "Yes", "--as", "Lia").out

    told = earmark("track", waiting, "--as", "mo").out
    for words in ("noted · mo · Weak bridge", "asked the artist", "artist answered · Lia · Yes"):
        assert words in told
    record = earmark.json("track", waiting, "--as", "mo")
    assert record["lines"][0]["what"] == "submitted"
    assert "is your own" in earmark("track", waiting, "--as", "Lia").complaint


def test_the_board_says_what_waits(earmark: Console, waiting: str) -> None:
    (part,) = earmark.json("board")["parts"]

    assert (part["waiting"], part["rows"][0]["id"]) == (1, waiting)
    assert "score" not in part["rows"][0]
    assert f"#1 Second Wind - Lia ({waiting})" in earmark("board").out


def test_nothing_is_due_on_the_first_day(earmark: Console, waiting: str) -> None:
    del waiting

    assert earmark.json("due") == {"reminded": 0, "expired": 0, "digests": [], "forgotten": 0}
    assert earmark("due").out == "0 reminded of · 0 expired · 0 digests posted\n"


def test_a_digest_is_skipped_and_sent_by_who_says_so(earmark: Console, waiting: str) -> None:
    del waiting

    assert "left out" in earmark("digest", NIGHT, "--skip", "--as", "mo").out
    assert "comes" in earmark("digest", NIGHT, "--skip", "--as", "mo").out
    assert earmark.json("digest", NIGHT, "--send", "--as", "mo")["outcome"] == "sent"
    assert "less than a day ago" in earmark("digest", NIGHT, "--send", "--as", "mo").complaint
    assert earmark("digest", NIGHT, "--send").status == 2
    assert earmark("digest", NIGHT, "--send", "--skip", "--as", "mo").status == 2


def test_the_last_answer_is_taken_back_without_its_id(earmark: Console, waiting: str) -> None:
    words = ["decide", waiting, "decline", "--as", "mo", "--reason", "mix_muddy"]
    declined = earmark.json(*words, "--welcome", "new_mix")
    assert declined["welcome_next"] == "new_mix"

    assert earmark.json("undo", "--as", "mo")["status"] == "queued"
    assert "answered nothing" in earmark("undo", "--as", "mo").complaint
