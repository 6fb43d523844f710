import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.errors import EarmarkError, NoPreviewError, QuotaError, SourceDownError
from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.itunes import as_m4a
from bot.sandbox.server import Sandbox
from bot.sources.download import ExpiredError, HostRules
from bot.sources.itunes import QUOTA_PAUSE, Itunes
from bot.sources.pace import Pace
from bot.track import Origin, Track, Verdict

RECORDED = Path(__file__).resolve().parents[2] / "../shared/contracts/itunes/recorded-2011"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SONG = {
    "kind": "song",
    "trackId": 3,
    "trackName": "Feelings",
    "artistName": "Sectoid",
    "trackTimeMillis": 288_003,
    "previewUrl": "https://audio-ssl.itunes.apple.com/a.m4a",
}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    # Encoded beforehand: encoding may take longer than the client waits.
    as_m4a("feelings.ogg")
    async with Sandbox.start() as running:
        yield running


@pytest.fixture
async def itunes(sandbox: Sandbox) -> AsyncIterator[Itunes]:
    async with httpx.AsyncClient(timeout=0.5) as http:
        yield Itunes(
            http,
            api_url=sandbox.itunes_url,
            hosts=HostRules(plain=(sandbox.itunes_preview_host,)),
            now=lambda: NOW,
        )


def _track(title: str = "Feelings", *, duration_ms: int = 288_003) -> Track:
    return Track(origin=Origin.SPOTIFY, title=title, artists=("Sectoid",), duration_ms=duration_ms)


def _replaying(body: str) -> Itunes:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=body))
    return Itunes(httpx.AsyncClient(transport=transport))


async def test_a_preview_is_found_by_one_search_and_fetched_as_m4a(
    sandbox: Sandbox, itunes: Itunes
) -> None:
    audio = await itunes.preview(_track())

    assert (audio.origin, audio.verdict) == (Origin.ITUNES, Verdict.STRONG)
    assert audio.content == as_m4a("feelings.ogg")
    assert sandbox.calls.paths(Service.ITUNES) == ["/search"]
    assert sandbox.calls.count(Service.ITUNES_PREVIEWS) == 1


async def test_only_songs_of_the_chosen_country_are_searched() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, text='\n\n\n{"resultCount":0,"results":[]}\n')

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))

    with pytest.raises(NoPreviewError, match="iTunes does not have “Feelings”"):
        await Itunes(http, country="DE").find(_track())
    assert asked[0].params["country"] == "DE"
    assert asked[0].params["entity"] == "song"
    assert asked[0].params["term"] == "Sectoid Feelings"


async def test_a_song_without_a_preview_is_said_to_have_none(itunes: Itunes) -> None:
    wanted = Track(
        origin=Origin.SPOTIFY,
        title="Orbital Elevator",
        artists=("Max McCracken",),
        duration_ms=282_240,
    )

    with pytest.raises(NoPreviewError, match="but no preview of it"):
        await itunes.preview(wanted)


async def test_another_recording_is_not_taken(itunes: Itunes) -> None:
    with pytest.raises(NoPreviewError, match="does not have"):
        await itunes.find(_track("Feelings (Live)"))


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.FORBIDDEN, QuotaError),
        (FaultKind.RATE_LIMITED, QuotaError),
        (FaultKind.SERVER_ERROR, SourceDownError),
        (FaultKind.DROP_BEFORE, SourceDownError),
        (FaultKind.DROP_AFTER, SourceDownError),
        (FaultKind.DELAY, SourceDownError),
        (FaultKind.TRUNCATED, SourceDownError),
        (FaultKind.WRONG_TYPE, SourceDownError),
    ],
)
async def test_trouble_at_the_api_has_its_own_error(
    sandbox: Sandbox, itunes: Itunes, kind: FaultKind, error: type[EarmarkError]
) -> None:
    sandbox.set_fault(Fault(service=Service.ITUNES, kind=kind))

    with pytest.raises(error, match=r"^iTunes "):
        await itunes.preview(_track())
    assert sandbox.calls.count(Service.ITUNES) == 1
    assert sandbox.calls.count(Service.ITUNES_PREVIEWS) == 0


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.FORBIDDEN, ExpiredError),
        (FaultKind.SERVER_ERROR, SourceDownError),
        (FaultKind.DROP_BEFORE, SourceDownError),
        (FaultKind.DELAY, SourceDownError),
        (FaultKind.TRUNCATED, SourceDownError),
        (FaultKind.WRONG_TYPE, SourceDownError),
    ],
)
async def test_trouble_at_the_preview_host_has_its_own_error(
    sandbox: Sandbox, itunes: Itunes, kind: FaultKind, error: type[EarmarkError]
) -> None:
    sandbox.set_fault(Fault(service=Service.ITUNES_PREVIEWS, kind=kind))

    with pytest.raises(error):
        await itunes.preview(_track())
    assert sandbox.calls.count(Service.ITUNES_PREVIEWS) == 1


async def test_a_music_video_is_not_taken_for_the_song() -> None:
    video = {**SONG, "kind": "music-video"}

    assert (await _replaying(json.dumps({"results": [SONG]})).find(_track())).id == 3
    with pytest.raises(NoPreviewError, match="does not have"):
        await _replaying(json.dumps({"results": [video]})).find(_track())


async def test_calls_keep_to_the_pace() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"results": [SONG]})

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    itunes = Itunes(http, pace=Pace(calls=1, seconds=3600))
    await itunes.find(_track())
    second = asyncio.create_task(itunes.find(_track()))
    for _ in range(20):
        await asyncio.sleep(0)
    second.cancel()

    assert asked == ["/search"]


async def test_a_refusal_for_too_many_calls_ends_after_a_minute(
    sandbox: Sandbox, itunes: Itunes
) -> None:
    sandbox.set_fault(Fault(service=Service.ITUNES, kind=FaultKind.FORBIDDEN))

    with pytest.raises(QuotaError) as refused:
        await itunes.find(_track())
    assert refused.value.until == NOW + QUOTA_PAUSE


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"results": null}', "<html>"])
async def test_a_reply_that_makes_no_sense_means_that_itunes_is_down(body: str) -> None:
    with pytest.raises(SourceDownError):
        await _replaying(body).find(_track())


def _recorded(number: int) -> Any:
    """Return one of the seventeen answers that iTunes gave between 2011 and 2012."""
    return json.loads((RECORDED / f"{number:02}.json").read_text(encoding="utf-8"))["body"]


@pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded answers beside this checkout")
@pytest.mark.parametrize("number", range(1, 18))
async def test_every_recorded_answer_is_understood(number: int) -> None:
    with pytest.raises(NoPreviewError, match="does not have"):
        await _replaying(f"\n\n\n{json.dumps(_recorded(number))}\n").find(_track())


@pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded answers beside this checkout")
async def test_a_recorded_song_is_a_strong_match() -> None:
    body = _recorded(7)
    song = next(hit for hit in body["results"] if hit.get("kind") == "song")
    wanted = Track(
        origin=Origin.SPOTIFY,
        title=song["trackName"],
        artists=(song["artistName"],),
        duration_ms=song["trackTimeMillis"] + 900,
    )
    found = await _replaying(json.dumps(body)).find(wanted)

    assert found.verdict is Verdict.STRONG
    assert found.preview_url.startswith("http")


async def test_the_time_to_come_back_is_in_utc_by_default() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(403))

    with pytest.raises(QuotaError) as refused:
        await Itunes(httpx.AsyncClient(transport=transport)).find(_track())
    assert refused.value.until.tzinfo is UTC
