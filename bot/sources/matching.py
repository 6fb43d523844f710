"""Is a recording found elsewhere the submitted track? Pure rules, no calls.

Fuzzy scores alone do not do: rapidfuzz's token_set_ratio gives 100 for "Hurt" and "Hurt (Live)".
So a title is split into its base and its versions, and both must agree.
"""

import re

from rapidfuzz import fuzz

from bot.errors import WeakMatchError
from bot.matching import CUTS, SAME, Title, split_artists, split_title, without_guests
from bot.track import Track, Verdict

# Verdicts that may be scored without asking the artist.
SURE = frozenset(
    {
        Verdict.ISRC_AND_TITLE,
        Verdict.ISRC_ONLY,
        Verdict.STRONG,
        Verdict.CONFIRMED,
        Verdict.OWN_FILE,
    }
)

MIN_RATIO = 90
# Services round durations, and keep or cut a second of silence.
STRONG_MS = 2_000
WEAK_MS = 5_000

_LATIN = re.compile(r"[a-z]")


def judge(wanted: Track, found: Track) -> Verdict:
    """Say how sure we are that `found` is the recording that `wanted` names."""
    left, right = split_title(wanted.title), split_title(found.title)
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
    text = " ".join((*track.artists[:1], without_guests(track.title)))
    return " ".join(re.sub(r'[":]', " ", text).split())


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


def _judge_twin(left: Title, right: Title, apart_ms: int | None) -> Verdict:
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


def _same_base(left: Title, right: Title) -> bool:
    return fuzz.ratio(left.base, right.base) >= MIN_RATIO


def _same_versions(left: Title, right: Title, apart_ms: int | None) -> bool:
    agrees = apart_ms is not None and apart_ms <= STRONG_MS
    ignored = SAME | CUTS if agrees else SAME
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
    theirs = split_artists(found.artists)
    return any(
        fuzz.ratio(ours, name) >= MIN_RATIO
        for ours in split_artists(wanted.artists)
        for name in theirs
    )
