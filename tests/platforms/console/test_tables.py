import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.text import Text

from bot.messages import (
    Button,
    Card,
    DecisionView,
    DigestRow,
    DigestView,
    ErrorLine,
    Field,
    Image,
    Meter,
    QueueRow,
    QueueView,
    Receipt,
    StatusRow,
    StatusView,
)
from bot.platforms.console.actions import Sent
from bot.platforms.console.tables import (
    card_panel,
    checkup_table,
    decision_text,
    digest_text,
    error_text,
    processed_text,
    queue_table,
    sent_panel,
    status_line,
    status_table,
)
from bot.texts import reason_words, status_words
from bot.workflow.outcome import Outcome, Processed
from db.status import Status
from tests.score_line import SCORE

AT = datetime(2026, 12, 4, 17, tzinfo=UTC)
NASTY = "\x1b[31m[bold]@everyone[/bold]\n\u202e夜に駆ける " + "long " * 40

ROW = QueueRow(
    code="T-4F7K",
    title="Night",
    artist="Ann",
    rank=1,
    page=1,
    why="by score, waited 6 d",
    status="queued",
    score=SCORE,
    waited_days=6,
)
OVERDUE = replace(ROW, why="overdue 9 d", claimed_by="mo")
UNSCORED = replace(
    ROW,
    code="T-9XYZ",
    rank=2,
    page=2,
    why="not scored yet, waited 2 d",
    score=None,
    unscored_reason="no_preview",
)
QUEUE = QueueView(
    playlist="Night Drive",
    rows=(OVERDUE, UNSCORED),
    waiting=2,
    overdue=1,
    oldest_days=23,
    cold_start=True,
)
WAITING = StatusRow(
    code="T-1",
    playlist="Night Drive",
    title="Night",
    artist="Ann",
    status=status_words(Status.QUEUED),
    place=12,
    answer_by=AT,
)
DECLINED = StatusRow(
    code="T-2",
    playlist="Night Drive",
    title="Day",
    artist="Ann",
    status=status_words(Status.DECLINED),
    reasons=(reason_words("mix_muddy"),),
    note="Send the next one!",
)
STATUS = StatusView(artist="Ann", rows=(WAITING, DECLINED))
DECISION = DecisionView(
    code="T-1",
    playlist="Night Drive",
    title="Night",
    artist="Ann",
    status="declined",
    by="mo",
    reasons=(reason_words("mix_muddy"),),
    note="Send the next one!",
    undo_until=AT,
)
DIGEST = DigestView(
    playlist="Night Drive",
    iso_week="2026-W49",
    starts_at=AT,
    ends_at=AT,
    kept=1,
    maybe=0,
    declined=2,
    reversed=0,
    expired=0,
    waiting=3,
    median_wait_days=None,
    discovery=Meter(keeps=0, decided=0),
    rest=Meter(keeps=1, decided=3),
    added=(DigestRow(code="T-1", title="Night", artist="Ann", by="mo", url="https://a.test/1"),),
)
CARD = Card(
    title="Night - Ann",
    url="https://a.test/1",
    body="overdue 9 d\nsecond line",
    fields=(Field(name="Score", value="middle"),),
    image=Image(png=b"png", alt="a picture of it"),
    buttons=(Button(action="keep", label="Keep"), Button(action="decline", label="Decline")),
    footer="T-4F7K",
)


@dataclass(frozen=True)
class Finding:
    what: str
    health: str
    advice: str


@dataclass(frozen=True)
class Checkup:
    findings: tuple[Finding, ...]


CHECKUP = Checkup(
    findings=(
        Finding("model", "good", "It is in place."),
        Finding("spotify", "missing", "Set the credentials."),
        Finding("database", "bad", "Run: earmark db upgrade"),
    )
)


def sent(*, sentence: str = "", new: bool = False, title: str = "Night") -> Sent:
    return Sent(
        receipt=Receipt(
            code="T-4F7K",
            playlist="Night Drive",
            title=title,
            artist="Ann",
            place=12,
            answer_by=AT,
        ),
        processed=Processed(code="T-4F7K", outcome=Outcome.SCORED, sentence=sentence),
        new_playlist=new,
    )


def printed(picture: RenderableType, *, width: int = 100, color: bool = False) -> str:
    file = io.StringIO()
    Console(
        file=file,
        width=width,
        force_terminal=color,
        color_system="truecolor" if color else None,
        highlight=False,
    ).print(picture)
    return file.getvalue()


def words(picture: RenderableType, *, width: int = 100) -> str:
    """Return what is printed with all white space as one space."""
    return " ".join(printed(picture, width=width).split())


def test_a_queue_tells_how_it_stands_and_why_each_row_is_there() -> None:
    learnt = replace(QUEUE, cold_start=False)
    lines = [" ".join(line.split()) for line in printed(queue_table(learnt)).splitlines()]

    # The empty line under the first row is where its page ends.
    assert lines == [
        "Night Drive 2 waiting · 1 overdue · oldest 23 d",
        "",
        "# Id Track Score Why here",
        "─" * 98,
        "1 T-4F7K Night middle (31-72 of 100, overdue 9 d",
        "Ann low confidence) claimed by mo",
        "",
        "2 T-9XYZ Night not scored: no audio not scored yet,",
        "Ann found waited 2 d",
        "",
    ]


def test_a_queue_tells_what_it_is_ordered_by_until_it_has_learnt() -> None:
    assert "does not shape the order yet: it goes by score" in words(queue_table(QUEUE))
    assert "does not shape" not in words(queue_table(replace(QUEUE, cold_start=False)))


def test_an_empty_queue_says_so() -> None:
    empty = replace(QUEUE, rows=(), waiting=0, overdue=0, oldest_days=None)

    assert words(queue_table(empty)) == "Night Drive 0 waiting Nothing is waiting in Night Drive."


def test_an_artist_sees_place_date_and_answers_in_words() -> None:
    told = words(status_table(STATUS), width=160)

    assert "waiting for a curator, place 12, answer expected by Fri 4 Dec 2026" in told
    assert "- the mix is muddy or out of balance" in told
    assert "Note: Send the next one!" in told
    assert words(status_line(WAITING)) == (
        "T-1 Night - Ann, for Night Drive: waiting for a curator, place 12,"
        " answer expected by Fri 4 Dec 2026."
    )


def test_an_artist_without_submissions_is_told_so() -> None:
    assert words(status_table(StatusView(artist="Ann", rows=()))) == "Ann has sent nothing yet."


@pytest.mark.parametrize(
    "picture", [status_table(STATUS), status_line(DECLINED), sent_panel(sent())]
)
def test_no_artist_reads_of_score_rank_or_votes(picture: RenderableType) -> None:
    told = words(picture).lower()

    assert told
    assert all(word not in told for word in ("score", "rank", "vote", "percentile"))


def test_a_submission_is_answered_with_its_place_and_what_to_know() -> None:
    assert words(sent_panel(sent(sentence="No audio was found.", new=True))).strip("╭╮╰╯─ ") == (
        "│ Night - Ann │ │ Queued as T-4F7K for Night Drive, place 12, answer expected by Fri 4 Dec"
        " 2026. │ │ No audio was found. │ │ Night Drive is new: its queue was opened for this. │"
    )


def test_a_decision_tells_reasons_note_and_how_long_it_can_be_undone() -> None:
    assert printed(decision_text(DECISION)).splitlines() == [
        "Declined: Night - Ann (T-1 for Night Drive), by mo.",
        "Reasons: the mix is muddy or out of balance.",
        "Note: Send the next one!",
        "It can be taken back until 17:00 UTC.",
    ]


def test_a_decision_taken_back_is_told_from_a_new_one() -> None:
    back = replace(DECISION, status="queued", reasons=(), note="", undo_until=None, taken_back=True)

    assert words(decision_text(back)) == (
        "Taken back: Night - Ann (T-1 for Night Drive) is waiting again. Done by mo."
    )


def test_a_digest_lists_what_was_added_and_the_numbers() -> None:
    assert printed(digest_text(DIGEST)).splitlines() == [
        "Night Drive, week 2026-W49",
        "+ Night - Ann (kept by mo) https://a.test/1",
        "  1 kept · 0 maybe · 2 declined",
        "  0 expired unanswered · 3 still waiting",
        "  discovery picks: 0 of 0 kept, too few to say",
        "  the rest: 1 of 3 kept, too few to say",
    ]
    assert "Nothing was added to Night Drive this week." in words(
        digest_text(replace(DIGEST, added=()))
    )


def test_a_card_is_told_with_the_words_of_its_picture() -> None:
    told = words(card_panel(CARD))

    for part in ("Night - Ann", "second line", "Score: middle", "Picture: a picture of it"):
        assert part in told
    assert "[Keep] [Decline]" in told
    assert "https://a.test/1" in told
    assert words(card_panel(Card(title="bare"))).startswith("╭─ bare ─")


def test_a_checkup_tells_state_and_advice_in_words() -> None:
    told = words(checkup_table(CHECKUP))

    assert "model good It is in place." in told
    assert "spotify missing Set the credentials." in told
    assert "database bad Run: earmark db upgrade" in told


def test_an_error_is_one_sentence() -> None:
    assert words(error_text(ErrorLine(kind="x", sentence="It is\n\x1b[1m broken."))) == (
        "Error: It is [1m broken."
    )


def _everything(text: str) -> list[RenderableType]:
    row = replace(OVERDUE, title=text, artist=text, why=text, claimed_by=text)
    card = replace(CARD, title=text, body=text, fields=(Field(name=text, value=text),), footer=text)
    return [
        queue_table(replace(QUEUE, playlist=text, rows=(row, replace(UNSCORED, title=text)))),
        status_table(replace(STATUS, rows=(replace(DECLINED, title=text, note=text),))),
        status_line(replace(WAITING, title=text, playlist=text)),
        decision_text(replace(DECISION, title=text, note=text, by=text)),
        sent_panel(sent(sentence=text, title=text)),
        digest_text(replace(DIGEST, added=(DigestRow(code="T-1", title=text, artist=text),))),
        card_panel(card),
        checkup_table(Checkup(findings=(Finding(text, "bad", text),))),
        error_text(ErrorLine(kind="x", sentence=text)),
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("number", range(9))
def test_no_text_leaves_its_width_or_commands_the_terminal(number: int, width: int) -> None:
    told = printed(_everything(NASTY)[number], width=width)

    assert all(cell_len(line) <= width for line in told.splitlines())
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "@everyone" not in told
    assert "[bold]" in "".join(told.split())


@pytest.mark.parametrize("number", range(9))
def test_colour_says_nothing_that_words_do_not(number: int) -> None:
    picture = _everything("Night")[number]
    coloured = Text.from_ansi(printed(picture, color=True)).plain

    assert coloured.splitlines() == printed(picture).splitlines()


def test_what_was_taken_up_again_is_told_one_by_one() -> None:
    done = [
        Processed(code="T-1", outcome=Outcome.SCORED),
        Processed(code="T-2", outcome=Outcome.UNSCORED, sentence="No\n\x1baudio was found."),
    ]

    assert printed(processed_text(done)).splitlines() == [
        "T-1: scored.",
        "T-2: unscored. No audio was found.",
    ]
    assert words(processed_text([])) == "Everything that can be scored is scored."
