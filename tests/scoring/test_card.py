"""The model card: what the file says is printed, and nothing else is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scoring.card import NEEDED, missing, parse, read, to_markdown
from scoring.errors import ModelError
from scoring.model import read_card
from tests.scoring.parcels import card_of

ROOT = Path(__file__).resolve().parents[2]
PACKAGED = ROOT / "scoring" / "models" / "earmark.onnx"
PAGE = ROOT / "docs" / "model-card.md"

_FIGURE = re.compile(r"\d+\.\d+")


def _card(**changed: object) -> str:
    return card_of(b"model", b"golden", **changed)  # type: ignore[arg-type]  # `name` is not among them


def _numbers(value: Any) -> set[float]:
    """Return every number in a JSON value."""
    if isinstance(value, dict):
        return _numbers(list(value.values()))
    if isinstance(value, list):
        return set[float]().union(*map(_numbers, value))
    return {float(value)} if isinstance(value, int | float) else set()


def _line(page: str, start: str) -> list[str]:
    """Return the cells of the one table row that begins with `start`."""
    (line,) = [line for line in page.splitlines() if line.startswith(f"| {start}")]
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_page_in_docs_is_the_card_of_the_packaged_model() -> None:
    page = to_markdown(parse(read(PACKAGED)))

    # Made again with: earmark model card > docs/model-card.md
    assert PAGE.read_text(encoding="utf-8") == page


def test_every_figure_on_the_page_is_in_the_packaged_card() -> None:
    text = read(PACKAGED)
    card = parse(text)
    known = _numbers(json.loads(text)) | {card.file.bytes / 1e6}
    known |= {split.random - split.by_artist for split in card.splits}
    shown = {f"{number:.{digits}f}".lstrip("-") for number in known for digits in (1, 2)}
    # Words may hold figures of their own; the tables hold the card's.
    words = set(_FIGURE.findall(" ".join(_texts(json.loads(text)))))
    tables = "\n".join(line for line in to_markdown(card).splitlines() if line.startswith("|"))

    assert set(_FIGURE.findall(tables)) <= shown | words


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return _texts(list(value.values()))
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def test_a_complete_card_has_every_section() -> None:
    page = to_markdown(parse(_card()))

    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == [
        "Intended use",
        "Not for",
        "Inputs used",
        "Inputs refused",
        "What goes in and what comes out",
        "Data",
        "How it was measured",
        "Figures",
        "What a random split would have claimed",
        "By part of the clips",
        "Known failures",
        "Cost",
        "How to make it again",
    ]
    assert missing(parse(_card())) == ()
    assert page.endswith("```\n")


def test_serving_reads_the_same_card() -> None:
    assert read_card(_card()).version == parse(_card()).version


@pytest.mark.parametrize("section", NEEDED)
def test_a_section_that_is_left_out_is_missed_by_name_and_not_printed_empty(section: str) -> None:
    short = json.loads(_card())
    del short[section]
    card = parse(json.dumps(short))

    assert missing(card) == (section,)
    assert "None" not in to_markdown(card)
    assert "\n\n\n" not in to_markdown(card)


def test_the_model_stands_beside_every_baseline_with_chance_and_n() -> None:
    own = {"by": "this model", "value": 0.705, "low": 0.66, "high": 0.74}
    metric = {"target": "energy", "measure": "R²", "clips": 890, "chance": 0.0, "model": own}
    trees = {"by": "trees", "value": 0.677, "low": 0.63, "high": 0.72}
    shuffled = {"by": "shuffled", "value": -0.0012}
    gain = {"by": "trees", "value": 0.028, "low": 0.01, "high": 0.046}
    metrics = [
        metric | {"baselines": [trees], "gain": gain},
        metric | {"target": "valence", "baselines": [shuffled]},
    ]

    page = to_markdown(parse(_card(metrics=metrics)))

    assert _line(page, "Target | n | Chance") == [
        "Target",
        "n",
        "Chance",
        "This model [95 %]",
        "trees",
        "shuffled",
        "Gain [95 %]",
    ]
    assert _line(page, "energy") == [
        "energy, R²",
        "890",
        "0.00",
        "0.70 [0.66, 0.74]",
        "0.68",
        "",
        "0.03 [0.01, 0.05] over trees",
    ]
    assert _line(page, "valence")[4:] == ["", "0.00", ""]


def test_the_gap_between_the_splits_is_their_difference() -> None:
    split = {"target": "popularity", "measure": "Spearman", "clips": 890}

    page = to_markdown(parse(_card(splits=[split | {"random": 0.38, "by_artist": 0.2}])))

    assert _line(page, "popularity, Spearman | 890 | 0.38")[2:] == ["0.38", "0.20", "0.18"]


def test_a_text_cannot_break_the_table_it_stands_in() -> None:
    source = {"clips": 3, "licence": "a | b\nc", "dates": "2026", "used_for": "all"}

    page = to_markdown(parse(_card(data=[{"name": "odd", **source}])))

    assert "| odd | 3 |  | all | a \\| b c | 2026 |  |" in page


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"metrics": [{"target": "energy"}]}, "metrics.0.measure"),
        ({"cost": [{"what": "network", "value": float("nan"), "unit": "ms"}]}, "cost.0.value"),
        ({"uses": "one string"}, "uses"),
        ({"file": None}, "file"),
    ],
)
def test_a_wrong_card_is_refused_at_the_place_that_is_wrong(
    changed: dict[str, object], place: str
) -> None:
    with pytest.raises(ModelError, match=f"wrong at {re.escape(place)}"):
        parse(_card(**changed))


def test_what_is_no_json_is_no_card() -> None:
    with pytest.raises(ModelError, match="wrong at the whole file"):
        parse("# Model card")
