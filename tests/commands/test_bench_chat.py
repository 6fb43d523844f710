"""`earmark bench chat` measures real answers; how fast they are is for the reader to judge."""

from tests.commands.console import Console


def test_every_interaction_and_every_list_is_timed(earmark: Console) -> None:
    ran = earmark("bench", "chat", "--interactions", "5", "--per-second", "100", "--idle", "--json")

    assert ran.status == 0
    assert (ran.json["interactions"], ran.json["unanswered"]) == (5, 0)
    assert (ran.json["lists"], ran.json["lists_unanswered"]) == (15, 0)
    assert ran.json["desk"] == {"playlists": 50, "submissions": 2000}
    for times in (ran.json["first_answer_ms"], *ran.json["list_ms"].values()):
        assert 0 < times["p50"] <= times["p95"] <= times["worst"]


def test_people_are_shown_what_is_promised(earmark: Console) -> None:
    ran = earmark("bench", "chat", "--interactions", "2", "--per-second", "100", "--idle")

    for promised in ("150", "300"):
        assert promised in ran.out
