"""Choose among the recordings that a service has found. Pure rules, no calls."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import NoPreviewError
from bot.sources.matching import SURE, judge, weak_match
from bot.track import Track, Verdict

# The surest first; among equals the service's own rank decides.
_ORDER = (Verdict.ISRC_AND_TITLE, Verdict.ISRC_ONLY, Verdict.STRONG, Verdict.WEAK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One entry of a service; its track has a `preview_url` only if it may be played."""

    id: int
    track: Track
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The entry that was chosen, and a link to its preview, minted just now."""

    id: int
    track: Track
    verdict: Verdict
    preview_url: str


def choose(service: str, wanted: Track, candidates: Iterable[Candidate]) -> Found:
    """Return the surest entry that can be played.

    Raise NoPreviewError where there is none, and WeakMatchError where only the artist can say
    whether it is the same recording.
    """
    judged = [(judge(wanted, each.track), each) for each in candidates]
    known = [pair for pair in judged if pair[0] is not Verdict.NONE]
    if not known:
        raise NoPreviewError(f"{service} does not have “{wanted.title}”.")
    playable = [
        Found(id=each.id, track=each.track, verdict=verdict, preview_url=each.track.preview_url)
        for verdict, each in sorted(known, key=_surest_first)
        if each.track.preview_url
    ]
    if not playable:
        raise NoPreviewError(f"{service} has “{wanted.title}”, but no preview of it.")
    if playable[0].verdict not in SURE:
        # A sure entry that cannot be played leaves nothing to ask: the artist's file is better.
        if any(verdict in SURE for verdict, _ in known):
            raise NoPreviewError(f"{service} has “{wanted.title}”, but no preview of it.")
        raise weak_match(service, playable[0].track)
    return playable[0]


def _surest_first(pair: tuple[Verdict, Candidate]) -> tuple[int, int, int]:
    """Sort by verdict, then by rank, then by id: the same answer gives the same choice."""
    verdict, candidate = pair
    return _ORDER.index(verdict), -candidate.rank, candidate.id
