"""Hold the explanations to the model: do the seconds that they name really move its score?

Also takes down how the model scores tracks by each trait that it hears in them. Both go into the
model's card, after every change of the model (about three minutes on one core):

    python -m scoring.training.faithfulness --data ../shared/data --card scoring/models/earmark.json
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.explain import ALL_ROWS, REGISTERS, Cell, effects, segments_of
from scoring.model import Model, Prediction

Floats = NDArray[np.float32]

# How many segments are masked together, and how many random choices each clip is held against.
TOP = 3
DRAWS = 10
# Of fewer segments than this, three random ones are mostly the top three.
FEWEST_SEGMENTS = 9
QUANTILES = 41
PARTS = 5
# The set that no model here learns from; the others only tell how the model scores.
HELD_OUT = "emotify"
KNOWN = ("previews", "panda_4q", "emotify")
TRAITS = (
    "danceability",
    "energy",
    "acousticness",
    "valence",
    "instrumentalness",
    "speechiness",
)
TARGET = "explanations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How often the top three beat three random ones, with its 95 % interval over clips."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Faithfulness:
    """Masked together, the top three against three random ones; chance is .5 everywhere.

    `raised`: the three segments said to move the score up most take more off it. `lowered`: those
    said to move it down most take less off it. `cut_*`: the same where the seconds are cut out of
    the clip instead of masked, which the explanation has never seen. `cell_*`: the same for
    segments times registers, masked.
    """

    clips: int
    raised: Share
    lowered: Share
    cut_raised: Share
    cut_lowered: Share
    cell_raised: Share
    cell_lowered: Share


def faithfulness(model: Model, logmels: Iterable[Floats], seed: int) -> Faithfulness:
    """Ask of every clip of at least FEWEST_SEGMENTS segments; the same seed, the same figures."""
    random = np.random.default_rng(seed)
    rows = [
        _wins(model, logmel, random)
        for logmel in logmels
        if len(segments_of(logmel.shape[1])) >= FEWEST_SEGMENTS
    ]
    if not rows:
        raise ValueError(f"no clip has {FEWEST_SEGMENTS} segments of two seconds")
    shares = [_share(column) for column in np.array(rows).T]
    names = ("raised", "lowered", "cut_raised", "cut_lowered", "cell_raised", "cell_lowered")
    return Faithfulness(clips=len(rows), **dict(zip(names, shares, strict=True)))


def _wins(model: Model, logmel: Floats, random: np.random.Generator) -> list[float]:
    """Return the share of draws that the top three beat: the columns of Faithfulness."""
    median = model.predict(logmel).percentile.median
    edges = segments_of(logmel.shape[1])
    segments: list[Cell] = [(edge, ALL_ROWS) for edge in edges]
    top, bottom, draws = _chosen(effects(model, logmel, _each(segments), median), random)
    groups = [[segments[i] for i in chosen] for chosen in (top, bottom, *draws)]
    masked = effects(model, logmel, groups, median)
    cut = np.array([median - _without(model, logmel, group) for group in groups])

    by_register = [[(edge, register.rows) for edge in edges] for register in REGISTERS]
    alone = [effects(model, logmel, _each(cells), median) for cells in by_register]
    points = np.concatenate([one - np.median(one) for one in alone])
    cells = [cell for one in by_register for cell in one]
    top, bottom, draws = _chosen(points, random)
    groups = [[cells[i] for i in chosen] for chosen in (top, bottom, *draws)]
    by_cell = effects(model, logmel, groups, median)
    return [share for found in (masked, cut, by_cell) for share in _beats(found)]


def _each(cells: Sequence[Cell]) -> list[list[Cell]]:
    return [[cell] for cell in cells]


def _chosen(
    points: NDArray[np.float64], random: np.random.Generator
) -> tuple[list[int], list[int], list[list[int]]]:
    order = np.argsort(points, kind="stable").tolist()
    draws = [random.choice(len(order), TOP, replace=False).tolist() for _ in range(DRAWS)]
    return order[-TOP:], order[:TOP], draws


def _beats(found: NDArray[np.float64]) -> tuple[float, float]:
    """A draw that happens to be the top three itself is not beaten."""
    top, bottom, draws = found[0], found[1], found[2:]
    return float((top > draws).mean()), float((bottom < draws).mean())


def _without(model: Model, logmel: Floats, cells: Sequence[Cell]) -> float:
    """Return the score of the clip with the frames of `cells` cut out."""
    kept = np.ones(logmel.shape[1], dtype=bool)
    for (start, end), _ in cells:
        kept[start:end] = False
    return model.predict(logmel[:, kept]).percentile.median


def _share(wins: NDArray[np.float64]) -> Share:
    value = float(wins.mean())
    half = 1.96 * float(wins.std()) / len(wins) ** 0.5
    return Share(
        value=round(value, 3),
        low=round(max(0.0, value - half), 3),
        high=round(min(1.0, value + half), 3),
    )


def heard_in(predictions: Sequence[Prediction]) -> dict[str, dict[str, list[float]]]:
    """Return for each trait its quantiles as heard, and how each fifth of the tracks scores."""
    scores = np.array([one.percentile.median for one in predictions])
    heard = {}
    for trait in TRAITS:
        values = np.array([getattr(one.traits, trait) for one in predictions])
        parts = np.array_split(scores[np.argsort(values, kind="stable")], PARTS)
        heard[trait] = {
            "quantiles": _rounded(np.quantile(values, np.linspace(0, 1, QUANTILES)), 4),
            "points": _rounded([part.mean() - scores.mean() for part in parts], 2),
        }
    return heard


def metrics_of(found: Faithfulness, of: str) -> list[dict[str, object]]:
    """Return the figures as entries of the card's `metrics`."""
    measured = "share of clips where the top 3 move the score more than 3 random ones"
    ways: Mapping[str, Share] = {
        "2 s segments, upwards": found.raised,
        "2 s segments, downwards": found.lowered,
        "2 s segments cut out, upwards": found.cut_raised,
        "2 s segments cut out, downwards": found.cut_lowered,
        "segments x 4 bands, upwards": found.cell_raised,
        "segments x 4 bands, downwards": found.cell_lowered,
    }
    return [
        {
            "target": TARGET,
            "measure": f"{measured} ({way}; {of})",
            "clips": found.clips,
            "chance": 0.5,
            "model": {"by": "model", "value": s.value, "low": s.low, "high": s.high},
        }
        for way, s in ways.items()
    ]


def clips_of(folder: Path) -> Iterator[Floats]:
    """Yield the log-mels of one set in dB, each as long as its sound."""
    import pandas as pd  # noqa: PLC0415 - the gate in CI asks only the bundled clips

    table = pd.read_parquet(folder / "tracks.parquet").sort_values("mel_row")
    shards = sorted(folder.glob("logmel_u8_*.npz"), key=lambda path: int(path.stem.split("_")[-1]))
    lengths = iter(table["n_frames"].tolist() if "n_frames" in table else [None] * len(table))
    for shard in shards:
        with np.load(shard) as file:
            for mel in file["mel"]:
                frames = next(lengths)
                yield mel[:, : int(frames) if frames else None].astype(np.float32) / 2 - 80


def _rounded(values: Iterable[float], digits: int) -> list[float]:
    return [round(float(value), digits) for value in values]


def _write(card: Path, metrics: list[dict[str, object]], heard: dict[str, Any]) -> None:
    """Put the figures in the place of those of an earlier run."""
    content = json.loads(card.read_text(encoding="utf-8"))
    others = [one for one in content.get("metrics", []) if one["target"] != TARGET]
    content["metrics"] = [*others, *metrics]
    content.setdefault("reference", {})["heard"] = heard
    card.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--card", type=Path, help="the card to write to; its model is asked")
    parser.add_argument("--held-out", default=HELD_OUT, help="a set that the model never heard")
    parser.add_argument("--clips", type=int, default=None, help="fewer, to try it out")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    model = Model.load(arguments.card.with_suffix(".onnx") if arguments.card else None)
    held_out = list(clips_of(arguments.data / arguments.held_out))[: arguments.clips]
    found = faithfulness(model, held_out, arguments.seed)
    print(f"{model.version}, {found.clips} clips of {arguments.held_out}; chance is 0.5")
    metrics = metrics_of(found, arguments.held_out)
    for name in Faithfulness.__slots__[1:]:
        share: Share = getattr(found, name)
        print(f"  {name:<13}{share.value:.3f} [{share.low:.3f}, {share.high:.3f}]")
    if arguments.card:
        clips = [clip for name in KNOWN for clip in clips_of(arguments.data / name)]
        heard = heard_in([model.predict(clip) for clip in clips])
        for trait, one in heard.items():
            print(f"  {trait:<18}{one['points']} points by fifth, of {len(clips)} tracks")
        _write(arguments.card, metrics, heard)


if __name__ == "__main__":
    main()
