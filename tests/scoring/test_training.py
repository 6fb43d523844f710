"""The pipeline from made-up sets to a model that serves, in seconds; and its parts by rules."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import card, golden
from scoring.model import BANDS, Model

pd = pytest.importorskip("pandas")
torch = pytest.importorskip("torch")
data = pytest.importorskip("scoring.training.data")
measures = pytest.importorskip("scoring.training.measures")
calibrate = pytest.importorskip("scoring.training.calibrate")
kernel = pytest.importorskip("scoring.training.kernel")
net = pytest.importorskip("scoring.training.net")
statistics = pytest.importorskip("scoring.training.statistics")
train = pytest.importorskip("scoring.training.train")
evaluate = pytest.importorskip("scoring.training.evaluate")
export = pytest.importorskip("scoring.training.export")

CLIPS = 40
FRAMES = 260
# scikit-learn and torch announce changes of their own in modules that we do not call.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def made_up_set(folder: Path, name: str, *, seed: int) -> None:
    """Write a set whose energy is its noise, and whose popularity is its brightness."""
    chance = np.random.default_rng(seed)
    truth = chance.random((CLIPS, 2))
    slope = np.linspace(0, 1, BANDS)[:, None] * -60
    mels = [
        slope * (1 - bright / 2) + chance.normal(0, 1 + 8 * loud, (BANDS, FRAMES)) - 10
        for loud, bright in truth
    ]
    stored = np.clip((np.stack(mels) + 80) * 2, 0, 255).astype(np.uint8)
    table = pd.DataFrame(
        {
            "track_id": [f"{name}{i}" for i in range(CLIPS)],
            "artist": [f"Artist {i // 2}" for i in range(CLIPS)],
            "artist_key": [f"artist{i // 2}" for i in range(CLIPS)],
            "mel_row": range(CLIPS),
            **{trait: truth[:, 0].astype(np.float32) for trait in data.TRAITS},
        }
    )
    if name == "previews":
        table = table.assign(pop_pct=100 * truth[:, 1], language="en", year=2000)
    else:
        table = table.assign(quadrant=[f"Q{1 + i % 4}" for i in range(CLIPS)], n_frames=FRAMES)
    (folder / name).mkdir(parents=True)
    table.to_parquet(folder / name / "tracks.parquet")
    np.savez(folder / name / "logmel_u8_0.npz", mel=stored)


def run(stage: str, *options: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [stage, *options])
    {"train": train, "evaluate": evaluate, "export": export}[stage].main()


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    made_up_set(tmp_path / "sets", "previews", seed=1)
    made_up_set(tmp_path / "sets", "panda_4q", seed=2)
    return tmp_path / "sets"


@pytest.mark.timeout(180)
def test_made_up_sets_become_a_model_that_serves(
    sets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, where = tmp_path / "run", ("--data", str(sets), "--run", str(tmp_path / "run"))
    (tmp_path / "model").mkdir()
    run("train", *where, "--epochs", "1", monkeypatch=monkeypatch)
    run("evaluate", *where, "--draws", "20", monkeypatch=monkeypatch)
    run("export", *where, "--to", str(tmp_path / "model"), monkeypatch=monkeypatch)

    model = Model.load(tmp_path / "model" / "earmark.onnx")
    said = model.predict(data.load(sets).mels[0].astype(np.float32) / 2 - 80)
    described = card.parse(card.read(tmp_path / "model" / "earmark.onnx"))
    figures = {(one.target, one.measure): one for one in described.metrics}
    energy, popularity = figures["energy", "R2"], figures["popularity percentile", "Spearman"]
    shuffled = next(one for one in popularity.baselines if one.by == "labels shuffled")
    leak = next(one for one in popularity.baselines if one.by.startswith("artist mean"))
    assert 0 <= said.percentile.low <= said.percentile.median <= said.percentile.high <= 100
    assert not card.missing(described)
    assert energy.model.value > 0.7
    assert popularity.model.value > 0.5
    assert abs(shuffled.value) < 0.35
    assert abs(leak.value) < 1e-9
    assert json.loads((out / "metrics.json").read_text())["calibration"]["down"] > 0


@pytest.mark.timeout(120)
def test_a_stopped_run_repeats_no_cnn_that_is_there(
    sets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ("--data", str(sets), "--run", str(tmp_path), "--epochs", "1")
    for fold in range(train.FOLDS):
        np.savez(tmp_path / f"ears_{fold}_seed_0.npz", rows=np.arange(1), raw=np.zeros((1, 14)))
    torch.save({}, tmp_path / "ears_seed_0.pt")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("ears_*")}
    run("train", *where, monkeypatch=monkeypatch)

    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("ears_*")} == before
    assert (tmp_path / "kernel_seed_0.pt").exists()


def served() -> Any:
    """Return a net with weights by chance; a kernel far from nothing, so that all outputs move."""
    torch.manual_seed(0)
    empty = kernel.Counted(views=(torch.randn(40, 1724), torch.randn(40, 1724)), families=(1724,))
    fitted = kernel.fit_kernel(
        empty, torch.rand(40, 14), seed=0, settings=kernel.KernelSettings(axes=8, centres=16)
    )
    both = net.Net(fitted, net.Ears(width=4, hidden=8, dropout=0.0))
    use = net.Calibration(ears=0.5, slope=0.65, down=40, up=41, level_power=1, mood_power=1.2)
    one = net.Served(both, use)
    one.eval()
    return one


def test_the_exported_graph_says_what_the_net_says_at_any_length(tmp_path: Path) -> None:
    one = served()
    export.to_onnx(one, tmp_path / "earmark.onnx")
    session = export._session(tmp_path / "earmark.onnx")

    assert golden.difference(session, export._cases(one)) <= golden.PARITY


def test_gain_moves_no_output_of_the_net() -> None:
    one = served()
    clip = torch.from_numpy(export._cases(one)[1].logmel())

    with torch.no_grad():
        here, louder = one(clip), one(clip + 6.0)

    for quiet, loud in zip(here, louder, strict=True):
        np.testing.assert_allclose(quiet.numpy(), loud.numpy(), atol=2e-3, rtol=0)


@pytest.mark.parametrize("frames", [107, 108, 216, 1300])
def test_statistics_have_one_size_and_are_finite_even_in_silence(frames: int) -> None:
    counter = statistics.Statistics()
    silence = counter(net.Level()(torch.full((1, BANDS, frames), -100.0)))

    assert silence.shape == (1, 1724)
    assert torch.isfinite(silence).all()


def test_no_centre_of_the_kernel_is_a_single_clip() -> None:
    torch.manual_seed(1)
    views = (torch.randn(30, 1724), torch.randn(30, 1724))
    counted = kernel.Counted(views=views, families=(1724,))
    fitted = kernel.fit_kernel(
        counted, torch.rand(30, 14), seed=0, settings=kernel.KernelSettings(axes=8, centres=30)
    )
    places, _ = fitted.place(torch.cat(views))
    clips = places.reshape(2, 30, 8).mean(dim=0)

    assert torch.cdist(fitted.centres.T, places).min() > 0.01
    assert torch.cdist(fitted.centres.T, clips).min() > 0.01


@given(st.lists(st.integers(0, 30), min_size=20, max_size=200), st.integers(0, 5))
def test_no_artist_is_in_two_folds(artists: list[int], seed: int) -> None:
    groups = np.array(artists)
    fold_of = data.folds(groups, count=5, seed=seed)

    assert all(len(set(fold_of[groups == one])) == 1 for one in set(artists))
    assert set(fold_of) <= set(range(5))


def test_artists_who_share_a_credit_share_a_group() -> None:
    keys = ["koolsavas", "azad", "koolsavasazad", "scooter"]
    credited = ["Kool Savas", "Azad", "Kool Savas & Azad", "Scooter"]

    first, second, both, alone = data.connected(keys, credited).tolist()
    assert first == second == both != alone


def test_a_label_that_one_of_two_mixed_clips_lacks_costs_nothing() -> None:
    raw = torch.zeros(2, 14, requires_grad=True)
    wanted = torch.full((2, 14), float("nan"))
    loss = train.lost(raw, wanted, torch.ones(14))
    torch.autograd.backward(loss)

    assert loss.item() == 0
    assert raw.grad is not None
    assert torch.equal(raw.grad, torch.zeros(2, 14))


def test_conformal_ranks_cover_four_in_five_of_new_clips() -> None:
    low, high = calibrate._rank(0.1, 99), calibrate._rank(0.9, 99)

    # A new clip is as likely to fall before, between or after any of 99 others.
    assert (high - low) / 100 == 0.8


def test_measures_have_known_answers() -> None:
    truth = np.array([0.0, 1.0, 2.0, 3.0])
    classes = np.array([0.0, 0.0, 1.0, 1.0])

    assert measures.r_squared(truth, truth) == 1
    assert measures.r_squared(truth, np.full(4, 1.5)) == 0
    assert measures.spearman(truth, truth**3) == pytest.approx(1)
    assert measures.spearman(truth, np.ones(4)) == 0
    assert measures.macro_f1(classes, np.zeros(4)) == pytest.approx(1 / 3)
    assert measures.recall_of_highest(classes, np.array([0.0, 0.0, 1.0, 0.0])) == 0.5
    assert measures.calibration_error(np.full(10, 0.5), np.arange(10) % 2 == 0) == pytest.approx(
        0.5
    )


def test_an_interval_drawn_over_artists_holds_its_figure() -> None:
    chance = np.random.default_rng(0)
    truth = chance.normal(size=200)
    guessed = truth + chance.normal(size=200)
    found = measures.figure(measures.spearman, truth, [guessed], np.arange(200) // 2, count=200)

    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
