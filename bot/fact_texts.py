"""What artists read about the sound of a track, in one place, ready for translation.

Facts, not a verdict: no sentence here knows a score, and none says that a value is good.
"""

from collections.abc import Sequence

from bot.file_reports import AttributesLine
from bot.messages import plain

FACTS_HEADING = "Facts, not a verdict"


def compared_text(playlist: str, tracks: int, *, enough: int) -> str:
    """Say what an artist's facts are held against, or that there is too little for that."""
    name = plain(playlist) or "The playlist"
    if tracks < enough:
        return f"{name} has too few tracks to compare: {tracks} of at least {enough}."
    return (
        f"The range holds eight in ten of the {tracks} other tracks of {name} that Earmark has"
        " heard. Good tracks lie outside it, too."
    )


def range_text(low: float, high: float, unit: str) -> str:
    """Return a range as people read it: `98 to 124 BPM`, `55 to 80`."""
    return f"{value_text(low, unit, bare=True)} to {value_text(high, unit)}"


def beside_text(playlist: str, *, inside: Sequence[str], outside: Sequence[str]) -> str:
    """Tell curators where a track lies beside eight in ten of the playlist's tracks.

    `inside` are the names of what lies within, `outside` are words like `loudness above -14 to -8`.
    """
    parts = [*outside]
    if inside:
        parts.append(f"{', '.join(inside)} inside")
    return f"Beside most of {plain(playlist)}: {'; '.join(parts)}" if parts else ""


def place_words(place: str | None) -> str:
    """Return where a value lies beside the playlist's range; neither side is the better one."""
    words = {"below": "below the range", "inside": "inside the range", "above": "above the range"}
    return words[place] if place else ""


def value_text(value: float | str | None, unit: str, *, bare: bool = False) -> str:
    """Return a fact as people read it: `118 BPM`, `-11.5 LUFS`, `61` for a share of .61."""
    if value is None:
        return "unclear"
    if isinstance(value, str):
        return value
    match unit:
        case "share":
            return f"{100 * value:.0f}"
        case "BPM":
            told = f"{value:.0f}"
        case _:
            told = f"{value:.1f}"
    return told if bare else f"{told} {unit}"


def edit_words(
    *, tempo_percent: float, gain_db: float, low_cut_hz: float | None, skip_intro_s: float
) -> tuple[str, ...]:
    """Return what is changed: `3 % faster`, `2 dB quieter`."""
    words = []
    if skip_intro_s:
        words.append(f"without its first {skip_intro_s:g} s")
    if low_cut_hz is not None:
        words.append(f"with less below {low_cut_hz:g} Hz")
    if tempo_percent:
        words.append(f"{abs(tempo_percent):g} % {'faster' if tempo_percent > 0 else 'slower'}")
    if gain_db:
        words.append(f"{abs(gain_db):g} dB {'louder' if gain_db > 0 else 'quieter'}")
    return tuple(words)


def heard_text(start_s: float, seconds: float, edited_start_s: float, edited_s: float) -> str:
    """Say which part of the file the facts are about, before and after."""
    before = f"{_minutes(start_s)} to {_minutes(start_s + seconds)}"
    if (start_s, seconds) == (edited_start_s, edited_s):
        return f"Heard: {before} of the file."
    return (
        f"Heard: {before} of the file; edited, {edited_s:.0f} s from {_minutes(edited_start_s)} on."
    )


def clip_text(peak_db: float, peak_before_db: float) -> str:
    """Warn of samples over full scale; a file that had them before is told so."""
    if peak_before_db > 0:
        return f"Its peaks lie {peak_db:.1f} dB over full scale, as some did before the edit."
    return f"Its peaks would lie {peak_db:.1f} dB over full scale: it would clip."


def other_beat_text(before: float, expected: float, heard: float) -> str:
    """Warn of a tempo that changed because the beat was counted in another way."""
    return (
        f"By the edit alone {before:.0f} BPM {_becomes(before, expected)}; heard again it is"
        f" {heard:.0f}: the beat of this music can be counted in more than one way."
    )


def _becomes(before: float, expected: float) -> str:
    return "would stay" if before == expected else f"would become {expected:.0f}"


def unsure_text(names: Sequence[str]) -> str:
    """Say which measurements are in doubt, so that their change may be chance."""
    return f"Earmark is unsure of the {' and the '.join(names)} here; a change may be chance."


def _minutes(seconds: float) -> str:
    return f"{round(seconds) // 60}:{round(seconds) % 60:02}"


def facts_text(heard: AttributesLine) -> str:
    """Return what can be heard: `tempo 118 BPM (or 59) · key A minor · -11.5 LUFS`."""
    tempo = f"tempo {heard.tempo_bpm:.0f} BPM"
    if heard.tempo_alt_bpm is not None:
        tempo += f" (or {heard.tempo_alt_bpm:.0f})"
    parts = [tempo, f"key {heard.key}" if heard.key else "key unclear"]
    parts.append(f"loudness {heard.loudness_lufs:.1f} LUFS")
    for name, value in (("energy", heard.energy), ("danceability", heard.danceability)):
        if value is not None:
            parts.append(f"{name} {100 * value:.0f}")
    return " · ".join(parts)


def close_text(names: Sequence[str]) -> str:
    """Say that the best files cannot be told apart; `names` are theirs, the best one first."""
    return f"Too close to call, as their intervals overlap: {', '.join(map(plain, names))}."
