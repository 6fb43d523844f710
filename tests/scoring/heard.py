"""What the packaged model says of the bundled clips: made by hand, read by the gates.

After a new model was exported: `python -m tests.scoring.heard`.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.sandbox.bundled import bundled_clips
from scoring.audio import decode
from scoring.features import analyse
from scoring.model import Model, Prediction

Floats = NDArray[np.float32]

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "model_clips.json"


@cache
def packaged() -> Model:
    return Model.load()


@cache
def waveforms() -> dict[str, Floats]:
    """Return the bundled clips as the features take them, by file name."""
    return {one.file: decode(one.path.read_bytes()).mono for one in bundled_clips()}


@cache
def logmel(name: str) -> Floats:
    return analyse(waveforms()[name]).logmel


def numbers(said: Prediction) -> dict[str, list[float]]:
    """Return a prediction as the golden file has it; the embedding by its length alone."""
    span, level, mood, traits = said.percentile, said.level, said.mood, said.traits
    found = {
        "percentile": [span.low, span.median, span.high],
        "level": [level.low, level.medium, level.high],
        "mood": [mood.happy, mood.tense, mood.sad, mood.calm],
        "attributes": [getattr(traits, name) for name in type(traits).__dataclass_fields__],
        "embedding_norm": [float(np.linalg.norm(said.embedding))],
    }
    return {name: [round(float(value), 5) for value in values] for name, values in found.items()}


def golden() -> Any:
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


def main() -> None:
    said = {name: numbers(packaged().predict(logmel(name))) for name in sorted(waveforms())}
    # A line for each clip, so that a change can be read.
    clips = ",\n".join(f"  {json.dumps(name)}: {json.dumps(said[name])}" for name in said)
    text = f'{{"model": {json.dumps(packaged().version)}, "clips": {{\n{clips}\n}}}}\n'
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(text, encoding="utf-8")
    print(f"{GOLDEN.name}: {packaged().version}, {len(said)} clips")  # noqa: T201 - a script


if __name__ == "__main__":
    main()
