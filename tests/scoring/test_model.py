"""Loading a model, and what it says of real clips."""

import hashlib
import json
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from bot.sandbox.bundled import bundled_clips
from scoring.audio import decode
from scoring.errors import ModelError
from scoring.features import analyse
from scoring.model import OUTPUTS, Known, Model, Prediction, read_card

Floats = npt.NDArray[np.float32]

PACKAGED = Path(__file__).resolve().parents[2] / "scoring" / "models" / "earmark.onnx"
CONTENT = next(one for one in bundled_clips() if one.seconds > 29.9).path.read_bytes()


@cache
def packaged() -> Model:
    return Model.load()


@cache
def logmel() -> Floats:
    return analyse(decode(CONTENT).mono).logmel


def copied(folder: Path) -> Path:
    shutil.copy(PACKAGED, folder / "other.onnx")
    shutil.copy(PACKAGED.with_suffix(".json"), folder / "other.json")
    return folder / "other.onnx"


def same(one: Prediction, other: Prediction) -> bool:
    plain = (one.percentile, one.level, one.traits, one.mood)
    return plain == (other.percentile, other.level, other.traits, other.mood) and np.array_equal(
        one.embedding, other.embedding
    )


def test_a_model_is_found_in_the_package_and_beside_any_path(tmp_path: Path) -> None:
    assert Model.load(copied(tmp_path)).version == packaged().version


def test_a_model_changed_by_one_byte_is_refused(tmp_path: Path) -> None:
    path = copied(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(ModelError, match="not the one its card describes"):
        Model.load(path)


@pytest.mark.parametrize("gone", [".onnx", ".json"])
def test_a_model_without_its_file_or_card_is_refused(tmp_path: Path, gone: str) -> None:
    path = copied(tmp_path)
    path.with_suffix(gone).unlink()

    with pytest.raises(ModelError):
        Model.load(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1, "outputs": 3}', "\x00"])
def test_a_card_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ModelError):
        read_card(text)


@pytest.mark.parametrize("field", ["format", "outputs"])
def test_a_card_of_another_layout_is_refused(field: str) -> None:
    card = json.loads(PACKAGED.with_suffix(".json").read_text(encoding="utf-8"))
    card[field] = card[field][:-1] if field == "outputs" else 99

    with pytest.raises(ModelError, match="layout"):
        read_card(json.dumps(card))


def test_a_file_that_is_no_network_is_refused_although_its_hash_is_right(tmp_path: Path) -> None:
    path = copied(tmp_path)
    path.write_bytes(b"not a network")
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    card["file"]["sha256"] = hashlib.sha256(b"not a network").hexdigest()
    path.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")

    with pytest.raises(ModelError):
        Model.load(path)


def test_two_runs_and_two_sessions_agree_to_the_bit() -> None:
    first = packaged().predict(logmel())

    assert same(first, packaged().predict(logmel()))
    assert same(first, Model.load().predict(logmel()))


def test_a_clip_among_others_is_told_as_when_alone() -> None:
    pair = packaged().predict_all(np.stack([logmel(), logmel()[:, ::-1]]))
    alone = packaged().predict(logmel())

    assert pair[0].percentile.median == pytest.approx(alone.percentile.median, abs=1e-3)
    assert len(pair) == 2


def test_the_network_takes_nothing_but_the_log_mel() -> None:
    network = packaged()._network
    outputs = network.run(OUTPUTS, {"logmel": logmel()[None]})

    assert [len(one) for one in outputs] == [1] * len(OUTPUTS)


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((127, 300)), np.zeros((128, 50)), np.full((128, 300), np.nan), np.zeros(128)],
    ids=["bands", "short", "nan", "flat"],
)
def test_what_is_no_log_mel_of_five_seconds_is_refused(wrong: npt.NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match=r"log-mel|frames"):
        packaged().predict(wrong.astype(np.float32))


def test_shares_below_run_from_nothing_to_all() -> None:
    known = Known(trait="energy", quantiles=(0.1, 0.5, 0.9), points=(-1.0, 2.0))

    below = [known.share_below(value) for value in (0.0, 0.3, 0.5, 1.0)]
    assert below == pytest.approx([0.0, 0.25, 0.5, 1.0])
