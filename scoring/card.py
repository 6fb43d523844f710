"""The model card: `earmark.json` as values, and the same as Markdown for people.

Every figure that is printed comes from the file; nothing is measured, and nothing is added here.
A section that the file leaves out is left out of the page, and `missing` names it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import FiniteFloat, TypeAdapter, ValidationError

from scoring.errors import ModelError

# The sections that a card needs before its model may be installed.
NEEDED = (
    "made_on",
    "commands",
    "uses",
    "not_for",
    "data",
    "inputs",
    "protocol",
    "metrics",
    "splits",
    "slices",
    "failures",
    "cost",
    "golden",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    """The file with outputs of the trained net, which the ONNX file must repeat."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    name: str
    shape: tuple[str | int, ...]
    unit: str
    shortest_frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """`columns` are the names of the columns, or their number where they have none."""

    name: str
    columns: tuple[str, ...] | int
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One set of clips or tracks that was learnt from or measured on."""

    name: str
    clips: int
    licence: str
    dates: str
    used_for: str
    artists: int | None = None
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What the score is made from, and what it never is."""

    used: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one way of guessing reaches, with its 95 % interval where it was taken."""

    by: str
    value: FiniteFloat
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One target: the model's own figure, then the baselines on the same clips.

    `gain` is the paired difference to the baseline it names in `by`.
    """

    target: str
    measure: str
    clips: int
    chance: FiniteFloat
    model: Figure
    baselines: tuple[Figure, ...] = ()
    gain: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The same measure where clips were split at random, and where artists were."""

    target: str
    measure: str
    clips: int
    random: FiniteFloat
    by_artist: FiniteFloat


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A measure on a part of the clips: a language, an era, a genre."""

    measure: str
    part: str
    clips: int
    value: FiniteFloat
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    what: str
    value: FiniteFloat
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """All of a card but `reference`, which only serving reads."""

    format: int
    name: str
    version: str
    file: File
    input: Input
    outputs: tuple[Output, ...]
    state: str = ""
    made_on: str = ""
    commands: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    data: tuple[Source, ...] = ()
    inputs: Inputs | None = None
    protocol: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()
    splits: tuple[Split, ...] = ()
    slices: tuple[Slice, ...] = ()
    failures: tuple[str, ...] = ()
    cost: tuple[Cost, ...] = ()
    golden: Golden | None = None


def parse(text: str) -> ModelCard:
    """Return the card that `text` (JSON) holds, or raise ModelError that names what is wrong."""
    try:
        card: ModelCard = TypeAdapter(ModelCard).validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise ModelError(f"The model's card is wrong at {place}: {first['msg']}.") from error
    return card


def read(onnx: Path) -> str:
    """Return the text of the card beside a model file, or raise ModelError."""
    try:
        return onnx.with_suffix(".json").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        name = onnx.with_suffix(".json").name
        raise ModelError(f"The model {onnx.name} has no readable card {name} beside it.") from error


def missing(card: ModelCard) -> tuple[str, ...]:
    """Return the needed sections that the card leaves out or leaves empty."""
    return tuple(name for name in NEEDED if not getattr(card, name))


def to_markdown(card: ModelCard) -> str:
    """Return the card as a Markdown page that ends with one line break."""
    parts = [f"# Model card: {card.name}", *_state(card), _identity(card)]
    for title, lines in _sections(card):
        if lines:
            parts += [f"## {title}", "\n".join(lines)]
    page = "\n\n".join(parts) + "\n"
    # The texts are somebody else's, and a terminal must find nothing in them to obey.
    return "".join(char if char.isprintable() or char == "\n" else " " for char in page)


def _state(card: ModelCard) -> list[str]:
    return [f"**{card.state}**"] if card.state else []


def _identity(card: ModelCard) -> str:
    rows = [("Version", f"`{card.version}`"), ("File", f"`{card.file.name}`")]
    rows.append(("Size", f"{card.file.bytes / 1e6:.2f} MB"))
    rows.append(("SHA-256", f"`{card.file.sha256}`"))
    if card.made_on:
        rows.append(("Made on", card.made_on))
    return "\n".join(_table(("", ""), rows))


def _sections(card: ModelCard) -> Iterable[tuple[str, Sequence[str]]]:
    yield "Intended use", _list(card.uses)
    yield "Not for", _list(card.not_for)
    if card.inputs is not None:
        yield "Inputs used", _list(card.inputs.used)
        yield "Inputs refused", _list(card.inputs.refused)
    yield "What goes in and what comes out", _contract(card)
    yield "Data", _data(card.data)
    yield "How it was measured", _list(card.protocol)
    yield "Figures", _metrics(card.metrics)
    yield "What a random split would have claimed", _splits(card.splits)
    yield "By part of the clips", _slices(card.slices)
    yield "Known failures", _list(card.failures)
    yield "Cost", _cost(card.cost)
    yield "How to make it again", _commands(card.commands)


def _contract(card: ModelCard) -> list[str]:
    shape = ", ".join(str(size) for size in card.input.shape)
    rows = [("in", f"`{card.input.name}`", shape, card.input.unit)]
    rows += [("out", f"`{out.name}`", _columns(out), out.unit) for out in card.outputs]
    least = f"The shortest clip it takes has {card.input.shortest_frames} frames."
    return [*_table(("", "Name", "Columns", "Unit"), rows), "", least]


def _columns(output: Output) -> str:
    if isinstance(output.columns, int):
        return f"{output.columns} columns"
    return ", ".join(output.columns)


def _data(sources: Sequence[Source]) -> list[str]:
    rows = [
        (
            source.name,
            str(source.clips),
            "" if source.artists is None else str(source.artists),
            source.used_for,
            source.licence,
            source.dates,
            source.notes,
        )
        for source in sources
    ]
    return _table(("Set", "Clips", "Artists", "Used for", "Licence", "Dates", "Notes"), rows)


def _metrics(metrics: Sequence[Metric]) -> list[str]:
    """One row a target; a column for each baseline that any target has."""
    names = list(dict.fromkeys(figure.by for metric in metrics for figure in metric.baselines))
    gains = any(metric.gain for metric in metrics)
    rows = []
    for metric in metrics:
        others = {figure.by: _number(figure.value) for figure in metric.baselines}
        row = [
            f"{metric.target}, {metric.measure}",
            str(metric.clips),
            _number(metric.chance),
            _with_interval(metric.model),
            *(others.get(name, "") for name in names),
        ]
        if gains:
            row.append(
                f"{_with_interval(metric.gain)} over {metric.gain.by}" if metric.gain else ""
            )
        rows.append(row)
    header = ["Target", "n", "Chance", "This model [95 %]", *names, *(["Gain [95 %]"] * gains)]
    return _table(header, rows)


def _gain(gain: Figure) -> str:
    return f"{_with_interval(gain)} over {gain.by}"


def _splits(splits: Sequence[Split]) -> list[str]:
    rows = [
        (
            f"{split.target}, {split.measure}",
            str(split.clips),
            _number(split.random),
            _number(split.by_artist),
            _number(split.random - split.by_artist),
        )
        for split in splits
    ]
    return _table(("Target", "n", "Split at random", "Split by artist", "Gap"), rows)


def _slices(slices: Sequence[Slice]) -> list[str]:
    rows = [
        (
            one.measure,
            one.part,
            str(one.clips),
            _with_interval(Figure(by="", value=one.value, low=one.low, high=one.high)),
        )
        for one in slices
    ]
    return _table(("Measure", "Part", "n", "Figure [95 %]"), rows)


def _cost(costs: Sequence[Cost]) -> list[str]:
    rows = [(cost.what, f"{_number(cost.value)} {cost.unit}") for cost in costs]
    return _table(("What", "How much"), rows)


def _commands(commands: Sequence[str]) -> list[str]:
    return ["```", *commands, "```"] if commands else []


def _list(lines: Sequence[str]) -> list[str]:
    return [f"- {line}" for line in lines]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    ruler = ["---"] * len(header)
    return [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in (header, ruler, *rows)]


def _cell(text: str) -> str:
    # A bar would open a column, and a line break would end the row.
    return " ".join(text.split()).replace("|", "\\|")


def _with_interval(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return _number(figure.value)
    return f"{_number(figure.value)} [{_number(figure.low)}, {_number(figure.high)}]"


def _number(value: float) -> str:
    """Two decimals for shares and correlations, one for what is larger."""
    shown = f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
    # Rounding leaves a minus sign on what is nothing.
    return shown.lstrip("-") if float(shown) == 0 else shown
