"""Where a track's audio comes from: rungs tried in order, the first sure one wins."""

import logging
from collections.abc import Sequence
from typing import Protocol

import httpx

from bot.errors import (
    EarmarkError,
    NoPreviewError,
    QuotaError,
    SourceDownError,
    SourceRefusedError,
    UnusableAudioError,
    WeakMatchError,
)
from bot.sources.download import HostRules
from bot.sources.previews import fetch_preview
from bot.track import Audio, Origin, Track, Verdict

log = logging.getLogger(__name__)


class Rung(Protocol):
    """One way to audio.

    NoPreviewError says that there is nothing here, WeakMatchError that only the artist can tell;
    the other errors say that this way is closed for now.
    """

    name: str

    async def audio(self, track: Track) -> Audio: ...


class OwnFiles(Protocol):
    async def get(self, sha256: str) -> bytes: ...


class PreviewSource(Protocol):
    async def preview(self, track: Track) -> Audio: ...


class OwnFileRung:
    """The file that came with this one submission, if any."""

    name = "upload"

    def __init__(self, files: OwnFiles, *, sha256: str | None) -> None:
        self._files = files
        self._sha256 = sha256

    async def audio(self, track: Track) -> Audio:
        if self._sha256 is None:
            raise NoPreviewError(f"No file was sent for “{track.title}”.")
        content = await self._files.get(self._sha256)
        return Audio(content=content, origin=Origin.UPLOAD, verdict=Verdict.OWN_FILE)


class DeezerRung:
    name = "deezer"

    def __init__(self, deezer: PreviewSource) -> None:
        self._deezer = deezer

    async def audio(self, track: Track) -> Audio:
        return await self._deezer.preview(track)


class ItunesRung:
    """Off unless the operator names it: Apple's previews are to be streamed only."""

    name = "itunes"

    def __init__(self, itunes: PreviewSource) -> None:
        self._itunes = itunes

    async def audio(self, track: Track) -> Audio:
        return await self._itunes.preview(track)


class SpotifyPreviewRung:
    """Off unless the operator names it: only apps older than November 2024 get previews."""

    name = "spotify"

    def __init__(self, http: httpx.AsyncClient, *, hosts: HostRules) -> None:
        self._http = http
        self._hosts = hosts

    async def audio(self, track: Track) -> Audio:
        if track.origin is not Origin.SPOTIFY or not track.preview_url:
            raise NoPreviewError(f"Spotify has no preview of “{track.title}”.")
        content = await fetch_preview(
            self._http, track.preview_url, service="Spotify", hosts=self._hosts
        )
        # The link came with this very track, so that there is nothing to compare.
        return Audio(content=content, origin=Origin.SPOTIFY, verdict=Verdict.STRONG)


class Ladder:
    def __init__(self, rungs: Sequence[Rung]) -> None:
        self._rungs = tuple(rungs)

    async def audio(self, track: Track) -> Audio:
        """Return the first audio that is surely this track's.

        Otherwise raise what says most about what to do now: WeakMatchError (ask the artist), then
        SourceDownError or QuotaError (try later), then SourceRefusedError or UnusableAudioError,
        and NoPreviewError only where every rung has looked and found nothing.
        """
        failures: list[EarmarkError] = []
        for rung in self._rungs:
            try:
                return await rung.audio(track)
            except NoPreviewError as error:
                log.info("rung=%s has no audio of spotify_id=%s", rung.name, track.spotify_id)
                failures.append(error)
            except (
                WeakMatchError,
                SourceDownError,
                QuotaError,
                SourceRefusedError,
                UnusableAudioError,
            ) as error:
                log.warning("rung=%s failed: %s", rung.name, error.kind)
                failures.append(error)
        # `min` keeps the first of equals: the higher rung.
        if failures and not isinstance(worst := min(failures, key=_order), NoPreviewError):
            raise worst
        raise NoPreviewError(
            f"No source has audio of “{track.title}”. Send the file, and it will be scored."
        )


def _order(error: EarmarkError) -> int:
    match error:
        case WeakMatchError():
            return 0
        case SourceDownError() | QuotaError():
            return 1
        case NoPreviewError():
            return 3
        case _:
            return 2
