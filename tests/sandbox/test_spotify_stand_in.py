import httpx
import pytest

from bot.sandbox.calls import Service
from bot.sandbox.catalogue import artist_id
from bot.sandbox.clock import HandClock
from bot.sandbox.server import Sandbox
from bot.sandbox.spotify import TOKEN_LIFE


async def test_a_track_is_read_with_a_token(
    sandbox: Sandbox, http: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    song = sandbox.catalogue.titled("Feelings")
    reply = await http.get(f"{sandbox.spotify_api_url}tracks/{song.spotify_id}", headers=bearer)

    assert reply.status_code == 200
    assert reply.json()["name"] == "Feelings"
    assert reply.json()["external_ids"] == {"isrc": song.isrc}
    assert reply.json()["album"]["release_date_precision"] == "year"
    assert sandbox.calls.paths(Service.SPOTIFY) == [f"/v1/tracks/{song.spotify_id}"]


async def test_a_wrong_secret_gets_no_token(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    reply = await http.post(
        sandbox.spotify_token_url,
        data={"grant_type": "client_credentials"},
        auth=(sandbox.client_id, "wrong"),
    )

    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_client")


async def test_another_grant_than_client_credentials_is_refused(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    reply = await http.post(
        sandbox.spotify_token_url,
        data={"grant_type": "password"},
        auth=(sandbox.client_id, sandbox.client_secret),
    )

    assert (reply.status_code, reply.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer made-up"}])
async def test_a_call_without_a_good_token_is_a_401(
    sandbox: Sandbox, http: httpx.AsyncClient, header: dict[str, str]
) -> None:
    song = sandbox.catalogue.songs[0]
    reply = await http.get(f"{sandbox.spotify_api_url}tracks/{song.spotify_id}", headers=header)

    assert (reply.status_code, reply.json()["error"]["status"]) == (401, 401)


async def test_a_search_needs_a_token_too(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    reply = await http.get(f"{sandbox.spotify_api_url}search?type=track&q=Feelings")

    assert (reply.status_code, sandbox.calls.violations) == (401, [])


@pytest.mark.parametrize("how", ["time", "revoked"])
async def test_a_token_ends(
    sandbox: Sandbox,
    http: httpx.AsyncClient,
    bearer: dict[str, str],
    clock: HandClock,
    how: str,
) -> None:
    if how == "time":
        clock.forward(TOKEN_LIFE.total_seconds())
    else:
        sandbox.tokens.expire_all()
    song = sandbox.catalogue.songs[0]
    reply = await http.get(f"{sandbox.spotify_api_url}tracks/{song.spotify_id}", headers=bearer)

    assert reply.json() == {"error": {"status": 401, "message": "The access token expired"}}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("tracks/" + "0" * 22, 404),
        ("albums/" + "0" * 22, 404),
        ("albums/" + "0" * 22 + "/tracks", 404),
        ("artists/" + "0" * 22, 404),
        ("tracks/hello", 400),
        ("nowhere", 404),
        ("search?q=Feelings", 400),
        ("search?type=track", 400),
    ],
)
async def test_what_is_not_there_is_told_from_what_is_wrong(
    sandbox: Sandbox, http: httpx.AsyncClient, bearer: dict[str, str], path: str, status: int
) -> None:
    reply = await http.get(sandbox.spotify_api_url + path, headers=bearer)

    assert reply.status_code == reply.json()["error"]["status"] == status
    assert sandbox.calls.violations == []


@pytest.mark.parametrize(
    "path",
    [
        "tracks?ids=a,b",
        "albums?ids=a",
        "artists?ids=a",
        "audio-features/abc",
        "audio-features?ids=a",
        "audio-analysis/abc",
        "recommendations?seed_tracks=a",
        "artists/abc/top-tracks",
        "artists/abc/related-artists",
        "browse/new-releases",
        "markets",
        "users/abc",
        "users/abc/playlists",
        "playlists/abc/tracks",
    ],
)
async def test_a_removed_endpoint_is_a_403_and_a_violation(
    sandbox: Sandbox, http: httpx.AsyncClient, bearer: dict[str, str], path: str
) -> None:
    reply = await http.get(sandbox.spotify_api_url + path, headers=bearer)

    assert (reply.status_code, reply.json()["error"]["message"]) == (403, "Forbidden")
    assert sandbox.calls.violations == [f"GET /v1/{path.partition('?')[0]}"]


async def test_a_search_finds_ten_at_most(
    sandbox: Sandbox, http: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    search = f"{sandbox.spotify_api_url}search?type=track&q=will savino palace&limit="
    good = await http.get(search + "10", headers=bearer)
    wrong = await http.get(search + "11", headers=bearer)

    assert "Palace" in [track["name"] for track in good.json()["tracks"]["items"]]
    assert (wrong.status_code, sandbox.calls.violations) == (
        400,
        ["GET /v1/search with limit=11"],
    )


async def test_an_album_lists_its_tracks_and_an_artist_has_a_name(
    sandbox: Sandbox, http: httpx.AsyncClient, bearer: dict[str, str]
) -> None:
    song = sandbox.catalogue.titled("Feelings")
    base = sandbox.spotify_api_url
    album = (await http.get(f"{base}albums/{song.album_id}", headers=bearer)).json()
    tracks = (await http.get(f"{base}albums/{song.album_id}/tracks", headers=bearer)).json()
    artist = (await http.get(f"{base}artists/{artist_id('Sectoid')}", headers=bearer)).json()

    assert album["total_tracks"] == len(album["tracks"]["items"]) == 3
    assert tracks == album["tracks"]
    assert artist["name"] == "Sectoid"


async def test_oembed_names_the_title_and_never_the_artist(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    song = sandbox.catalogue.titled("Feelings")
    good = await http.get(sandbox.oembed_url, params={"url": song.spotify_url})
    bad = await http.get(
        sandbox.oembed_url, params={"url": f"https://open.spotify.com/track/{'0' * 22}"}
    )

    assert good.json()["title"] == "Feelings"
    assert "Sectoid" not in good.text
    assert (bad.status_code, bad.content) == (404, b"")
