"""Spotify links, as people paste them into a chat.

A link is read here and never followed: whatever stands around it, only its type and its id count.
"""

import re
import string
from dataclasses import dataclass
from typing import NewType

from bot.errors import LinkError
from bot.track import TrackId

AlbumId = NewType("AlbumId", str)
"""A Spotify album id: 22 base62 characters."""

# Slack's longest message; Discord's is a tenth of it.
MAX_TEXT = 40_000
# Nobody submits more at once by hand; a pasted playlist would.
MAX_LINKS = 5
ID_LENGTH = 22

# Soft hyphens, joiners and direction marks come along from web pages and phones, and split links.
_INVISIBLE = dict.fromkeys(
    [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)
# Not str.lower(): that makes two characters of `İ`, and ids are cut out by position.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)

_TYPE = r"(?P<type>track|album|playlist|artist|episode|show|audiobook)"
# An id of another length is caught too, so that the answer can say what is wrong with it.
_PATH = _TYPE + r"/(?P<id>[0-9a-z]*)"
_URI = _TYPE + r"(?::|%3a)(?P<id>[0-9a-z]*)"
_CODE = r"(?P<code>[0-9a-z](?:[0-9a-z_-]{0,62}[0-9a-z])?)"
_LOCALE = r"(?:(?:intl-)?[a-z]{2,3}(?:-[a-z0-9]{2,4})?/)"
_OWNER = r"user/[^\s/]{1,100}/"
_FRAME = r"/?\?(?:[^\s#]{0,200}?&)?uri=spotify(?::|%3a)" + _URI


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One form of link. Its groups are `type` and `id`, or `code`, or it says what it `refuses`."""

    name: str
    reason: str
    regex: re.Pattern[str]
    refuses: str | None = None


def _start(literal: str) -> str:
    """Return a regex for `literal` at the start of a host.

    The look-behind stands behind the literal, because `re` searches for a leading literal quickly.
    It keeps out `notopen.spotify.com`, `me@open.spotify.com` and `evil.example/open.spotify.com`.
    """
    text = re.escape(literal)
    return rf"{text}(?:(?<=://{text})|(?<![\w./@%-]{text}))"


def _spotify(
    name: str, reason: str, start: str, rest: str, *, refuses: str | None = None
) -> Pattern:
    regex = re.compile(_start(start) + rest, re.ASCII)
    return Pattern(name=name, reason=reason, regex=regex, refuses=refuses)


def _other(name: str, *hosts: str) -> Pattern:
    """Return the pattern of another service's hosts, each with any subdomain."""
    regex = "|".join(rf"{re.escape(h)}(?<![\w-]{re.escape(h)})(?![\w-])" for h in hosts)
    article = "an" if name[0] in "AEIOU" else "a"
    return Pattern(
        name=name,
        reason="the artist has it at hand, and should hear what to send instead",
        regex=re.compile(regex, re.ASCII),
        refuses=f"{article} {name} link",
    )


# No text belongs to two of them. All are matched against text in lower case.
PATTERNS = (
    _spotify("web", "the Share button of player and apps", "open.spotify.com", "/" + _PATH),
    _spotify(
        "locale",
        "the player puts the reader's language first: /intl-de/, /intl-pt-BR/, older /de/",
        "open.spotify.com",
        f"/{_LOCALE}{_PATH}",
    ),
    _spotify(
        "embed",
        "copied out of the frame on a web page",
        "open.spotify.com",
        f"/{_LOCALE}?embed/(?:{_OWNER})?{_PATH}",
    ),
    _spotify(
        "owner",
        "links of before 2018 name the owner of a playlist",
        "open.spotify.com",
        f"/{_LOCALE}?{_OWNER}{_PATH}",
    ),
    _spotify("www", "typed by hand", "www.open.spotify.com", f"/{_LOCALE}?{_PATH}"),
    _spotify(
        "play",
        "the player's host until 2016, still in press kits",
        "play.spotify.com",
        f"/(?:{_OWNER})?{_PATH}",
    ),
    _spotify(
        "embed uri", "older frames carry the URI as a parameter", "open.spotify.com/embed", _FRAME
    ),
    _spotify("embed host", "the frame's first host", "embed.spotify.com", _FRAME),
    # After `=` it is a link's `context=`: where the song was played, not the song.
    _spotify("uri", "copied from the desktop app", "spotify:", f"(?<!=spotify:){_URI}"),
    _spotify(
        "owner uri",
        "the older form of a playlist's URI",
        "spotify:user:",
        rf"[^\s:]{{1,100}}:{_URI}",
    ),
    _spotify(
        "local uri",
        "a file that only the artist's own Spotify can play",
        "spotify:local:",
        "",
        refuses="a file on your own disk, which only your Spotify can play",
    ),
    _spotify(
        "profile",
        "copied from the artist's own account instead of a song",
        "open.spotify.com/user/",
        r"[^\s/]{1,100}(?![^\s?#|<>()])",
        refuses="a Spotify profile",
    ),
    _spotify("spotify.link", "the Share button of the phone app", "spotify.link/", _CODE),
    _spotify("app.link", "where spotify.link sends phones", "spotify.app.link/", _CODE),
    _spotify("s", "the Share button since mid-2026", "open.spotify.com/s/", _CODE),
    _spotify("spoti.fi", "Spotify's own shortener on social media", "spoti.fi/", _CODE),
    _spotify(
        "tospotify",
        "Spotify's shortener of 2021 to 2023",
        "link.tospotify.com/",
        "",
        refuses="an old short link that Spotify has switched off",
    ),
    _other("Deezer", "deezer.com", "deezer.page.link"),
    _other("Apple Music", "music.apple.com", "itunes.apple.com"),
    _other("YouTube", "youtube.com", "youtu.be"),
    _other("SoundCloud", "soundcloud.com", "snd.sc"),
    _other("TIDAL", "tidal.com"),
    _other("Bandcamp", "bandcamp.com"),
    _other("Amazon Music", "music.amazon.com", "music.amazon.co.uk", "music.amazon.de"),
    _other("smart", "lnk.to", "ffm.to", "song.link", "album.link", "odesli.co", "linktr.ee"),
    _other("file-sharing", "dropbox.com", "drive.google.com", "wetransfer.com", "we.tl"),
)

_SHORT_HOSTS = {
    "spotify.link": "https://spotify.link/",
    "app.link": "https://spotify.app.link/",
    "s": "https://open.spotify.com/s/",
    "spoti.fi": "https://spoti.fi/",
}
_TYPES = {
    "playlist": "a Spotify playlist",
    "artist": "a Spotify artist page",
    "episode": "a podcast episode",
    "show": "a podcast",
    "audiobook": "an audiobook",
}
_INSTEAD = "Paste the link of one Spotify track, or submit the file itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A link that cannot be submitted; `str()` is the sentence for the artist."""

    what: str

    def __str__(self) -> str:
        return f"That is {self.what}. {_INSTEAD}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a text links to, each once, in the order of the text.

    `short` are URLs that must be resolved to know more. `dropped` are the links over the limit.
    """

    tracks: tuple[TrackId, ...] = ()
    albums: tuple[AlbumId, ...] = ()
    short: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    dropped: tuple[str, ...] = ()


def find_links(text: str, *, most: int = MAX_LINKS) -> Found:
    """Return every link in `text`; of tracks, albums and short links at most so many."""
    links = list(dict.fromkeys(link for _, link in sorted(_links(text), key=lambda hit: hit[0])))
    wanted = [link for link in links if not isinstance(link, Refusal)]
    kept = wanted[:most]
    return Found(
        tracks=tuple(TrackId(link.value) for link in kept if link.kind == "track"),
        albums=tuple(AlbumId(link.value) for link in kept if link.kind == "album"),
        short=tuple(link.value for link in kept if link.kind == "short"),
        refused=tuple(link for link in links if isinstance(link, Refusal)),
        dropped=tuple(str(link) for link in wanted[most:]),
    )


def parse_track_id(text: str) -> TrackId:
    """Return the first track id in `text`, or raise LinkError with what was pasted instead."""
    found = find_links(text)
    if found.tracks:
        return found.tracks[0]
    if found.albums:
        raise LinkError(str(Refusal(what="a Spotify album")))
    if found.short:
        raise LinkError("That is a short link. Please paste the long link it opens.")
    if found.refused:
        raise LinkError(str(found.refused[0]))
    raise LinkError(f"There is no Spotify link in that. {_INSTEAD}")


def short_link(text: str) -> str | None:
    """Return the first short link in `text`, which only Spotify can resolve."""
    return next(iter(find_links(text).short), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    kind: str
    value: str

    def __str__(self) -> str:
        if self.kind == "short":
            return self.value
        return f"https://open.spotify.com/{self.kind}/{self.value}"


def _links(text: str) -> list[tuple[int, _Link | Refusal]]:
    """Return each link with its place; Slack's escaped `&` and invisible characters are undone."""
    text = text[:MAX_TEXT].translate(_INVISIBLE).replace("&amp;", "&")
    low = text.translate(_LOWER)
    return [
        (match.start(), _read(pattern, match, text))
        for pattern in PATTERNS
        for match in pattern.regex.finditer(low)
    ]


def _read(pattern: Pattern, match: re.Match[str], text: str) -> _Link | Refusal:
    if pattern.refuses:
        return Refusal(what=pattern.refuses)
    if pattern.name in _SHORT_HOSTS:
        code = text[match.start("code") : match.end("code")]
        return _Link(kind="short", value=_SHORT_HOSTS[pattern.name] + code)
    kind, spotify_id = match["type"], text[match.start("id") : match.end("id")]
    if kind in _TYPES:
        return Refusal(what=_TYPES[kind])
    if len(spotify_id) != ID_LENGTH:
        return Refusal(what="a Spotify link that is cut short or mistyped")
    return _Link(kind=kind, value=spotify_id)
