from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.bundled import bundled_clips, clip
from scoring.analysis import Mood, SegmentEffect, Sign
from scoring.audio import decode
from scoring.explain import (
    FRAMES_PER_SECOND,
    REGISTERS,
    main_register,
    moved,
    reasons,
    segments_of,
)
from scoring.features import analyse
from scoring.model import (
    BANDS,
    Card,
    Known,
    Level,
    Model,
    Percentile,
    Prediction,
    Traits,
)
from scoring.training.faithfulness import faithfulness, heard_in, metrics_of

Floats = npt.NDArray[np.float32]

CARD = Card(version="fake", sha256="0", shortest_frames=107, known=())
FRAMES = 646
LOW_MIDS = REGISTERS[1].rows
DANCE = Known(trait="danceability", quantiles=(0, 0.25, 0.5, 0.75, 1), points=(-4, -2, 0, 2, 4))
ENERGY = Known(trait="energy", quantiles=(0, 0.25, 0.5, 0.75, 1), points=(3, 1, 0, -1, -3))
STILL = (SegmentEffect(start_s=0, end_s=2, points=0.1),)


class FakeNetwork:
    """Scores 50, a point more for each decibel of the weighted mean, less `dislike` if masked."""

    def __init__(self, weights: Floats, *, dislike: float = 0.0) -> None:
        self.weights = weights
        self.dislike = dislike

    def run(
        self, output_names: Sequence[str], input_feed: Mapping[str, Floats], /
    ) -> Sequence[Floats]:
        del output_names
        logmels = input_feed["logmel"]
        still = (np.diff(logmels, axis=2) == 0).all(axis=1).any(axis=1)
        score = 50 + (logmels * self.weights).sum(axis=(1, 2)) - self.dislike * still
        count = len(logmels)
        columns = (np.stack([score - 20, score, score + 20], axis=1), *_shares(count))
        return [column.astype(np.float32) for column in columns]


def _shares(count: int) -> tuple[Floats, ...]:
    return (
        np.full((count, 3), 1 / 3, np.float32),
        np.full((count, 6), 0.5, np.float32),
        np.full((count, 4), 0.25, np.float32),
        np.zeros((count, 8), np.float32),
    )


def noise(frames: int = FRAMES) -> Floats:
    return np.random.default_rng(1).normal(-40, 1, (BANDS, frames)).astype(np.float32)


def explain(weights: Floats, logmel: Floats, *, dislike: float = 0.0) -> tuple[SegmentEffect, ...]:
    model = Model(FakeNetwork(weights, dislike=dislike), CARD)
    return moved(model, logmel, model.predict(logmel))


def prediction(
    *, low: float = 40, high: float = 60, dance: float = 0.5, energy: float = 0.5
) -> Prediction:
    return Prediction(
        percentile=Percentile(low=low, median=(low + high) / 2, high=high),
        level=Level(low=0.3, medium=0.4, high=0.3),
        traits=Traits(
            danceability=dance,
            energy=energy,
            acousticness=0.5,
            valence=0.5,
            instrumentalness=0.5,
            speechiness=0.5,
        ),
        mood=Mood(happy=0.25, tense=0.25, sad=0.25, calm=0.25),
        embedding=np.zeros(8, dtype=np.float32),
    )


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load()


@pytest.fixture(scope="module")
def logmels() -> tuple[Floats, ...]:
    return tuple(analyse(decode(one.path.read_bytes()).mono).logmel for one in bundled_clips())


def test_the_segment_and_the_register_that_the_network_listens_to_are_found() -> None:
    logmel = noise()
    start, end = segments_of(FRAMES)[6]
    logmel[LOW_MIDS, start:end] += 20
    weights = np.zeros((BANDS, FRAMES), np.float32)
    weights[LOW_MIDS] = 1 / (FRAMES * (LOW_MIDS.stop - LOW_MIDS.start))
    # It likes what is loud there, and says so less of everything else.
    found = explain(weights, logmel)

    most = max(found, key=lambda segment: segment.points)
    assert (most.start_s, most.end_s) == pytest.approx((12, 14), abs=0.05)
    assert most.points == pytest.approx(20 / 15, abs=0.2)
    assert main_register(most) == REGISTERS[1]


def test_what_any_masking_does_is_not_told_as_what_a_segment_does() -> None:
    found = explain(np.zeros((BANDS, FRAMES), np.float32), noise(), dislike=7.0)

    assert [segment.points for segment in found] == [0.0] * 15
    assert {points for segment in found for points in segment.registers} == {0.0}


def test_times_are_those_a_player_shows() -> None:
    model = Model(FakeNetwork(np.zeros((BANDS, FRAMES), np.float32)), CARD)
    found = moved(model, noise(), model.predict(noise()), start_s=61.5)

    assert (found[0].start_s, found[-1].end_s) == pytest.approx((61.5, 91.5), abs=0.05)


@given(st.integers(107, 700))
def test_every_frame_is_in_one_segment_of_two_seconds_or_a_little_more(frames: int) -> None:
    segments = segments_of(frames)

    covered = [frame for start, end in segments for frame in range(start, end)]
    assert covered == list(range(frames))
    assert all(1.9 <= (end - start) / FRAMES_PER_SECOND <= 4.1 for start, end in segments)


def test_the_registers_share_out_all_rows() -> None:
    rows = [row for register in REGISTERS for row in range(BANDS)[register.rows]]

    assert rows == list(range(BANDS))
    assert [register.span for register in REGISTERS] == [
        "under 250 Hz",
        "250 to 1,000 Hz",
        "1 to 4 kHz",
        "over 4 kHz",
    ]


@pytest.mark.parametrize(
    ("registers", "name"),
    [
        ((0.1, 0.1, 2.0, 0.1), "high mids"),
        ((0.5, 0.5, 0.5, 0.5), None),
        ((-2.0, 0.1, 0.1, 0.1), None),
        ((), None),
    ],
)
def test_a_register_is_named_where_it_does_half_of_it(
    registers: tuple[float, ...], name: str | None
) -> None:
    found = main_register(SegmentEffect(start_s=0, end_s=2, points=1.0, registers=registers))

    assert (found.name if found else None) == name


def test_the_same_clip_gets_the_same_explanation(model: Model, logmels: Sequence[Floats]) -> None:
    logmel = logmels[0]

    assert moved(model, logmel, model.predict(logmel)) == moved(
        model, logmel, model.predict(logmel)
    )


def test_a_gain_does_not_change_what_moved_the_score(model: Model) -> None:
    logmel = analyse(decode(clip("palace.ogg").path.read_bytes()).mono).logmel
    louder = (logmel + 3).astype(np.float32)

    ours = [one.points for one in moved(model, logmel, model.predict(logmel))]
    theirs = [one.points for one in moved(model, louder, model.predict(louder))]
    assert theirs == pytest.approx(ours, abs=0.1)


def test_no_clip_has_every_segment_on_one_side(model: Model, logmels: Sequence[Floats]) -> None:
    for logmel in logmels[:4]:
        points = [one.points for one in moved(model, logmel, model.predict(logmel))]
        assert min(points) <= 0 <= max(points)


def test_what_the_explanation_names_moves_the_score_more_than_chance_does(
    model: Model, logmels: Sequence[Floats]
) -> None:
    found = faithfulness(model, logmels[:8], seed=0)

    assert found.clips == 7  # one of them is too short to choose from
    assert found.raised.value >= 0.8
    assert found.lowered.value >= 0.8


def test_faithfulness_is_the_same_for_the_same_seed_and_needs_long_clips(
    model: Model, logmels: Sequence[Floats]
) -> None:
    assert faithfulness(model, logmels[:2], seed=3) == faithfulness(model, logmels[:2], seed=3)
    with pytest.raises(ValueError, match="no clip has 9 segments"):
        faithfulness(model, [noise(150)], seed=0)


def test_the_figures_of_the_card_say_what_they_are_of(
    model: Model, logmels: Sequence[Floats]
) -> None:
    found = faithfulness(model, logmels[:1], seed=3)
    metrics = metrics_of(found, "two clips")

    assert len(metrics) == 6
    assert {metric["chance"] for metric in metrics} == {0.5}
    assert all("two clips" in str(metric["measure"]) for metric in metrics)


def test_the_card_of_the_packaged_model_tells_how_traits_go_with_its_score(model: Model) -> None:
    # A new model: python -m scoring.training.faithfulness --card scoring/models/earmark.json
    assert [known.trait for known in model.card.known] == [
        "danceability",
        "energy",
        "acousticness",
        "valence",
        "instrumentalness",
        "speechiness",
    ]
    for known in model.card.known:
        assert sum(known.points) == pytest.approx(0, abs=0.1)
        assert list(known.quantiles) == sorted(known.quantiles)


def test_how_a_trait_goes_with_the_score_is_counted_by_fifths() -> None:
    tracks = [prediction(low=i, high=i, dance=i / 100) for i in range(100)]

    heard = heard_in(tracks)["danceability"]
    assert heard["points"] == pytest.approx([-40, -20, 0, 20, 40])
    assert (heard["quantiles"][0], heard["quantiles"][-1]) == (0.0, 0.99)


@given(
    st.lists(st.floats(-5, 5), min_size=1, max_size=15),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 50),
    st.floats(0, 50),
)
def test_there_are_at_most_three_reasons_and_one_against_where_anything_is(
    points: list[float], dance: float, energy: float, low: float, width: float
) -> None:
    segments = [
        SegmentEffect(start_s=2.0 * i, end_s=2.0 * i + 2, points=value)
        for i, value in enumerate(points)
    ]
    found = reasons(
        prediction(low=low, high=low + width, dance=dance, energy=energy),
        segments,
        (DANCE, ENERGY),
    )

    assert len(found) <= 3
    assert len(set(found)) == len(found)
    something = (
        min(points) <= -0.25
        or width >= 50
        or DANCE.points_at(dance) <= -1
        or ENERGY.points_at(energy) <= -1
    )
    assert any(reason.sign is Sign.AGAINST for reason in found) == something
    # What counts for the track comes first.
    assert [reason.sign for reason in found] == sorted(reason.sign for reason in found)


def test_the_reasons_read_as_sentences_about_the_model() -> None:
    segments = (
        SegmentEffect(start_s=62, end_s=64, points=0.94, registers=(0.0, 0.9, 0.1, 0.0)),
        SegmentEffect(start_s=64, end_s=66, points=-0.2),
    )
    told = reasons(prediction(dance=0.9, energy=0.8), segments, (DANCE, ENERGY))

    assert [str(reason) for reason in told] == [
        (
            "+ danceability 90 of 100, higher than in 90 % of the tracks the model knows;"
            " it gives such tracks 4.0 points more than the average one"
        ),
        (
            "+ 1:02-1:04 moved the model's score up most (+0.9 points against the rest of the"
            " clip), mainly its low mids (250 to 1,000 Hz)"
        ),
        (
            "- energy 80 of 100, higher than in 80 % of the tracks the model knows;"
            " it gives such tracks 3.0 points fewer than the average one"
        ),
    ]


def test_that_the_model_is_unsure_is_told_where_nothing_else_counts_against() -> None:
    wide = prediction(low=9.6, high=88.2)

    assert [str(reason) for reason in reasons(wide, STILL, ())] == [
        "- the model is unsure: four in five such tracks lie between 9 and 89"
    ]
    lowered = (replace(STILL[0], points=-1.0),)
    assert [str(reason) for reason in reasons(wide, lowered, ())] == [
        "- 0:00-0:02 moved the model's score down most (-1.0 points against the rest of the clip)"
    ]


def test_no_trait_is_said_to_lie_beyond_all_tracks() -> None:
    (told,) = reasons(prediction(dance=1.0), STILL, (DANCE,))

    assert "higher than in 99 %" in told.text
