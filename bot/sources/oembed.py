"""Spotify's oEmbed: title and cover of a track without a key, for when the Web API refuses us."""

import httpx
from pydantic import BaseModel, ValidationError

from bot.errors import NoSuchTrackError, SourceDownError
from bot.track import Origin, Track, TrackId

SERVICE = "Spotify's embed service"
OEMBED_URL = "https://open.spotify.com/oembed"
SECONDS = 5.0

# An id that nothing answers to: some edges say "not found", others "bad request".
_UNKNOWN = frozenset({400, 404})


class _Card(BaseModel):
    title: str
    thumbnail_url: str | None = None


class OEmbed:
    def __init__(self, http: httpx.AsyncClient, *, url: str = OEMBED_URL) -> None:
        self._http = http
        self._url = url

    async def track(self, track_id: TrackId) -> Track:
        """Return the track with its title and cover; it names no artist, so ask for that."""
        link = f"https://open.spotify.com/track/{track_id}"
        try:
            reply = await self._http.get(self._url, params={"url": link}, timeout=SECONDS)
        except httpx.HTTPError as error:
            raise SourceDownError(SERVICE) from error
        # The body of a 404 is empty.
        if reply.status_code in _UNKNOWN:
            raise NoSuchTrackError("Spotify knows no track with this link.")
        if reply.status_code != httpx.codes.OK:
            raise SourceDownError(SERVICE)
        card = _read(reply.content)
        return Track(
            origin=Origin.OEMBED,
            title=card.title,
            spotify_id=track_id,
            cover_url=card.thumbnail_url or None,
            url=link,
        )


def _read(body: bytes) -> _Card:
    try:
        card = _Card.model_validate_json(body)
    except ValidationError as error:
        raise SourceDownError(SERVICE) from error
    if not card.title:
        raise SourceDownError(SERVICE)
    return card
