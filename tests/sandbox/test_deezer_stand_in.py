from typing import Any

import httpx
import pytest

from bot.sandbox.bundled import clip
from bot.sandbox.calls import Service
from bot.sandbox.clock import HandClock
from bot.sandbox.previews import LIFETIME_S
from bot.sandbox.server import Sandbox


async def _track(sandbox: Sandbox, http: httpx.AsyncClient, wanted: str) -> dict[str, Any]:
    reply = await http.get(f"{sandbox.deezer_url}/track/{wanted}")
    body: dict[str, Any] = reply.json()
    return body


async def test_an_isrc_gives_the_first_twin_and_the_search_gives_all(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    by_isrc = await _track(sandbox, http, "isrc:XXEM10600002")
    reply = await http.get(f"{sandbox.deezer_url}/search", params={"q": "Sectoid War of freedom"})
    ranks = [hit["rank"] for hit in reply.json()["data"] if hit["isrc"] == "XXEM10600002"]

    assert by_isrc["rank"] == 185_696
    assert ranks == [559_227, 185_696]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/track/isrc:XX-EM1-06-00002", 800),
        ("/track/isrc:xxem10600002", 800),
        ("/track/12", 800),
        ("/track/-1", 800),
        ("/search", 500),
        ("/search?q=", 500),
        ("/nowhere", 600),
    ],
)
async def test_every_error_is_a_200_reply(
    sandbox: Sandbox, http: httpx.AsyncClient, path: str, code: int
) -> None:
    reply = await http.get(sandbox.deezer_url + path)

    assert (reply.status_code, reply.json()["error"]["code"]) == (200, code)


async def test_a_search_keeps_to_its_limit(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    params = {"q": "Sectoid", "limit": "2", "index": "1"}
    body = (await http.get(f"{sandbox.deezer_url}/search", params=params)).json()

    assert (len(body["data"]), body["total"]) == (2, 4)


async def test_a_fresh_link_gives_the_clip(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    song = sandbox.catalogue.titled("Nebula")
    reply = await http.get((await _track(sandbox, http, f"isrc:{song.isrc}"))["preview"])

    assert reply.headers["Content-Type"] == "audio/mpeg"
    assert reply.content == clip("nebula.mp3").path.read_bytes()
    assert sandbox.calls.count(Service.PREVIEWS) == 1


@pytest.mark.parametrize(("age", "status"), [(LIFETIME_S - 1, 200), (LIFETIME_S, 403)])
async def test_a_link_dies_after_fifteen_minutes(
    sandbox: Sandbox, http: httpx.AsyncClient, clock: HandClock, age: int, status: int
) -> None:
    url = (await _track(sandbox, http, "9000101"))["preview"]
    clock.forward(age)

    assert (await http.get(url)).status_code == status


@pytest.mark.parametrize("part", ["exp=1", "hmac=", "acl=/api", "hdnea=", "/api/1/1/"])
async def test_a_link_that_was_touched_is_refused_with_a_page(
    sandbox: Sandbox, http: httpx.AsyncClient, part: str
) -> None:
    url = (await _track(sandbox, http, "9000101"))["preview"]
    reply = await http.get(url.replace(part, f"{part}9"))

    assert (reply.status_code, reply.headers["Content-Type"]) == (403, "text/html; charset=utf-8")


async def test_a_link_opens_no_other_preview(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    mine = httpx.URL((await _track(sandbox, http, "9000101"))["preview"])
    other = httpx.URL((await _track(sandbox, http, "9000102"))["preview"])

    assert (await http.get(other.copy_with(query=mine.query))).status_code == 403


async def test_what_may_not_be_played_has_no_link(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    track = await _track(sandbox, http, "9000205")

    assert (track["readable"], track["preview"]) == (False, "")
