"""The picture on a review card: what was heard, which seconds moved the score, how it compares."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from bot.messages import plain
from bot.pictures.sheet import DOWN, INK, LINE, SHADE, SOFT, UP, Sheet, drawable
from scoring.bands import Band, score_words

# Twice the 550 pixels at which Discord shows a picture beside a message.
WIDTH: Final = 1100
HEIGHT: Final = 620

_EDGE: Final = 36
_INNER: Final = WIDTH - 2 * _EDGE

# White paper, dark sound: the marks over it keep their colours.
_SOUND: Final = LinearSegmentedColormap.from_list(
    "sound", ["#FFFFFF", "#DDE3E9", "#8FA0B0", "#43525F", "#141B22"]
)
# What is quieter than this under the loudest moment is shown as silence.
_RANGE_DB: Final = 70
_BAND: Final = "#9CC7E3"
# Smaller effects depend on where a clip was cut; scoring.explain tells none of them either.
_NOTICEABLE: Final = 0.25
# The sound must stay to be seen through it.
_TINT: Final = 0.35
# Without sound and score there is little to draw.
_SHORT: Final = 260
_NO_SCORE: Final = "It waits by its age: no score is not a low score."


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """How far a stretch moves the model's score against the rest of the clip, in points.

    The times are as a player shows them. `rows` are those of the log-mel that do most of it.
    """

    start_s: float
    end_s: float
    points: float
    rows: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """Something heard, 0 to 1, with the range of the playlist's own tracks where it is known."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReviewPicture:
    """What is drawn. `logmel` is (bands, frames) in dB from `start_s` to `end_s`, or None.

    `unscored` says in words why there is no score; it is shown exactly where `score` is None.
    """

    code: str
    title: str
    artist: str
    playlist: str
    why: str
    score: Band | None = None
    unscored: str = "not scored yet"
    source: str = "30 s preview"
    logmel: npt.NDArray[np.float32] | None = None
    start_s: float = 0.0
    end_s: float = 30.0
    segments: tuple[Segment, ...] = ()
    tempo_bpm: float | None = None
    key: str | None = None
    loudness_lufs: float | None = None
    traits: tuple[Trait, ...] = ()
    model: str = ""


def review_card(picture: ReviewPicture) -> bytes:
    """Return the card as a PNG, WIDTH pixels wide and at most HEIGHT high."""
    if picture.logmel is None and picture.score is None:
        return _without_audio(picture)
    sheet = Sheet(WIDTH, HEIGHT)
    _header(sheet, picture)
    _sound(sheet, picture)
    _score(sheet, picture)
    _facts(sheet, picture)
    _traits(sheet, picture)
    _footer(sheet, picture)
    return sheet.png()


def alt_text(picture: ReviewPicture) -> str:
    """Return what the picture shows, for who cannot see it."""
    parts = [f"{plain(picture.title)} by {plain(picture.artist)}: {plain(picture.why)}"]
    if picture.score is None:
        parts.append(picture.unscored)
    else:
        parts.append(f"score {score_words(picture.score)}, from the {picture.source}")
    parts += [f"{name} {value}" for name, value in _fact_pairs(picture)]
    parts += [_trait_words(trait) for trait in picture.traits]
    if best := _most(picture, up=True):
        parts.append(f"{_span(best)} moved the score up most ({best.points:+.1f} points)")
    if worst := _most(picture, up=False):
        parts.append(f"{_span(worst)} moved it down most ({worst.points:+.1f} points)")
    return f"{'. '.join(_sentence(part) for part in parts)}."


def _without_audio(picture: ReviewPicture) -> bytes:
    sheet = Sheet(WIDTH, _SHORT)
    _header(sheet, picture)
    sheet.box(_EDGE, 126, _INNER, _SHORT - 126 - _EDGE, color=SHADE, round_px=12)
    words = _sentence(picture.unscored)
    sheet.text(WIDTH / 2, 168, words, size=24, bold=True, align="center", width=_INNER - 60)
    sheet.text(WIDTH / 2, 202, _NO_SCORE, size=20, color=SOFT, align="center")
    return sheet.png()


def _header(sheet: Sheet, picture: ReviewPicture) -> None:
    why = drawable(picture.why, instead="")
    chip = sheet.text_width(why, size=21) + 36
    sheet.box(WIDTH - _EDGE - chip, 26, chip, 40, color=SHADE, round_px=20)
    sheet.text(WIDTH - _EDGE - chip / 2, 53, why, size=21, align="center")
    room = _INNER - chip - 30
    title = drawable(picture.title, instead=picture.code)
    sheet.text(_EDGE, 60, title, size=36, bold=True, width=room)
    playlist = drawable(picture.playlist, instead="this playlist")
    place = playlist if title == picture.code else f"{picture.code} · {playlist}"
    sheet.text(WIDTH - _EDGE, 98, place, size=20, color=SOFT, align="right", width=430)
    artist = drawable(picture.artist, instead="title and artist: see the message")
    sheet.text(_EDGE, 98, artist, size=24, color=SOFT, width=_INNER - 460)


def _sound(sheet: Sheet, picture: ReviewPicture) -> None:
    top, height, lane = 122, 152, 58
    if picture.logmel is None or not picture.logmel.size:
        sheet.box(_EDGE, top, _INNER, height + lane, color=SHADE, round_px=12)
        text = "the audio is not kept, so there is no picture of it"
        sheet.text(WIDTH / 2, top + 114, text, size=22, color=SOFT, align="center")
        return
    if not picture.segments:
        height += lane
    axes = sheet.axes(_EDGE, top, _INNER, height)
    quiet, loud = _contrast(picture.logmel)
    axes.imshow(
        picture.logmel,
        aspect="auto",
        origin="lower",
        cmap=_SOUND,
        vmin=quiet,
        vmax=loud,
        extent=(picture.start_s, picture.end_s, 0, 1),
        interpolation="bilinear",
    )
    axes.add_patch(Rectangle((0, 0), 1, 1, transform=axes.transAxes, fill=False, ec=LINE, lw=2))
    if picture.segments:
        _mark(axes, picture)
        _lane(sheet.axes(_EDGE, top + height + 8, _INNER, lane), picture)
    _times(sheet, picture, y=368)


def _contrast(logmel: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Return the levels that are drawn white and black, so that loud music is no grey wall."""
    loud = float(np.percentile(logmel, 99.8))
    quiet = max(loud - _RANGE_DB, float(np.percentile(logmel, 4)))
    return (quiet, loud) if loud > quiet else (loud - 1, loud)


def _mark(axes: Axes, picture: ReviewPicture) -> None:
    """Frame the stretches that moved the score up and down most, and tint what in them did."""
    bands = picture.logmel.shape[0] if picture.logmel is not None else 0
    for segment, color in ((_most(picture, up=True), UP), (_most(picture, up=False), DOWN)):
        if segment is None:
            continue
        axes.axvspan(segment.start_s, segment.end_s, fill=False, ec=color, lw=3)
        if segment.rows is not None and bands:
            low, high = (row / bands for row in segment.rows)
            axes.axvspan(segment.start_s, segment.end_s, low, high, fc=color, alpha=_TINT)


def _lane(axes: Axes, picture: ReviewPicture) -> None:
    """Draw one bar a segment: blue and up where it did more for the score than the others."""
    points = [segment.points for segment in picture.segments]
    lengths = [segment.end_s - segment.start_s for segment in picture.segments]
    # Effects below a point stay small: noise must not look like news.
    top, bottom = max(0.0, *points), min(0.0, *points)
    spread = max(1.0, top - bottom)
    axes.set_xlim(picture.start_s, picture.end_s)
    axes.set_ylim(bottom - 0.03 * spread, max(top, bottom + spread) + 0.03 * spread)
    axes.axhline(0, color=SOFT, lw=1.5)
    axes.bar(
        [s.start_s + length / 2 for s, length in zip(picture.segments, lengths, strict=True)],
        points,
        width=[0.9 * length for length in lengths],
        color=[UP if value > 0 else DOWN for value in points],
    )


def _times(sheet: Sheet, picture: ReviewPicture, *, y: float) -> None:
    """Write where the clip starts and ends, and what the colours mean."""
    sheet.text(_EDGE, y, _clock(picture.start_s), size=20, color=SOFT)
    sheet.text(WIDTH - _EDGE, y, _clock(picture.end_s), size=20, color=SOFT, align="right")
    best, worst = _most(picture, up=True), _most(picture, up=False)
    keys = []
    if best:
        keys.append((UP, f"moved the score up against the rest (most: {best.points:+.1f} points)"))
    if worst:
        keys.append((DOWN, f"down (most: {worst.points:+.1f})"))
    widths = [sheet.text_width(text, size=20) + 26 for _, text in keys]
    x = (WIDTH - sum(widths) - 36 * (len(keys) - 1)) / 2
    for (color, text), width in zip(keys, widths, strict=True):
        sheet.box(x, y - 15, 16, 16, color=color)
        sheet.text(x + 26, y, text, size=20, color=SOFT)
        x += width + 36


def _score(sheet: Sheet, picture: ReviewPicture) -> None:
    x, width = _EDGE, 480
    if picture.score is None:
        sheet.text(x, 426, _sentence(picture.unscored), size=22, bold=True, width=530)
        sheet.text(x, 460, _NO_SCORE, size=19, color=SOFT, width=width)
        return
    band = picture.score
    word, _, rest = score_words(band).partition(" ")
    used = sheet.text(x, 426, f"Score: {word}", size=24, bold=True) + 14
    sheet.text(x + used, 426, rest.strip("()"), size=19, color=SOFT, width=530 - used)
    point = width / 100
    low, length = band.low * point, (band.high - band.low) * point
    sheet.box(x, 446, width, 16, color=SHADE, round_px=8)
    sheet.box(x + low, 446, length, 16, color=_BAND, round_px=8)
    sheet.box(x + band.percentile * point - 11, 443, 22, 22, color=UP, round_px=11)
    for value, align in ((0, "left"), (50, "center"), (100, "right")):
        sheet.text(x + value * point, 488, str(value), size=18, color=SOFT, align=align)


def _facts(sheet: Sheet, picture: ReviewPicture) -> None:
    for column, (name, value) in enumerate(_fact_pairs(picture)):
        x = _EDGE + column * 165
        sheet.text(x, 528, name, size=19, color=SOFT)
        sheet.text(x, 556, value, size=24, bold=True, width=160)


def _traits(sheet: Sheet, picture: ReviewPicture) -> None:
    x, bar_x, bar_width = 580, 748, 250
    ranged = any(trait.low is not None for trait in picture.traits)
    step = 34 if ranged else 40
    for row, trait in enumerate(picture.traits[:4]):
        y = 426 + row * step
        sheet.text(x, y, trait.name, size=20, color=SOFT, width=bar_x - x - 10)
        sheet.box(bar_x, y - 14, bar_width, 14, color=SHADE, round_px=4)
        if trait.low is not None and trait.high is not None:
            span = (trait.high - trait.low) * bar_width
            sheet.box(bar_x + trait.low * bar_width, y - 19, span, 24, color=_BAND, round_px=4)
        sheet.box(bar_x, y - 12, trait.value * bar_width, 10, color=INK, round_px=3)
        percent = f"{100 * trait.value:.0f}"
        sheet.text(WIDTH - _EDGE, y, percent, size=20, align="right")
    if ranged:
        sheet.box(bar_x, 544, 24, 16, color=_BAND, round_px=4)
        sheet.text(bar_x + 34, 558, "this playlist's range", size=19, color=SOFT)


def _footer(sheet: Sheet, picture: ReviewPicture) -> None:
    sheet.box(_EDGE, 580, _INNER, 2, color=LINE)
    if picture.score is not None:
        text = f"A guess at popularity from the {picture.source}; four in five lie in the band."
        sheet.text(_EDGE, 606, text, size=18, color=SOFT)
    sheet.text(WIDTH - _EDGE, 606, picture.model, size=16, color=SOFT, align="right", width=280)


def _fact_pairs(picture: ReviewPicture) -> list[tuple[str, str]]:
    pairs = []
    if picture.tempo_bpm is not None:
        pairs.append(("tempo", f"{picture.tempo_bpm:.0f} BPM"))
    if picture.key is not None:
        pairs.append(("key", picture.key))
    if picture.loudness_lufs is not None:
        pairs.append(("loudness", f"{picture.loudness_lufs:.1f} LUFS"))
    return pairs


def _trait_words(trait: Trait) -> str:
    words = f"{trait.name} {100 * trait.value:.0f} of 100"
    if trait.low is None or trait.high is None:
        return words
    return f"{words} (this playlist's range {100 * trait.low:.0f} to {100 * trait.high:.0f})"


def _most(picture: ReviewPicture, *, up: bool) -> Segment | None:
    """Return the segment that moved the score furthest in one direction, if any did."""
    if not picture.segments:
        return None
    sign = 1 if up else -1
    most = max(picture.segments, key=lambda segment: sign * segment.points)
    return most if sign * most.points >= _NOTICEABLE else None


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _span(segment: Segment) -> str:
    return f"{_clock(segment.start_s)} to {_clock(segment.end_s)}"


def _clock(seconds: float) -> str:
    return f"{round(seconds) // 60}:{round(seconds) % 60:02d}"
