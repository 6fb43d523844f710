"""Is a recording found elsewhere the submitted track? Pure rules, no calls.

Fuzzy scores alone do not do: rapidfuzz's token_set_ratio gives 100 for "Hurt" and "Hurt (Live)".
So a title is split into its base and its versions, and both must agree.
"""

import re
import unicodedata
from dataclasses import dataclass

from rapidfuzz import fuzz

from bot.errors import WeakMatchError
from bot.track import Track, Verdict

# Verdicts that may be scored without asking the artist.
SURE = frozenset({Verdict.ISRC_AND_TITLE, Verdict.ISRC_ONLY, Verdict.STRONG, Verdict.OWN_FILE})

MIN_RATIO = 90
# Services round durations, and keep or cut a second of silence.
STRONG_MS = 2_000
WEAK_MS = 5_000

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
_SAME = frozenset({"original", "remaster"})
# The same recording at another length, so they are told apart by the duration.
_CUTS = frozenset({"radio edit", "extended"})

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
_LATIN = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Title:
    """`detail` are the words that tell two versions of one kind apart, such as the remixer."""

    base: str
    versions: frozenset[str]
    detail: str


def judge(wanted: Track, found: Track) -> Verdict:
    """Say how sure we are that `found` is the recording that `wanted` names."""
    left, right = _split(wanted.title), _split(found.title)
    apart_ms = _apart_ms(wanted, found)
    if wanted.isrc and found.isrc and _bare_isrc(wanted.isrc) == _bare_isrc(found.isrc):
        return _judge_twin(left, right, apart_ms)
    if not (
        _same_base(left, right)
        and _same_versions(left, right, apart_ms)
        and _same_artist(wanted, found)
    ):
        return Verdict.NONE
    if apart_ms is not None and apart_ms > WEAK_MS:
        return Verdict.NONE
    told_apart = bool(left.detail) == bool(right.detail) and wanted.artists and found.artists
    sure = apart_ms is not None and apart_ms <= STRONG_MS and told_apart
    return Verdict.STRONG if sure else Verdict.WEAK


def search_text(track: Track) -> str:
    """Return what to type into a service's search: plain artist and title.

    Deezer ignores the plain words beside a `field:"value"`, so nothing may look like one.
    """
    title = _PART.sub(lambda part: " " if _names_guests(_inside(part)) else part[0], track.title)
    return " ".join(re.sub(r'[":]', " ", " ".join((*track.artists[:1], title))).split())


def weak_match(service: str, found: Track) -> WeakMatchError:
    """Return the error that asks the artist about `found`."""
    return WeakMatchError(
        service,
        title=found.title,
        artists=found.artists,
        isrc=found.isrc,
        duration_ms=found.duration_ms,
        url=found.url,
    )


def _judge_twin(left: _Title, right: _Title, apart_ms: int | None) -> Verdict:
    """Judge two tracks with one ISRC; careless labels give one to different recordings."""
    close = apart_ms is None or apart_ms <= WEAK_MS
    # Nothing can be compared between two scripts.
    if bool(_LATIN.search(left.base)) != bool(_LATIN.search(right.base)):
        return Verdict.ISRC_ONLY if close else Verdict.WEAK
    if not _same_versions(left, right, apart_ms):
        return Verdict.WEAK if close else Verdict.NONE
    if _same_base(left, right):
        return Verdict.ISRC_AND_TITLE if close else Verdict.WEAK
    if apart_ms is not None and apart_ms <= STRONG_MS:
        return Verdict.ISRC_ONLY
    return Verdict.WEAK if close else Verdict.NONE


def _apart_ms(wanted: Track, found: Track) -> int | None:
    if wanted.duration_ms is None or found.duration_ms is None:
        return None
    return abs(wanted.duration_ms - found.duration_ms)


def _bare_isrc(isrc: str) -> str:
    return isrc.replace("-", "").strip().upper()


def _same_base(left: _Title, right: _Title) -> bool:
    return fuzz.ratio(left.base, right.base) >= MIN_RATIO


def _same_versions(left: _Title, right: _Title, apart_ms: int | None) -> bool:
    agrees = apart_ms is not None and apart_ms <= STRONG_MS
    ignored = _SAME | _CUTS if agrees else _SAME
    if left.versions - ignored != right.versions - ignored:
        return False
    if not (left.detail and right.detail):
        return True
    # Here a subset is enough: "Wembley" and "Wembley Stadium".
    return fuzz.token_set_ratio(left.detail, right.detail) >= MIN_RATIO


def _same_artist(wanted: Track, found: Track) -> bool:
    """Tell whether any artist is on both; unknown artists contradict nobody."""
    if not (wanted.artists and found.artists):
        return True
    theirs = _names(found.artists)
    return any(
        fuzz.ratio(ours, name) >= MIN_RATIO for ours in _names(wanted.artists) for name in theirs
    )


def _names(artists: tuple[str, ...]) -> list[str]:
    """Return each artist whole ("Earth, Wind & Fire") and in parts ("A & B feat. C")."""
    pieces = [p for name in artists for p in (name, *_BETWEEN_ARTISTS.split(name.casefold()))]
    return [_plain(piece) for piece in dict.fromkeys(pieces) if piece.strip()]


def _split(title: str) -> _Title:
    title = unicodedata.normalize("NFKC", title).casefold()
    versions: set[str] = set()
    detail: list[str] = []

    def take(part: re.Match[str]) -> str:
        text = _WITH.sub("", _GUESTS.sub("", _inside(part)))
        if not text.strip():
            return " "
        names, rest = _versions(_plain(text))
        versions.update(names)
        if names - _SAME - _CUTS:
            detail.append(rest)
        # What names no version belongs to the title: "(I Can't Get No) Satisfaction".
        return " " if names else f" {text} "

    base = _GUESTS.sub("", _PART.sub(take, title))
    return _Title(
        base=_plain(base) if base.strip() else _plain(title),
        versions=frozenset(versions),
        detail=" ".join(" ".join(detail).split()),
    )


def _names_guests(text: str) -> bool:
    text = text.casefold()
    return bool(_GUESTS.match(text.strip()) or _WITH.match(text))


def _inside(part: re.Match[str]) -> str:
    return part[1] if part[1] is not None else part[2]


def _versions(text: str) -> tuple[frozenset[str], str]:
    """Return the versions named in a plain text, and the words that are left."""
    names = set()
    for name, words in _VERSIONS:
        text, times = words.subn(" ", text)
        if times:
            names.add(name)
    return frozenset(names), _SMALL_WORDS.sub(" ", text)


def _plain(text: str) -> str:
    """Return `text` without case, accents and punctuation; CJK stays as it is."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_WHOLE_LETTERS)
    text = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    text = unicodedata.normalize("NFC", text).replace("&", " and ")
    words = re.sub(r"[^\w\s]", " ", re.sub("['\u2019`]", "", text)).split()
    # Some names are nothing but punctuation: "!!!".
    return " ".join(words) or text.strip()
