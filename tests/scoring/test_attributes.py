import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.attributes import SignalAttributes, find_key, find_tempo, measure
from scoring.audio import SAMPLE_RATE, Waveform, decode, to_mono
from scoring.features import analyse
from scoring.loudness import FLOOR_LUFS, integrated_lufs
from tests.scoring.conftest import (
    FIXTURES,
    NAMES,
    Floats,
    chord,
    clicks,
    encode,
    music,
    noise,
    scale,
    tone,
)

with warnings.catch_warnings():
    # Some of the packages that librosa loads warn about each other's age.
    warnings.simplefilter("ignore")
    import librosa
    import pyloudnorm

RATES = [8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000]


def stereo(mono: Floats) -> Floats:
    return np.stack([mono, mono], axis=1)


def reference_lufs(samples: Floats, rate: int, kind: str = "K-weighting") -> float:
    meter = pyloudnorm.Meter(rate, filter_class=kind)
    return float(meter.integrated_loudness(samples.astype(np.float64)))


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_of_minus_23_lufs_is_measured_as_such_at_any_rate(rate: int) -> None:
    # EBU Tech 3341, case 1: a 1 kHz sine with peaks of -23 dBFS in both channels.
    samples = stereo(tone(1000, 20, rate=rate, level=10 ** (-23 / 20)))

    assert integrated_lufs(samples, rate) == pytest.approx(-23, abs=0.1)


def test_quiet_parts_do_not_lower_the_loudness() -> None:
    # EBU Tech 3341, case 3: 10 s at -36, 60 s at -23, 10 s at -36 dBFS.
    levels = [(10, -36), (60, -23), (10, -36)]
    parts = [tone(1000, s, rate=48_000, level=10 ** (db / 20)) for s, db in levels]

    assert integrated_lufs(stereo(np.concatenate(parts)), 48_000) == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
def test_the_loudness_is_pyloudnorms(rate: int) -> None:
    samples = music(8, rate=rate) + 0.01 * noise(8, rate=rate)[:, None]

    ours = integrated_lufs(samples, rate)

    # Its default filter rounds the shelf of BS.1770; with the exact one nothing is left.
    assert ours == pytest.approx(reference_lufs(samples, rate), abs=0.1)
    assert ours == pytest.approx(reference_lufs(samples, rate, "DeMan"), abs=0.002)


def test_the_filter_is_the_one_that_the_standard_prints() -> None:
    impulse = np.zeros((48_000, 1), dtype=np.float32)
    impulse[100] = 1

    # The energy of the impulse response of the printed 48 kHz coefficients, from scipy.signal.
    mean_power = 10 ** ((integrated_lufs(100 * impulse, 48_000) + 0.691) / 10)
    assert mean_power == pytest.approx(reference_power(), rel=1e-3)


def reference_power() -> float:
    from scipy.signal import sosfilt  # noqa: PLC0415 - as slow to import as all other tests

    printed = [
        [
            1.53512485958697,
            -2.69169618940638,
            1.19839281085285,
            1,
            -1.69065929318241,
            0.73248077421585,
        ],
        [1, -2, 1, 1, -1.99004745483398, 0.99007225036621],
    ]
    impulse = np.zeros(48_000)
    impulse[100] = 100
    # Only the first block of 400 ms holds the impulse, and the others do not pass the gate.
    return float(np.square(sosfilt(printed, impulse)).sum() / (0.4 * 48_000))


def test_one_channel_is_three_lu_quieter_than_the_same_in_two() -> None:
    mono = noise(6)

    one, two = (integrated_lufs(s, SAMPLE_RATE) for s in (mono[:, None], stereo(mono)))

    assert two - one == pytest.approx(10 * math.log10(2), abs=1e-3)


def test_surround_channels_count_more_and_the_low_frequency_channel_not_at_all() -> None:
    silent = np.zeros_like(mono := noise(6))
    front = integrated_lufs(mono[:, None], SAMPLE_RATE)

    def alone(channel: int, of: int) -> float:
        channels = [silent] * of
        channels[channel] = mono
        return integrated_lufs(np.stack(channels, axis=1), SAMPLE_RATE)

    assert alone(2, of=3) == pytest.approx(front, abs=1e-3)
    assert alone(4, of=5) == pytest.approx(front + 10 * math.log10(1.41), abs=1e-3)
    assert alone(3, of=6) == FLOOR_LUFS


def test_what_the_gate_keeps_out_has_the_floor_as_loudness() -> None:
    assert integrated_lufs(stereo(tone(1000, 5, level=1e-5)), SAMPLE_RATE) == FLOOR_LUFS


@given(gain_db=st.floats(-20, 6))
@settings(max_examples=20, deadline=None)
def test_a_change_of_level_moves_the_loudness_by_as_many_lu(gain_db: float) -> None:
    samples = stereo(noise(5))

    louder = integrated_lufs(samples * np.float32(10 ** (gain_db / 20)), SAMPLE_RATE)

    assert louder == pytest.approx(integrated_lufs(samples, SAMPLE_RATE) + gain_db, abs=1e-3)


@pytest.mark.parametrize("bpm", range(60, 181, 5))
def test_the_tempo_of_a_click_track_or_its_alternative_is_exact(bpm: int) -> None:
    tempo = find_tempo(analyse(clicks(bpm)).onset)

    # Between two frames of librosa's grid lie up to 5 bpm here; the refined tempo is far closer.
    assert min(abs(tempo.bpm - bpm), abs(tempo.alt_bpm - bpm)) < 0.003 * bpm
    assert tempo.alt_bpm in {tempo.bpm / 2, tempo.bpm * 2}
    assert tempo.confidence > 0.9


@pytest.mark.parametrize("bpm", [63, 77, 90, 101, 120, 133, 147])
def test_the_tempo_is_librosas_but_for_its_grid(bpm: int) -> None:
    onset = analyse(clicks(bpm) + noise(30, level=0.01)).onset

    theirs = float(librosa.feature.tempo(onset_envelope=onset, sr=SAMPLE_RATE)[0])

    assert _lag(find_tempo(onset).bpm) == pytest.approx(_lag(theirs), abs=0.75)


def _lag(bpm: float) -> float:
    """Return the beat's length in frames of librosa's grid."""
    return 60 * SAMPLE_RATE / 512 / bpm


@pytest.mark.parametrize(
    "mono",
    [noise(30), tone(440, 30), chord(0, minor=False, seconds=30), np.zeros(220_500, np.float32)],
    ids=["noise", "tone", "chord", "silence"],
)
def test_what_has_no_beat_has_a_tempo_of_no_confidence(mono: Floats) -> None:
    tempo = find_tempo(analyse(mono).onset)

    assert tempo.confidence < 0.1
    assert 30 < tempo.bpm < 320


def test_clicks_at_random_have_a_tempo_of_no_confidence() -> None:
    random = np.random.default_rng(3)
    mono = np.zeros(30 * SAMPLE_RATE, dtype=np.float32)
    mono[random.integers(0, len(mono), 60)] = 0.8

    assert find_tempo(analyse(mono).onset).confidence < 0.2


def test_a_beat_is_found_through_noise() -> None:
    tempo = find_tempo(analyse(clicks(100) + noise(30, level=0.05)).onset)

    assert tempo.bpm == pytest.approx(100, abs=0.5)
    assert tempo.confidence > 0.5


@pytest.mark.parametrize("minor", [False, True], ids=["major", "minor"])
@pytest.mark.parametrize("tonic", range(12))
def test_the_key_of_a_chord_of_sines_is_found(tonic: int, minor: bool) -> None:  # noqa: FBT001
    key = find_key(analyse(chord(tonic, minor=minor)).pitch)

    assert key.name == f"{NAMES[tonic]} {'minor' if minor else 'major'}"
    assert key.confidence > 0.3


@pytest.mark.parametrize("minor", [False, True], ids=["major", "minor"])
@pytest.mark.parametrize("tonic", range(12))
def test_the_key_of_a_scale_is_found(tonic: int, minor: bool) -> None:  # noqa: FBT001
    key = find_key(analyse(scale(tonic, minor=minor)).pitch)

    assert key.name == f"{NAMES[tonic]} {'minor' if minor else 'major'}"
    assert key.confidence > 0.3


@pytest.mark.parametrize("cents", [-33, 33])
def test_music_tuned_to_another_a_keeps_its_key(cents: int) -> None:
    found = {
        find_key(analyse(scale(tonic, minor=False, midi=60 + cents / 100)).pitch).name
        for tonic in range(12)
    }

    assert found == {f"{name} major" for name in NAMES}


@pytest.mark.parametrize(
    "mono",
    [noise(30), noise(30, seed=2), np.zeros(220_500, np.float32)],
    ids=["noise", "more noise", "silence"],
)
def test_what_has_no_key_is_given_none(mono: Floats) -> None:
    key = find_key(analyse(mono).pitch)

    assert key.name is None
    assert key.confidence == 0


def test_a_single_tone_has_a_key_of_hardly_any_confidence() -> None:
    assert find_key(analyse(tone(440, 10)).pitch).confidence < 0.1


def test_a_clip_is_measured_on_all_sides() -> None:
    samples = scale(9, minor=True) + clicks(120, seconds=10) * np.float32(0.25)
    wide = stereo(samples)
    waveform = Waveform(
        stereo=wide,
        stereo_rate=SAMPLE_RATE,
        mono=to_mono(wide, SAMPLE_RATE),
        seconds=10,
        window_start_s=0,
    )

    measured = measure(waveform, analyse(waveform.mono))

    assert isinstance(measured, SignalAttributes)
    assert measured.key == "A minor"
    assert measured.tempo_bpm == pytest.approx(120, abs=0.5)
    assert measured.loudness_lufs == pytest.approx(reference_lufs(wide, SAMPLE_RATE), abs=0.1)


@pytest.mark.parametrize("kind", ["mp3", "ogg", "m4a", "opus", "webm", "flac"])
def test_attributes_hardly_depend_on_the_format(kind: str) -> None:
    samples = stereo(scale(2, minor=True) + clicks(100, seconds=10) * np.float32(0.25))
    original, coded = (
        measure(waveform, analyse(waveform.mono))
        for waveform in (decode(encode(samples, SAMPLE_RATE, k)) for k in ("wav", kind))
    )

    assert coded.key == original.key == "D minor"
    assert coded.tempo_bpm == pytest.approx(original.tempo_bpm, abs=0.2)
    assert coded.loudness_lufs == pytest.approx(original.loudness_lufs, abs=0.1)


def test_real_music_is_measured_like_the_references_measure_it() -> None:
    clips = sorted(FIXTURES.glob("*.ogg"))
    if not clips:
        pytest.skip("the shared clips are not beside the checkout")
    for clip in clips[:4]:
        waveform = decode(clip.read_bytes())
        features = analyse(waveform.mono)
        measured = measure(waveform, features)
        tempo = librosa.feature.tempo(onset_envelope=features.onset, sr=SAMPLE_RATE)[0]

        assert _lag(measured.tempo_bpm) == pytest.approx(_lag(float(tempo)), abs=0.75)
        assert measured.loudness_lufs == pytest.approx(
            reference_lufs(waveform.stereo, waveform.stereo_rate), abs=0.1
        )
