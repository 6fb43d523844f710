"""`earmark model …`: the card, another model into use and back, and the stages of training."""

import json
import sys
from pathlib import Path

import pytest

from bot.sandbox.bundled import clip
from bot.sandbox.calls import Service
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.server import Sandbox
from scoring.card import parse, to_markdown
from scoring.model import Model
from tests.commands.console import Console
from tests.scoring import parcels

CLIP = clip("caribbean_8s.ogg").path
LONG = clip("awakening.ogg").path
PACKAGED = Model.load().version
STAGES = ("train", "evaluate", "export")


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound model with all its papers, as `earmark model export` leaves one."""
    return parcels.write(parcels.parcel(parcels.toy_model()), tmp_path_factory.mktemp("run"))


def _version(onnx: Path) -> str:
    return str(json.loads(onnx.with_suffix(".json").read_text(encoding="utf-8"))["version"])


def _in_use(earmark: Console) -> str:
    (row,) = [row for row in earmark.json("model", "list")["models"] if row["in_use"]]
    return str(row["version"])


def test_the_card_is_printed_as_markdown_and_as_the_json_it_is(earmark: Console) -> None:
    page = earmark("model", "card")
    card = earmark.json("model", "card")

    assert page.status == 0
    assert page.out == to_markdown(parse(json.dumps(card)))
    assert card["version"] == PACKAGED


def test_the_packaged_model_is_in_use_from_the_start(earmark: Console) -> None:
    assert _in_use(earmark) == PACKAGED
    assert earmark("model", "list").out == f"* {PACKAGED} (came with Earmark)\n"


def test_a_model_that_passes_every_check_scores_from_then_on(earmark: Console, toy: Path) -> None:
    ran = earmark("model", "use", toy)

    assert ran.status == 0
    assert "FAIL" not in ran.out
    assert f"{_version(toy)} is in use" in ran.out
    assert _in_use(earmark) == _version(toy)
    assert earmark.json("score", CLIP)["model"] == _version(toy)
    assert earmark.json("model", "card")["version"] == _version(toy)


def test_a_rollback_brings_the_model_before_back(earmark: Console, toy: Path) -> None:
    earmark("model", "use", toy)

    back = earmark("model", "rollback")

    assert (back.status, back.err) == (0, "")
    assert f"{PACKAGED} is in use" in back.out
    assert _in_use(earmark) == PACKAGED
    assert earmark.json("score", CLIP)["model"] == PACKAGED


def test_programs_are_told_what_is_in_use_now(earmark: Console, toy: Path) -> None:
    used = earmark.json("model", "use", toy)

    assert (used["ok"], used["installed"]) == (True, True)
    assert earmark.json("model", "rollback") == {"ok": True, "version": PACKAGED}


def test_there_is_nothing_before_the_packaged_model(earmark: Console) -> None:
    ran = earmark("model", "rollback")

    assert ran.status == 1
    assert "none to go back to" in ran.complaint


def test_a_model_that_fails_a_check_is_not_installed(earmark: Console, tmp_path: Path) -> None:
    loud = parcels.write(parcels.parcel(parcels.toy_model(per_db=1.0)), tmp_path / "run")

    ran = earmark("model", "use", loud)
    told = earmark("model", "use", loud, "--json")

    assert (ran.status, told.status) == (1, 1)
    assert ran.complaint == "toy.onnx is not installed: it fails at gain."
    assert "FAIL gain: 6 dB move the score by 6.0" in ran.out
    assert (told.json["ok"], told.json["installed"]) == (False, False)
    assert [one["name"] for one in told.json["checks"] if not one["ok"]] == ["gain"]
    assert _in_use(earmark) == PACKAGED


def test_a_model_that_is_not_there_is_one_sentence(earmark: Console) -> None:
    ran = earmark("model", "use", "nowhere.onnx")

    assert (ran.status, ran.out) == (1, "")
    assert ran.complaint == "The model nowhere.onnx cannot be read: No such file or directory."


def test_the_setting_comes_first_and_that_is_said(
    earmark: Console, toy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = parcels.write(parcels.parcel(parcels.toy_model(spread=9)), tmp_path / "own", "own")
    monkeypatch.setenv("EARMARK_MODEL_FILE", str(own))

    ran = earmark("model", "use", toy)

    assert ran.status == 0
    assert ran.complaint.startswith("EARMARK_MODEL_FILE is set and comes first")
    assert _in_use(earmark) == _version(own)
    assert earmark.json("score", CLIP)["model"] == _version(own)


def test_a_damaged_installed_model_is_told_of_with_the_way_out(
    earmark: Console, toy: Path, folder: Path
) -> None:
    earmark("model", "use", toy)
    (installed,) = folder.glob("data/models/*/model.onnx")
    installed.write_bytes(b"damaged")

    score = earmark("score", CLIP)
    (model,) = [
        one for one in earmark("doctor", "--json").json["findings"] if one["what"] == "model"
    ]

    assert score.status == 1
    assert "is not the one its card describes" in score.complaint
    assert model["health"] == "bad"
    assert "earmark model rollback" in model["advice"]


def test_a_model_whose_card_is_broken_is_listed_with_what_is_wrong(
    earmark: Console, toy: Path, folder: Path
) -> None:
    earmark("model", "use", toy)
    (card,) = folder.glob("data/models/*/model.json")
    card.write_text("{}", encoding="utf-8")

    rows = earmark.json("model", "list")["models"]

    assert [row["error"] for row in rows] == ["", rows[1]["error"]]
    assert "card is wrong" in rows[1]["error"]


def test_a_cards_version_cannot_move_the_cursor(
    earmark: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = parcels.toy_model()
    odd = parcels.parcel(content, version="\x1b[2Jtoy")
    monkeypatch.setenv("EARMARK_MODEL_FILE", str(parcels.write(odd, tmp_path / "odd")))

    shown = earmark("model", "list").out + earmark("model", "card").out
    assert "toy" in shown
    assert "\x1b" not in shown


def test_submissions_are_scored_again_by_the_new_model(
    earmark: Console, toy: Path, sandbox: Sandbox
) -> None:
    link = sandbox.catalogue.titled("Awakening").spotify_url
    earmark.json("submit", link, "--playlist", "Night Drive", "--as", "Lia")
    earmark.json("submit", CLIP, "--playlist", "Night Drive", "--as", "Mo", "--title", "Own")
    earmark("model", "use", toy)

    told = earmark.json("model", "rescore")
    again = earmark("model", "rescore")

    assert told == {
        "model": _version(toy),
        "rescored": 1,
        "own_file": 1,
        "not_found": 0,
        "left": 0,
        "stopped": "",
    }
    assert again.out.splitlines() == [
        f"Scored again by {_version(toy)}: 0",
        "Unchanged, as it was the artist's own file: 1",
    ]
    rows = earmark.json("queue", "Night Drive")["queue"]
    assert sorted(row["model"] for row in rows) == sorted([PACKAGED, _version(toy)])


def test_scoring_again_in_the_background_is_work_for_the_desk_that_runs(earmark: Console) -> None:
    told = earmark("model", "rescore", "--background").out
    (job,) = earmark.json("jobs", "list")["jobs"]

    assert job["state"] == "waiting"
    assert job["id"].startswith("rescore:1:")
    assert f"earmark jobs show {job['id']}" in told


def test_scoring_again_in_the_background_takes_no_limit(earmark: Console) -> None:
    ran = earmark("model", "rescore", "--background", "--limit", "3")

    assert "--limit is for a run that you wait for" in ran.err
    assert earmark.json("jobs", "list")["jobs"] == []


def test_a_service_that_is_down_ends_the_scoring_again_with_one_sentence(
    earmark: Console, toy: Path, sandbox: Sandbox
) -> None:
    link = sandbox.catalogue.titled("Awakening").spotify_url
    earmark.json("submit", link, "--playlist", "Night Drive", "--as", "Lia")
    earmark("model", "use", toy)
    sandbox.set_fault(Fault(service=Service.DEEZER, kind=FaultKind.SERVER_ERROR))

    ran = earmark("model", "rescore")

    assert ran.status == 1
    assert ran.complaint.startswith("Deezer is not answering")
    assert ran.complaint.endswith("Run this again then: it goes on where it stopped.")
    assert ran.out.splitlines() == [f"Scored again by {_version(toy)}: 0", "Still to do: 1"]


def test_a_track_that_no_source_has_any_more_keeps_its_score(
    earmark: Console, toy: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = sandbox.catalogue.titled("Awakening").spotify_url
    earmark.json("submit", link, "--playlist", "Night Drive", "--as", "Lia")
    earmark("model", "use", toy)
    monkeypatch.setenv("EARMARK_AUDIO_SOURCES", "upload")

    ran = earmark("model", "rescore")

    assert (ran.status, ran.err) == (0, "")
    assert "Unchanged, as no source surely has the audio now: 1" in ran.out
    (row,) = earmark.json("queue", "Night Drive")["queue"]
    assert row["model"] == PACKAGED


@pytest.mark.parametrize("stage", STAGES)
def test_without_the_training_extra_one_sentence_says_how_to_get_it(
    earmark: Console, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("scoring.training.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)

    ran = earmark("model", stage)

    assert (ran.status, ran.out) == (1, "")
    assert ran.complaint == (
        "Training needs torch, which serving does not."
        " Install it with: pip install 'earmark[train]'"
    )


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_explains_its_own_options(earmark: Console, stage: str) -> None:
    pytest.importorskip("torch")

    ran = earmark("model", stage, "--help")

    assert ran.status == 0
    assert f"usage: earmark model {stage}" in ran.out
    assert "--run" in ran.out


def test_an_option_that_a_stage_does_not_know_is_wrong_usage(earmark: Console) -> None:
    pytest.importorskip("torch")

    ran = earmark("model", "train", "--epoch-count", "3")

    assert ran.status == 2
    assert "--epoch-count" in ran.err


def test_a_stage_that_lacks_its_data_says_which(earmark: Console, tmp_path: Path) -> None:
    pytest.importorskip("torch")

    ran = earmark("model", "train", "--data", tmp_path / "none")

    assert ran.status == 1
    assert ran.complaint == f"{tmp_path / 'none'} holds no set to learn from."


def test_a_set_is_made_from_a_csv_file_and_told_about(earmark: Console, tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    labels = tmp_path / "labels.csv"
    labels.write_text(f"file,artist,decision\n{LONG},Lia,keep\nnone.mp3,Lia,keep\n")

    made = earmark("model", "data", "--from", labels, "--to", tmp_path / "mine" / "own")
    told = earmark("model", "data", "--data", tmp_path / "mine")

    assert (made.status, made.err) == (0, "")
    assert "left out: none.mp3: it cannot be read: No such file or directory." in made.out
    assert "1 clips in" in made.out
    assert told.out.startswith("1 clips, 1 groups of artists")


@pytest.mark.parametrize("content", [b"artist\nLia\n", b"\xff\xfe\x00"])
def test_what_is_no_list_is_one_sentence(earmark: Console, tmp_path: Path, content: bytes) -> None:
    pytest.importorskip("pandas")
    labels = tmp_path / "labels.csv"
    labels.write_bytes(content)

    ran = earmark("model", "data", "--from", labels, "--to", tmp_path / "own")

    assert ran.status == 1
    assert ran.complaint.startswith(f"{labels} is no list of audio: ")


def test_a_set_needs_a_place(earmark: Console) -> None:
    ran = earmark("model", "data", "--from", "labels.csv")

    assert ran.status == 2
    assert ran.complaint.startswith("--from needs --to")
