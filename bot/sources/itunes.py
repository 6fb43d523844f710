"""iTunes: a preview found by a plain search. Off unless the operator names it in the settings.

Apple's terms say that previews are "streamed only" and promote the store: read them first.
`lookup?isrc=` answers nothing for songs that are there, so a search is the only way in.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx
from pydantic import BaseModel, Field, ValidationError

from bot.errors import QuotaError, SourceDownError
from bot.sources.download import HostRules
from bot.sources.found import Candidate, Found, choose
from bot.sources.matching import search_text
from bot.sources.pace import Pace
from bot.sources.previews import fetch_preview
from bot.track import Audio, Origin, Track

SERVICE = "iTunes"
API_URL = "https://itunes.apple.com"
PREVIEW_HOSTS = HostRules(allowed=("*.itunes.apple.com", "*.mzstatic.com"))

SEARCH_LIMIT = 25

# Apple names "about 20 calls a minute, subject to change", and answers 403 beyond them.
CALLS_PER_MINUTE = 18
QUOTA_PAUSE = timedelta(minutes=1)


class _Result(BaseModel):
    """One search result; albums and videos come without most of these."""

    kind: str | None = None
    id: int = Field(default=0, alias="trackId")
    title: str = Field(default="", alias="trackName")
    artist: str = Field(default="", alias="artistName")
    duration_ms: int | None = Field(default=None, alias="trackTimeMillis")
    explicitness: str | None = Field(default=None, alias="trackExplicitness")
    released: str | None = Field(default=None, alias="releaseDate")
    cover_url: str | None = Field(default=None, alias="artworkUrl100")
    preview_url: str | None = Field(default=None, alias="previewUrl")
    url: str | None = Field(default=None, alias="trackViewUrl")


class _Page(BaseModel):
    results: tuple[_Result, ...]


def _now() -> datetime:
    return datetime.now(UTC)


class Itunes:
    """Previews from the iTunes store of one `country` (two letters).

    The timeouts of API calls are those of `http`.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        api_url: str = API_URL,
        hosts: HostRules = PREVIEW_HOSTS,
        country: str = "US",
        pace: AbstractAsyncContextManager[None] | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._http = http
        self._api_url = api_url.rstrip("/")
        self._hosts = hosts
        self._country = country
        self._now = now
        self._pace = pace or Pace(calls=CALLS_PER_MINUTE, seconds=60.0)

    async def find(self, track: Track) -> Found:
        """Return the store's best entry for `track`. Its results name no ISRC."""
        page = _parse(await self._search(search_text(track)))
        songs = [each for each in page.results if each.kind == "song" and each.title]
        return choose(SERVICE, track, (_candidate(song) for song in songs))

    async def preview(self, track: Track) -> Audio:
        """Return the preview of `track` as M4A, in memory."""
        found = await self.find(track)
        content = await fetch_preview(
            self._http, found.preview_url, service=SERVICE, hosts=self._hosts
        )
        return Audio(content=content, origin=Origin.ITUNES, verdict=found.verdict)

    async def _search(self, text: str) -> bytes:
        params: dict[str, str | int] = {
            "term": text,
            "media": "music",
            "entity": "song",
            "limit": SEARCH_LIMIT,
            "country": self._country,
        }
        try:
            async with self._pace:
                reply = await self._http.get(f"{self._api_url}/search", params=params)
        except httpx.HTTPError as error:
            raise SourceDownError(SERVICE) from error
        if reply.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}:
            raise QuotaError(SERVICE, self._now() + QUOTA_PAUSE)
        if reply.status_code != HTTPStatus.OK:
            raise SourceDownError(SERVICE)
        return reply.content


def _parse(body: bytes) -> _Page:
    """Read a reply: JSON between blank lines, labelled as JavaScript, which nobody need mind."""
    try:
        return _Page.model_validate_json(body)
    except ValidationError as error:
        raise SourceDownError(SERVICE) from error


def _candidate(result: _Result) -> Candidate:
    explicit = None if result.explicitness is None else result.explicitness == "explicit"
    return Candidate(
        id=result.id,
        track=Track(
            origin=Origin.ITUNES,
            title=result.title,
            artists=(result.artist,) if result.artist else (),
            duration_ms=result.duration_ms or None,
            release_date=result.released[:10] if result.released else None,
            explicit=explicit,
            cover_url=result.cover_url,
            preview_url=result.preview_url,
            url=result.url,
        ),
    )
