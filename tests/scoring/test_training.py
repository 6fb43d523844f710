"""The pipeline from made-up sets to a model that serves, in seconds; and its parts by rules."""

import json
import sys
from functools import cache
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
hints = pytest.importorskip("scoring.training.hints")
kernel = pytest.importorskip("scoring.training.kernel")
likeness = pytest.importorskip("scoring.training.likeness")
neighbours = pytest.importorskip("scoring.training.neighbours")
refits = pytest.importorskip("scoring.training.refits")
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
        ranks = truth[:, 1].argsort().argsort()
        table = table.assign(pop_pct=100 * (ranks + 0.5) / CLIPS, language="en", year=2000)
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
    run("train", *where, "--seeds", "0", "--epochs", "1", monkeypatch=monkeypatch)
    run("evaluate", *where, "--seeds", "0", "--draws", "20", monkeypatch=monkeypatch)
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
    # A leak would rank clips rightly; of 40 clips, a wrong order may be learnt by chance.
    assert shuffled.value < 0.35
    assert abs(leak.value) < 1e-9
    assert json.loads((out / "metrics.json").read_text())["calibration"]["down"] > 0


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("known", "not_learnt"),
    [
        ("pop_pct", "danceability, energy, acousticness, valence, instrumentalness, speechiness,"),
        ("quadrant", "speechiness, popularity."),
    ],
)
def test_an_own_set_with_one_kind_of_label_becomes_a_model_that_can_be_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: str, not_learnt: str
) -> None:
    made_up_set(tmp_path, "panda_4q", seed=3)
    own = tmp_path / "panda_4q"
    table = pd.read_parquet(own / "tracks.parquet")
    table = table.assign(pop_pct=100 * table["energy"]).drop(columns=list(data.TRAITS))
    others = {"pop_pct", "quadrant"} - {known}
    table.drop(columns=list(others)).to_parquet(own / "tracks.parquet")
    told = {"name": "mine", "clips": CLIPS, "artists": 20, "licence": "ours", "dates": "2026"}
    (own / "source.json").write_text(json.dumps(told))
    own.rename(tmp_path / "mine")
    (tmp_path / "model").mkdir()
    where = ("--data", str(tmp_path), "--run", str(tmp_path / "run"))
    run("train", *where, "--seeds", "0", "--epochs", "1", monkeypatch=monkeypatch)
    run("evaluate", *where, "--seeds", "0", "--draws", "5", monkeypatch=monkeypatch)
    run("export", *where, "--to", str(tmp_path / "model"), monkeypatch=monkeypatch)

    described = card.parse(card.read(tmp_path / "model" / "earmark.onnx"))
    assert not card.missing(described)
    assert not_learnt in described.failures[0]


@pytest.mark.timeout(120)
def test_a_stopped_run_repeats_no_cnn_that_is_there(
    sets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ("--data", str(sets), "--run", str(tmp_path), "--seeds", "0", "--epochs", "1")
    for fold in range(train.FOLDS):
        np.savez(tmp_path / f"ears_{fold}_seed_0.npz", rows=np.arange(1), raw=np.zeros((1, 14)))
    torch.save({}, tmp_path / "ears_seed_0.pt")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("ears_*")}
    run("train", *where, monkeypatch=monkeypatch)

    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("ears_*")} == before
    assert (tmp_path / "kernel_seed_0.pt").exists()


SIZES = (30, 14)


def random_lesson(clips: int) -> tuple[Any, Any]:
    """Return statistics by chance, and labels by chance of artists with two clips each."""
    views = (torch.randn(clips, sum(SIZES)), torch.randn(clips, sum(SIZES)))
    lesson = kernel.Lesson(
        truth=torch.rand(clips, 14), hints=torch.rand(clips, 3), groups=np.arange(clips) // 2
    )
    return kernel.Counted(views=views, families=SIZES), lesson


@cache
def served() -> Any:
    """Return a net that learnt noise; far from nothing, so that all outputs move."""
    torch.manual_seed(0)
    counter = statistics.Statistics()
    families = tuple(one.shape[1] for one in counter.families(torch.zeros(1, BANDS, 300)))
    views = (torch.randn(40, sum(families)), torch.randn(40, sum(families)))
    lesson = random_lesson(40)[1]
    counted = kernel.Counted(views=views, families=families)
    fitted = kernel.fit_kernel(counted, lesson, seed=0, settings=kernel.KernelSettings())
    both = net.Net(fitted, net.Ears(width=4, hidden=8, dropout=0.0))
    use = net.Calibration(
        ears=(0.5, 0.2, 0.1, 0.5),
        slope=0.65,
        down=40,
        up=41,
        level_power=3,
        level_bias=(0.01, -0.02, 0.01),
        mood_power=1.2,
    )
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


@pytest.mark.parametrize("padding", [-100.0, -80.0])
def test_silence_at_either_end_moves_no_output_of_the_net(padding: float) -> None:
    """Two whole rounds of the clip are the sound that is put where the silence was."""
    one = served()
    clip = torch.from_numpy(export._cases(one)[1].logmel())
    silence = torch.full((1, BANDS, clip.shape[2]), padding)
    padded = torch.cat((silence[:, :, :5], clip, silence[:, :, 5:]), dim=2)

    with torch.no_grad():
        twice, found = one(torch.cat((clip, clip), dim=2)), one(padded)

    for whole, ended in zip(twice, found, strict=True):
        np.testing.assert_allclose(whole.numpy(), ended.numpy(), atol=1e-5, rtol=0)


@pytest.mark.parametrize("frames", [107, 108, 216, 1300])
def test_statistics_have_one_size_and_are_finite_even_in_silence(frames: int) -> None:
    counter = statistics.Statistics()
    silence = counter(net.Level()(torch.full((1, BANDS, frames), -100.0)))

    assert silence.shape == (1, 2344)
    assert torch.isfinite(silence).all()


def test_no_centre_of_the_kernel_is_a_single_clip() -> None:
    torch.manual_seed(1)
    counted, lesson = random_lesson(30)
    fitted = kernel.fit_kernel(counted, lesson, seed=0, settings=kernel.KernelSettings())
    places, _ = fitted.place(torch.cat(counted.views))
    clips = places.reshape(2, 30, -1).mean(dim=0)
    centres = (fitted.centres.float() * fitted.step[:, None]).T

    assert torch.cdist(centres, places).min() > 0.1
    assert torch.cdist(centres, clips).min() > 0.1


def test_popularity_is_learnt_from_what_is_learnt_of_hints() -> None:
    """Half of the clips have a popularity; a word that all have says what it depends on."""
    torch.manual_seed(2)
    counted, lesson = random_lesson(200)
    word = (counted.views[0][:, :3].sum(dim=1) > 0).float()
    truth = torch.full((200, 14), float("nan"))
    truth[::2, 6] = word[::2]
    truth[::2, 7:10] = torch.stack((1 - word, 0 * word, word), dim=1)[::2]
    taught = kernel.Lesson(truth=truth, hints=word[:, None], groups=lesson.groups)
    untaught = kernel.Lesson(truth=truth, hints=torch.zeros(200, 0), groups=lesson.groups)
    asked = torch.randn(400, sum(SIZES))
    wanted = (asked[:, :3].sum(dim=1) > 0).numpy().astype(float)
    ranked = []
    for one in (taught, untaught):
        fitted = kernel.fit_kernel(counted, one, seed=0, settings=kernel.KernelSettings())
        said, _ = net.raw_of(fitted, asked)
        ranked.append(measures.spearman(wanted, said[:, 6].numpy()))

    assert ranked[0] > ranked[1] > 0.2


def test_what_no_clip_has_a_label_of_is_said_as_its_prior() -> None:
    torch.manual_seed(3)
    counted, lesson = random_lesson(30)
    unknown = torch.full((30, 14), float("nan"))
    unknown[:, 1] = torch.rand(30)
    one = kernel.Lesson(truth=unknown, hints=torch.zeros(30, 0), groups=lesson.groups)
    fitted = kernel.fit_kernel(counted, one, seed=0, settings=kernel.KernelSettings())
    said, _ = net.raw_of(fitted, counted.views[0])

    assert said[:, 1].std() > 0
    np.testing.assert_allclose(said[:, 0].numpy(), 0.5)
    np.testing.assert_allclose(said[:, 6].numpy(), 0.5)
    np.testing.assert_allclose(said[:, 7:10].numpy(), 1 / 3, rtol=1e-6)
    np.testing.assert_allclose(said[:, 10:].numpy(), 0.25)


def test_each_third_is_the_likeliest_of_a_third_of_the_clips() -> None:
    chance = np.random.default_rng(4)
    leaning = chance.normal([0.4, 0.2, 0.3], [0.2, 0.05, 0.1], (900, 3))
    evened = leaning + calibrate._even(leaning)

    assert np.bincount(leaning.argmax(axis=1))[1] < 150
    assert all(250 < count < 350 for count in np.bincount(evened.argmax(axis=1)))


def test_labels_dealt_out_at_random_stay_within_their_set(sets: Path) -> None:
    corpus = data.load(sets)
    lesson = kernel.lesson_of(corpus)
    fold_of = data.folds(corpus.groups, count=3, seed=0)
    said = refits.shuffled(kernel.count(corpus), lesson, corpus, fold_of)
    energy = np.isfinite(corpus.traits[:, 1])

    assert abs(measures.spearman(corpus.traits[energy, 1], said[energy, 1])) < 0.4


def test_ten_nearest_are_of_other_artists_and_of_the_same_fold() -> None:
    places = np.eye(4)[[0, 0, 0, 1]]
    alike = np.ones((4, 4), bool)
    alike[0, 1] = alike[0, 3] = False
    strangers = np.array([[False, True, True, True]] * 4)
    folds = np.array([0, 1, 0, 0])
    hits = neighbours._hits(places, alike, strangers, folds)

    # Clip 1 is in another fold, so clips 2 (alike) and 3 (not alike) are left for clip 0.
    assert hits[0] == 0.5


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


def test_right_chances_show_an_error_that_more_clips_take_away() -> None:
    few, many = np.full(100, 0.3), np.full(10_000, 0.3)

    assert 0.08 < measures.error_of_right(few) < 0.16
    assert measures.error_of_right(many) < 0.02


def test_an_interval_drawn_over_artists_holds_its_figure() -> None:
    chance = np.random.default_rng(0)
    truth = chance.normal(size=200)
    guessed = truth + chance.normal(size=200)
    found = measures.figure(measures.spearman, truth, [guessed], np.arange(200) // 2, count=200)

    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
