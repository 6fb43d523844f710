import io

import numpy as np
import pytest
import soundfile

from bot.sandbox.bundled import clip
from bot.workflow.whatif import what_if_view
from scoring.audio import Waveform, decode, to_mono
from scoring.errors import EditError, TooShortError
from scoring.model import Model
from scoring.whatif import Edit, WhatIf, edited, facts_of, what_if
from tests.scoring.conftest import Floats, clicks, noise, tone

RATE = 22_050
CLIP = clip("caribbean.ogg").path.read_bytes()


def wav(samples: Floats) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="WAV", subtype="FLOAT")
    return file.getvalue()


def waveform(samples: Floats) -> Waveform:
    stereo = samples if samples.ndim == 2 else samples[:, None]
    return Waveform(
        stereo=stereo,
        stereo_rate=RATE,
        mono=to_mono(stereo, RATE),
        seconds=len(stereo) / RATE,
        window_start_s=0.0,
    )


def level_db(samples: Floats) -> float:
    # Without the first second, in which the filters settle.
    return float(10 * np.log10(np.mean(np.square(samples[RATE:], dtype=np.float64))))


def pitch_hz(samples: Floats) -> float:
    spectrum = np.abs(np.fft.rfft(samples[: 5 * RATE] * np.hanning(5 * RATE)))
    return float(np.argmax(spectrum)) / 5


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load()


def test_a_gain_moves_loudness_and_peak_and_nothing_else(model: Model) -> None:
    found = what_if(model, CLIP, Edit(gain_db=-6))

    before, after = found.before, found.after
    assert after.signal.loudness_lufs - before.signal.loudness_lufs == pytest.approx(-6, abs=0.05)
    assert after.peak_db - before.peak_db == pytest.approx(-6, abs=0.01)
    assert after.signal.tempo_bpm == pytest.approx(before.signal.tempo_bpm, rel=0.01)
    assert after.traits.energy == pytest.approx(before.traits.energy, abs=0.02)
    assert after.seconds == before.seconds


def test_a_faster_tempo_is_measured_and_the_rest_stays(model: Model) -> None:
    found = what_if(model, CLIP, Edit(tempo_percent=5))

    before, after = found.before, found.after
    assert after.signal.tempo_bpm == pytest.approx(1.05 * before.signal.tempo_bpm, rel=0.01)
    assert after.seconds == pytest.approx(before.seconds / 1.05, abs=0.05)
    assert after.signal.loudness_lufs == pytest.approx(before.signal.loudness_lufs, abs=0.2)


@pytest.mark.parametrize("percent", [-25, -3, 4, 25])
def test_clicks_come_at_the_new_tempo(model: Model, percent: float) -> None:
    found = what_if(model, wav(clicks(100)), Edit(tempo_percent=percent))

    assert found.after.signal.tempo_bpm == pytest.approx(100 + percent, rel=0.01)


@pytest.mark.parametrize("percent", [-10, 10])
def test_another_tempo_leaves_the_pitch(percent: float) -> None:
    changed = edited(waveform(tone(440, 8)), Edit(tempo_percent=percent))

    assert pitch_hz(changed.mono) == pytest.approx(440, abs=1)


def test_a_tempo_there_and_back_is_the_same_music_again(model: Model) -> None:
    whole = decode(CLIP)
    back = edited(edited(whole, Edit(tempo_percent=10)), Edit(tempo_percent=100 / 1.1 - 100))

    ours, theirs = facts_of(model, whole), facts_of(model, back)
    assert theirs.seconds == pytest.approx(ours.seconds, abs=0.1)
    assert theirs.signal.loudness_lufs == pytest.approx(ours.signal.loudness_lufs, abs=0.3)
    assert theirs.traits.danceability == pytest.approx(ours.traits.danceability, abs=0.05)


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_channel_is_kept_in_its_place(channels: int) -> None:
    sounds = [tone(200.0 * (i + 1), 6, level=0.05 * (i + 1)) for i in range(channels)]
    changed = edited(waveform(np.stack(sounds, axis=1)), Edit(tempo_percent=5, low_cut_hz=20))

    for i in range(channels):
        assert pitch_hz(changed.stereo[:, i]) == pytest.approx(200 * (i + 1), abs=1)


@pytest.mark.parametrize(
    ("hertz", "expected_db"), [(50, -12.3), (100, -3.0), (1_000, 0.0)], ids=["octave", "at", "over"]
)
def test_a_low_cut_takes_off_12_db_an_octave(hertz: float, expected_db: float) -> None:
    sound = tone(hertz, 6)
    changed = edited(waveform(sound), Edit(low_cut_hz=100))

    assert level_db(changed.mono) - level_db(sound) == pytest.approx(expected_db, abs=0.1)


def test_a_skipped_intro_is_not_heard(model: Model) -> None:
    song = np.concatenate([noise(10, level=0.3), clicks(100, seconds=20)])
    found = what_if(model, wav(song), Edit(skip_intro_s=10))

    assert (found.after.start_s, found.after.seconds) == pytest.approx((10, 20), abs=0.01)
    assert found.after.signal.loudness_lufs < found.before.signal.loudness_lufs - 5


def test_without_its_intro_the_middle_of_a_long_file_lies_later() -> None:
    song = wav(noise(60))

    assert decode(song).window_start_s == pytest.approx(15)
    assert decode(song, skip_s=10).window_start_s == pytest.approx(20)
    assert decode(song, skip_s=29.5).window_start_s == pytest.approx(29.5)
    assert len(decode(song, skip_s=45).mono) == 15 * RATE


@pytest.mark.parametrize("kind", ["m4a", "lame", "opus"])
def test_an_intro_is_skipped_in_every_format(kind: str) -> None:
    from tests.scoring.conftest import encode, music  # noqa: PLC0415 - beside its only use

    data = encode(music(12), 44_100, kind)
    late = decode(data, skip_s=4)

    assert late.window_start_s == pytest.approx(4)
    assert len(late.mono) / RATE == pytest.approx(8, abs=0.1)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "Nothing would change"),
        ({"gain_db": 0.0, "tempo_percent": 0.0}, "Nothing would change"),
        ({"tempo_percent": 300.0}, "A tempo of 300 % cannot be tried: -25 to 25 % can."),
        ({"tempo_percent": -100.0}, "tempo of -100 %"),
        ({"gain_db": float("nan")}, "A gain of nan dB cannot be tried"),
        ({"gain_db": float("inf")}, "A gain of inf dB"),
        ({"low_cut_hz": 0.0}, "A low-cut of 0 Hz cannot be tried: 20 to 1000 Hz can."),
        ({"low_cut_hz": 5_000.0}, "low-cut of 5000 Hz"),
        ({"skip_intro_s": -3.0}, "A skipped intro of -3 s cannot be tried: 0 to 300 s can."),
    ],
)
def test_a_silly_change_is_refused_with_what_is_possible(
    changes: dict[str, float], told: str
) -> None:
    with pytest.raises(EditError) as refused:
        Edit(**changes)

    assert told in str(refused.value)
    assert refused.value.kind == "edit"


def test_too_little_left_is_refused(model: Model) -> None:
    with pytest.raises(TooShortError, match=r"holds 8.0 s of audio; without the first 4 s"):
        what_if(model, wav(noise(8)), Edit(skip_intro_s=4))
    with pytest.raises(EditError, match=r"Only 4.4 s would be left to hear"):
        what_if(model, wav(noise(5.5)), Edit(tempo_percent=25))


def test_the_same_edit_gives_the_same_facts(model: Model) -> None:
    edit = Edit(tempo_percent=3, low_cut_hz=80, gain_db=1)

    assert what_if(model, CLIP, edit) == what_if(model, CLIP, edit)


@pytest.fixture(scope="module")
def louder(model: Model) -> WhatIf:
    return what_if(model, clip("armygeddon.mp3").path.read_bytes(), Edit(gain_db=12))


def test_an_edit_that_would_clip_is_told_so(louder: WhatIf) -> None:
    notes = what_if_view("song.mp3", louder).notes

    assert any("dB over full scale" in note for note in notes)
    assert any("unsure of the tempo" in note for note in notes)


def test_an_artist_reads_no_score_in_it(louder: WhatIf) -> None:
    told = str(what_if_view("song.mp3", louder).to_json()).lower()

    for word in ("score", "percentile", "rank", "vote", "chance of", "popular"):
        assert word not in told
