"""Is a recording found elsewhere the submitted track? Pure rules, no calls."""

from bot.errors import WeakMatchError
from bot.track import Track, Verdict

# Verdicts that may be scored without asking the artist.
SURE = frozenset({Verdict.ISRC_AND_TITLE, Verdict.ISRC_ONLY, Verdict.STRONG, Verdict.OWN_FILE})


def judge(wanted: Track, found: Track) -> Verdict:
    """Say how sure we are that `found` is the recording that `wanted` names."""
    raise NotImplementedError


def search_text(track: Track) -> str:
    """Return what to type into a service's search: plain artist and title, no field filters."""
    raise NotImplementedError


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
