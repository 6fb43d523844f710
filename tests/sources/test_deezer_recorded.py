"""What Deezer really sent in 2026, and since 2019, is understood."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.errors import NoPreviewError
from bot.track import Origin, Track, Verdict
from tests.sources.deezer_replies import replaying

RECORDED = Path(__file__).resolve().parents[2] / "../shared/contracts/deezer"
pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="no recorded answers beside this checkout"
)


async def test_a_recorded_track_is_found_by_its_isrc() -> None:
    track = Track(
        origin=Origin.SPOTIFY,
        title="Harder, Better, Faster, Stronger",
        artists=("Daft Punk",),
        isrc="GBDUW0000059",
        duration_ms=224_693,
    )
    found = await replaying(_read("track.json"), {"data": [], "total": 0}).find(track)

    assert (found.id, found.verdict) == (3135556, Verdict.ISRC_AND_TITLE)
    assert found.track.artists == ("Daft Punk",)
    assert found.track.release_date == "2001-03-12"
    assert found.preview_url.startswith("https://cdnt-preview.dzcdn.net/")


async def test_a_recorded_search_is_a_strong_match() -> None:
    track = Track(
        origin=Origin.SPOTIFY,
        title="Instant Crush (feat. Julian Casablancas)",
        artists=("Daft Punk", "Julian Casablancas"),
        duration_ms=337_560,
    )
    found = await replaying(_read("search.json")).find(track)

    assert (found.id, found.verdict) == (67238732, Verdict.STRONG)


@pytest.mark.parametrize("file", ["chart.json", "playlist.json"])
async def test_every_recorded_list_of_tracks_is_understood(file: str) -> None:
    page = _read(file)["tracks"]
    first = page["data"][0]
    track = Track(
        origin=Origin.SPOTIFY,
        title=first["title"],
        artists=(first["artist"]["name"],),
        isrc=first.get("isrc"),
        duration_ms=first["duration"] * 1000,
    )
    by_isrc = [first] if first.get("isrc") else []

    assert (await replaying(*by_isrc, page).find(track)).id == first["id"]


async def test_every_track_recorded_since_2019_is_understood() -> None:
    tracks = [track for file in _cassettes() for track in _tracks_in(file)]
    wanted = Track(origin=Origin.SPOTIFY, title="No such song", artists=("Nobody",))

    assert len(tracks) > 500
    with pytest.raises(NoPreviewError, match="does not have"):
        await replaying({"data": tracks}).find(wanted)


def _read(name: str) -> Any:
    return json.loads((RECORDED / "recorded-2026" / name).read_text(encoding="utf-8"))


def _cassettes() -> Iterator[Any]:
    """Yield every JSON body of the recorded conversations."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted((RECORDED / "cassettes").rglob("*.yaml")):
        talk = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe
        for exchange in talk["interactions"]:
            reply = exchange["response"]
            body = reply.get("content") or reply["body"]["string"]
            yield json.loads(gzip.decompress(body) if isinstance(body, bytes) else body)


def _tracks_in(node: object) -> Iterator[object]:
    """Yield the whole tracks anywhere below `node`."""
    if isinstance(node, dict) and node.get("type") == "track" and "duration" in node:
        yield node
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _tracks_in(child)
