"""What a link names: the fuller source first, the keyless one where it is silent."""

from dataclasses import dataclass, field

import pytest

from bot.errors import (
    EarmarkError,
    LinkError,
    NoSuchTrackError,
    QuotaError,
    SourceDownError,
    SourceRefusedError,
)
from bot.links import AlbumId, Found
from bot.sandbox.clock import HandClock
from bot.sources.metadata import Metadata
from bot.track import Origin, Track, TrackId

ONE = TrackId("1" * 22)
TWO = TrackId("2" * 22)
LINK = f"https://open.spotify.com/track/{ONE}"
ALBUM = f"https://open.spotify.com/album/{'a' * 22}"
SHORT = "https://spotify.link/AbC1"
OUTAGES = [
    SourceDownError("Spotify"),
    QuotaError("Spotify", HandClock().time),
    SourceRefusedError("no Premium"),
]


@dataclass(slots=True)
class FakeSpotify:
    error: EarmarkError | None = None
    asked: list[str] = field(default_factory=list)

    async def track(self, track_id: TrackId) -> Track:
        self.asked.append(track_id)
        if self.error is not None:
            raise self.error
        return Track(origin=Origin.SPOTIFY, title="Full", spotify_id=track_id)

    async def single_of_album(self, album_id: AlbumId) -> TrackId:
        self.asked.append(album_id)
        if self.error is not None:
            raise self.error
        return TWO


@dataclass(slots=True)
class FakeTitles:
    error: EarmarkError | None = None

    async def track(self, track_id: TrackId) -> Track:
        if self.error is not None:
            raise self.error
        return Track(origin=Origin.OEMBED, title="Title only", spotify_id=track_id)


@dataclass(slots=True)
class FakeResolver:
    opens: Found | EarmarkError = field(default_factory=Found)
    asked: list[str] = field(default_factory=list)

    async def resolve(self, url: str) -> Found:
        self.asked.append(url)
        if isinstance(self.opens, EarmarkError):
            raise self.opens
        return self.opens


def metadata(
    spotify: FakeSpotify | None = None,
    titles: FakeTitles | None = None,
    resolver: FakeResolver | None = None,
) -> Metadata:
    return Metadata(
        catalogue=spotify, titles=titles or FakeTitles(), short_links=resolver or FakeResolver()
    )


async def test_a_track_link_names_its_track_and_nobody_is_asked() -> None:
    spotify, resolver = FakeSpotify(), FakeResolver()

    assert await metadata(spotify, resolver=resolver).track_id_of(LINK) == ONE
    assert (spotify.asked, resolver.asked) == ([], [])


async def test_a_short_link_is_followed_to_its_track() -> None:
    resolver = FakeResolver(Found(tracks=(ONE,)))

    assert await metadata(resolver=resolver).track_id_of(SHORT) == ONE
    assert resolver.asked == [SHORT]


@pytest.mark.parametrize("link", [ALBUM, SHORT])
async def test_an_album_of_one_track_names_it(link: str) -> None:
    resolver = FakeResolver(Found(albums=(AlbumId("a" * 22),)))
    spotify = FakeSpotify()

    assert await metadata(spotify, resolver=resolver).track_id_of(link) == TWO
    assert spotify.asked == ["a" * 22]


async def test_without_credentials_an_album_cannot_be_opened() -> None:
    with pytest.raises(LinkError, match="That is an album"):
        await metadata().track_id_of(ALBUM)


@pytest.mark.parametrize("link", [SHORT, "https://example.org"])
async def test_a_link_that_opens_no_track_is_refused(link: str) -> None:
    with pytest.raises(LinkError, match="opens no track"):
        await metadata(FakeSpotify()).track_id_of(link)


@pytest.mark.parametrize("error", [LinkError("a circle"), SourceDownError("short links")])
async def test_what_the_resolver_says_is_passed_on(error: EarmarkError) -> None:
    with pytest.raises(type(error)):
        await metadata(resolver=FakeResolver(error)).track_id_of(SHORT)


@pytest.mark.parametrize("error", OUTAGES, ids=lambda error: error.kind)
async def test_an_album_cannot_be_opened_while_spotify_is_silent(error: EarmarkError) -> None:
    with pytest.raises(type(error)):
        await metadata(FakeSpotify(error)).track_id_of(ALBUM)


async def test_spotify_tells_most() -> None:
    track = await metadata(FakeSpotify(), FakeTitles(SourceDownError("titles"))).track(ONE)

    assert (track.origin, track.title, track.spotify_id) == (Origin.SPOTIFY, "Full", ONE)


async def test_without_credentials_the_title_page_is_read() -> None:
    assert (await metadata().track(ONE)).origin is Origin.OEMBED


@pytest.mark.parametrize("error", OUTAGES, ids=lambda error: error.kind)
async def test_while_spotify_is_silent_the_title_page_is_read(error: EarmarkError) -> None:
    assert (await metadata(FakeSpotify(error)).track(ONE)).origin is Origin.OEMBED


async def test_a_quota_says_when_more_will_be_known() -> None:
    until = HandClock().time
    quota, down = QuotaError("Spotify", until), SourceDownError("Spotify")
    assert (await metadata(FakeSpotify(quota)).track(ONE)).known_better_at == until
    assert (await metadata(FakeSpotify(down)).track(ONE)).known_better_at is None


async def test_an_unknown_track_is_not_looked_for_elsewhere() -> None:
    with pytest.raises(NoSuchTrackError):
        await metadata(FakeSpotify(NoSuchTrackError("none"))).track(ONE)


async def test_where_both_are_silent_the_later_says_so() -> None:
    silent = metadata(FakeSpotify(OUTAGES[1]), FakeTitles(SourceDownError("the title page")))

    with pytest.raises(SourceDownError, match="the title page"):
        await silent.track(ONE)
