"""The words of the model card, around figures that the evaluation wrote."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from scoring.card import (
    Cost,
    File,
    Golden,
    Input,
    Inputs,
    Metric,
    ModelCard,
    Output,
    Slice,
    Source,
    Split,
)
from scoring.model import CARD_FORMAT
from scoring.training.data import TRAITS
from scoring.training.net import SHORTEST_FRAMES, Calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the evaluation found, as its file has it."""

    clips: int
    artists: int
    sources: tuple[Source, ...]
    seeds: tuple[int, ...]
    metrics: Sequence[Mapping[str, Any]]
    splits: Sequence[Mapping[str, Any]]
    slices: Sequence[Mapping[str, Any]]
    heard: Mapping[str, Sequence[float]]
    not_learnt: Sequence[str]
    calibration: Calibration


def describe(
    measured: Measured,
    *,
    name: str,
    model: bytes,
    golden_name: str,
    golden_sha256: str,
    embedding: int,
    cost: tuple[Cost, ...],
    made_on: date,
) -> ModelCard:
    """Return the card of the model file `model`."""
    digest = hashlib.sha256(model).hexdigest()
    return ModelCard(
        format=CARD_FORMAT,
        name=name,
        version=f"{name}+{digest[:8]}",
        state="A demonstration base: it knows a little about popularity and rather more about"
        " sound. Train on your own decisions for your own desk.",
        made_on=made_on.isoformat(),
        file=File(name="earmark.onnx", sha256=digest, bytes=len(model)),
        golden=Golden(name=golden_name, sha256=golden_sha256),
        input=Input(
            name="logmel",
            shape=("batch", 128, "frames"),
            unit="dB, absolute: 10 log10 of the power in 128 Slaney mel bands up to 11,025 Hz;"
            " 22,050 Hz mono, Hann window of 2,048, every 1,024 samples, never under -100",
            shortest_frames=SHORTEST_FRAMES,
        ),
        outputs=_outputs(embedding),
        commands=_COMMANDS,
        uses=_USES,
        not_for=_NOT_FOR,
        inputs=_INPUTS,
        data=measured.sources,
        protocol=_protocol(measured),
        metrics=TypeAdapter(tuple[Metric, ...]).validate_python(measured.metrics),
        splits=TypeAdapter(tuple[Split, ...]).validate_python(measured.splits),
        slices=TypeAdapter(tuple[Slice, ...]).validate_python(measured.slices),
        failures=(*_untaught(measured), *_FAILURES),
        cost=cost,
    )


def _outputs(embedding: int) -> tuple[Output, ...]:
    return (
        Output(
            name="percentile",
            columns=("low", "median", "high"),
            unit="points of 100 within the language; low and high bound four clips in five",
        ),
        Output(name="level", columns=("low", "medium", "high"), unit="probability of each third"),
        Output(name="attributes", columns=TRAITS, unit="0 to 1, as Spotify had them until 2024"),
        Output(
            name="mood", columns=("happy", "tense", "sad", "calm"), unit="probability (Q1 to Q4)"
        ),
        Output(
            name="embedding", columns=embedding, unit="none; compared by cosine, or learnt from"
        ),
    )


def _protocol(measured: Measured) -> tuple[str, ...]:
    use = measured.calibration
    seeds = ", ".join(str(seed) for seed in measured.seeds)
    return (
        (
            f"Five folds over {measured.artists} groups of artists who share a credit, over all"
            f" sets together; no artist is in two folds. Seeds: {seeds}; figures are means of them."
        ),
        (
            "Means, axes, centres, weights and the CNN are fitted inside each fold, and so are the"
            " baselines. What is shipped was then fitted once on all clips, and has no test of its"
            " own here."
        ),
        (
            "Tags, genres, years and languages are labels while the percentile is learnt: it is"
            " learnt from how the sound makes them look, inside each fold."
        ),
        (
            "The embedding is asked for the ten nearest clips of other artists in the same fold;"
            " right is a clip with one tag or genre in common."
        ),
        "Intervals of 95 % come from drawing artists 1,000 times with replacement.",
        (
            "Each clip is heard alone, whole, as its log-mel and nothing else: what the model file"
            " does. In a batch, or with silence at its ends, a clip gets the same figures."
        ),
        "By chance, chances that are right would show the calibration error beside the model's.",
        (
            f"The 80 % interval (-{use.down:.1f}, +{use.up:.1f} points) is split conformal; it and"
            " the chances are calibrated on other artists than they are measured on."
        ),
        (
            "Settings were chosen on the folds of seeds 3 and 4, which deal the same clips out in"
            " another way, and the first families of statistics on seed 0, so the figures may be a"
            " little too good; docs/experiments.md lists what was tried."
        ),
        "Spotify's features are labels and a baseline here, never inputs.",
    )


def _untaught(measured: Measured) -> tuple[str, ...]:
    """Say what no clip had a label of: a constant stands there, and means nothing."""
    if not measured.not_learnt:
        return ()
    return (f"Not learnt, for want of labels: {', '.join(measured.not_learnt)}.",)


_COMMANDS = (
    "earmark model train --data ../shared/data --run runs/first",
    "earmark model evaluate --data ../shared/data --run runs/first",
    "earmark model export --data ../shared/data --run runs/first",
    "python -m scoring.training.faithfulness --card scoring/models/earmark.json",
)
_USES = (
    "One aid of several for the order in which curators listen.",
    (
        "Estimates of danceability, energy, acousticness, valence, instrumentalness, speechiness"
        " and mood, computed from the audio itself."
    ),
    "An embedding for likeness and fit.",
)
_NOT_FOR = (
    "Declining anybody, automatically or by a threshold.",
    "Contracts, royalties, money or promises of success.",
    "Comparing artists, or tracks whose intervals overlap.",
)
_INPUTS = Inputs(
    used=(
        (
            "up to 30 seconds of audio as a log-mel; its level and silence at its ends are taken"
            " off inside the graph"
        ),
        (
            "branch 1: statistics of the log-mel (spectrum, dynamics, timbre, onsets, rhythm,"
            " peaks) and their likeness to at most 1,600 centres, each the mean of three clips"
            " (kernel ridge regression)"
        ),
        "branch 2, for mood alone: a plain residual CNN of 3x3 convolutions on the same log-mel",
    ),
    refused=(
        "artist, title, label, followers, playlists, play counts",
        "anything from Spotify",
        "release date, language, genre, tags (labels to learn by, never inputs)",
        "loudness of the file: the same song would be scored anew with every gain",
        "tempo and key as numbers: they were tried, and helped nothing (docs/experiments.md)",
    ),
)
_KNOWN_SETS = {
    "previews": Source(
        name="previews",
        clips=890,
        artists=566,
        licence="none stated; log-mels only, internal, not published",
        dates="recordings 1965-2020; labels undated, before November 2024",
        used_for="attributes, popularity and the embedding: training and measuring; tags, genres,"
        " years and languages: training",
        notes="popularity is the percentile of Genius page views within the language (English,"
        " German); it ranks like Spotify's index on 67 matched tracks (Spearman .73)",
    ),
    "panda_4q": Source(
        name="panda_4q",
        clips=897,
        artists=659,
        licence="none stated; log-mels only, internal, not published",
        dates="published 2018",
        used_for="mood: training and measuring; attributes (714 clips) and genres: training",
        notes="low bit rate and low-passed; quadrants come from AllMusic's mood tags",
    ),
}


def sources(folder: Path, sets: Iterable[str]) -> tuple[Source, ...]:
    """Return what is known of each set; an own one says it in its `source.json`."""
    return tuple(_KNOWN_SETS.get(name) or _own(folder / name / "source.json") for name in sets)


def _own(path: Path) -> Source:
    told = json.loads(path.read_text(encoding="utf-8"))
    return Source(
        name=told["name"],
        clips=told["clips"],
        artists=told["artists"],
        licence=told["licence"],
        dates=told["dates"],
        used_for="training and measuring",
    )


_FAILURES = (
    "Popularity from sound alone is weak evidence: the interval is nearly as wide as the scale.",
    (
        "Half of the previews is German rock and pop, all have lyrics on Genius; other music is"
        " judged from few examples."
    ),
    "Music after 2020 was never heard. Speech, noise and live recordings were hardly heard.",
    "Under 15 seconds the attributes are less sure.",
    "Instrumentalness and speechiness are told apart at the ends of their scales only.",
    "Page views favour older songs and rap; marketing and labels stand behind popularity.",
)
