"""The Deezer adapter against the sandbox, and against replies that the sandbox never gives."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from bot.errors import (
    EarmarkError,
    NoPreviewError,
    QuotaError,
    SourceDownError,
    SourceRefusedError,
    WeakMatchError,
)
from bot.sandbox.bundled import clip
from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox
from bot.sources.deezer import QUOTA_PAUSE, Deezer
from bot.sources.download import ExpiredError, HostRules
from bot.sources.pace import Pace
from bot.track import Origin, Track, Verdict
from tests.sources.deezer_replies import replaying

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox.start() as running:
        yield running


@pytest.fixture
async def deezer(sandbox: Sandbox) -> AsyncIterator[Deezer]:
    async with httpx.AsyncClient(timeout=0.5) as http:
        yield Deezer(
            http,
            api_url=sandbox.deezer_url,
            hosts=HostRules(plain=(sandbox.preview_host,)),
            wait_s=0,
            now=lambda: NOW,
        )


def _as_spotify_names_it(sandbox: Sandbox, title: str) -> Track:
    song = sandbox.catalogue.titled(title)
    return Track(
        origin=Origin.SPOTIFY,
        title=song.title,
        artists=song.artists,
        isrc=song.isrc,
        duration_ms=song.duration_ms,
    )


async def test_a_preview_is_found_by_isrc_and_fetched_whole(
    sandbox: Sandbox, deezer: Deezer
) -> None:
    audio = await deezer.preview(_as_spotify_names_it(sandbox, "Armygeddon"))

    assert (audio.origin, audio.verdict) == (Origin.DEEZER, Verdict.ISRC_AND_TITLE)
    assert audio.content == clip("armygeddon.mp3").path.read_bytes()
    assert sandbox.calls.paths(Service.DEEZER) == ["/track/isrc:XXEM10600001", "/search"]
    assert sandbox.calls.count(Service.PREVIEWS) == 1


async def test_of_twins_with_one_isrc_the_best_ranked_is_taken(
    sandbox: Sandbox, deezer: Deezer
) -> None:
    found = await deezer.find(_as_spotify_names_it(sandbox, "War of freedom"))

    assert (found.id, found.verdict) == (9_000_202, Verdict.ISRC_AND_TITLE)
    assert found.track.origin is Origin.DEEZER


@pytest.mark.parametrize("isrc", ["XX-EM1-07-00001", "xxem10700001", " XXEM10700001 "])
async def test_an_isrc_is_looked_up_in_capitals_without_dashes(
    sandbox: Sandbox, deezer: Deezer, isrc: str
) -> None:
    found = await deezer.find(
        Track(origin=Origin.SPOTIFY, title="Feelings", artists=("Sectoid",), isrc=isrc)
    )

    assert found.verdict is Verdict.ISRC_AND_TITLE
    assert sandbox.calls.paths(Service.DEEZER)[0] == "/track/isrc:XXEM10700001"


@pytest.mark.parametrize("isrc", [None, "", "../search?q=x", "XXEM1070000"])
async def test_what_is_no_isrc_is_not_looked_up(
    sandbox: Sandbox, deezer: Deezer, isrc: str | None
) -> None:
    track = Track(
        origin=Origin.SPOTIFY,
        title="Palace",
        artists=("Will Savino",),
        isrc=isrc,
        duration_ms=65_161,
    )
    found = await deezer.find(track)

    assert (found.id, found.verdict) == (9_000_203, Verdict.STRONG)
    assert sandbox.calls.paths(Service.DEEZER) == ["/search"]


async def test_a_weak_match_asks_the_artist_and_fetches_nothing(
    sandbox: Sandbox, deezer: Deezer
) -> None:
    with pytest.raises(WeakMatchError, match="Is this your recording") as asked:
        await deezer.preview(_as_spotify_names_it(sandbox, "Coherence"))

    assert (asked.value.title, asked.value.artists) == ("Coherence", ("Max McCracken",))
    assert (asked.value.isrc, asked.value.duration_ms) == ("XXEM11900009", 232_000)
    assert sandbox.calls.count(Service.PREVIEWS) == 0


async def test_after_a_yes_the_weak_match_is_a_sure_one(sandbox: Sandbox, deezer: Deezer) -> None:
    with pytest.raises(WeakMatchError) as asked:
        await deezer.find(_as_spotify_names_it(sandbox, "Coherence"))
    confirmed = Track(
        origin=Origin.DEEZER,
        title=asked.value.title,
        artists=asked.value.artists,
        isrc=asked.value.isrc,
        duration_ms=asked.value.duration_ms,
    )

    assert (await deezer.preview(confirmed)).verdict is Verdict.ISRC_AND_TITLE


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("Ocean", "Deezer does not have “Ocean”"),
        ("Orbital Elevator", "but no preview of it"),
    ],
)
async def test_what_is_not_there_is_said_and_not_tried_again(
    sandbox: Sandbox, deezer: Deezer, title: str, sentence: str
) -> None:
    with pytest.raises(NoPreviewError, match=sentence):
        await deezer.preview(_as_spotify_names_it(sandbox, title))

    assert sandbox.calls.count(Service.DEEZER) == 2


@pytest.mark.parametrize(
    ("kind", "error", "calls"),
    [
        (FaultKind.DEEZER_QUOTA, QuotaError, 3),
        (FaultKind.DEEZER_BUSY, SourceDownError, 1),
        (FaultKind.DEEZER_NO_CODE, SourceDownError, 1),
        (FaultKind.SERVER_ERROR, SourceDownError, 1),
        (FaultKind.DROP_BEFORE, SourceDownError, 1),
        (FaultKind.DROP_AFTER, SourceDownError, 1),
        (FaultKind.DELAY, SourceDownError, 1),
        (FaultKind.TRUNCATED, SourceDownError, 1),
        (FaultKind.WRONG_TYPE, SourceDownError, 1),
        (FaultKind.RATE_LIMITED, QuotaError, 1),
        (FaultKind.RATE_LIMITED_TEXT, QuotaError, 1),
        (FaultKind.FORBIDDEN, SourceRefusedError, 1),
    ],
)
async def test_trouble_at_the_api_has_its_own_error(
    sandbox: Sandbox, deezer: Deezer, kind: FaultKind, error: type[EarmarkError], calls: int
) -> None:
    sandbox.set_fault(Fault(service=Service.DEEZER, kind=kind))

    with pytest.raises(error, match=r"^Deezer "):
        await deezer.preview(_as_spotify_names_it(sandbox, "Nebula"))
    assert sandbox.calls.count(Service.DEEZER) == calls
    assert sandbox.calls.count(Service.PREVIEWS) == 0


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.SERVER_ERROR,
        FaultKind.DROP_BEFORE,
        FaultKind.DROP_AFTER,
        FaultKind.DELAY,
        FaultKind.TRUNCATED,
        FaultKind.WRONG_TYPE,
        FaultKind.RATE_LIMITED,
    ],
)
async def test_trouble_at_the_preview_host_means_that_deezer_is_down(
    sandbox: Sandbox, deezer: Deezer, kind: FaultKind
) -> None:
    sandbox.set_fault(Fault(service=Service.PREVIEWS, kind=kind))

    with pytest.raises(SourceDownError, match="Deezer is not answering"):
        await deezer.preview(_as_spotify_names_it(sandbox, "Nebula"))
    assert sandbox.calls.count(Service.PREVIEWS) == 1


async def test_two_quota_refusals_are_waited_out(sandbox: Sandbox, deezer: Deezer) -> None:
    sandbox.set_fault(Fault(service=Service.DEEZER, kind=FaultKind.DEEZER_QUOTA, times=2))
    found = await deezer.find(_as_spotify_names_it(sandbox, "Nebula"))

    assert found.verdict is Verdict.ISRC_AND_TITLE
    assert sandbox.calls.count(Service.DEEZER, "/track/isrc:XXEM11200003") == 3


async def test_a_third_quota_refusal_names_the_time_to_come_back(
    sandbox: Sandbox, deezer: Deezer
) -> None:
    sandbox.set_fault(Fault(service=Service.DEEZER, kind=FaultKind.DEEZER_QUOTA, times=3))

    with pytest.raises(QuotaError) as refused:
        await deezer.find(_as_spotify_names_it(sandbox, "Nebula"))
    assert refused.value.until == NOW + QUOTA_PAUSE


async def test_the_time_to_come_back_is_in_utc_by_default() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(429))

    with pytest.raises(QuotaError) as refused:
        await Deezer(httpx.AsyncClient(transport=transport)).find(_track())
    assert refused.value.until.tzinfo is UTC


async def test_a_preview_that_is_far_too_large_is_not_read() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/a.mp3":
            return httpx.Response(200, headers={"Content-Length": "1000000000"})
        return httpx.Response(200, json={"data": [_entry()]})

    deezer = Deezer(httpx.AsyncClient(transport=httpx.MockTransport(answer)))

    with pytest.raises(NoPreviewError, match="far too large"):
        await deezer.preview(_track())


async def test_a_dead_link_is_minted_again_once(sandbox: Sandbox, deezer: Deezer) -> None:
    sandbox.set_fault(Fault(service=Service.PREVIEWS, kind=FaultKind.EXPIRED_LINK, times=1))
    audio = await deezer.preview(_as_spotify_names_it(sandbox, "Nebula"))

    assert audio.content == clip("nebula.mp3").path.read_bytes()
    assert sandbox.calls.count(Service.DEEZER, "/track/9000108") == 1
    assert sandbox.calls.count(Service.PREVIEWS) == 2


async def test_a_link_that_is_dead_twice_counts_as_no_preview(
    sandbox: Sandbox, deezer: Deezer
) -> None:
    sandbox.set_fault(Fault(service=Service.PREVIEWS, kind=FaultKind.EXPIRED_LINK))

    with pytest.raises(ExpiredError):
        await deezer.preview(_as_spotify_names_it(sandbox, "Nebula"))
    assert sandbox.calls.count(Service.PREVIEWS) == 2


async def test_a_preview_that_went_away_meanwhile_is_no_preview() -> None:
    left = iter([{"data": [_entry()]}, _entry(preview="")])

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/a.mp3":
            return httpx.Response(403)
        return httpx.Response(200, json=next(left))

    deezer = Deezer(httpx.AsyncClient(transport=httpx.MockTransport(answer)))

    with pytest.raises(NoPreviewError, match="any more"):
        await deezer.preview(_track())


async def test_a_preview_on_a_strange_host_is_not_fetched(sandbox: Sandbox) -> None:
    deezer = replaying({"data": [_entry(preview=f"http://{sandbox.preview_host}/a.mp3")]})

    with pytest.raises(SourceRefusedError, match="may not fetch"):
        await deezer.preview(_track())
    assert sandbox.calls.count(Service.PREVIEWS) == 0


def _track(*, isrc: str | None = None) -> Track:
    return Track(
        origin=Origin.SPOTIFY,
        title="Hurt (Live)",
        artists=("Somebody",),
        isrc=isrc,
        duration_ms=200_000,
    )


def _entry(**changes: object) -> dict[str, object]:
    return {
        "id": 1,
        "title": "Hurt (Live)",
        "artist": {"name": "Somebody"},
        "duration": 200,
        "preview": "https://cdnt-preview.dzcdn.net/a.mp3",
        **changes,
    }


@pytest.mark.parametrize("code", [500, 501, 600, 800])
async def test_an_error_that_means_not_there_is_not_called_down(code: int) -> None:
    nothing = {"error": {"type": "Exception", "message": "…", "code": code}}

    with pytest.raises(NoPreviewError, match="does not have"):
        await replaying(nothing, nothing).find(_track(isrc="XXEM10000001"))


@pytest.mark.parametrize(
    "body", [[], {}, {"data": None}, {"data": [{"id": 1}]}, {"error": {"code": "?"}}, "busy"]
)
async def test_a_reply_that_makes_no_sense_means_that_deezer_is_down(body: object) -> None:
    with pytest.raises(SourceDownError):
        await replaying(body).find(_track())


@pytest.mark.parametrize(
    ("title", "version"), [("Hurt", "(Live)"), ("Hurt (Live)", "(Live)"), ("Hurt (Live)", None)]
)
async def test_a_version_counts_wherever_deezer_names_it(title: str, version: str | None) -> None:
    hit = _entry(title=title, title_version=version)

    assert (await replaying({"data": [hit]}).find(_track())).track.title == "Hurt (Live)"


async def test_an_entry_that_is_not_readable_counts_as_without_preview() -> None:
    with pytest.raises(NoPreviewError, match="but no preview of it"):
        await replaying({"data": [_entry(readable=False)]}).find(_track())


async def test_a_guest_counts_as_an_artist() -> None:
    hit = _entry(artist={"name": "Host"}, contributors=[{"name": "Host"}, {"name": "Somebody"}])

    assert (await replaying({"data": [hit]}).find(_track())).track.artists == ("Host", "Somebody")


async def test_calls_keep_to_the_pace() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"data": [_entry()]})

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    deezer = Deezer(http, pace=Pace(calls=2, seconds=3600))
    await deezer.find(_track())
    await deezer.find(_track())
    third = asyncio.create_task(deezer.find(_track()))
    for _ in range(20):
        await asyncio.sleep(0)
    third.cancel()

    assert asked == ["/search", "/search"]


async def test_a_length_of_zero_is_an_unknown_length() -> None:
    with pytest.raises(WeakMatchError) as asked:
        await replaying({"data": [_entry(duration=0)]}).find(_track())

    assert asked.value.duration_ms is None
