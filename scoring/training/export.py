"""Write the trained net as ONNX, its golden outputs and its card beside each other.

Run it as `python -m scoring.training.export --data ../shared/data --run runs/first`.
"""

import argparse
import hashlib
import json
import time
import warnings
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import numpy as np
import torch

from scoring import golden
from scoring.card import Cost
from scoring.golden import PARITY, Case
from scoring.model import OUTPUTS
from scoring.runtime import InferenceSession, SessionOptions
from scoring.training.about import Measured, describe, sources
from scoring.training.data import load
from scoring.training.net import Calibration, Served
from scoring.training.train import read_net

MODELS = Path(__file__).parents[1] / "models"
NAME = "earmark-1"


def to_onnx(served: Served, path: Path) -> None:
    """Export with any number of clips of any length."""
    example = torch.from_numpy(_cases(served)[1].logmel())
    with warnings.catch_warnings():
        # The legacy exporter announces its successor, which takes ten times as long for a
        # graph that runs no faster.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            served,
            (example,),
            str(path),
            dynamo=False,
            opset_version=17,
            # Left to onnxruntime: folded here, the centres' eight bits would become 32.
            do_constant_folding=False,
            input_names=["logmel"],
            output_names=list(OUTPUTS),
            dynamic_axes={
                "logmel": {0: "batch", 2: "frames"},
                **{name: {0: "batch"} for name in OUTPUTS},
            },
        )


def _cases(served: Served) -> list[Case]:
    """Return what torch says to made-up clips of three lengths."""
    cases = []
    for stored in golden.made_up_clips():
        logmel = Case(stored=stored, outputs={}).logmel()
        with torch.no_grad():
            said = served(torch.from_numpy(logmel))
        outputs = {name: found[0].numpy() for name, found in zip(OUTPUTS, said, strict=True)}
        cases.append(Case(stored=stored, outputs=outputs))
    return cases


def _session(path: Path) -> InferenceSession:
    options = SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])


def _milliseconds(session: InferenceSession, case: Case) -> float:
    """Return the median CPU time of one clip, after a warm-up."""
    spent = []
    for _ in range(31):
        started = time.process_time()
        session.run(list(OUTPUTS), {"logmel": case.logmel()})
        spent.append(1_000 * (time.process_time() - started))
    return round(median(spent[1:]), 1)


def _measured(path: Path, data: Path) -> Measured:
    corpus = load(data)
    found = json.loads(path.read_text(encoding="utf-8"))
    return Measured(
        clips=len(corpus),
        artists=len(np.unique(corpus.groups)),
        sources=sources(data, dict.fromkeys(corpus.sets.tolist())),
        seeds=tuple(found["seeds"]),
        metrics=tuple(found["metrics"]),
        splits=tuple(found["splits"]),
        slices=tuple(found["slices"]),
        heard=found["heard"],
        not_learnt=tuple(found["not_learnt"]),
        calibration=Calibration(**found["calibration"]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--run", type=Path, default=Path("runs/first"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--to", type=Path, default=MODELS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    measured = _measured(arguments.run / "metrics.json", arguments.data)
    served = Served(read_net(arguments.run, arguments.seed), measured.calibration)
    served.eval()
    onnx = arguments.to / "earmark.onnx"
    to_onnx(served, onnx)
    cases = _cases(served)
    beside = golden.path_beside(onnx)
    beside.write_bytes(golden.to_bytes(cases))
    session = _session(onnx)
    apart = golden.difference(session, cases)
    print(f"largest difference between torch and onnxruntime: {apart:.1e}")
    if apart > PARITY:
        raise SystemExit("the export is not the net")
    content = onnx.read_bytes()
    card = describe(
        measured,
        name=NAME,
        model=content,
        golden_sha256=hashlib.sha256(beside.read_bytes()).hexdigest(),
        golden_name=beside.name,
        embedding=len(cases[0].outputs["embedding"]),
        cost=(Cost(what="30 s, one core", value=_milliseconds(session, cases[-1]), unit="ms"),),
        made_on=datetime.now(UTC).date(),
    )
    written = {**asdict(card), "reference": {"attributes": measured.heard}}
    text = json.dumps(written, indent=2, ensure_ascii=False)
    onnx.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    print(f"{card.version}, {len(content) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
