import httpx
import pytest

from bot.errors import NoSuchTrackError, SourceDownError
from bot.sandbox.server import Sandbox
from bot.sources.oembed import OEmbed
from bot.track import Origin, Track, TrackId

ID = TrackId("11dFghVXANMlKmJXsNCbNl")


async def ask(reply: httpx.Response | httpx.HTTPError) -> Track:
    def answer(_: httpx.Request) -> httpx.Response:
        if isinstance(reply, httpx.Response):
            return reply
        raise reply

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        return await OEmbed(http).track(ID)


async def test_title_and_cover_come_without_a_key_and_without_an_artist() -> None:
    async with Sandbox.start() as sandbox, httpx.AsyncClient() as http:
        song = sandbox.catalogue.titled("Armygeddon")

        track = await OEmbed(http, url=sandbox.oembed_url).track(song.spotify_id)

    assert (track.title, track.artists, track.origin) == ("Armygeddon", (), Origin.OEMBED)
    assert (track.spotify_id, track.url) == (song.spotify_id, song.spotify_url)
    assert (track.cover_url or "").startswith("https://image-cdn-ak.spotifycdn.com/")


async def test_an_unknown_track_is_told_from_an_outage() -> None:
    async with Sandbox.start() as sandbox, httpx.AsyncClient() as http:
        with pytest.raises(NoSuchTrackError, match="knows no track"):
            await OEmbed(http, url=sandbox.oembed_url).track(ID)


async def test_a_bad_request_is_an_unknown_track_too() -> None:
    with pytest.raises(NoSuchTrackError):
        await ask(httpx.Response(400))


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(429),
        httpx.Response(503),
        httpx.Response(302, headers={"Location": "https://accounts.spotify.com/"}),
        httpx.Response(200, html="<html>sign in</html>"),
        httpx.Response(200, json=["x"]),
        httpx.Response(200, json={"title": ""}),
        httpx.ConnectTimeout("late"),
        httpx.ReadError("cut"),
    ],
)
async def test_everything_else_is_an_outage(reply: httpx.Response | httpx.HTTPError) -> None:
    with pytest.raises(SourceDownError, match="embed service is not answering"):
        await ask(reply)
