"""The chart of a digest: what became of a week's tracks, and whether the ranking helps."""

from datetime import datetime, timedelta
from typing import Final

from bot.digest_texts import digest_lines, digest_title, meter_text
from bot.messages import DigestView, Meter
from bot.pictures.sheet import DOWN, INK, LINE, SHADE, SOFT, UP, Sheet, drawable

# Twice the 550 pixels at which Discord shows a picture beside a message.
WIDTH: Final = 1100
HEIGHT: Final = 500

_EDGE: Final = 36
_TOP: Final = 170
_STEP: Final = 58
_BARS_X: Final = 160
_BARS_WIDTH: Final = 300
_SCALE_X: Final = 600
_SCALE_WIDTH: Final = WIDTH - _EDGE - _SCALE_X


def digest_chart(view: DigestView) -> bytes:
    """Return the chart as a PNG of WIDTH times HEIGHT pixels."""
    sheet = Sheet(WIDTH, HEIGHT)
    _header(sheet, view)
    _counts(sheet, view)
    _meters(sheet, view)
    return sheet.png()


def alt_text(view: DigestView) -> str:
    """Return what the chart shows, for who cannot see it."""
    return f"{digest_title(view)}: {'; '.join(digest_lines(view))}."


def _header(sheet: Sheet, view: DigestView) -> None:
    playlist = drawable(view.playlist, instead="This playlist")
    sheet.text(_EDGE, 60, playlist, size=36, bold=True, width=570)
    week = f"week {view.iso_week} · {_dates(view.starts_at, view.ends_at)}"
    sheet.text(WIDTH - _EDGE, 60, week, size=20, color=SOFT, align="right")
    sheet.box(_EDGE, 84, WIDTH - 2 * _EDGE, 2, color=LINE)


def _counts(sheet: Sheet, view: DigestView) -> None:
    """Draw one bar for each answer, all on one scale, with its number beside it."""
    bars = (
        ("kept", view.kept, UP),
        ("maybe", view.maybe, "#56B4E9"),
        ("declined", view.declined, SOFT),
        ("expired", view.expired, DOWN),
        ("waiting", view.waiting, "#A9B4BF"),
    )
    sheet.text(_EDGE, 126, "This week's tracks", size=22, bold=True)
    sheet.box(_BARS_X - 3, _TOP - 6, 2, (len(bars) - 1) * _STEP + 46, color=LINE)
    most = max(1, *(count for _, count, _ in bars))
    for row, (name, count, color) in enumerate(bars):
        y = _TOP + row * _STEP
        sheet.text(_EDGE, y + 24, name, size=22, color=SOFT)
        length = max(4.0, _BARS_WIDTH * count / most) if count else 0.0
        if count:
            sheet.box(_BARS_X, y, length, 34, color=color, round_px=2)
        sheet.text(_BARS_X + length + 12, y + 25, str(count), size=24, bold=True)


def _meters(sheet: Sheet, view: DigestView) -> None:
    """Draw the shares of keeps with their intervals, or say that there are too few."""
    sheet.text(_SCALE_X, 126, "Does the ranking help?", size=22, bold=True)
    for row, (name, meter) in enumerate(
        (("discovery picks", view.discovery), ("the rest", view.rest))
    ):
        _meter(sheet, name, meter, y=_TOP + row * 100)
    y = _TOP + 206
    for share, align in ((0, "left"), (50, "center"), (100, "right")):
        x = _SCALE_X + _SCALE_WIDTH * share / 100
        sheet.text(x, y, f"{share} %", size=19, color=SOFT, align=align)
    hints = ("Discovery picks are drawn by lot at arrival.", "The lines are 95 % intervals.")
    for row, hint in enumerate(hints):
        sheet.text(_SCALE_X, y + 44 + 28 * row, hint, size=19, color=SOFT, width=_SCALE_WIDTH)


def _meter(sheet: Sheet, name: str, meter: Meter, *, y: float) -> None:
    sheet.text(_SCALE_X, y + 24, name, size=22, color=SOFT)
    told = meter_text(meter) if meter.decided else "none decided"
    sheet.text(WIDTH - _EDGE, y + 24, told, size=20, align="right", color=INK)
    sheet.box(_SCALE_X, y + 44, _SCALE_WIDTH, 16, color=SHADE, round_px=8)
    # A mark on a share of a handful would be read as a finding.
    if meter.too_few:
        return
    low, high = meter.interval()
    at = _SCALE_X + _SCALE_WIDTH * meter.keeps / meter.decided
    span = _SCALE_WIDTH * (high - low)
    sheet.box(_SCALE_X + _SCALE_WIDTH * low, y + 49, span, 6, color=UP, round_px=3)
    sheet.box(at - 11, y + 41, 22, 22, color=UP, round_px=11)


def _dates(starts_at: datetime, ends_at: datetime) -> str:
    """Return the first and the last day: the week ends where the next one starts."""
    last = ends_at - timedelta(microseconds=1)
    return f"{starts_at.day} {starts_at:%b} to {last.day} {last:%b %Y}"
