"""Spotify's Web API through spotipy, with bounded waits; only our own errors come out.

Everything here blocks and belongs on a thread of the adapter in `bot.sources.spotify`.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import requests
import spotipy
from requests.adapters import HTTPAdapter
from spotipy.cache_handler import MemoryCacheHandler
from spotipy.exceptions import SpotifyException, SpotifyOauthError
from spotipy.oauth2 import SpotifyClientCredentials
from urllib3 import Retry

from bot.errors import (
    EarmarkError,
    NoSuchTrackError,
    QuotaError,
    SourceDownError,
    SourceRefusedError,
)

T = TypeVar("T")

SERVICE = "Spotify"

# Spotify counts calls in a window of 30 s, and does not always say when to come back.
RATE_PAUSE = timedelta(seconds=30)
# After QUOTA_EXCEEDED, Retry-After was between 40 minutes and a day.
QUOTA_PAUSE = timedelta(hours=1)
MAX_PAUSE = timedelta(days=7)

_WRONG_CLIENT = (
    "Spotify does not know our client id or secret; the operator should check"
    " EARMARK_SPOTIFY_CLIENT_ID and EARMARK_SPOTIFY_CLIENT_SECRET."
)
_UNAUTHORIZED = 401
_TOO_MANY = 429


class Client:
    """The few calls that an app of 2026 may make, each answered or refused with our errors."""

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        api_url: str,
        token_url: str,
        seconds: float,
        now: Callable[[], datetime],
    ) -> None:
        # At DEBUG spotipy logs the client's secret and every token, and at ERROR what we raise.
        logging.getLogger("spotipy").setLevel(logging.CRITICAL)
        self._now = now
        self._session = _bounded_session()
        self._tokens = _Tokens(
            client_id=client_id,
            client_secret=client_secret,
            token_url=token_url,
            session=self._session,
            seconds=seconds,
        )
        self._spotify = spotipy.Spotify(
            auth_manager=self._tokens, requests_session=self._session, requests_timeout=seconds
        )
        self._spotify.prefix = api_url.rstrip("/") + "/"

    def track(self, track_id: str) -> object:
        return self._ask(lambda: self._spotify.track(track_id), what="track")

    def album(self, album_id: str) -> object:
        return self._ask(lambda: self._spotify.album(album_id), what="album")

    def close(self) -> None:
        self._session.close()

    def _ask(self, call: Callable[[], T], *, what: str) -> T:
        try:
            try:
                return call()
            except SpotifyException as error:
                if error.http_status != _UNAUTHORIZED:
                    raise
            # A token may end before its hour: ask once more with a fresh one.
            self._tokens.forget()
            return call()
        except SpotifyException as error:
            raise self._meaning(error, what) from error
        except SpotifyOauthError as error:
            raise self._token_meaning(error) from error
        # Only ASCII can be sent as a client id.
        except UnicodeError as error:
            raise SourceRefusedError(_WRONG_CLIENT) from error
        # spotipy stumbles over error bodies that are no object, and over tokens without a life.
        except (requests.RequestException, AttributeError, KeyError, TypeError) as error:
            raise SourceDownError(SERVICE) from error

    def _meaning(self, error: SpotifyException, what: str) -> EarmarkError:
        match error.http_status:
            # 22 characters can be more than the 128 bits of an id: that is a 400.
            case 400 | 404:
                return NoSuchTrackError(f"Spotify knows no {what} with this link.")
            case 401:
                return SourceRefusedError(
                    "Spotify refuses our access token; the operator should check the app in"
                    " Spotify's developer dashboard."
                )
            case 403:
                return _forbidden(error.msg)
            case 429:
                return self._too_many(error.headers.get("Retry-After"), reason=error.reason)
            case _:
                return SourceDownError(SERVICE)

    def _token_meaning(self, error: SpotifyOauthError) -> EarmarkError:
        # spotipy keeps only the words; the reply hangs on the error that it was handling.
        cause = error.__context__
        reply = cause.response if isinstance(cause, requests.HTTPError) else None
        status = 0 if reply is None else reply.status_code
        if reply is not None and status == _TOO_MANY:
            return self._too_many(reply.headers.get("Retry-After"), reason=None)
        if error.error == "invalid_client":
            return SourceRefusedError(_WRONG_CLIENT)
        return _forbidden(str(error)) if 400 <= status < 500 else SourceDownError(SERVICE)

    def _too_many(self, retry_after: str | None, *, reason: str | None) -> QuotaError:
        pause = QUOTA_PAUSE if reason == "QUOTA_EXCEEDED" else RATE_PAUSE
        if retry_after is not None and retry_after.strip().isdecimal():
            seconds = min(int(retry_after), MAX_PAUSE.total_seconds())
            pause = timedelta(seconds=max(1, seconds))
        return QuotaError(SERVICE, self._now() + pause)


class _Tokens:
    """One access token for all threads; spotipy alone asks for one in each of them."""

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        token_url: str,
        session: requests.Session,
        seconds: float,
    ) -> None:
        self._lock = threading.Lock()
        # In memory: by default spotipy writes a file `.cache` into the working directory.
        self._kept = MemoryCacheHandler()
        # The timeout is None by default, for ever.
        self._manager = SpotifyClientCredentials(
            client_id=client_id,
            client_secret=client_secret,
            requests_session=session,
            requests_timeout=seconds,
            cache_handler=self._kept,
        )
        self._manager.OAUTH_TOKEN_URL = token_url

    def get_access_token(self, *, as_dict: bool) -> str:
        """Return the token; spotipy calls this before each of its calls."""
        with self._lock:
            token: str = self._manager.get_access_token(as_dict=as_dict)
        return token

    def forget(self) -> None:
        with self._lock:
            self._kept.token_info = None


def _bounded_session() -> requests.Session:
    """Return a session that retries only what may help, and never sleeps for a Retry-After.

    With spotipy's own session a 429 means hours of sleep inside a thread, and a 502 ends as a 429.
    """
    retry = Retry(
        total=2,
        connect=2,
        read=0,
        status=2,
        backoff_factor=0.1,
        status_forcelist=(500, 502, 503, 504),
        allowed_methods={"GET"},
        respect_retry_after_header=False,
        raise_on_status=False,
    )
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=retry))
    session.mount("http://", HTTPAdapter(max_retries=retry))
    return session


def _forbidden(message: str) -> SourceRefusedError:
    # This one is plain text; the other refusals are JSON.
    if "premium" in message.lower():
        return SourceRefusedError(
            "Spotify answers only while the owner of our app has Premium; the operator should"
            " renew it and allow a few hours."
        )
    return SourceRefusedError(
        "Spotify refuses this call to our app; the operator should check the app in Spotify's"
        " developer dashboard."
    )
