"""How the facts of a file would change with an edit, for the artist who thinks about it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.fact_texts import (
    FACTS_HEADING,
    clip_text,
    edit_words,
    heard_text,
    other_beat_text,
    unsure_text,
)

if TYPE_CHECKING:
    from scoring.whatif import Facts, WhatIf

# Under these confidences a tempo or a key is told with its doubt.
SURE_TEMPO, SURE_KEY = 0.3, 0.1
# The usual tolerance for one tempo being another.
_SAME_TEMPO = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One fact before and after; None where it could not be told."""

    name: str
    unit: str
    before: float | str | None
    after: float | str | None

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, "unit": self.unit, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfView:
    """A file with its edits in words, the facts before and after, and what to mind."""

    file: str
    edits: tuple[str, ...]
    facts: tuple[Change, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "file": self.file,
            "heading": FACTS_HEADING,
            "edits": list(self.edits),
            "facts": [fact.to_json() for fact in self.facts],
            "notes": list(self.notes),
        }


def what_if_view(file: str, found: "WhatIf") -> WhatIfView:
    """Return what is shown; there is no score in it, as an artist reads it."""
    edit, before, after = found.edit, found.before, found.after
    notes = [heard_text(before.start_s, before.seconds, after.start_s, after.seconds)]
    heard, expected = after.signal.tempo_bpm, found.tempo_by_edit
    if abs(heard / expected - 1) > _SAME_TEMPO:
        notes.append(other_beat_text(before.signal.tempo_bpm, expected, heard))
    if unsure := _unsure(before, after):
        notes.append(unsure_text(unsure))
    if after.peak_db > 0:
        notes.append(clip_text(after.peak_db, before.peak_db))
    return WhatIfView(
        file=file,
        edits=edit_words(
            tempo_percent=edit.tempo_percent,
            gain_db=edit.gain_db,
            low_cut_hz=edit.low_cut_hz,
            skip_intro_s=edit.skip_intro_s,
        ),
        facts=tuple(
            Change(name=name, unit=unit, before=old, after=new)
            for (name, unit, old), (_, _, new) in zip(_facts(before), _facts(after), strict=True)
        ),
        notes=tuple(notes),
    )


def _facts(heard: "Facts") -> list[tuple[str, str, float | str | None]]:
    signal, traits = heard.signal, heard.traits
    return [
        ("tempo", "BPM", signal.tempo_bpm),
        ("half or double tempo", "BPM", signal.tempo_alt_bpm),
        ("key", "", signal.key),
        ("loudness", "LUFS", signal.loudness_lufs),
        ("peak", "dBFS", heard.peak_db),
        ("energy", "share", traits.energy),
        ("danceability", "share", traits.danceability),
        ("acousticness", "share", traits.acousticness),
        ("valence", "share", traits.valence),
        ("instrumentalness", "share", traits.instrumentalness),
        ("speechiness", "share", traits.speechiness),
    ]


def _unsure(*heard: "Facts") -> list[str]:
    """Return which measurements are in doubt, before or after."""
    signals = [one.signal for one in heard]
    found = {
        "tempo": any(one.tempo_confidence < SURE_TEMPO for one in signals),
        "key": any(one.key is not None and one.key_confidence < SURE_KEY for one in signals),
    }
    return [name for name, doubted in found.items() if doubted]
