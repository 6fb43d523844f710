"""What a submission is called while the services have not told, and afterwards."""

from pathlib import PurePath

from bot.messages import plain
from db.models import Submission

# Longer than any real title; what is longer is there to break something.
_TYPED_LIMIT = 300


def typed(text: str | None, *, limit: int = _TYPED_LIMIT) -> str | None:
    """Return what a person typed as it may be stored and shown, or None where nothing is left.

    PostgreSQL refuses text with a NUL in it, and no database takes half a surrogate pair.
    """
    return plain(text, limit=limit) or None if text else None


def track_label(submission: Submission) -> tuple[str, str]:
    """Return title and artist for people; user text in them is already harmless.

    The submission's track and member must be loaded.
    """
    track = submission.track
    if track is not None:
        artist = ", ".join(track.artists) or submission.typed_artist or _sender(submission)
        return _shown(track.title, artist)
    file_artist, file_title = file_label(submission.upload_name)
    title = submission.typed_title or file_title or _unknown(submission)
    artist = submission.typed_artist or file_artist or _sender(submission)
    return _shown(title, artist)


def file_label(name: str | None) -> tuple[str | None, str | None]:
    """Return artist and title as far as a file name tells: `Artist - Title.mp3`, `Title.wav`."""
    stem = PurePath(name).stem.strip() if name else ""
    artist, dash, title = stem.partition(" - ")
    if dash and artist.strip() and title.strip():
        return artist.strip(), title.strip()
    return None, stem or None


def _shown(title: str, artist: str) -> tuple[str, str]:
    # A service may call a track by characters that show nothing.
    return plain(title) or "Unnamed track", plain(artist) or "Unknown artist"


def _unknown(submission: Submission) -> str:
    return f"Spotify track {submission.spotify_id}" if submission.spotify_id else "Unnamed track"


def _sender(submission: Submission) -> str:
    return submission.member.display_name
