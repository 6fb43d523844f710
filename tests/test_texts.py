from datetime import UTC, datetime

import pytest

from bot.digest_texts import digest_lines, digest_title, meter_text
from bot.messages import (
    DecisionView,
    DigestView,
    Meter,
    QueueRow,
    QueueView,
    Receipt,
    ScoreLine,
    StatusRow,
)
from bot.queue_texts import (
    cold_start_text,
    empty_queue_text,
    queue_header,
    row_facts,
    row_heading,
    score_text,
)
from bot.texts import (
    DECLINE_REASONS,
    WELCOME,
    DeclineReason,
    already_text,
    answer_text,
    day,
    decision_text,
    no_submissions_text,
    reason_words,
    receipt_text,
    status_text,
    status_words,
    title_text,
    unscored_text,
)
from db.status import Status
from db.types import Welcome
from tests.score_line import SCORE

AT = datetime(2026, 12, 4, 17, tzinfo=UTC)


def row(
    *, score: ScoreLine | None = None, reason: str | None = None, by: str | None = None
) -> QueueRow:
    return QueueRow(
        code="T-4F7K",
        title="Night",
        artist="Ann",
        rank=2,
        page=1,
        why="discovery pick, waited 6 d",
        status="queued",
        score=score,
        waited_days=6,
        unscored_reason=reason,
        claimed_by=by,
    )


def status_row(*, reasons: tuple[str, ...] = (), note: str = "") -> StatusRow:
    return StatusRow(
        code="T-1",
        playlist="Night Drive",
        title="Night",
        artist="Ann",
        status=status_words(Status.DECLINED),
        reasons=reasons,
        note=note,
    )


def receipt(
    *, place: int | None = 12, answer_by: datetime | None = AT, twin: str | None = None
) -> Receipt:
    return Receipt(
        code="T-4F7K",
        playlist="Night Drive",
        title="Night",
        artist="Ann",
        place=place,
        answer_by=answer_by,
        duplicate_of=twin,
    )


@pytest.mark.parametrize(
    ("overdue", "oldest", "words"),
    [
        (3, 9.5, "31 waiting · 3 overdue · oldest 9 d"),
        (0, 0.5, "31 waiting · oldest 12 h"),
        (0, None, "31 waiting"),
    ],
)
def test_the_header_of_a_queue_tells_how_it_stands(
    overdue: int, oldest: float | None, words: str
) -> None:
    view = QueueView(
        playlist="P",
        rows=(),
        waiting=31,
        overdue=overdue,
        oldest_days=oldest,
        cold_start=False,
    )

    assert queue_header(view) == words


def test_a_row_tells_who_and_why_and_how_sure() -> None:
    assert row_heading(row()) == "#2 Night - Ann"
    assert row_facts(row(score=SCORE, by="@mo")) == (
        "discovery pick, waited 6 d · score: middle (31-72 of 100, low confidence) · claimed by @mo"
    )
    assert row_facts(row(reason="no_preview")) == (
        "discovery pick, waited 6 d · not scored: no audio found"
    )
    assert row_facts(row()) == "discovery pick, waited 6 d"


def test_a_missing_score_is_told_in_words() -> None:
    assert unscored_text(None) == "not scored yet"
    assert unscored_text("silent") == "not scored: the audio is silent"
    assert unscored_text("some new\nkind") == "not scored: some new kind"


def test_a_score_is_never_a_bare_number() -> None:
    assert score_text(SCORE) == "score: middle (31-72 of 100, low confidence)"


def test_a_title_without_letters_still_has_a_name() -> None:
    assert title_text("\u200b", "\n") == "untitled - unknown"


def test_titles_do_not_ping() -> None:
    assert "@everyone" not in row_heading(
        QueueRow(
            code="T-1",
            title="@everyone",
            artist="<!channel>",
            rank=1,
            page=1,
            why="by score",
            status="queued",
            score=None,
            waited_days=0,
        )
    )


def test_a_receipt_promises_a_place_and_a_date() -> None:
    assert receipt_text(receipt()) == (
        "Night - Ann\n"
        "Queued as T-4F7K for Night Drive, place 12, answer expected by Fri 4 Dec 2026."
    )
    assert receipt_text(receipt(place=None, answer_by=None)) == (
        "Night - Ann\nQueued as T-4F7K for Night Drive."
    )


def test_a_platform_writes_dates_its_own_way() -> None:
    def stamp(moment: datetime) -> str:
        return f"<t:{int(moment.timestamp())}:D>"

    assert "answer expected by <t:1796403600:D>" in receipt_text(receipt(), when=stamp)


def test_a_duplicate_is_told_where_the_first_one_is() -> None:
    assert receipt_text(receipt(twin="T-1AAA")) == (
        "Night - Ann is in Night Drive already, as T-1AAA."
        " Nothing was queued twice, and its place is kept."
    )


def test_an_artist_reads_place_and_promised_date() -> None:
    waiting = StatusRow(
        code="T-1",
        playlist="P",
        title="Night",
        artist="Ann",
        status=status_words(Status.QUEUED),
        place=12,
        answer_by=AT,
    )

    assert status_text(waiting) == (
        "waiting for a curator, place 12, answer expected by Fri 4 Dec 2026"
    )


def test_an_artist_is_told_what_can_be_done_about_a_missing_clip() -> None:
    assert status_words(Status.QUEUED, "no_preview") == (
        "waiting for a curator (we found no audio of it; you may send the file)"
    )
    assert status_words(Status.DECLINED, "no_preview") == "declined"


def test_an_artist_is_told_what_others_have_to_mend_and_that_it_costs_no_place() -> None:
    assert status_words(Status.QUEUED, "source_down") == (
        "waiting for a curator (not heard yet: a music service is not answering; its place is kept)"
    )
    assert "asks us to wait" in status_words(Status.RECEIVED, "quota")
    assert status_words(Status.KEPT, "source_down") == "kept: it will be added to the playlist"
    assert status_words(Status.QUEUED, "some new kind") == "waiting for a curator"


@pytest.mark.parametrize("reason", ["too_heavy", "took_too_long", "crashed"])
def test_a_file_that_ends_the_program_is_told_to_artist_and_curators(reason: str) -> None:
    assert "you may send it as an MP3 or WAV" in status_words(Status.QUEUED, reason)
    assert unscored_text(reason).startswith("not scored: the audio ")


def test_a_scorer_that_does_not_start_is_told_the_artist_without_a_detail() -> None:
    assert "something is in the way on our side" in status_words(Status.QUEUED, "scorer_down")
    assert unscored_text("scorer_down") == "not scored: the scorer does not start"


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("reason", [None, "no_preview", "weak_match", "silent", "quota", "fault"])
def test_no_status_tells_an_artist_of_score_rank_or_votes(
    status: Status, reason: str | None
) -> None:
    words = status_words(status, reason)

    assert words
    assert all(word not in words.lower() for word in ("score", "rank", "vote", "percentile"))


def test_an_answer_gives_the_reasons_and_the_note() -> None:
    reasons = (reason_words("mix_muddy"), reason_words("no_room"))

    assert answer_text(status_row(reasons=reasons, note="Send the\nnext one!")) == (
        "Night Drive: Night - Ann\n"
        "Declined.\n"
        "Reasons: the mix is muddy or out of balance;"
        " we like it, but there is no room for it now.\n"
        "Note: Send the next one!"
    )
    assert answer_text(status_row()) == "Night Drive: Night - Ann\nDeclined."


def test_there_are_ten_decline_reasons_with_words_of_their_own() -> None:
    assert set(DECLINE_REASONS) == set(DeclineReason)
    assert len(set(DECLINE_REASONS.values())) == 10
    assert "mix_muddy" in DECLINE_REASONS


def test_an_unknown_reason_is_somebodys_own_words() -> None:
    assert reason_words("Too\x1b much reverb") == "Too much reverb"


@pytest.mark.parametrize(
    ("days_ago", "words"),
    [
        (0.5 / 1440, "already kept by @mo, a moment ago"),
        (2 / 1440, "already kept by @mo, 2 min ago"),
        (3 / 24, "already kept by @mo, 3 h ago"),
        (4, "already kept by @mo, 4 d ago"),
    ],
)
def test_the_second_of_two_curators_is_told_who_was_faster(days_ago: float, words: str) -> None:
    assert already_text("kept", by="@mo", days_ago=days_ago) == words


def test_few_decisions_say_nothing_and_many_come_with_an_interval() -> None:
    assert meter_text(Meter(keeps=2, decided=9)) == "2 of 9 kept, too few to say"
    assert meter_text(Meter(keeps=12, decided=60)) == "12 of 60 kept (12 to 32 %)"


def digest(*, reversed_: int = 1, wait: float | None = 2.5) -> DigestView:
    return DigestView(
        playlist="Night Drive",
        iso_week="2026-W49",
        starts_at=AT,
        ends_at=AT,
        kept=4,
        maybe=1,
        declined=7,
        reversed=reversed_,
        expired=2,
        waiting=11,
        median_wait_days=wait,
        discovery=Meter(keeps=2, decided=9),
        rest=Meter(keeps=20, decided=80),
    )


def test_a_digest_tells_what_was_answered_and_what_was_not() -> None:
    assert digest_title(digest()) == "Night Drive, week 2026-W49"
    assert digest_lines(digest()) == [
        "4 kept · 1 maybe · 7 declined",
        "2 expired unanswered · 11 still waiting",
        "1 decision reversed",
        "median wait 2 d",
        "discovery picks: 2 of 9 kept, too few to say",
        "the rest: 20 of 80 kept (17 to 35 %)",
    ]
    assert digest_lines(digest(reversed_=2))[2] == "2 decisions reversed"
    assert len(digest_lines(digest(reversed_=0, wait=None))) == 4


def test_a_decision_without_reasons_or_a_note_is_one_line() -> None:
    kept = DecisionView(
        code="T-1", playlist="Night Drive", title="Night", artist="Ann", status="kept", by="mo"
    )

    assert decision_text(kept) == "Kept: Night - Ann (T-1 for Night Drive), by mo."


def test_an_empty_place_says_so() -> None:
    assert empty_queue_text("Night Drive") == "Nothing is waiting in Night Drive."
    assert no_submissions_text("Ann") == "Ann has sent nothing yet."
    assert cold_start_text("Night Drive").startswith(
        "What Night Drive keeps does not shape the order yet"
    )


def test_a_date_is_written_as_people_say_it() -> None:
    assert day(AT) == "Fri 4 Dec 2026"


def test_everything_that_may_be_welcome_next_has_words() -> None:
    assert set(WELCOME) == {welcome.value for welcome in Welcome}
