"""What a submission is called while the services have not told, and afterwards."""

from pathlib import PurePath

from bot.messages import plain
from db.models import Submission


def track_label(submission: Submission) -> tuple[str, str]:
    """Return title and artist for people; user text in them is already harmless.

    The submission's track and member must be loaded.
    """
    track = submission.track
    if track is not None:
        artist = ", ".join(track.artists) or submission.typed_artist or _sender(submission)
        return plain(track.title), plain(artist)
    file_artist, file_title = file_label(submission.upload_name)
    title = submission.typed_title or file_title or _unknown(submission)
    artist = submission.typed_artist or file_artist or _sender(submission)
    return plain(title), plain(artist)


def file_label(name: str | None) -> tuple[str | None, str | None]:
    """Return artist and title as far as a file name tells: `Artist - Title.mp3`, `Title.wav`."""
    stem = PurePath(name).stem.strip() if name else ""
    artist, dash, title = stem.partition(" - ")
    if dash and artist.strip() and title.strip():
        return artist.strip(), title.strip()
    return None, stem or None


def _unknown(submission: Submission) -> str:
    return f"Spotify track {submission.spotify_id}" if submission.spotify_id else "Unnamed track"


def _sender(submission: Submission) -> str:
    return submission.member.display_name
