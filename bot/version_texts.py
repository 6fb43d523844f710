"""What curators read of an earlier version of a song, and of what has changed since."""

from collections.abc import Sequence
from datetime import datetime

from db.status import Status

# Less than this nobody hears, or the two measurements differ by themselves.
_AUDIBLE_DB = 0.5
_AUDIBLE_BPM = 1.0
_NOTICED_MS = 1000


def change_words(
    *,
    louder_db: float | None,
    faster_bpm: float | None,
    longer_ms: float | None,
    same_recording: bool,
) -> tuple[str, ...]:
    """Return `2.1 dB louder`, `12 s shorter`; None is unknown and not told."""
    if same_recording:
        return ("the same recording",)
    words = []
    if louder_db is not None and abs(louder_db) >= _AUDIBLE_DB:
        words.append(f"{abs(louder_db):.1f} dB {'louder' if louder_db > 0 else 'quieter'}")
    if longer_ms is not None and abs(longer_ms) >= _NOTICED_MS:
        words.append(f"{_seconds(abs(longer_ms))} {'longer' if longer_ms > 0 else 'shorter'}")
    if faster_bpm is not None and abs(faster_bpm) >= _AUDIBLE_BPM:
        words.append(f"{abs(faster_bpm):.0f} BPM {'faster' if faster_bpm > 0 else 'slower'}")
    return tuple(words)


def memory_text(
    code: str, status: Status, *, at: datetime, reasons: Sequence[str], changes: Sequence[str]
) -> str:
    """Return `T-4F7K declined 12 Sep: the mix is muddy; now 2.1 dB louder`."""
    told = f"{code} {status.value} {at.day} {at:%b}"
    if reasons:
        told += f": {', '.join(reasons)}"
    if changes:
        told += f"; now {', '.join(changes)}"
    return told


def _seconds(ms: float) -> str:
    seconds = round(ms / 1000)
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60}:{seconds % 60:02} min"
