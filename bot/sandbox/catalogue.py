"""Songs as the stand-ins know them, and the look-ups that a service makes."""

import hashlib
import string
from dataclasses import dataclass
from functools import cached_property

from bot.track import TrackId

_BASE62 = string.digits + string.ascii_letters


def base62_id(name: str) -> str:
    """Return the same 22 base62 characters for the same name, as Spotify's ids look."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:16])
    return "".join(_BASE62[number // 62**place % 62] for place in range(22))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeezerTwin:
    """One of Deezer's entries for a song; fields that are None are the song's own."""

    id: int
    rank: int
    version: str = ""
    isrc: str | None = None
    duration_s: int | None = None
    readable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Song:
    """One recording. `clip` names a bundled clip; without one no service has a preview."""

    spotify_id: TrackId
    title: str
    artists: tuple[str, ...]
    duration_ms: int
    album: str
    release_date: str
    isrc: str | None = None
    explicit: bool = False
    clip: str | None = None
    deezer: tuple[DeezerTwin, ...] = ()
    itunes_id: int | None = None

    @property
    def spotify_url(self) -> str:
        return f"https://open.spotify.com/track/{self.spotify_id}"

    @property
    def album_id(self) -> str:
        return base62_id(f"album {self.album} {self.artists[0]}")


def artist_id(name: str) -> str:
    return base62_id(f"artist {name}")


@dataclass(frozen=True)
class Catalogue:
    """Songs in a fixed order, with the look-ups that the stand-ins need."""

    songs: tuple[Song, ...]

    @cached_property
    def by_spotify_id(self) -> dict[str, Song]:
        return {song.spotify_id: song for song in self.songs}

    @cached_property
    def twins(self) -> dict[int, tuple[Song, DeezerTwin]]:
        return {twin.id: (song, twin) for song in self.songs for twin in song.deezer}

    def titled(self, title: str) -> Song:
        """Return the song of this title, or raise KeyError."""
        return {song.title: song for song in self.songs}[title]

    def on_album(self, album_id: str) -> list[Song]:
        return [song for song in self.songs if song.album_id == album_id]

    def by_artist(self, wanted: str) -> list[str]:
        """Return the name behind an artist id, as a list of none or one."""
        names = {name for song in self.songs for name in song.artists}
        return [name for name in names if artist_id(name) == wanted]


def matches(query: str, text: str) -> bool:
    """Say whether a service's plain search would list `text`: most of the words occur in it.

    A search of a real service also lists what was not meant, and so does this one.
    """
    words = _words(query)
    return bool(words) and len(words & _words(text)) >= 0.6 * len(words)


def _words(text: str) -> set[str]:
    kept = "".join(letter if letter.isalnum() else " " for letter in text.casefold())
    return set(kept.split())


def made_up_hash(name: str) -> str:
    """Return 32 hexadecimal digits, always the same for the same name."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def made_up_number(name: str) -> int:
    """Return a number below a million, always the same for the same name."""
    return int(made_up_hash(name), 16) % 1_000_000
