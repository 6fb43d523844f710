"""A stand-in for Spotify's Web API as an app made in 2026 sees it.

Such an app reads one track, album or artist a call and searches ten at a time. Whatever was
taken away in 2024 and 2026 answers 403 and is written down as a violation, so that a test can
hold our code to the calls that are left.
"""

import base64
import re
import secrets
from datetime import datetime, timedelta

from aiohttp import web

from bot.sandbox.calls import Calls
from bot.sandbox.catalogue import Catalogue, Song, artist_id, matches
from bot.sandbox.clock import Clock
from bot.sandbox.shapes import Json, album_json, artist_json, page_json, track_json
from bot.sandbox.trouble import refusal

TOKEN_LIFE = timedelta(hours=1)
_MAX_SEARCH = 10
_DEFAULT_SEARCH = 5
_ID = re.compile(r"[0-9A-Za-z]{22}")
# Paths below /v1/ that an app of today may not call; the first also with `?ids=`.
_REMOVED = re.compile(
    r"(?:tracks|albums|artists|episodes|shows|audiobooks|chapters)/?"
    r"|audio-(?:features|analysis)(?:/.*)?"
    r"|recommendations(?:/.*)?"
    r"|artists/[^/]+/(?:top-tracks|related-artists)"
    r"|browse/.*|markets|users/.*"
    r"|playlists/[^/]+/tracks"
)


class Tokens:
    """Hands out access tokens for one client, by HTTP Basic, and knows when they end."""

    def __init__(self, *, client_id: str, client_secret: str, clock: Clock) -> None:
        pair = f"{client_id}:{client_secret}".encode()
        self._basic = f"Basic {base64.b64encode(pair).decode()}"
        self._clock = clock
        self._ends: dict[str, datetime] = {}

    def attach(self, app: web.Application) -> None:
        app.router.add_post("/api/token", self._grant)

    def expire_all(self) -> None:
        """Make every token handed out so far answer 401."""
        self._ends.clear()

    def accepts(self, request: web.Request) -> bool:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        now = self._clock()
        return scheme == "Bearer" and now < self._ends.get(token, now)

    async def _grant(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != self._basic:
            return _token_error("invalid_client", "Invalid client secret")
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return _token_error("unsupported_grant_type", "grant_type is not supported")
        token = f"BQ{secrets.token_urlsafe(48)}"
        self._ends[token] = self._clock() + TOKEN_LIFE
        seconds = int(TOKEN_LIFE.total_seconds())
        return web.json_response(
            {"access_token": token, "token_type": "Bearer", "expires_in": seconds}
        )


class SpotifyStandIn:
    """Tracks, albums, artists and search below /v1/."""

    def __init__(self, catalogue: Catalogue, *, tokens: Tokens, calls: Calls) -> None:
        self._catalogue = catalogue
        self._tokens = tokens
        self._calls = calls

    def attach(self, app: web.Application) -> None:
        app.router.add_get("/v1/tracks/{id}", self._track)
        app.router.add_get("/v1/albums/{id}", self._album)
        app.router.add_get("/v1/albums/{id}/tracks", self._album_tracks)
        app.router.add_get("/v1/artists/{id}", self._artist)
        app.router.add_get("/v1/search", self._search)
        app.router.add_route("*", "/v1/{path:.*}", self._anything_else)

    def _denied(self, request: web.Request) -> web.Response | None:
        """Return the refusal that comes before any look-up: no token, or no such id."""
        if "Authorization" not in request.headers:
            return refusal(401, "No token provided")
        if not self._tokens.accepts(request):
            return refusal(401, "The access token expired")
        if not _ID.fullmatch(request.match_info.get("id", "0" * 22)):
            return refusal(400, "Invalid base62 id")
        return None

    async def _track(self, request: web.Request) -> web.Response:
        song = self._catalogue.by_spotify_id.get(request.match_info["id"])
        return self._answer(request, song and track_json(song, _base(request)))

    async def _album(self, request: web.Request) -> web.Response:
        songs = self._catalogue.on_album(request.match_info["id"])
        return self._answer(request, songs and album_json(songs, _base(request)))

    async def _album_tracks(self, request: web.Request) -> web.Response:
        songs = self._catalogue.on_album(request.match_info["id"])
        return self._answer(request, songs and album_json(songs, _base(request))["tracks"])

    async def _artist(self, request: web.Request) -> web.Response:
        names = self._catalogue.by_artist(request.match_info["id"])
        return self._answer(request, names and artist_json(names[0], _base(request)))

    def _answer(self, request: web.Request, body: object) -> web.Response:
        if denied := self._denied(request):
            return denied
        return web.json_response(body) if body else refusal(404, "Resource not found")

    async def _search(self, request: web.Request) -> web.Response:
        if denied := self._denied(request):
            return denied
        limit = request.query.get("limit", str(_DEFAULT_SEARCH))
        if not limit.isdigit() or not 1 <= int(limit) <= _MAX_SEARCH:
            self._calls.violations.append(f"GET /v1/search with limit={limit}")
            return refusal(400, "Invalid limit")
        if not request.query.get("q") or request.query.get("type") != "track":
            return refusal(400, "Only q and type=track are understood here")
        return web.json_response(self._found(request, int(limit)))

    def _found(self, request: web.Request, limit: int) -> Json:
        hits = [song for song in self._catalogue.songs if _meant(request.query["q"], song)]
        items = [track_json(song, _base(request)) for song in hits[:limit]]
        href = f"{_base(request)}search?query={request.query['q']}&type=track"
        return {"tracks": page_json(items, href=href, limit=limit, total=len(hits))}

    async def _anything_else(self, request: web.Request) -> web.Response:
        if not _REMOVED.fullmatch(request.match_info["path"]):
            return refusal(404, "Service not found")
        self._calls.violations.append(f"{request.method} {request.path}")
        return refusal(403, "Forbidden")


def _meant(query: str, song: Song) -> bool:
    return matches(query, f"{song.title} {' '.join(song.artists)}")


def _base(request: web.Request) -> str:
    """Return where the stand-in lives: the addresses inside an answer must lead back to it."""
    return f"{request.url.origin()}/v1/"


def _token_error(error: str, sentence: str) -> web.Response:
    return web.json_response({"error": error, "error_description": sentence}, status=400)


class OEmbedStandIn:
    """Title and picture of a track for anybody, without a key; never the artist."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def attach(self, app: web.Application) -> None:
        app.router.add_get("/oembed", self._oembed)

    async def _oembed(self, request: web.Request) -> web.Response:
        track = re.search(r"/track/([0-9A-Za-z]{22})", request.query.get("url", ""))
        song = track and self._catalogue.by_spotify_id.get(track[1])
        if not song:
            return web.Response(status=404)
        frame = f"https://open.spotify.com/embed/track/{song.spotify_id}?utm_source=oembed"
        html = f'<iframe title="Spotify Embed: {song.title}" width="100%" src="{frame}"></iframe>'
        return web.json_response(
            {
                "html": html,
                "iframe_url": frame,
                "width": 456,
                "height": 152,
                "version": "1.0",
                "provider_name": "Spotify",
                "provider_url": "https://spotify.com",
                "type": "rich",
                "title": song.title,
                "thumbnail_url": f"https://image-cdn-ak.spotifycdn.com/image/{artist_id(song.title)}",
                "thumbnail_width": 300,
                "thumbnail_height": 300,
            }
        )
