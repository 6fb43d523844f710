"""What is said about a playlist's seed tracks, in one place, ready for translation."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from bot.curation import Seeded, SeedLine, SeedsDone, SeedState, SeedsView
from bot.fact_texts import range_text
from bot.messages import plain
from bot.texts import title_text, unheard_words

SEEDS_LABEL: Final = "Tracks that it holds already"
SEEDS_HINT: Final = (
    "In Spotify's desktop app: open it, Ctrl+A, Ctrl+C (⌘ on a Mac); paste up to 50 here."
)
SEEDS_BUTTON: Final = "Seed tracks"
SEEDS_ADD_BUTTON: Final = "Add tracks…"
SEEDS_REMOVE_BUTTON: Final = "Take tracks out…"
SEEDS_AGAIN_BUTTON: Final = "Look again"
SEEDS_OUT_PICK: Final = "Take out one or more"
SEEDS_ADD_TITLE: Final = "Add seed tracks"
SEEDS_REMOVE_TITLE: Final = "Take seed tracks out"
SEEDS_REMOVE_LABEL: Final = "Links of the tracks to take out"
EVERY_SEED: Final = "all"
SEEDS_REMOVE_HINT: Final = f"Or the word {EVERY_SEED}, to begin anew."

COPY_TEXT: Final = (
    "In Spotify's desktop app open the playlist, press Ctrl+A and Ctrl+C (⌘ on a Mac), and paste:"
    " that copies the links of its tracks."
)
NO_SEEDS_TEXT: Final = (
    "No seed tracks yet. From the tracks that a playlist holds already Earmark learns what it"
    f" sounds like, and what not to queue again. {COPY_TEXT}"
)
NO_SEED_LINK_TEXT: Final = f"There is no link of a Spotify track in that. {COPY_TEXT}"

# What is in a seed's way, and in no submission's.
_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "no_such_track": "Spotify knows no such track",
        "unnamed": "Spotify names no artist to a desk without an app of its own there",
    }
)
_TITLE_LIMIT: Final = 40
# With the longest names they fit into a field of Discord's.
_MOST_PLAYLISTS: Final = 6


def full_text(playlist: str, most: int) -> str:
    return (
        f"{plain(playlist)} has {most} seed tracks, and that is as many as it can have. Take some"
        " out first."
    )


def count_text(view: SeedsView) -> str:
    """Return how far the seeds are: `24 heard · 6 still to be heard · 2 could not be heard`."""
    parts = [f"{view.count(SeedState.HEARD)} heard"]
    if waiting := view.count(SeedState.WAITING):
        parts.append(f"{waiting} still to be heard")
    if unheard := view.count(SeedState.UNHEARD):
        parts.append(f"{unheard} could not be heard")
    return " · ".join(parts)


def done_text(done: SeedsDone | None) -> str:
    """Say what a paste has just done, or nothing where none was."""
    if done is None:
        return ""
    parts = []
    if done.added:
        parts.append(f"{_tracks(done.added)} added.")
    if done.retried:
        parts.append(f"{_tracks(done.retried)} tried again.")
    if done.known and not (done.added or done.retried):
        parts.append("These are seed tracks already.")
    if done.left_out:
        parts.append(f"{_tracks(done.left_out)} left out: a playlist can have {done.most}.")
    if done.removed:
        parts.append(f"{_tracks(done.removed)} taken out, and what they taught is forgotten.")
    elif done.missing:
        parts.append("None of these is a seed track.")
    if done.refused:
        links = "link that names" if done.refused == 1 else "links that name"
        parts.append(f"{done.refused} {links} no single track of Spotify's: left out.")
    return " ".join(parts)


def state_text(row: SeedLine) -> str:
    """Return where one seed stands: `heard`, `still to be heard`, `no audio found`."""
    why = (_REASONS.get(row.reason) or unheard_words(row.reason)) if row.reason else ""
    match row.state:
        case SeedState.HEARD:
            return "heard"
        case SeedState.WAITING:
            return f"still to be heard: {why}" if why else "still to be heard"
        case SeedState.UNHEARD:
            return f"could not be heard: {why}"


def seed_text(row: SeedLine) -> str:
    if not row.title:
        return f"Spotify track {row.spotify_id}"
    return title_text(row.title, row.artist, limit=_TITLE_LIMIT)


def sound_text(view: SeedsView) -> str:
    """Say what most of a playlist's tracks sound like, or that too few were heard to say."""
    if not view.sound:
        return "Not known yet: that takes five heard tracks."
    ranges = (f"{one.name} {range_text(one.low, one.high, one.unit)}" for one in view.sound)
    return f"Eight in ten of its tracks: {', '.join(ranges)}."


def seeds_title(playlist: str) -> str:
    return f"{plain(playlist)}: seed tracks"


def more_text(count: int) -> str:
    return f"and {count} more"


def pasted_text(view: SeedsView) -> str:
    """Say what became of the tracks that were pasted with a new playlist."""
    return f"{done_text(view.done)} Earmark begins to listen within a minute, to about 20 a minute."


def seeded_text(playlists: Sequence[Seeded], *, nothing: str) -> str:
    """Return the first playlists with how far their seeds are, for the set-up."""
    lines = [_seeded(one) for one in playlists[:_MOST_PLAYLISTS]]
    if more := len(playlists) - len(lines):
        lines.append(more_text(more))
    return "\n".join(lines) or nothing


def _seeded(one: Seeded) -> str:
    name = plain(one.playlist)
    if not one.seeds:
        return f"{name} (no seed tracks yet)"
    return f"{name} ({one.heard} of {_tracks(one.seeds, kind='seed track')} heard)"


def _tracks(count: int, *, kind: str = "track") -> str:
    return f"{count} {kind}{'' if count == 1 else 's'}"
