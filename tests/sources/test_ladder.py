from collections.abc import Sequence
from datetime import UTC, datetime

import httpx
import pytest

from bot.errors import (
    EarmarkError,
    NoPreviewError,
    QuotaError,
    SourceDownError,
    SourceRefusedError,
    UnusableAudioError,
    WeakMatchError,
)
from bot.matching import confirmed
from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox
from bot.sources.deezer import Deezer
from bot.sources.download import HostRules
from bot.sources.itunes import Itunes
from bot.sources.ladder import DeezerRung, ItunesRung, Ladder, OwnFileRung, SpotifyPreviewRung
from bot.sources.matching import SURE
from bot.track import Audio, Origin, Track, Verdict
from tests.sources.clips import WAV

TRACK = Track(origin=Origin.SPOTIFY, title="Song", artists=("A",), duration_ms=200_000)
AUDIO = Audio(content=WAV, origin=Origin.DEEZER, verdict=Verdict.STRONG)

NOTHING = NoPreviewError("nothing")
WEAK = WeakMatchError("Deezer", title="Song", artists=("A",), duration_ms=204_000)
DOWN = SourceDownError("Deezer")
QUOTA = QuotaError("Deezer", datetime(2026, 11, 23, tzinfo=UTC))
REFUSED = SourceRefusedError("refused")
UNUSABLE = UnusableAudioError("not audio", reason="not_audio")


class Step:
    """A rung with one answer that remembers what it was asked for."""

    name = "step"

    def __init__(self, answer: Audio | EarmarkError) -> None:
        self.asked: list[Track] = []
        self._answer = answer

    async def audio(self, track: Track) -> Audio:
        self.asked.append(track)
        if isinstance(self._answer, Audio):
            return self._answer
        raise self._answer


class Files:
    async def get(self, sha256: str) -> bytes:
        return {"a" * 64: WAV}[sha256]


async def test_the_first_answer_wins_and_nobody_else_is_asked() -> None:
    rungs = [Step(NOTHING), Step(AUDIO), Step(AUDIO)]

    assert await Ladder(rungs).audio(TRACK) == AUDIO
    assert [rung.asked for rung in rungs] == [[TRACK], [TRACK], []]


@pytest.mark.parametrize("failure", [NOTHING, WEAK, DOWN, QUOTA, REFUSED, UNUSABLE])
async def test_no_failure_keeps_the_next_rung_from_answering(failure: EarmarkError) -> None:
    assert await Ladder([Step(failure), Step(AUDIO)]).audio(TRACK) == AUDIO


@pytest.mark.parametrize(
    ("failures", "raised"),
    [
        ([NOTHING, DOWN], DOWN),
        ([DOWN, NOTHING], DOWN),
        ([NOTHING, QUOTA, NOTHING], QUOTA),
        ([QUOTA, DOWN], QUOTA),
        ([REFUSED, DOWN], DOWN),
        ([UNUSABLE, NOTHING], UNUSABLE),
        ([NOTHING, REFUSED], REFUSED),
        ([DOWN, WEAK], WEAK),
        ([WEAK, NOTHING], WEAK),
    ],
)
async def test_the_error_that_says_most_about_what_to_do_is_raised(
    failures: Sequence[EarmarkError], raised: EarmarkError
) -> None:
    with pytest.raises(type(raised)) as caught:
        await Ladder([Step(failure) for failure in failures]).audio(TRACK)
    assert caught.value is raised


@pytest.mark.parametrize("rungs", [[], [Step(NOTHING)], [Step(NOTHING), Step(NOTHING)]])
async def test_where_nobody_has_audio_the_artist_is_asked_for_the_file(rungs: list[Step]) -> None:
    with pytest.raises(NoPreviewError, match="Send the file"):
        await Ladder(rungs).audio(TRACK)


async def test_the_artist_s_own_file_is_the_first_rung() -> None:
    ladder = Ladder([OwnFileRung(Files(), sha256="a" * 64), Step(AUDIO)])

    audio = await ladder.audio(TRACK)

    assert audio == Audio(content=WAV, origin=Origin.UPLOAD, verdict=Verdict.OWN_FILE)


async def test_without_an_own_file_the_ladder_goes_on() -> None:
    assert await Ladder([OwnFileRung(Files(), sha256=None), Step(AUDIO)]).audio(TRACK) == AUDIO


@pytest.mark.parametrize(
    ("origin", "preview_url"),
    [(Origin.SPOTIFY, None), (Origin.OEMBED, "https://p.scdn.co/mp3-preview/x")],
)
async def test_spotify_s_preview_is_only_taken_from_spotify_s_own_answer(
    origin: Origin, preview_url: str | None
) -> None:
    track = Track(origin=origin, title="Song", preview_url=preview_url)

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(500))
    ) as http:
        with pytest.raises(NoPreviewError, match="Spotify has no preview"):
            await SpotifyPreviewRung(http, hosts=HostRules()).audio(track)


async def test_an_old_app_s_spotify_preview_is_audio_of_this_very_track() -> None:
    track = Track(
        origin=Origin.SPOTIFY, title="Song", preview_url="https://p.scdn.co/mp3-preview/x"
    )
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=WAV))

    async with httpx.AsyncClient(transport=transport) as http:
        rung = SpotifyPreviewRung(http, hosts=HostRules(allowed=("p.scdn.co",)))
        audio = await rung.audio(track)

    assert audio == Audio(content=WAV, origin=Origin.SPOTIFY, verdict=Verdict.STRONG)


def as_spotify_says(sandbox: Sandbox, title: str) -> Track:
    song = sandbox.catalogue.titled(title)
    return Track(
        origin=Origin.SPOTIFY,
        title=song.title,
        artists=song.artists,
        isrc=song.isrc,
        duration_ms=song.duration_ms,
        spotify_id=song.spotify_id,
    )


def real_ladder(sandbox: Sandbox, http: httpx.AsyncClient) -> Ladder:
    hosts = HostRules(plain=(sandbox.preview_host, sandbox.itunes_preview_host))
    return Ladder(
        [
            DeezerRung(Deezer(http, api_url=sandbox.deezer_url, hosts=hosts)),
            ItunesRung(Itunes(http, api_url=sandbox.itunes_url, hosts=hosts)),
        ]
    )


async def test_deezer_answers_first_and_itunes_is_not_asked() -> None:
    async with Sandbox.start() as sandbox, httpx.AsyncClient() as http:
        audio = await real_ladder(sandbox, http).audio(as_spotify_says(sandbox, "Armygeddon"))

        assert (audio.origin, audio.verdict) == (Origin.DEEZER, Verdict.ISRC_AND_TITLE)
        assert sandbox.calls.count(Service.ITUNES) == 0


async def test_what_deezer_may_not_play_comes_from_itunes_or_from_nobody() -> None:
    async with Sandbox.start() as sandbox, httpx.AsyncClient() as http:
        with pytest.raises(NoPreviewError):
            await real_ladder(sandbox, http).audio(as_spotify_says(sandbox, "Ocean"))

        assert sandbox.calls.count(Service.ITUNES) == 1


async def test_a_dead_deezer_is_not_taken_for_a_missing_preview() -> None:
    fault = Fault(service=Service.DEEZER, kind=FaultKind.SERVER_ERROR)

    async with Sandbox.start(faults=[fault]) as sandbox, httpx.AsyncClient() as http:
        with pytest.raises(SourceDownError, match="Deezer"):
            await real_ladder(sandbox, http).audio(as_spotify_says(sandbox, "Ocean"))


async def test_a_weak_match_is_asked_about_and_sure_after_a_yes() -> None:
    async with Sandbox.start() as sandbox, httpx.AsyncClient() as http:
        ladder = real_ladder(sandbox, http)
        track = as_spotify_says(sandbox, "Coherence")
        with pytest.raises(WeakMatchError, match="Is this your recording") as caught:
            await ladder.audio(track)

        audio = await ladder.audio(confirmed(track, caught.value))

    assert audio.verdict in SURE
