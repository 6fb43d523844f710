"""Models to install: small graphs with known faults, and complete cards for them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from scoring import golden
from scoring.acceptance import Parcel
from scoring.model import OUTPUTS, Network
from scoring.runtime import InferenceSession

NAME = "toy"
TRAITS = (
    "danceability",
    "energy",
    "acousticness",
    "valence",
    "instrumentalness",
    "speechiness",
)


def toy_model(
    *,
    per_db: float = 0.0,
    spread: float = 10.0,
    frames: int | None = None,
    outputs: tuple[str, ...] = OUTPUTS,
    needed: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    counted: str = "",
) -> bytes:
    """Return an ONNX file whose median is 50 and moves by `per_db` points with the mean level.

    `spread` parts the three percentiles, `frames` fixes the length, `needed` and `optional` name
    further inputs, of which `counted` is added to every output.
    """
    onnx = pytest.importorskip("onnx")
    helper, floats = onnx.helper, onnx.TensorProto.FLOAT
    nodes, constants = [], []

    def constant(name: str, value: list[float]) -> str:
        constants.append(helper.make_tensor(name, floats, [len(value)], value))
        return name

    def node(kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    mean = node("ReduceMean", ["logmel"], "mean", axes=[1, 2], keepdims=0)
    constants.append(helper.make_tensor("last", onnx.TensorProto.INT64, [1], [1]))
    level = node("Unsqueeze", [mean, "last"], "level_db")
    nothing = node("Mul", [level, constant("zero", [0.0])], "nothing")
    if counted:
        nothing = node("Add", [nothing, counted], "something")
    moved = node("Mul", [level, constant("per_db", [per_db])], "moved")
    middle = node("Add", [moved, nothing], "middle")
    values = {
        "percentile": (middle, [50.0 - spread, 50.0, 50.0 + spread]),
        "level": (nothing, [0.2, 0.5, 0.3]),
        "attributes": (nothing, [0.5] * len(TRAITS)),
        "mood": (nothing, [0.25] * 4),
        "embedding": (nothing, [0.1] * 8),
    }
    for name in outputs:
        source, value = values.get(name, (nothing, [0.0]))
        node("Add", [source, constant(f"{name}_value", value)], name)
    inputs = [helper.make_tensor_value_info("logmel", floats, ["batch", 128, frames or "frames"])]
    inputs += [helper.make_tensor_value_info(name, floats, [1]) for name in (*needed, *optional)]
    for name in optional:
        constant(name, [0.0])
    graph = helper.make_graph(
        nodes,
        "toy",
        inputs,
        [helper.make_tensor_value_info(name, floats, None) for name in outputs],
        initializer=constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    content: bytes = model.SerializeToString()
    return content


def golden_of(network: Network) -> bytes:
    """Return golden outputs, taken from the ONNX file itself in place of the trained net."""
    cases = []
    for stored in golden.made_up_clips():
        logmel = golden.Case(stored=stored, outputs={}).logmel()
        said = network.run(OUTPUTS, {"logmel": logmel})
        outputs = {name: found[0] for name, found in zip(OUTPUTS, said, strict=True)}
        cases.append(golden.Case(stored=stored, outputs=outputs))
    return golden.to_bytes(cases)


def card_of(content: bytes, outputs: bytes, *, name: str = NAME, **changed: object) -> str:
    """Return a complete card of a model; `changed` sections replace those of the card."""
    digest = hashlib.sha256(content).hexdigest()
    columns = {
        "percentile": ["low", "median", "high"],
        "level": ["low", "medium", "high"],
        "attributes": list(TRAITS),
        "mood": ["happy", "tense", "sad", "calm"],
        "embedding": 8,
    }
    figure = {"by": "this model", "value": 0.21, "low": 0.1, "high": 0.3}
    metric = {"target": "popularity", "measure": "Spearman", "clips": 40, "chance": 0.0}
    card: dict[str, object] = {
        "format": 1,
        "name": name,
        "version": f"{name}+{digest[:8]}",
        "made_on": "2026-11-23",
        "file": {"name": f"{name}.onnx", "sha256": digest, "bytes": len(content)},
        "golden": {
            "name": f"{name}.golden.npz",
            "sha256": hashlib.sha256(outputs).hexdigest(),
        },
        "input": {
            "name": "logmel",
            "shape": ["batch", 128, "frames"],
            "unit": "dB",
            "shortest_frames": 107,
        },
        "outputs": [{"name": n, "columns": columns[n], "unit": "-"} for n in OUTPUTS],
        "commands": ["earmark model train --data mine"],
        "uses": ["Tests."],
        "not_for": ["Anything else."],
        "inputs": {"used": ["audio"], "refused": ["fame"]},
        "data": [
            {"name": "own", "clips": 40, "licence": "own", "dates": "2026", "used_for": "all"}
        ],
        "protocol": ["Five folds by artist."],
        "metrics": [metric | {"model": figure, "baselines": [figure | {"by": "trees"}]}],
        "splits": [metric | {"random": 0.4, "by_artist": 0.21}],
        "slices": [{"measure": "coverage", "part": "all", "clips": 40, "value": 0.8}],
        "failures": ["Speech."],
        "cost": [{"what": "network", "value": 7.5, "unit": "ms"}],
        "reference": {"attributes": {}},
    }
    return json.dumps(card | changed)


def parcel(content: bytes, **changed: Any) -> Parcel:
    """Return a model with complete papers, which are true but for what is `changed`."""
    outputs = golden_of(InferenceSession(content, providers=["CPUExecutionProvider"]))
    return Parcel(content=content, card=card_of(content, outputs, **changed), golden=outputs)


def write(parcel: Parcel, folder: Path, name: str = NAME) -> Path:
    """Write a parcel as `earmark model export` does, and return its ONNX file."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx = folder / f"{name}.onnx"
    onnx.write_bytes(parcel.content)
    onnx.with_suffix(".json").write_text(parcel.card, encoding="utf-8")
    if parcel.golden is not None:
        golden.path_beside(onnx).write_bytes(parcel.golden)
    return onnx
