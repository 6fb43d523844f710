"""`earmark whatif`: how a file's facts change with another tempo, gain, low-cut or start."""

from pathlib import Path

import click

from bot import settings
from bot.commands.running import examples, json_option, show
from bot.errors import NotFoundError
from bot.model_store import model_in_use
from bot.platforms.console.facts import what_if_table
from bot.workflow.whatif import what_if_view
from scoring.model import Model
from scoring.whatif import (
    HIGHEST_CUT_HZ,
    LONGEST_INTRO_S,
    LOWEST_CUT_HZ,
    MOST_GAIN_DB,
    MOST_TEMPO_PERCENT,
    Edit,
    what_if,
)


class Amount(click.ParamType[float]):
    """A number with its unit, which may be left out: `+3%`, `-2 dB`, `80Hz`, `10s`."""

    name = "amount"

    def __init__(self, unit: str) -> None:
        self._unit = unit

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        text = str(value).strip()
        if text.lower().endswith(self._unit.lower()):
            text = text[: -len(self._unit)].strip()
        # People copy the sign from where it was set well.
        text = text.replace("\N{MINUS SIGN}", "-")
        try:
            return float(text)
        except ValueError:
            self.fail(f"{str(value)!r} is no amount in {self._unit}.", param, ctx)


@click.command(
    epilog=examples(
        "whatif song.wav --tempo +3%",
        "whatif song.wav --gain -2dB --low-cut 80Hz --skip-intro 10s",
    )
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--tempo",
    type=Amount("%"),
    default=0.0,
    metavar="+3%",
    help=f"Faster or slower at the same pitch, by up to {MOST_TEMPO_PERCENT:g} %.",
)
@click.option(
    "--gain",
    type=Amount("dB"),
    default=0.0,
    metavar="-2dB",
    help=f"Louder or quieter, by up to {MOST_GAIN_DB:g} dB.",
)
@click.option(
    "--low-cut",
    type=Amount("Hz"),
    metavar="80Hz",
    help=f"Less below {LOWEST_CUT_HZ:g} to {HIGHEST_CUT_HZ:g} Hz, 12 dB an octave.",
)
@click.option(
    "--skip-intro",
    type=Amount("s"),
    default=0.0,
    metavar="10s",
    help=f"Begin later, by up to {LONGEST_INTRO_S:g} s.",
)
@json_option
def whatif(
    *,
    file: Path,
    tempo: float,
    gain: float,
    low_cut: float | None,
    skip_intro: float,
    as_json: bool,
) -> None:
    """Show how a file's facts change when it is edited: really edited, and heard again.

    The file stays as it is. Facts, not a verdict: there is no score in this.
    """
    edit = Edit(tempo_percent=tempo, gain_db=gain, low_cut_hz=low_cut, skip_intro_s=skip_intro)
    content = _content(file)
    model = Model.load(model_in_use(settings.load()))
    view = what_if_view(file.name, what_if(model, content, edit))
    show(view, what_if_table(view), as_json=as_json)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise NotFoundError(f"The file {file} cannot be read: {error.strerror}.") from error
