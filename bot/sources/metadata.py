"""What a link names: Spotify first, its keyless oEmbed where Spotify does not answer."""

import logging
from dataclasses import replace
from typing import Protocol

from bot.errors import LinkError, QuotaError, SourceDownError, SourceRefusedError
from bot.links import AlbumId, Found, find_links
from bot.track import Track, TrackId

log = logging.getLogger(__name__)


class Catalogue(Protocol):
    """Spotify's Web API, where the operator has credentials for it."""

    async def track(self, track_id: TrackId) -> Track: ...

    async def single_of_album(self, album_id: AlbumId) -> TrackId: ...


class TitlePage(Protocol):
    """Spotify's oEmbed: a title, and whether the track exists."""

    async def track(self, track_id: TrackId) -> Track: ...


class Resolver(Protocol):
    async def resolve(self, url: str) -> Found: ...


class Metadata:
    """Looks links up, from the most to the least telling source."""

    def __init__(
        self, *, catalogue: Catalogue | None, titles: TitlePage, short_links: Resolver
    ) -> None:
        self._catalogue = catalogue
        self._titles = titles
        self._short_links = short_links

    async def track_id_of(self, link: str) -> TrackId:
        """Return the track a stored link opens: itself, an album's only track, a short link's."""
        found = find_links(link)
        if found.short:
            found = await self._short_links.resolve(found.short[0])
        if found.tracks:
            return found.tracks[0]
        if not found.albums:
            raise LinkError("That link opens no track. Please paste the link of one track.")
        if self._catalogue is None:
            raise LinkError("That is an album. Please paste the link of one of its tracks.")
        return await self._catalogue.single_of_album(found.albums[0])

    async def track(self, track_id: TrackId) -> Track:
        """Return what is known of a track; raise NoSuchTrackError if Spotify knows none."""
        if self._catalogue is None:
            return await self._titles.track(track_id)
        try:
            return await self._catalogue.track(track_id)
        except (QuotaError, SourceDownError, SourceRefusedError) as error:
            log.warning("track=%s is looked up by its title page only: %s", track_id, error)
            return replace(
                await self._titles.track(track_id),
                provisional=True,
                known_better_at=error.until if isinstance(error, QuotaError) else None,
            )
