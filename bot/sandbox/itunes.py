"""A stand-in for the iTunes Search API, with its odd replies, and for its preview host."""

import asyncio
import io
import json
from functools import cache

import av
from aiohttp import web

from bot.sandbox.bundled import clip
from bot.sandbox.catalogue import Catalogue, Song, matches

_DEFAULT_LIMIT = 50
_FOLDER = "/itunes-assets/AudioPreview/v4"


class ITunesStandIn:
    """`/search` by words; `/lookup?isrc=` answers that there is nothing, as the real one does."""

    def __init__(self, catalogue: Catalogue, *, previews_url: str) -> None:
        self._catalogue = catalogue
        self._previews_url = previews_url

    def attach(self, app: web.Application) -> None:
        app.router.add_get("/search", self._search)
        app.router.add_get("/lookup", _lookup)

    async def _search(self, request: web.Request) -> web.Response:
        term = request.query.get("term", "")
        limit = int(request.query.get("limit", _DEFAULT_LIMIT))
        hits = [
            song
            for song in self._catalogue.songs
            if song.itunes_id is not None and matches(term, f"{song.title} {song.artists[0]}")
        ]
        return _reply([self._result(song) for song in hits[:limit]])

    def _result(self, song: Song) -> dict[str, object]:
        """Return one result; a song without a clip has no `previewUrl` at all."""
        page = f"https://music.apple.com/us/album/{song.itunes_id}"
        preview = {"previewUrl": f"{self._previews_url}{_preview_path(song)}"}
        return {
            "wrapperType": "track",
            "kind": "song",
            "artistId": 1,
            "collectionId": 2,
            "trackId": song.itunes_id,
            "artistName": " & ".join(song.artists),
            "collectionName": song.album,
            "trackName": song.title,
            "collectionCensoredName": song.album,
            "trackCensoredName": song.title,
            "artistViewUrl": "https://music.apple.com/us/artist/1",
            "collectionViewUrl": page,
            "trackViewUrl": page,
            **(preview if song.clip else {}),
            "artworkUrl30": "https://is1-ssl.mzstatic.com/image/thumb/x/30x30bb.jpg",
            "artworkUrl60": "https://is1-ssl.mzstatic.com/image/thumb/x/60x60bb.jpg",
            "artworkUrl100": "https://is1-ssl.mzstatic.com/image/thumb/x/100x100bb.jpg",
            "collectionPrice": 1.29,
            "trackPrice": 1.29,
            "releaseDate": f"{(song.release_date + '-01-01')[:10]}T12:00:00Z",
            "collectionExplicitness": "notExplicit",
            "trackExplicitness": "explicit" if song.explicit else "notExplicit",
            "discCount": 1,
            "discNumber": 1,
            "trackCount": 1,
            "trackNumber": 1,
            "trackTimeMillis": song.duration_ms,
            "country": "USA",
            "currency": "USD",
            "primaryGenreName": "Soundtrack",
            "isStreamable": True,
        }


class ITunesPreviewHost:
    """Serves the clips as M4A, encoded when first asked for and kept in memory."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._files = {_preview_path(song): song.clip for song in catalogue.songs if song.clip}

    def attach(self, app: web.Application) -> None:
        app.router.add_get("/{path:.*}", self._serve)

    async def _serve(self, request: web.Request) -> web.Response:
        file = self._files.get(request.path)
        if file is None:
            return web.Response(status=404)
        body = await asyncio.to_thread(as_m4a, file)
        # The real host labels its previews so, although they are not protected.
        return web.Response(body=body, content_type="audio/x-m4p")


@cache
def as_m4a(file: str) -> bytes:
    """Return a bundled clip as AAC in an M4A container."""
    out = io.BytesIO()
    with av.open(clip(file).path) as source, av.open(out, "w", format="ipod") as target:
        stream = target.add_stream("aac", rate=44_100, layout="stereo")
        stream.bit_rate = 256_000
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=44_100)
        for frame in (*source.decode(audio=0), None):
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return out.getvalue()


async def _lookup(_: web.Request) -> web.Response:
    return _reply([])


def _reply(results: list[dict[str, object]]) -> web.Response:
    body = json.dumps({"resultCount": len(results), "results": results})
    return web.Response(text=f"\n\n\n{body}\n\n\n", content_type="text/javascript")


def _preview_path(song: Song) -> str:
    return f"{_FOLDER}/{song.spotify_id}/mzaf_{song.itunes_id}.plus.aac.p.m4a"
