"""A set made of one's own audio: labels, features and files as the training data has them."""

import csv
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from scoring.audio import decode
from scoring.features import analyse
from tests.scoring.conftest import noise

pd = pytest.importorskip("pandas")
own = pytest.importorskip("scoring.training.own")
data = pytest.importorskip("scoring.training.data")

SHARED = Path(__file__).resolve().parents[2] / "../shared/data"


def _sound(folder: Path, name: str, *, seed: int, seconds: float = 13) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, noise(seconds, seed=seed), 22_050)
    return path


def _labels(folder: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    lines = list(rows)
    path = folder / "labels.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, sorted({name for line in lines for name in line}))
        writer.writeheader()
        writer.writerows(lines)
    return path


def _build(source: Path, target: Path) -> tuple[int, list[str]]:
    found: tuple[int, list[str]] = own.build(source, target, licence="mine")
    return found


def _decided(folder: Path, decisions: Iterable[str]) -> Path:
    rows = []
    for number, decision in enumerate(decisions):
        _sound(folder, f"{number}.wav", seed=number)
        rows.append({"file": f"{number}.wav", "artist": f"Artist {number}", "decision": decision})
    return _labels(folder, rows)


def test_a_set_is_read_back_as_training_reads_it(tmp_path: Path) -> None:
    one = _sound(tmp_path, "one.wav", seed=1)
    _sound(tmp_path, "two.wav", seed=2)
    labels = _labels(
        tmp_path,
        [
            {"file": "one.wav", "artist": "Lia", "decision": "keep", "energy": "0.5"},
            {"file": "two.wav", "artist": "Mo", "decision": "decline", "mood": "calm"},
        ],
    )

    assert _build(labels, tmp_path / "sets" / "own") == (2, [])

    corpus = data.load(tmp_path / "sets")
    logmel = analyse(decode(one.read_bytes()).mono).logmel
    frames = logmel.shape[1]
    assert corpus.frames.tolist() == [frames, frames]
    stored = data.decibels(corpus.mels[0])[:, :frames]
    np.testing.assert_allclose(stored, np.clip(logmel, -80, 47.5), atol=0.26, rtol=0)
    assert corpus.popularity.tolist() == [75.0, 25.0]
    assert corpus.traits[0, data.TRAITS.index("energy")] == 0.5
    assert np.isnan(corpus.traits[1]).all()
    assert corpus.quadrants.tolist() == [-1, 3]
    assert len(set(corpus.groups.tolist())) == 2


def test_artists_who_share_a_credit_are_one_group(tmp_path: Path) -> None:
    rows = []
    for number, artist in enumerate(("Lia", "Lia & Mo", "MO", "Ann")):
        _sound(tmp_path, f"{number}.wav", seed=number)
        rows.append({"file": f"{number}.wav", "artist": artist, "decision": "keep"})

    _build(_labels(tmp_path, rows), tmp_path / "sets" / "own")

    groups = data.load(tmp_path / "sets").groups.tolist()
    assert groups[0] == groups[1] == groups[2] != groups[3]


def test_a_folder_of_decisions_needs_no_csv_file(tmp_path: Path) -> None:
    _sound(tmp_path / "in", "keep/Lia - Night.wav", seed=1)
    _sound(tmp_path / "in", "decline/deep/Mo - Day.wav", seed=2)
    _sound(tmp_path / "in", "maybe/nobody.wav", seed=3)

    clips, left_out = _build(tmp_path / "in", tmp_path / "own")

    assert clips == 2
    assert left_out == ["nobody.wav: the artist is not known; call it Artist - Title."]
    table = pd.read_parquet(tmp_path / "own" / "tracks.parquet")
    assert sorted(zip(table["artist"], table["name"], strict=True)) == [
        ("Lia", "Night"),
        ("Mo", "Day"),
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"file": "none.wav"}, "none.wav: it cannot be read: No such file or directory."),
        ({"file": "labels.csv"}, "labels.csv: The file is not audio"),
        ({"file": "short.wav"}, "short.wav: "),
        ({"file": "piece.wav"}, "piece.wav: learning needs at least 12 seconds of it."),
        ({"file": ""}, "line 3: it needs a file and an artist."),
        ({"artist": ""}, "line 3: it needs a file and an artist."),
        ({"decision": "perhaps"}, "line 3: the decision 'perhaps' is none of"),
        ({"mood": "hungry"}, "line 3: the mood 'hungry' is none of"),
        ({"energy": "1.2"}, "line 3: energy 1.2 is not between 0 and 1."),
        ({"energy": "loud"}, "line 3: energy 'loud' is no number."),
        ({"popularity": "inf"}, "line 3: popularity 'inf' is no number."),
        ({"file": "good.wav"}, "good.wav: it is the same file as good.wav."),
    ],
)
def test_one_bad_row_is_told_of_and_the_others_go_on(
    tmp_path: Path, row: dict[str, str], told: str
) -> None:
    _sound(tmp_path, "good.wav", seed=1)
    _sound(tmp_path, "other.wav", seed=2)
    _sound(tmp_path, "short.wav", seed=3, seconds=2)
    _sound(tmp_path, "piece.wav", seed=4, seconds=11)
    good = {"file": "good.wav", "artist": "Lia", "decision": "keep", "mood": "", "energy": ""}
    good["popularity"] = ""

    clips, left_out = _build(
        _labels(tmp_path, [good, good | {"file": "other.wav"} | row]), tmp_path / "own"
    )

    assert clips == 1
    assert len(left_out) == 1
    assert left_out[0].startswith(told)


def test_a_list_without_files_or_artists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs at least the columns file and artist"):
        _build(_labels(tmp_path, [{"path": "a.wav", "artist": "Lia"}]), tmp_path / "own")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds no audio in sub-folders"):
        _build(tmp_path / "empty", tmp_path / "own")
    assert not (tmp_path / "own").exists()


def test_a_stopped_run_hears_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = _decided(tmp_path, ["keep", "decline", "maybe"])
    heard: list[bytes] = []

    def dying(content: bytes) -> Any:
        if len(heard) == 2:
            raise KeyboardInterrupt
        heard.append(content)
        return decode(content)

    monkeypatch.setattr(own, "decode", dying)
    with pytest.raises(KeyboardInterrupt):
        _build(labels, tmp_path / "own")
    assert not (tmp_path / "own" / "tracks.parquet").exists()
    heard.append(heard.pop(0))

    def counting(content: bytes) -> Any:
        heard.append(content)
        return decode(content)

    monkeypatch.setattr(own, "decode", counting)
    assert _build(labels, tmp_path / "own") == (3, [])
    assert len(set(heard)) == len(heard) == 3
    assert not (tmp_path / "own" / ".heard").exists()


def test_a_smaller_set_leaves_nothing_of_the_larger_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "SHARD", 2)
    target = tmp_path / "sets" / "own"
    _build(_decided(tmp_path, ["keep", "decline", "maybe", "keep", "keep"]), target)
    assert len(list(target.glob("logmel_u8_*.npz"))) == 3
    assert len(data.load(tmp_path / "sets")) == 5

    _build(_decided(tmp_path, ["keep", "decline"]), target)

    assert len(list(target.glob("logmel_u8_*.npz"))) == 1
    assert len(data.load(tmp_path / "sets")) == 2


def test_decisions_count_before_popularity() -> None:
    row = {"file": "a.wav", "artist": "Lia", "popularity": "90", "decision": "decline"}
    other = row | {"popularity": "10", "decision": "keep"}
    heard = [
        own.Heard(row=own._row(cells, Path()), sha256=str(i), mel=np.zeros((128, 108), np.uint8))
        for i, cells in enumerate((row, other))
    ]

    assert own.table_of(heard)["pop_pct"].tolist() == [25.0, 75.0]


def test_percentiles_are_taken_within_a_name_and_ties_share_the_middle() -> None:
    found = own.percentiles([1, 3, 3, 100, math.nan, 900], ["en", "en", "en", "de", "de", "de"])

    assert found[:4] == pytest.approx([100 / 6, 200 / 3, 200 / 3, 25])
    assert math.isnan(found[4])
    assert found[5] == 75


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_percentiles_keep_the_order_and_average_to_the_middle(values: list[float]) -> None:
    found = own.percentiles(values, [""] * len(values))

    assert np.mean(found) == pytest.approx(50)
    for a, left in zip(values, found, strict=True):
        for b, right in zip(values, found, strict=True):
            assert (a < b) <= (left < right)
            assert (a == b) <= (left == right)


@pytest.mark.parametrize(
    ("name", "key"),
    [("Lia Ström", "liastrom"), ("AC/DC", "acdc"), ("椎名林檎", "椎名林檎"), ("!!!", "!!!")],
)
def test_an_artist_has_one_key_and_never_an_empty_one(name: str, key: str) -> None:
    assert own.artist_key(name) == key


def test_the_real_sets_are_found_by_themselves() -> None:
    if not (SHARED / "previews").is_dir():
        pytest.skip("the shared data is not here")

    assert data.sets_in(SHARED) == data.SETS
