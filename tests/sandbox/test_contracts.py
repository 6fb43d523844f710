"""The stand-ins' answers against what the services publish or were recorded to say."""

import json
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

from bot.sandbox.calls import Service
from bot.sandbox.catalogue import artist_id
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox

CONTRACTS = Path(__file__).resolve().parents[2] / "../shared/contracts"
SHAPES = CONTRACTS / "spotify/shapes"

pytestmark = pytest.mark.skipif(
    not CONTRACTS.is_dir(), reason="the services' contracts are not beside this checkout"
)


def _shape(value: object) -> object:
    """Return the keys and types of a JSON value; a list is known by its first element."""
    match value:
        case dict():
            return {key: _shape(each) for key, each in value.items()}
        case list():
            return [_shape(each) for each in value[:1]]
        case _:
            return type(value)


def _recorded(path: str) -> Any:
    return json.loads((CONTRACTS / path).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def web_api() -> dict[str, Any]:
    """Return Spotify's description as a new app must read it.

    What is deprecated there is gone for such an app: it is neither required nor allowed.
    """
    text = (CONTRACTS / "spotify/fixed-spotify-open-api.yml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader
    schemas = document["components"]["schemas"]
    gone: set[str] = set()
    _each(schemas, lambda schema: gone.update(_forbid_deprecated(schema)))
    _each(schemas, lambda schema: _loosen(schema, gone))
    return document


def _each(node: object, visit: Any) -> None:
    if isinstance(node, dict):
        visit(node)
    if isinstance(node, dict | list):
        for child in list(node.values() if isinstance(node, dict) else node):
            _each(child, visit)


def _forbid_deprecated(schema: dict[str, Any]) -> set[str]:
    properties = schema.get("properties", {})
    gone = {
        name
        for name, each in properties.items()
        if isinstance(each, dict) and each.get("deprecated")
    }
    properties.update(dict.fromkeys(gone, False))
    return gone


def _loosen(schema: dict[str, Any], gone: set[str]) -> None:
    if isinstance(schema.get("required"), list):
        schema["required"] = [name for name in schema["required"] if name not in gone]
    if schema.get("nullable") and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]


def _check(web_api: dict[str, Any], schema: str, body: object) -> list[str]:
    wanted = {**web_api, "$ref": f"#/components/schemas/{schema}"}
    found = jsonschema.Draft202012Validator(wanted).iter_errors(body)
    return [f"{error.json_path}: {error.message}" for error in found]


async def test_spotify_answers_fit_the_published_description_for_every_song(
    sandbox: Sandbox, http: httpx.AsyncClient, bearer: dict[str, str], web_api: dict[str, Any]
) -> None:
    problems = []
    for song in sandbox.catalogue.songs:
        for kind, spotify_id, schema in (
            ("tracks", song.spotify_id, "TrackObject"),
            ("albums", song.album_id, "AlbumObject"),
            ("artists", artist_id(song.artists[0]), "ArtistObject"),
        ):
            url = f"{sandbox.spotify_api_url}{kind}/{spotify_id}"
            body = (await http.get(url, headers=bearer)).json()
            problems += _check(web_api, schema, body)
    search = f"{sandbox.spotify_api_url}search?type=track&q=Feelings"
    found = (await http.get(search, headers=bearer)).json()

    assert problems == []
    assert _check(web_api, "PagingTrackObject", found["tracks"]) == []


def test_the_check_refuses_what_a_new_app_never_gets(web_api: dict[str, Any]) -> None:
    old = _recorded("spotify/shapes/spotify_track_extended_app_200.json")

    assert _check(web_api, "TrackObject", old)


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("tracks/{track}", "spotify_track_devmode_200.json"),
        ("albums/{album}", "spotify_album_devmode_200.json"),
        ("artists/{artist}", "spotify_artist_devmode_200.json"),
        ("search?type=track&q=Armygeddon", "spotify_search_200.json"),
        ("tracks/{none}", "spotify_404.json"),
        ("audio-features/x", "spotify_403_removed_endpoint.json"),
    ],
)
async def test_spotify_answers_have_the_known_shape(
    sandbox: Sandbox, http: httpx.AsyncClient, bearer: dict[str, str], path: str, shape: str
) -> None:
    song = sandbox.catalogue.titled("Armygeddon")
    filled = path.format(
        track=song.spotify_id,
        album=song.album_id,
        artist=artist_id(song.artists[0]),
        none="0" * 22,
    )
    reply = await http.get(sandbox.spotify_api_url + filled, headers=bearer)

    assert _shape(reply.json()) == _shape(_recorded(f"spotify/shapes/{shape}"))


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        (FaultKind.QUOTA_EXCEEDED, "spotify_429_quota.json"),
        (FaultKind.RATE_LIMITED, "spotify_429_rate.json"),
        (FaultKind.RATE_LIMITED_TEXT, "spotify_429_rate.txt"),
        (FaultKind.PREMIUM_REQUIRED, "spotify_403_premium.txt"),
        (FaultKind.FORBIDDEN, "spotify_403_removed_endpoint.json"),
    ],
)
async def test_spotify_refuses_in_the_known_words(
    sandbox: Sandbox, http: httpx.AsyncClient, kind: FaultKind, file: str
) -> None:
    sandbox.set_fault(Fault(service=Service.SPOTIFY, kind=kind))
    reply = await http.get(sandbox.spotify_api_url)
    known = (SHAPES / file).read_text(encoding="utf-8").strip()

    assert (reply.json() if file.endswith("json") else reply.text) == (
        json.loads(known) if file.endswith("json") else known
    )


async def test_tokens_and_oembed_have_the_known_shape(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    form = {"grant_type": "client_credentials"}
    pair = (sandbox.client_id, sandbox.client_secret)
    good = await http.post(sandbox.spotify_token_url, data=form, auth=pair)
    bad = await http.post(sandbox.spotify_token_url, data=form)
    song = sandbox.catalogue.songs[0]
    oembed = await http.get(sandbox.oembed_url, params={"url": song.spotify_url})
    shapes = "spotify/shapes/spotify_"

    assert _shape(good.json()) == _shape(_recorded(f"{shapes}token_200.json"))
    assert bad.json() == _recorded(f"{shapes}token_400_invalid_client.json")
    assert _shape(oembed.json()) == _shape(_recorded(f"{shapes}oembed_200.json"))


async def test_deezer_tracks_have_the_recorded_shape(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    track = (await http.get(f"{sandbox.deezer_url}/track/isrc:XXEM10600001")).json()
    hits = (await http.get(f"{sandbox.deezer_url}/search?q=Armygeddon")).json()
    recorded = _recorded("deezer/recorded-2026/search.json")

    assert _shape(track) == _shape(_recorded("deezer/recorded-2026/track.json"))
    assert _shape(hits) == _shape(recorded)


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/track/1", "nodata"),
        ("/search", "param"),
        ("/nonexistent", "path"),
        ("/search?q=", "param"),
    ],
)
async def test_deezer_errors_have_the_known_words(
    sandbox: Sandbox, http: httpx.AsyncClient, path: str, file: str
) -> None:
    reply = await http.get(sandbox.deezer_url + path)

    assert reply.json() == _recorded(f"spotify/shapes/deezer_error_{file}_http200.json")


@pytest.mark.parametrize(
    ("kind", "file"), [(FaultKind.DEEZER_QUOTA, "quota"), (FaultKind.DEEZER_BUSY, "busy")]
)
async def test_deezer_refuses_in_the_known_words(
    sandbox: Sandbox, http: httpx.AsyncClient, kind: FaultKind, file: str
) -> None:
    sandbox.set_fault(Fault(service=Service.DEEZER, kind=kind))
    reply = await http.get(sandbox.deezer_url)

    assert reply.json() == _recorded(f"spotify/shapes/deezer_error_{file}_http200.json")


@pytest.mark.parametrize(
    ("term", "file"),
    [
        ("Armygeddon", "itunes_search_200.txt"),
        ("Orbital Elevator", "itunes_search_no_preview_200.txt"),
        ("nothing like it", "itunes_empty_200.txt"),
    ],
)
async def test_itunes_results_have_the_known_shape(
    sandbox: Sandbox, http: httpx.AsyncClient, term: str, file: str
) -> None:
    reply = await http.get(f"{sandbox.itunes_url}/search", params={"term": term})
    known = (SHAPES / file).read_text(encoding="utf-8")

    assert _shape(json.loads(reply.text)) == _shape(json.loads(known))
