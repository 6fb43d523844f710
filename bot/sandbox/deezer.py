"""A stand-in for Deezer's public API: every error is a 200 reply."""

from aiohttp import web

from bot.sandbox.catalogue import (
    Catalogue,
    DeezerTwin,
    Song,
    made_up_hash,
    made_up_number,
    matches,
)
from bot.sandbox.clock import Clock
from bot.sandbox.previews import PreviewHost
from bot.sandbox.trouble import deezer_error

_IMAGES = "https://cdn-images.dzcdn.net/images"
_SIZES = {
    "small": "56x56-000000-80-0-0.jpg",
    "medium": "250x250-000000-80-0-0.jpg",
    "big": "500x500-000000-80-0-0.jpg",
    "xl": "1000x1000-000000-80-0-0.jpg",
}
_DEFAULT_LIMIT = 25
_MAX_LIMIT = 100

Json = dict[str, object]


class DeezerStandIn:
    """`GET /track/isrc:…`, `/track/…` and `/search`, over one catalogue."""

    def __init__(
        self, catalogue: Catalogue, *, previews: PreviewHost, previews_url: str, clock: Clock
    ) -> None:
        self._catalogue = catalogue
        self._previews = previews
        self._previews_url = previews_url
        self._clock = clock

    def attach(self, app: web.Application) -> None:
        app.router.add_get("/track/{id}", self._track)
        app.router.add_get("/search", self._search)
        app.router.add_get("/search/track", self._search)
        app.router.add_get("/{path:.*}", _unknown)

    async def _track(self, request: web.Request) -> web.Response:
        wanted = request.match_info["id"]
        if wanted.startswith("isrc:"):
            found = self._first_with_isrc(wanted.removeprefix("isrc:"))
        else:
            found = self._catalogue.twins.get(int(wanted)) if wanted.isdigit() else None
        if found is None:
            return deezer_error("DataException", "no data", 800)
        return web.json_response(self._full(*found))

    def _first_with_isrc(self, isrc: str) -> tuple[Song, DeezerTwin] | None:
        """Return the first twin listed, whatever its rank: the real service picks one too.

        Dashes or small letters find nothing.
        """
        return next((pair for pair in self._catalogue.twins.values() if _isrc(*pair) == isrc), None)

    async def _search(self, request: web.Request) -> web.Response:
        query = request.query.get("q", "").strip()
        if not query:
            return deezer_error("ParameterException", "empty parameter", 500)
        hits = [
            (song, twin)
            for song, twin in self._catalogue.twins.values()
            if matches(query, f"{' '.join(song.artists)} {song.title} {twin.version}")
        ]
        hits.sort(key=lambda pair: -pair[1].rank)
        limit = min(_number(request.query.get("limit"), _DEFAULT_LIMIT), _MAX_LIMIT)
        start = _number(request.query.get("index"), 0)
        page = [self._item(*pair) for pair in hits[start : start + limit]]
        return web.json_response({"data": page, "total": len(hits)})

    def _item(self, song: Song, twin: DeezerTwin) -> Json:
        """Return a track as a search lists it."""
        title = f"{song.title} {twin.version}".strip()
        return {
            "id": twin.id,
            "readable": twin.readable,
            "title": title,
            "title_short": song.title,
            "title_version": twin.version,
            "isrc": _isrc(song, twin),
            "link": f"https://www.deezer.com/track/{twin.id}",
            "duration": twin.duration_s or song.duration_ms // 1000,
            "rank": twin.rank,
            "explicit_lyrics": song.explicit,
            "explicit_content_lyrics": int(song.explicit),
            "explicit_content_cover": 0,
            "preview": self._previews.mint(self._previews_url, twin.id),
            "md5_image": made_up_hash(song.album),
            "artist": _artist(song.artists[0]),
            "album": _album(song),
            "type": "track",
        }

    def _full(self, song: Song, twin: DeezerTwin) -> Json:
        """Return a track as its own address shows it."""
        now = int(self._clock().timestamp())
        share = f"utm_source=deezer&utm_content=track-{twin.id}&utm_term=0_{now}&utm_medium=web"
        artist = {**_artist(song.artists[0]), "share": share, "radio": True}
        released = song.release_date
        return {
            **self._item(song, twin),
            "share": f"https://www.deezer.com/track/{twin.id}?{share}",
            "track_position": 1,
            "disk_number": 1,
            "release_date": released,
            "bpm": 0,
            "gain": -9.6,
            "available_countries": ["DE", "FR", "US"] if twin.readable else ["NZ"],
            "contributors": [
                {**_artist(name), "share": share, "radio": True, "role": "Main"}
                for name in song.artists
            ],
            "track_token": made_up_hash(f"token {twin.id}"),
            "artist": artist,
            "album": {
                **_album(song),
                "link": f"https://www.deezer.com/album/{made_up_number(song.album)}",
                "release_date": released,
            },
        }


async def _unknown(request: web.Request) -> web.Response:
    return deezer_error("InvalidQueryException", f"Unknown path components : {request.path}", 600)


def _isrc(song: Song, twin: DeezerTwin) -> str:
    return twin.isrc or song.isrc or ""


def _artist(name: str) -> Json:
    number = made_up_number(name)
    return {
        "id": number,
        "name": name,
        "link": f"https://www.deezer.com/artist/{number}",
        "picture": f"https://api.deezer.com/artist/{number}/image",
        **{
            f"picture_{size}": f"{_IMAGES}/artist/{made_up_hash(name)}/{file}"
            for size, file in _SIZES.items()
        },
        "tracklist": f"https://api.deezer.com/artist/{number}/top?limit=50",
        "type": "artist",
    }


def _album(song: Song) -> Json:
    number = made_up_number(song.album)
    return {
        "id": number,
        "title": song.album,
        "cover": f"https://api.deezer.com/album/{number}/image",
        **{
            f"cover_{size}": f"{_IMAGES}/cover/{made_up_hash(song.album)}/{file}"
            for size, file in _SIZES.items()
        },
        "md5_image": made_up_hash(song.album),
        "tracklist": f"https://api.deezer.com/album/{number}/tracks",
        "type": "album",
    }


def _number(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isdigit() else default
