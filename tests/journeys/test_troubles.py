"""Services fail while a track is submitted: it is accepted all the same, and scored later."""

import pytest

from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox
from tests.commands.console import Console

P = "Night Drive"
# The Web API fails in each of its ways: the title page tells the rest, and Deezer is asked by it.
SPOTIFY = [
    Fault(service=Service.SPOTIFY, kind=FaultKind.QUOTA_EXCEEDED),
    Fault(service=Service.SPOTIFY, kind=FaultKind.RATE_LIMITED, retry_after=3600),
    Fault(service=Service.SPOTIFY, kind=FaultKind.SERVER_ERROR),
    Fault(service=Service.SPOTIFY, kind=FaultKind.DROP_BEFORE),
    Fault(service=Service.SPOTIFY, kind=FaultKind.PREMIUM_REQUIRED),
    Fault(service=Service.SPOTIFY, kind=FaultKind.WRONG_TYPE),
]
PREVIEWS = [
    (Fault(service=Service.DEEZER, kind=FaultKind.SERVER_ERROR), "source_down"),
    (Fault(service=Service.DEEZER, kind=FaultKind.DROP_AFTER), "source_down"),
    (Fault(service=Service.DEEZER, kind=FaultKind.WRONG_TYPE), "source_down"),
    (Fault(service=Service.PREVIEWS, kind=FaultKind.EXPIRED_LINK), "no_preview"),
    (Fault(service=Service.PREVIEWS, kind=FaultKind.TRUNCATED), "source_down"),
    (Fault(service=Service.PREVIEWS, kind=FaultKind.SERVER_ERROR), "source_down"),
]

WORDS = {"source_down": "a music service is not answering", "no_preview": "no audio found"}


def name_of(value: object) -> str:
    return f"{value.service}-{value.kind.name}" if isinstance(value, Fault) else str(value)


@pytest.mark.parametrize("fault", SPOTIFY, ids=name_of)
def test_spotify_failing_costs_no_submission(
    earmark: Console, sandbox: Sandbox, fault: Fault
) -> None:
    sandbox.set_fault(fault)

    sent = earmark.json(
        "submit", sandbox.catalogue.titled("Nebula").spotify_url, "--playlist", P, "--as", "Lia"
    )
    row = earmark.json("queue", P)["queue"][0]

    assert row["id"] == sent["id"]
    assert row["title"] == "Nebula"
    assert (row["score"] is None) == (sent["outcome"] == "unscored")


@pytest.mark.parametrize(("fault", "reason"), PREVIEWS, ids=name_of)
def test_audio_that_cannot_be_had_now_is_scored_once_the_service_is_back(
    earmark: Console, sandbox: Sandbox, fault: Fault, reason: str
) -> None:
    sandbox.set_fault(fault)
    link = sandbox.catalogue.titled("Nebula").spotify_url

    sent = earmark.json("submit", link, "--playlist", P, "--as", "Lia")
    shown = earmark("queue", P)
    sandbox.clear_faults()
    processed = earmark.json("process")["processed"]
    row = earmark.json("queue", P)["queue"][0]

    assert (sent["outcome"], sent["reason"]) == ("unscored", reason)
    assert sent["sentence"]
    assert f"not scored: {WORDS[reason]}" in shown.out
    assert [(one["id"], one["outcome"]) for one in processed] == [(sent["id"], "scored")]
    assert row["score"]["percentile"] >= 0
    assert row["why"].startswith(("by score", "discovery pick"))


def test_with_every_service_gone_a_link_is_queued_by_its_sender_and_named_later(
    earmark: Console, sandbox: Sandbox
) -> None:
    for service in (Service.SPOTIFY, Service.SPOTIFY_TOKEN, Service.OEMBED, Service.DEEZER):
        sandbox.set_fault(Fault(service=service, kind=FaultKind.SERVER_ERROR))
    song = sandbox.catalogue.titled("Nebula")

    sent = earmark.json("submit", song.spotify_url, "--playlist", P, "--as", "Lia")
    sandbox.clear_faults()
    earmark("process")
    row = earmark.json("queue", P)["queue"][0]

    assert sent["outcome"] == "unscored"
    assert sent["title"] == f"Spotify track {song.spotify_id}"
    assert sent["artist"] == "Lia"
    assert (row["title"], row["artist"]) == ("Nebula", "Max McCracken")
    assert row["score"] is not None


def test_a_quota_outlives_the_process_that_ran_into_it(earmark: Console, sandbox: Sandbox) -> None:
    sandbox.set_fault(Fault(service=Service.SPOTIFY, kind=FaultKind.QUOTA_EXCEEDED))
    songs = [sandbox.catalogue.titled(title) for title in ("Nebula", "Awakening")]

    earmark.json("submit", songs[0].spotify_url, "--playlist", P, "--as", "Lia")
    asked = sum(call.service is Service.SPOTIFY for call in sandbox.calls.made)
    earmark.json("submit", songs[1].spotify_url, "--playlist", P, "--as", "Zoe")

    assert asked == 1
    assert sum(call.service is Service.SPOTIFY for call in sandbox.calls.made) == asked
    assert len(earmark.json("queue", P)["queue"]) == 2
