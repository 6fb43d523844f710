import io
import json

import av
import httpx
import pytest

from bot.sandbox.itunes import as_m4a
from bot.sandbox.server import Sandbox


async def test_a_reply_is_json_between_blank_lines_labelled_as_javascript(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    reply = await http.get(f"{sandbox.itunes_url}/search", params={"term": "Sectoid Feelings"})

    assert reply.headers["Content-Type"].startswith("text/javascript")
    assert reply.text.startswith("\n\n\n{")
    assert [hit["trackName"] for hit in json.loads(reply.text)["results"]] == ["Feelings"]


async def test_a_look_up_by_isrc_finds_nothing(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    reply = await http.get(f"{sandbox.itunes_url}/lookup", params={"isrc": "XXEM10700001"})

    assert json.loads(reply.text) == {"resultCount": 0, "results": []}


async def test_a_song_without_a_clip_has_no_preview_key(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    reply = await http.get(f"{sandbox.itunes_url}/search", params={"term": "Orbital Elevator"})

    assert "previewUrl" not in json.loads(reply.text)["results"][0]


async def test_a_preview_is_an_m4a_of_thirty_seconds(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    # Encoded beforehand: encoding may take longer than the client waits.
    as_m4a("feelings.ogg")
    page = await http.get(f"{sandbox.itunes_url}/search", params={"term": "Sectoid Feelings"})
    reply = await http.get(json.loads(page.text)["results"][0]["previewUrl"])

    assert (reply.headers["Content-Type"], reply.content[4:11]) == ("audio/x-m4p", b"ftypM4A")
    with av.open(io.BytesIO(reply.content), "r") as heard:
        assert heard.streams.audio[0].codec_context.name == "aac"
        assert (heard.duration or 0) / av.time_base == pytest.approx(30, abs=0.1)


async def test_an_unknown_preview_is_a_404(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    reply = await http.get(f"http://{sandbox.itunes_preview_host}/none.m4a")

    assert reply.status_code == 404
