"""Deezer: thirty seconds of a track, found by its ISRC or by a plain search. No key is needed.

Deezer's terms allow private, non-commercial use and no keeping: previews stay in memory.
"""

import logging
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TypeVar

import httpx
import stamina
from pydantic import BaseModel, ValidationError

from bot.errors import NoPreviewError, QuotaError, SourceDownError, SourceRefusedError
from bot.sources.download import ExpiredError, HostRules
from bot.sources.found import Candidate, Found, choose
from bot.sources.matching import search_text
from bot.sources.pace import Pace
from bot.sources.previews import fetch_preview
from bot.track import Audio, Origin, Track

log = logging.getLogger(__name__)

Model = TypeVar("Model", bound=BaseModel)

SERVICE = "Deezer"
API_URL = "https://api.deezer.com"
PREVIEW_HOSTS = HostRules(allowed=("*.dzcdn.net",))

SEARCH_LIMIT = 25

# Within any five seconds. Deezer refuses from 50 on; others on our address call it, too.
CALLS = 40
# The window is seconds long; a minute is on the safe side.
QUOTA_PAUSE = timedelta(minutes=1)

_QUOTA = 4
# No data, unknown path, wrong or missing parameter: asking again changes nothing.
_NOTHING = {800}
_OUR_MISTAKE = {500, 501, 600}

_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")


class _QuotaReply(Exception):  # noqa: N818 - a signal to the retry, never seen outside
    """Deezer answered with error 4."""


class _Error(BaseModel):
    code: int | None = None


class _Artist(BaseModel):
    name: str


class _Album(BaseModel):
    cover_xl: str | None = None


class _Entry(BaseModel):
    """A track as the API shows it. Search results leave out release date and contributors."""

    id: int
    title: str
    artist: _Artist
    duration: int
    readable: bool = True
    title_version: str | None = None
    isrc: str | None = None
    rank: int = 0
    preview: str | None = None
    link: str | None = None
    explicit_lyrics: bool | None = None
    release_date: str | None = None
    contributors: tuple[_Artist, ...] = ()
    album: _Album | None = None


class _Reply(BaseModel):
    """What every reply is first looked at as: a refusal comes with status 200, too."""

    error: _Error | None = None


class _Page(BaseModel):
    data: tuple[_Entry, ...]


def _now() -> datetime:
    return datetime.now(UTC)


class Deezer:
    """Previews from Deezer. `wait_s` is the first pause after a quota refusal, then twice that.

    The timeouts of API calls are those of `http`.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        api_url: str = API_URL,
        hosts: HostRules = PREVIEW_HOSTS,
        wait_s: float = 1.0,
        pace: AbstractAsyncContextManager[None] | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._http = http
        self._api_url = api_url.rstrip("/")
        self._hosts = hosts
        self._now = now
        self._pace = pace or Pace(calls=CALLS, seconds=5.0)
        self._retry = stamina.AsyncRetryingCaller(
            attempts=3, timeout=None, wait_initial=wait_s, wait_max=2 * wait_s, wait_jitter=0
        )

    async def find(self, track: Track) -> Found:
        """Return Deezer's best entry for `track`, with a link that lives for 900 s."""
        # The ISRC look-up answers with any one of several twins, often a little-played one.
        # Only a search shows the others.
        entries = await self._by_isrc(track.isrc)
        entries |= await self._by_words(search_text(track))
        return choose(SERVICE, track, (_candidate(entry) for entry in entries.values()))

    async def preview(self, track: Track) -> Audio:
        """Return the preview of `track`, in memory."""
        found = await self.find(track)
        try:
            content = await self._download(found.preview_url)
        except ExpiredError:
            # A link lives for 900 s, but a cache on the way may have handed out an old one.
            content = await self._download(await self._mint(found.id))
        return Audio(content=content, origin=Origin.DEEZER, verdict=found.verdict)

    async def _download(self, url: str) -> bytes:
        return await fetch_preview(self._http, url, service=SERVICE, hosts=self._hosts)

    async def _mint(self, deezer_id: int) -> str:
        body = await self._get(f"/track/{deezer_id}")
        url = _parse(_Entry, body).preview if body else None
        if not url:
            raise NoPreviewError(f"{SERVICE} has no preview of this track any more.")
        return url

    async def _by_isrc(self, isrc: str | None) -> dict[int, _Entry]:
        # Deezer knows no ISRC with dashes or small letters.
        bare = (isrc or "").replace("-", "").strip().upper()
        if not _ISRC.fullmatch(bare):
            return {}
        body = await self._get(f"/track/isrc:{bare}")
        if body is None:
            return {}
        entry = _parse(_Entry, body)
        return {entry.id: entry}

    async def _by_words(self, text: str) -> dict[int, _Entry]:
        body = await self._get("/search", q=text, limit=SEARCH_LIMIT)
        if body is None:
            return {}
        return {entry.id: entry for entry in _parse(_Page, body).data}

    async def _get(self, path: str, **params: str | int) -> bytes | None:
        """Return the body of a good reply, or None where Deezer says that there is nothing."""
        try:
            return await self._retry(_QuotaReply, self._ask, path, params)
        except _QuotaReply as error:
            raise QuotaError(SERVICE, self._now() + QUOTA_PAUSE) from error

    async def _ask(self, path: str, params: dict[str, str | int]) -> bytes | None:
        try:
            async with self._pace:
                reply = await self._http.get(f"{self._api_url}{path}", params=params)
        except httpx.HTTPError as error:
            raise SourceDownError(SERVICE) from error
        self._check_status(reply.status_code)
        refused = _parse(_Reply, reply.content).error
        if refused is None:
            return reply.content
        _raise_unless_nothing(path, refused)
        return None

    def _check_status(self, status: int) -> None:
        """Refuse what is not Deezer's own doing: its errors come with status 200."""
        match status:
            case HTTPStatus.OK:
                return
            case HTTPStatus.TOO_MANY_REQUESTS:
                raise QuotaError(SERVICE, self._now() + QUOTA_PAUSE)
            case HTTPStatus.FORBIDDEN:
                raise SourceRefusedError(
                    f"{SERVICE} refuses calls from our address; the operator has to look into it."
                )
            case _:
                raise SourceDownError(SERVICE)


def _raise_unless_nothing(path: str, error: _Error) -> None:
    """Raise for an error, but not for one that means "not there"."""
    if error.code == _QUOTA:
        raise _QuotaReply
    if error.code in _OUR_MISTAKE:
        log.warning("Deezer does not understand %s, error %d", path, error.code)
    elif error.code not in _NOTHING:
        # Busy, or an error without a code: Deezer sends both.
        raise SourceDownError(SERVICE)


def _parse(model: type[Model], body: bytes) -> Model:
    """Read a reply; one that makes no sense comes from a proxy or from a Deezer in trouble."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise SourceDownError(SERVICE) from error


def _candidate(entry: _Entry) -> Candidate:
    names = (entry.artist, *entry.contributors)
    return Candidate(
        id=entry.id,
        rank=entry.rank,
        track=Track(
            origin=Origin.DEEZER,
            title=_full_title(entry),
            artists=tuple(dict.fromkeys(artist.name for artist in names)),
            isrc=entry.isrc or None,
            duration_ms=entry.duration * 1000 or None,
            release_date=entry.release_date,
            explicit=entry.explicit_lyrics,
            cover_url=entry.album.cover_xl if entry.album else None,
            preview_url=(entry.preview or None) if entry.readable else None,
            url=entry.link,
        ),
    )


def _full_title(entry: _Entry) -> str:
    """Return the title with its version, which some entries name only beside it."""
    version = (entry.title_version or "").strip()
    return entry.title if version in entry.title else f"{entry.title} {version}"
