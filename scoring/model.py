"""The network as it serves: a checked ONNX file in onnxruntime, numbers in, numbers out."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.analysis import Mood
from scoring.errors import ModelError
from scoring.runtime import REFUSALS, InferenceSession, SessionOptions

BANDS = 128
OUTPUTS = ("percentile", "level", "attributes", "mood", "embedding")
# The card says which layout it has; a model of another layout is refused.
CARD_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentile:
    """Where the clip would stand among comparable ones (0 to 100), with its 80 % interval."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The chances of the lowest, the middle and the highest third."""

    low: float
    medium: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What the network hears in the clip, each from 0 to 1."""

    danceability: float
    energy: float
    acousticness: float
    valence: float
    instrumentalness: float
    speechiness: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prediction:
    """All that one run of the network says about one clip."""

    percentile: Percentile
    level: Level
    traits: Traits
    mood: Mood
    embedding: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One trait as the model hears it in the tracks it knows, and how it scores them.

    `quantiles` are evenly spaced. The tracks in order of the trait are cut into equal parts, and
    `points` says how far the mean score of each part lies above that of all.
    """

    trait: str
    quantiles: tuple[float, ...]
    points: tuple[float, ...]

    def share_below(self, value: float) -> float:
        """Return the share (0 to 1) of the known tracks that lie under `value`."""
        steps = np.linspace(0.0, 1.0, len(self.quantiles))
        return float(np.interp(value, self.quantiles, steps))

    def points_at(self, value: float) -> float:
        """Return how far the model's mean score of tracks like `value` lies above its average."""
        part = int(self.share_below(value) * len(self.points))
        return self.points[min(part, len(self.points) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The part of `earmark.json` that serving depends on."""

    version: str
    sha256: str
    shortest_frames: int
    known: tuple[Known, ...]


class Network(Protocol):
    """The one thing needed of an inference session."""

    def run(
        self, output_names: Sequence[str], input_feed: Mapping[str, NDArray[np.float32]], /
    ) -> Sequence[NDArray[np.float32]]: ...


class Model:
    """A network with its card. Made by `load`; the same clip gives the same bits each time."""

    def __init__(self, network: Network, card: Card) -> None:
        self._network = network
        self.card = card

    @classmethod
    def load(cls, path: Path | None = None) -> "Model":
        """Open the packaged model, or the one at `path` with its card (`.json`) beside it.

        Nothing of the file is run before its card and its SHA-256 were found right.
        """
        onnx = path or Path(str(resources.files("scoring.models") / "earmark.onnx"))
        try:
            content = onnx.read_bytes()
            text = onnx.with_suffix(".json").read_text(encoding="utf-8")
        except OSError as error:
            raise ModelError(f"The model {onnx.name} or its card cannot be read.") from error
        card = read_card(text)
        if hashlib.sha256(content).hexdigest() != card.sha256:
            raise ModelError(f"The model {onnx.name} is not the one its card describes.")
        return cls(_session(content), card)

    @property
    def version(self) -> str:
        """The name of the model and the start of its hash, as stored beside each score."""
        return self.card.version

    def predict(self, logmel: NDArray[np.float32]) -> Prediction:
        """Return what the network says about one log-mel of shape (bands, frames), in dB."""
        (prediction,) = self.predict_all(logmel[None])
        return prediction

    def predict_all(self, logmels: NDArray[np.float32]) -> tuple[Prediction, ...]:
        """Return a prediction for each of several log-mels of one length."""
        self._check(logmels)
        found = self._network.run(OUTPUTS, {"logmel": logmels.astype(np.float32, copy=False)})
        return tuple(_prediction(*row) for row in zip(*found, strict=True))

    def _check(self, logmels: NDArray[np.float32]) -> None:
        if logmels.ndim != 3 or logmels.shape[1] != BANDS:
            raise ValueError(f"a log-mel has {BANDS} bands; this has shape {logmels.shape[1:]}")
        if logmels.shape[2] < self.card.shortest_frames:
            raise ValueError(
                f"{logmels.shape[2]} frames are too few; at least {self.card.shortest_frames}"
            )
        if not np.isfinite(logmels).all():
            raise ValueError("a log-mel holds only finite decibels")


def read_card(text: str) -> Card:
    """Return what serving needs of a model card, or raise ModelError."""
    try:
        card = json.loads(text)
        layout, names = card["format"], tuple(output["name"] for output in card["outputs"])
        known = tuple(
            Known(
                trait=trait,
                quantiles=tuple(float(value) for value in heard["quantiles"]),
                points=tuple(float(value) for value in heard["points"]),
            )
            # A model that was not measured yet (scoring.training.faithfulness) says nothing here.
            for trait, heard in card["reference"].get("heard", {}).items()
        )
        read = Card(
            version=str(card["version"]),
            sha256=str(card["file"]["sha256"]),
            shortest_frames=int(card["input"]["shortest_frames"]),
            known=known,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("The model's card cannot be understood.") from error
    if layout != CARD_FORMAT or names != OUTPUTS:
        raise ModelError(
            "The model's card is of another layout than this version of Earmark reads."
        )
    return read


def _session(content: bytes) -> Network:
    options = SessionOptions()
    # One core a process: the scorer runs one process per core, and spinning threads steal
    # from their neighbours.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    try:
        session: Network = InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except REFUSALS as error:
        raise ModelError("The model file cannot be opened by onnxruntime.") from error
    return session


def _prediction(
    percentile: NDArray[np.float32],
    level: NDArray[np.float32],
    traits: NDArray[np.float32],
    mood: NDArray[np.float32],
    embedding: NDArray[np.float32],
) -> Prediction:
    low, median, high = percentile.tolist()
    p_low, p_medium, p_high = level.tolist()
    dance, energy, acoustic, valence, instrumental, speech = traits.tolist()
    happy, tense, sad, calm = mood.tolist()
    return Prediction(
        percentile=Percentile(low=low, median=median, high=high),
        level=Level(low=p_low, medium=p_medium, high=p_high),
        traits=Traits(
            danceability=dance,
            energy=energy,
            acousticness=acoustic,
            valence=valence,
            instrumentalness=instrumental,
            speechiness=speech,
        ),
        mood=Mood(happy=happy, tense=tense, sad=sad, calm=calm),
        embedding=embedding,
    )
