"""The paper that pictures are drawn on: pixels, fonts, colours, and text that always fits.

Fonts are matplotlib's own DejaVu, so that a picture is the same on every machine and no
system font is needed. Nothing here touches pyplot or the user's matplotlib settings file.
"""

import io
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from matplotlib import get_data_path
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.patches import FancyBboxPatch, Rectangle

# Okabe and Ito's palette: these two and the greys stay apart for every kind of colour vision.
UP: Final = "#0072B2"
DOWN: Final = "#D55E00"
INK: Final = "#1B2430"
SOFT: Final = "#5B6673"
LINE: Final = "#D5DBE1"
SHADE: Final = "#EDF0F3"
PAPER: Final = "#FFFFFF"

_DPI: Final = 100


class Sheet:
    """A sheet of `width` times `height` pixels; (0, 0) is its top left corner."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=PAPER)
        self._canvas = FigureCanvasAgg(self._figure)

    def axes(self, x: float, y: float, width: float, height: float) -> Axes:
        """Return bare axes over a rectangle whose top left corner is (x, y)."""
        box = (
            x / self.width,
            1 - (y + height) / self.height,
            width / self.width,
            height / self.height,
        )
        axes = self._figure.add_axes(box)
        axes.set_axis_off()
        return axes

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        bold: bool = False,
        color: str = INK,
        align: str = "left",
        width: float | None = None,
    ) -> float:
        """Write one line with its base line at y, cut to `width`; return the width it took."""
        if width is not None:
            text = self._cut(text, size=size, bold=bold, width=width)
        # Without `parse_math=False` a title with two dollar signs would be set as a formula.
        self._figure.text(
            x / self.width,
            1 - y / self.height,
            text,
            fontproperties=_font(size, bold=bold),
            color=color,
            ha=align,
            va="baseline",
            parse_math=False,
        )
        return self.text_width(text, size=size, bold=bold)

    def text_width(self, text: str, *, size: float, bold: bool = False) -> float:
        """Return the width in pixels of a line of text."""
        # matplotlib's backends are not typed.
        renderer = self._canvas.get_renderer()  # type: ignore[no-untyped-call]
        width, _, _ = renderer.get_text_width_height_descent(
            text, _font(size, bold=bold), ismath=False
        )
        return float(width)

    def box(
        self, x: float, y: float, width: float, height: float, *, color: str, round_px: float = 0
    ) -> None:
        """Fill a rectangle; `round_px` is the radius of its corners."""
        patch = (
            FancyBboxPatch(
                (x + round_px, self.height - y - height + round_px),
                max(0.0, width - 2 * round_px),
                max(0.0, height - 2 * round_px),
                boxstyle=f"round,pad={round_px}",
                linewidth=0,
                facecolor=color,
            )
            if round_px
            else Rectangle((x, self.height - y - height), width, height, linewidth=0, fc=color)
        )
        # A figure's patches are in fractions of it unless told that these are pixels.
        patch.set_transform(None)
        self._figure.add_artist(patch)

    def png(self) -> bytes:
        """Return the picture; the same drawing gives the same bytes, without date or version."""
        file = io.BytesIO()
        # matplotlib's backends are not typed.
        self._canvas.print_png(file, metadata={"Software": None})  # type: ignore[no-untyped-call]
        return file.getvalue()

    def _cut(self, text: str, *, size: float, bold: bool, width: float) -> str:
        if self.text_width(text, size=size, bold=bold) <= width:
            return text
        fits, too_long = 0, len(text)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            if self.text_width(f"{text[:middle]}…", size=size, bold=bold) <= width:
                fits = middle
            else:
                too_long = middle
        return f"{text[:fits].rstrip()}…"


def drawable(text: str, *, instead: str) -> str:
    """Return `text` without the characters the font lacks, or `instead` where most are missing.

    The font has no Chinese, Japanese or Korean letters and few emoji. The message beside the
    picture always carries the whole title.
    """
    letters = _letters()
    kept = "".join(char for char in text if ord(char) in letters)
    visible = [char for char in text if not char.isspace()]
    if 2 * len([char for char in kept if not char.isspace()]) <= len(visible):
        return instead
    return " ".join(kept.split())


@cache
def _letters() -> frozenset[int]:
    """Return the code points that both faces of the font can draw, but for controls."""
    faces = [FT2Font(str(_face(bold=bold))).get_charmap() for bold in (False, True)]
    both = set(faces[0]) & set(faces[1])
    return frozenset(c for c in both if unicodedata.category(chr(c)) not in {"Cc", "Cf"})


def _font(size: float, *, bold: bool) -> FontProperties:
    # Sizes are given in pixels; a point is 1/72 inch.
    return FontProperties(fname=str(_face(bold=bold)), size=size * 72 / _DPI)


def _face(*, bold: bool) -> Path:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(get_data_path()) / "fonts" / "ttf" / name
