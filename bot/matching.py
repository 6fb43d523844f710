"""One form for the many writings of a title or a name, so that they can be compared.

A title is split into its base and its versions: "Hurt" and "Hurt (Live)" are two recordings.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.errors import WeakMatchError
from bot.track import Track

# Longer names first, each is cut out once found: a "radio edit" is no "edit".
_VERSIONS = tuple(
    (name, re.compile(rf"\b(?:{words})\b"))
    for name, words in (
        ("radio edit", r"radio (?:edit|mix|version)|single (?:edit|mix|version)"),
        ("extended", r"extended(?: (?:mix|version|edit))?"),
        ("original", r"(?:original|album) (?:mix|version|edit)|explicit|bonus track"),
        ("remaster", r"(?:digital(?:ly)? )?remaster(?:ed)?(?: version)?"),
        ("remix", r"remix(?:ed)?|rmx"),
        ("live", r"live(?: (?:version|session))?"),
        ("acoustic", r"acoustic(?: (?:version|mix))?"),
        ("instrumental", r"instrumental(?: (?:version|mix))?"),
        ("karaoke", r"karaoke(?: version)?"),
        ("cover", r"cover(?: version)?"),
        ("demo", r"demo(?: version)?"),
        ("sped up", r"(?:sped|speed) ?up(?: version)?"),
        ("slowed", r"slowed(?: down)?(?: (?:and )?reverb)?(?: version)?"),
        ("nightcore", r"nightcore(?: version)?"),
        ("re-recorded", r"re ?record(?:ed|ing)(?: version)?"),
        ("a cappella", r"a ?cap?pp?ella(?: version)?"),
        ("mix", r"mix"),
        ("edit", r"edit"),
        ("version", r"version"),
    )
)
# The recording is the same with and without these words.
SAME = frozenset({"original", "remaster"})
# The same recording at another length, so they are told apart by the duration.
CUTS = frozenset({"radio edit", "extended"})

# "(…)", "[…]" and what follows a spaced dash may name a version or the guests.
_DASH = "\\s[-\u2013\u2014]\\s"
_PART = re.compile(rf"[(\[]([^()\[\]]*)[)\]]|{_DASH}((?:(?!{_DASH})[^()\[\]])*)")
_GUESTS = re.compile(r"\b(?:feat|featuring|ft)\b.*")
# Only in a part of its own: "With or Without You" has no guests.
_WITH = re.compile(r"^\s*with\b.*")
_BETWEEN_ARTISTS = re.compile("\\s*[,;&/\u00d7]\\s*|\\s+(?:x|feat\\.?|featuring|ft\\.?)\\s+")
# They differ between writings of one version: "Live at Wembley, 1986" and "Live from Wembley".
_SMALL_WORDS = re.compile(r"\b(?:a|at|by|for|from|in|on|the|(?:19|20)\d\d)\b")
# Letters that Unicode does not take apart into a base and an accent.
_WHOLE_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "\u0131": "i"})
# Only these accents are dropped: the marks of kana (U+3099) and of Hangul make other letters.
_ACCENTS = re.compile("[\u0300-\u036f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """`detail` are the words that tell two versions of one kind apart, such as the remixer."""

    base: str
    versions: frozenset[str]
    detail: str


def title_key(track: Track) -> str:
    """Return the same text for every writing of one recording's title."""
    title = split_title(track.title)
    words = " ".join((*sorted(title.versions - SAME), title.detail)).strip()
    return f"{title.base} ({words})" if words else title.base


def artist_key(track: Track) -> str:
    """Return the same text for every writing of the first artist's name, "" where it is unknown."""
    return normal(track.artists[0]) if track.artists else ""


def confirmed(track: Track, match: WeakMatchError) -> Track:
    """Return what to look for after the artist has said that `match` is the recording.

    Only for finding the audio: what people are shown stays as Spotify or the artist names it.
    """
    return replace(
        track,
        title=match.title,
        artists=match.artists or track.artists,
        isrc=match.isrc or track.isrc,
        duration_ms=match.duration_ms or track.duration_ms,
    )


def split_title(title: str) -> Title:
    title = unicodedata.normalize("NFKC", title).casefold()
    versions: set[str] = set()
    detail: list[str] = []

    def take(part: re.Match[str]) -> str:
        text = _WITH.sub("", _GUESTS.sub("", _inside(part)))
        if not text.strip():
            return " "
        names, rest = _versions(normal(text))
        versions.update(names)
        if names - SAME - CUTS:
            detail.append(rest)
        # What names no version belongs to the title: "(I Can't Get No) Satisfaction".
        return " " if names else f" {text} "

    base = _PART.sub(take, title)
    return Title(
        # A title may be nothing but what looks like a guest or a version: "Ft. Worth", "(Live)".
        base=normal(_GUESTS.sub("", base)) or normal(base) or normal(title),
        versions=frozenset(versions),
        detail=" ".join(" ".join(detail).split()),
    )


def split_artists(artists: Iterable[str]) -> list[str]:
    """Return each artist whole ("Earth, Wind & Fire") and in parts ("A & B feat. C")."""
    pieces = [p for name in artists for p in (name, *_BETWEEN_ARTISTS.split(name.casefold()))]
    return [normal(piece) for piece in dict.fromkeys(pieces) if piece.strip()]


def without_guests(title: str) -> str:
    """Return `title` without "(feat. B)" and "(with B)", otherwise as it is written."""
    return _PART.sub(lambda part: " " if _names_guests(_inside(part)) else part[0], title)


def normal(text: str) -> str:
    """Return `text` without case, accents and punctuation; CJK stays as it is."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_WHOLE_LETTERS)
    text = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    text = unicodedata.normalize("NFC", text).replace("&", " and ")
    words = re.sub(r"[^\w\s]", " ", re.sub("['\u2019`]", "", text)).split()
    # Some names are nothing but punctuation: "!!!".
    return " ".join(words) or text.strip()


def _inside(part: re.Match[str]) -> str:
    return part[1] if part[1] is not None else part[2]


def _names_guests(text: str) -> bool:
    text = text.casefold()
    return bool(_GUESTS.match(text.strip()) or _WITH.match(text))


def _versions(text: str) -> tuple[frozenset[str], str]:
    """Return the versions named in a normal text, and the words that are left."""
    names = set()
    for name, words in _VERSIONS:
        text, times = words.subn(" ", text)
        if times:
            names.add(name)
    return frozenset(names), _SMALL_WORDS.sub(" ", text)
