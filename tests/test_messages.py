"""Views: what programs read of them, and what an artist's never hold."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.file_reports import AttributesLine, CompareView, FileReport
from bot.messages import (
    Card,
    DecisionView,
    DigestRow,
    DigestView,
    ErrorLine,
    Image,
    Meter,
    QueueRow,
    QueueView,
    Receipt,
    StatusRow,
    StatusView,
)
from tests.score_line import SCORE

AT = datetime(2026, 11, 20, 17, tzinfo=UTC)

SCORE_JSON = {
    "percentile": 52,
    "low": 31,
    "high": 72,
    "p_low": 0.2,
    "p_medium": 0.5,
    "p_high": 0.3,
    "level": "medium",
}


def test_a_picture_needs_an_alt_text() -> None:
    with pytest.raises(ValueError, match="alt text"):
        Image(png=b"png", alt="")


def test_a_card_is_a_value() -> None:
    assert Card(title="a") == Card(title="a")
    assert hash(Card(title="a")) == hash(Card(title="a"))


def test_a_queue_has_the_names_that_programs_read() -> None:
    scored = QueueRow(
        code="T-4F7K",
        title="Night",
        artist="Ann",
        rank=1,
        page=1,
        why="by score, waited 6 d",
        status="queued",
        score=SCORE,
        waited_days=6.5,
    )
    unscored = QueueRow(
        code="T-9XYZ",
        title="Day",
        artist="Bo",
        rank=2,
        page=1,
        why="not scored yet, waited 2 d",
        status="received",
        score=None,
        waited_days=2,
        unscored_reason="no_preview",
        discovery=True,
        claimed_by="@mo",
        url="https://open.spotify.com/track/1",
    )
    view = QueueView(
        playlist="Night Drive",
        rows=(scored, unscored),
        waiting=2,
        overdue=0,
        oldest_days=6.5,
        cold_start=True,
    )

    assert json.loads(json.dumps(view.to_json())) == {
        "name": "Night Drive",
        "queue": [
            {
                "id": "T-4F7K",
                "title": "Night",
                "artist": "Ann",
                "rank": 1,
                "page": 1,
                "why": "by score, waited 6 d",
                "status": "queued",
                "score": SCORE_JSON,
                "model": "cnn-1",
                "waited_days": 6.5,
                "unscored_reason": None,
                "discovery": False,
                "claimed_by": None,
                "url": None,
                "score_hidden": False,
                "votes": 0,
                "votes_needed": 1,
            },
            {
                "id": "T-9XYZ",
                "title": "Day",
                "artist": "Bo",
                "rank": 2,
                "page": 1,
                "why": "not scored yet, waited 2 d",
                "status": "received",
                "score": None,
                "model": None,
                "waited_days": 2,
                "unscored_reason": "no_preview",
                "discovery": True,
                "claimed_by": "@mo",
                "url": "https://open.spotify.com/track/1",
                "score_hidden": False,
                "votes": 0,
                "votes_needed": 1,
            },
        ],
        "waiting": 2,
        "overdue": 0,
        "oldest_days": 6.5,
        "cold_start": True,
        "view": "suggested",
        "page": None,
        "pages": 1,
        "found": 0,
        "snoozed": 0,
        "due_soon": 0,
    }


def test_a_scored_file_has_the_names_that_programs_read() -> None:
    report = FileReport(
        file="a.mp3",
        seconds=30.0,
        score=SCORE,
        attributes=AttributesLine(
            tempo_bpm=120,
            tempo_alt_bpm=60,
            tempo_confidence=0.9,
            key="A minor",
            key_confidence=0.5,
            loudness_lufs=-11.5,
            energy=0.7,
            danceability=0.6,
        ),
        reasons=("+ one",),
        embedding_dim=64,
    )

    assert report.to_json() == {
        "file": "a.mp3",
        "ok": True,
        "error": None,
        "seconds": 30.0,
        "model": "cnn-1",
        "score": SCORE_JSON,
        "attributes": {
            "tempo_bpm": 120,
            "tempo_alt_bpm": 60,
            "tempo_confidence": 0.9,
            "key": "A minor",
            "key_confidence": 0.5,
            "loudness_lufs": -11.5,
            "energy": 0.7,
            "danceability": 0.6,
        },
        "reasons": ["+ one"],
        "embedding_dim": 64,
    }


def test_a_failed_file_says_why_for_programs_and_for_people() -> None:
    error = ErrorLine(kind="not_audio", sentence="a.txt is not audio.")
    report = FileReport(file="a.txt", seconds=None, error=error)

    told = CompareView(reports=(report,)).to_json()["files"]

    assert told == [
        {
            "file": "a.txt",
            "ok": False,
            "error": {"kind": "not_audio", "sentence": "a.txt is not audio."},
            "seconds": None,
            "model": None,
            "score": None,
            "attributes": None,
            "reasons": [],
            "embedding_dim": None,
        }
    ]


def test_what_an_artist_gets_has_no_word_of_score_rank_or_votes() -> None:
    receipt = Receipt(
        code="T-1", playlist="P", title="Night", artist="Ann", place=3, answer_by=AT
    ).to_json()
    row = StatusRow(code="T-1", playlist="P", title="Night", artist="Ann", status="declined")
    status = StatusView(artist="Ann", rows=(row,)).to_json()

    told = json.dumps([receipt, status])
    assert all(word not in told for word in ("score", "fit", "rank", "vote", "percentile"))
    assert receipt == {
        "id": "T-1",
        "playlist": "P",
        "title": "Night",
        "artist": "Ann",
        "place": 3,
        "answer_by": "2026-11-20T17:00:00+00:00",
        "duplicate_of": None,
        "expected_at": None,
    }
    assert status["submissions"] == [
        {
            "id": "T-1",
            "playlist": "P",
            "title": "Night",
            "artist": "Ann",
            "status": "declined",
            "place": None,
            "answer_by": None,
            "expected_at": None,
            "reasons": [],
            "note": "",
            "undelivered": False,
            "wants_file": False,
            "wants_yes": False,
        }
    ]


def test_a_decision_has_the_names_that_programs_read() -> None:
    view = DecisionView(
        code="T-1",
        playlist="P",
        title="Night",
        artist="Ann",
        status="kept",
        by="@mo",
        undo_until=AT,
    )

    assert view.to_json() == {
        "id": "T-1",
        "playlist": "P",
        "title": "Night",
        "artist": "Ann",
        "status": "kept",
        "by": "@mo",
        "reasons": [],
        "note": "",
        "undo_until": "2026-11-20T17:00:00+00:00",
        "welcome_next": None,
        "taken_back": False,
        "voted": None,
        "votes": 0,
        "votes_needed": 1,
        "warning": "",
    }


def test_a_digest_has_the_names_that_programs_read() -> None:
    view = DigestView(
        playlist="P",
        iso_week="2026-W47",
        starts_at=AT,
        ends_at=AT,
        kept=1,
        maybe=2,
        declined=3,
        reversed=4,
        expired=5,
        waiting=6,
        median_wait_days=1.5,
        discovery=Meter(keeps=2, decided=9),
        rest=Meter(keeps=0, decided=0),
        added=(DigestRow(code="T-1", title="Night", artist="Ann", by="@mo"),),
    )

    assert view.to_json() == {
        "playlist": "P",
        "iso_week": "2026-W47",
        "starts_at": "2026-11-20T17:00:00+00:00",
        "ends_at": "2026-11-20T17:00:00+00:00",
        "kept": 1,
        "maybe": 2,
        "declined": 3,
        "reversed": 4,
        "expired": 5,
        "waiting": 6,
        "median_wait_days": 1.5,
        "discovery": {"keeps": 2, "decided": 9},
        "rest": {"keeps": 0, "decided": 0},
        "added": [{"id": "T-1", "title": "Night", "artist": "Ann", "by": "@mo", "url": None}],
        "workload": [],
        "opens_at": None,
    }


def test_the_meter_gives_wilsons_interval() -> None:
    low, high = Meter(keeps=12, decided=60).interval()

    # Newcombe 1998's formula, by hand: 0.2 of 60.
    assert low == pytest.approx(0.1183, abs=1e-4)
    assert high == pytest.approx(0.3178, abs=1e-4)


def test_nothing_decided_could_be_any_share() -> None:
    assert Meter(keeps=0, decided=0).interval() == (0.0, 1.0)


@given(st.integers(1, 500), st.data())
def test_the_interval_holds_the_share_and_stays_on_the_scale(
    decided: int, data: st.DataObject
) -> None:
    keeps = data.draw(st.integers(0, decided))

    low, high = Meter(keeps=keeps, decided=decided).interval()
    assert 0 <= low <= keeps / decided + 1e-12
    assert keeps / decided - 1e-12 <= high <= 1


def test_fifty_decisions_are_enough_to_say_something() -> None:
    assert Meter(keeps=0, decided=49).too_few
    assert not Meter(keeps=0, decided=50).too_few


def test_more_keeps_than_decisions_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be"):
        Meter(keeps=2, decided=1)
