"""What a model file has to pass before it may serve, and what each fault is called."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.sandbox.bundled import clip
from scoring import golden
from scoring.acceptance import LARGEST_BYTES, Check, Parcel, examine, read_parcel, unsound
from scoring.analysis import Mood
from scoring.errors import ModelError
from scoring.model import OUTPUTS, Level, Model, Percentile, Prediction, Traits
from tests.scoring import parcels

CLIPS = ("caribbean_8s.ogg", "armygeddon.mp3")


@cache
def _in_use() -> Model:
    return Model.load()


@cache
def _clips() -> dict[str, bytes]:
    return {name: clip(name).path.read_bytes() for name in CLIPS}


def _checks(parcel: Parcel) -> dict[str, Check]:
    return {one.name: one for one in examine(parcel, clips=_clips(), in_use=_in_use())}


def _fault(parcel: Parcel) -> str:
    """Return the only check that fails, and what it tells."""
    (failed,) = [one for one in _checks(parcel).values() if not one.ok]
    return f"{failed.name}: {failed.told}"


def test_a_sound_model_passes_every_check_in_order() -> None:
    found = _checks(parcels.parcel(parcels.toy_model()))

    assert [name for name, one in found.items() if not one.ok] == []
    assert list(found) == [
        "card",
        "file",
        "golden",
        "names",
        "parity",
        "missing inputs",
        "any length",
        "gain",
        "speed",
    ]
    assert found["gain"].told == "6 dB move the score by 0.00 points, 1 allowed"


@pytest.mark.parametrize("section", ["metrics", "data", "failures", "not_for", "golden"])
def test_a_card_that_leaves_something_out_is_refused_by_name(section: str) -> None:
    content = parcels.toy_model()
    sound = parcels.parcel(content)
    short = {name: value for name, value in json.loads(sound.card).items() if name != section}

    assert _fault(replace(sound, card=json.dumps(short))) == f"card: it leaves out: {section}"


def test_a_card_of_another_layout_is_refused() -> None:
    fault = _fault(parcels.parcel(parcels.toy_model(), format=2))

    assert fault.startswith("card: The model's card is of another layout")


def test_nothing_of_a_file_with_another_hash_is_run() -> None:
    sound = parcels.parcel(parcels.toy_model())

    checks = _checks(replace(sound, content=sound.content + b"\0"))

    assert checks["file"].told == "its SHA-256 is not the one in its card"
    assert "names" not in checks


def test_a_file_over_three_megabytes_is_refused() -> None:
    sound = parcels.parcel(parcels.toy_model())

    fault = _fault(replace(sound, content=b"\0" * (LARGEST_BYTES + 1)))

    assert fault == "file: 3.00 MB are more than 3 MB"


def test_a_model_without_golden_outputs_is_refused() -> None:
    sound = parcels.parcel(parcels.toy_model())

    assert _fault(replace(sound, golden=None)) == "golden: there is no .golden.npz beside it"


def test_golden_outputs_that_the_card_does_not_name_are_refused() -> None:
    sound, other = parcels.parcel(parcels.toy_model()), parcels.parcel(parcels.toy_model(spread=9))

    fault = _fault(replace(sound, golden=other.golden))

    assert fault == "golden: its SHA-256 is not the one in the card"


def test_a_model_that_is_not_the_trained_net_is_refused() -> None:
    content, trained = parcels.toy_model(), parcels.parcel(parcels.toy_model(spread=9.99))
    assert trained.golden is not None
    card = parcels.card_of(content, trained.golden)

    fault = _fault(Parcel(content=content, card=card, golden=trained.golden))

    assert fault == "parity: 1.0e-02 from the trained net, 1e-04 allowed"


def test_a_file_that_is_no_model_is_refused() -> None:
    content = b"no model at all"
    card = parcels.card_of(content, b"golden")

    fault = _fault(Parcel(content=content, card=card, golden=b"golden"))

    assert fault == "file: onnxruntime cannot open it"


def test_a_model_that_needs_more_than_audio_is_refused() -> None:
    content = parcels.toy_model(needed=("followers",))
    card = parcels.card_of(content, b"golden")

    fault = _fault(Parcel(content=content, card=card, golden=b"golden"))

    assert "names: it needs logmel tensor(float), followers tensor(float)" in fault


def test_a_model_that_lacks_an_output_is_refused() -> None:
    content = parcels.toy_model(outputs=("percentile", "hits"))
    card = parcels.card_of(content, b"golden")

    fault = _fault(Parcel(content=content, card=card, golden=b"golden"))

    assert fault.startswith("names: it gives percentile, hits, not percentile, level")


def test_a_model_that_hears_the_volume_is_refused() -> None:
    fault = _fault(parcels.parcel(parcels.toy_model(per_db=0.2)))

    assert fault.startswith("gain: 6 dB move the score by 1.2")


def test_an_interval_that_is_none_is_refused() -> None:
    fault = _fault(parcels.parcel(parcels.toy_model(spread=-10)))

    assert fault.startswith("any length: 60.0, 50.0, 40.0 is no interval of 0 to 100")


def test_a_model_for_one_length_only_is_refused() -> None:
    content = parcels.toy_model(frames=646)
    cases = [golden.Case(stored=golden.made_up_clips()[-1], outputs=_toy_outputs())]
    outputs = golden.to_bytes(cases)

    fault = _fault(Parcel(content=content, card=parcels.card_of(content, outputs), golden=outputs))

    assert fault.startswith("run: it fails on a clip:")


def _toy_outputs() -> dict[str, NDArray[np.float32]]:
    values = ([40.0, 50.0, 60.0], [0.2, 0.5, 0.3], [0.5] * 6, [0.25] * 4, [0.1] * 8)
    return {name: np.array(value, np.float32) for name, value in zip(OUTPUTS, values, strict=True)}


def test_a_masked_input_may_not_count() -> None:
    content = parcels.toy_model(optional=("tempo", "tempo_mask"), counted="tempo")

    assert _fault(parcels.parcel(content)) == "missing inputs: tempo counts though masked"


def test_an_input_that_a_mask_switches_off_is_fine() -> None:
    content = parcels.toy_model(optional=("tempo", "tempo_mask"), counted="tempo_mask")

    checks = _checks(parcels.parcel(content))

    assert checks["missing inputs"].told == "masked ones have no effect"
    assert all(one.ok for one in checks.values())


def test_an_input_without_a_mask_is_refused() -> None:
    fault = _fault(parcels.parcel(parcels.toy_model(optional=("tempo",))))

    assert fault == "missing inputs: tempo has no mask tempo_mask"


def test_a_model_that_is_much_slower_than_the_one_in_use_is_refused() -> None:
    class Instant:
        """A model in use that costs nothing: whatever comes after it is slow."""

        def predict(self, logmel: NDArray[np.float32]) -> None:
            del logmel

    sound = parcels.parcel(parcels.toy_model())

    checks = {one.name: one for one in examine(sound, clips=_clips(), in_use=Instant())}

    assert not checks["speed"].ok
    assert checks["speed"].told.endswith("times the CPU time of the model in use, 4 allowed")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"percentile": Percentile(low=1, median=float("nan"), high=3)}, "not finite"),
        ({"percentile": Percentile(low=-1, median=2, high=3)}, "no interval"),
        ({"level": Level(low=0.5, medium=0.5, high=0.5)}, "do not add up"),
        ({"level": Level(low=-0.5, medium=1.0, high=0.5)}, "not between 0 and 1"),
        ({"mood": Mood(happy=1, tense=1, sad=1, calm=1)}, "do not add up"),
        ({"embedding": np.array([np.inf], np.float32)}, "not finite"),
    ],
)
def test_an_unsound_prediction_is_called_what_it_is(changed: dict[str, object], told: str) -> None:
    sound = Prediction(
        percentile=Percentile(low=1, median=2, high=3),
        level=Level(low=0.2, medium=0.5, high=0.3),
        traits=Traits(
            danceability=0,
            energy=1,
            acousticness=0.5,
            valence=0.5,
            instrumentalness=0.5,
            speechiness=0.5,
        ),
        mood=Mood(happy=0.1, tense=0.2, sad=0.3, calm=0.4),
        embedding=np.zeros(3, np.float32),
    )

    assert unsound(sound) == ""
    assert told in unsound(replace(sound, **changed))  # type: ignore[arg-type]  # the fields' own types


def test_a_film_is_refused_before_it_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    film = tmp_path_factory.mktemp("films") / "film.onnx"
    with film.open("wb") as file:
        file.truncate(5_000_000_000)

    with pytest.raises(ModelError, match=r"film\.onnx is larger than 3 MB"):
        read_parcel(film)


def test_a_model_without_a_card_is_told_from_one_that_is_not_there(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("models")
    (folder / "bare.onnx").write_bytes(b"model")

    with pytest.raises(ModelError, match=r"bare\.onnx has no readable card bare\.json"):
        read_parcel(folder / "bare.onnx")
    with pytest.raises(ModelError, match=r"none\.onnx cannot be read: No such file"):
        read_parcel(folder / "none.onnx")


@pytest.mark.parametrize("content", [b"", b"no archive", golden.to_bytes([])])
def test_golden_outputs_that_cannot_be_read_are_an_error(content: bytes) -> None:
    with pytest.raises(ModelError, match="golden"):
        golden.from_bytes(content)
