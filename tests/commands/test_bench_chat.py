"""`earmark bench chat` measures real answers; how fast they are is for the reader to judge."""

from tests.commands.console import Console


def test_every_interaction_is_timed(earmark: Console) -> None:
    ran = earmark("bench", "chat", "--interactions", "5", "--per-second", "100", "--idle", "--json")

    assert ran.status == 0
    assert (ran.json["interactions"], ran.json["unanswered"]) == (5, 0)
    times = ran.json["first_answer_ms"]
    assert 0 < times["p50"] <= times["p95"] <= times["worst"]


def test_people_are_shown_what_is_promised(earmark: Console) -> None:
    ran = earmark("bench", "chat", "--interactions", "2", "--per-second", "100", "--idle")

    assert "promised: 150 ms for 95 in 100" in ran.out
