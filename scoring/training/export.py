"""Write the trained net as ONNX, its card, and golden outputs to hold both to.

python -m scoring.training.export --run runs/first
"""

import argparse
import hashlib
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from scoring.model import CARD_FORMAT, OUTPUTS
from scoring.training.data import TRAITS, load
from scoring.training.net import Net, Served

MODELS = Path(__file__).parents[1] / "models"
NAME = "earmark-1"
# Torch and onnxruntime add in another order; more than this is a fault of the export.
PARITY = 1e-4


def to_onnx(served: Served, path: Path) -> float:
    """Export, run both on lengths the graph was not traced with, return the largest difference."""
    example = torch.from_numpy(made_up_clip(0, 300)[None])
    with warnings.catch_warnings():
        # The legacy exporter announces its successor, which writes a slower and larger graph.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            served,
            (example,),
            str(path),
            dynamo=False,
            opset_version=17,
            input_names=["logmel"],
            output_names=list(OUTPUTS),
            dynamic_axes={
                "logmel": {0: "batch", 2: "frames"},
                **{name: {0: "batch"} for name in OUTPUTS},
            },
        )
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    worst = 0.0
    for seed, frames in enumerate((107, 216, 300, 646, 1300)):
        clip = np.stack([made_up_clip(seed, frames), made_up_clip(seed + 50, frames)])
        with torch.no_grad():
            ours = served(torch.from_numpy(clip))
        theirs = session.run(list(OUTPUTS), {"logmel": clip})
        for a, b in zip(ours, theirs, strict=True):
            worst = max(worst, float(np.abs(a.numpy() - b).max()))
    return worst


def made_up_clip(seed: int, frames: int) -> NDArray[np.float32]:
    """Return a log-mel in dB that looks a little like music and holds none."""
    chance = np.random.default_rng(seed)
    slope = np.linspace(0.0, -40.0, 128)[:, None]
    beat = 6.0 * np.sin(np.arange(frames) * chance.uniform(0.2, 0.8))[None]
    noise = chance.normal(0.0, 5.0, (128, frames))
    clip: NDArray[np.float32] = (slope + beat + noise).astype(np.float32)
    return clip


def quantiles(values: NDArray[np.float32]) -> list[float]:
    """Return 21 evenly spaced quantiles of what is known."""
    known = values[np.isfinite(values)]
    return [round(float(value), 4) for value in np.quantile(known, np.linspace(0, 1, 21))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--run", type=Path, default=Path("runs/first"))
    parser.add_argument("--state", type=Path, default=None)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    net = Net()
    net.load_state_dict(torch.load(arguments.state))
    served = Served(net, widen=(0.0, 0.0), sharpness=1.0).eval()
    path = MODELS / "earmark.onnx"
    worst = to_onnx(served, path)
    print(f"largest difference between torch and onnxruntime: {worst:.1e}")
    if worst > PARITY:
        raise SystemExit("the export is not the net")
    corpus = load(arguments.data)
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    reference = {name: quantiles(corpus.traits[:, i]) for i, name in enumerate(TRAITS)}
    card: dict[str, Any] = {
        "format": CARD_FORMAT,
        "name": NAME,
        "version": f"{NAME}+{digest[:8]}",
        "state": "PROVISIONAL: a few epochs on all clips, measured on nothing; for wiring only",
        "file": {"name": path.name, "sha256": digest, "bytes": len(content)},
        "input": {
            "name": "logmel",
            "shape": ["batch", 128, "frames"],
            "unit": "dB, absolute",
            "shortest_frames": 107,
        },
        "outputs": [
            {"name": "percentile", "columns": ["low", "median", "high"], "unit": "points, 0-100"},
            {"name": "level", "columns": ["low", "medium", "high"], "unit": "probability"},
            {"name": "attributes", "columns": list(TRAITS), "unit": "0-1"},
            {"name": "mood", "columns": ["happy", "tense", "sad", "calm"], "unit": "probability"},
            {"name": "embedding", "columns": 128, "unit": "none"},
        ],
        "reference": {"attributes": reference},
    }
    text = json.dumps(card, indent=2, ensure_ascii=False)
    (MODELS / "earmark.json").write_text(text + "\n", encoding="utf-8")
    print(f"{NAME}+{digest[:8]}, {len(content) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
