"""Audio in every format: the same sound, and files that are refused for what they hold."""

import io

import av
import numpy as np
import pytest

from scoring.audio import SAMPLE_RATE, decode
from scoring.errors import (
    AudioError,
    CorruptAudioError,
    NotAudioError,
    SilentAudioError,
    TooLongError,
    TooShortError,
)
from tests.scoring.conftest import KINDS, Floats, clicks, encode, noise, tone
from tests.scoring.encoded import RATE, decoded, encoded, original

# A wrong downmix would be off by 3.01 dB, and 0.05 dB is far below what anybody hears. LAME itself
# lowers what it encodes by up to 0.45 dB, and eight-bit samples carry their own noise.
LEVEL_DB = {"lame": 0.46, "mp3_without_xing": 0.46, "mka_bytes": 0.2}

# AAC without an edit list and mp3 without a LAME tag do not tell the encoder's delay.
DELAYED = {"aac": 1024, "m4a_fragments": 1024, "mp3_without_xing": 1105}


def lag(late: Floats, early: Floats) -> int:
    """Return by how many samples `late` comes after `early`, from their cross-correlation."""
    size = 2 * max(len(late), len(early))
    product = np.fft.rfft(late, size) * np.fft.rfft(early, size).conj()
    at = int(np.argmax(np.fft.irfft(product)))
    return at if at < size // 2 else at - size


def level_db(samples: Floats) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64))))


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_gives_the_same_sound_at_the_same_level(kind: str) -> None:
    got, wanted = decoded(kind).mono, decoded("wav").mono

    assert level_db(got) == pytest.approx(level_db(wanted), abs=LEVEL_DB.get(kind, 0.05))


def test_both_decoders_give_the_same_level() -> None:
    with av.open(io.BytesIO(encoded("lame")), "r") as file:
        frames = [frame.to_ndarray() for frame in file.decode(audio=0)]
    mixed = np.concatenate(frames, axis=1).mean(axis=0)

    ours = decoded("lame").stereo.mean(axis=1)

    assert level_db(ours) == pytest.approx(level_db(mixed[: len(ours)]), abs=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_starts_at_the_same_sample(kind: str) -> None:
    delay = DELAYED.get(kind, 0) * SAMPLE_RATE / RATE

    assert lag(decoded(kind).mono, decoded("wav").mono) == pytest.approx(delay, abs=1)


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_tells_the_length(kind: str) -> None:
    waveform = decoded(kind)

    # Codecs that do not tell their padding are up to three frames of 26 ms longer.
    assert waveform.seconds == pytest.approx(8, abs=0.08)
    assert waveform.window_start_s == 0
    assert len(waveform.stereo) == pytest.approx(8 * waveform.stereo_rate, abs=4096)
    assert waveform.stereo.dtype == waveform.mono.dtype == np.float32


@pytest.mark.parametrize("kind", ["wav", "m4a", "mp3", "mka"])
def test_one_channel_is_neither_louder_nor_quieter_than_two(kind: str) -> None:
    one = original()[:, :1]

    alone = decode(encode(one, RATE, kind))
    twice = decode(encode(np.repeat(one, 2, axis=1), RATE, kind))

    assert alone.stereo.shape[1] == 1
    assert level_db(alone.mono) == pytest.approx(level_db(twice.mono), abs=0.05)


@pytest.mark.parametrize(
    "kind", ["wav", "aiff", "flac", "ogg", "mp3", "m4a", "alac", "opus", "webm", "ogg_flac"]
)
def test_of_a_long_file_the_middle_thirty_seconds_are_read(kind: str) -> None:
    waveform = decoded(kind, 36)
    middle = original(36)[3 * RATE : 33 * RATE]
    wanted = decode(encode(middle, RATE, "wav_float"))

    assert waveform.window_start_s == pytest.approx(3, abs=0.005)
    assert waveform.seconds == pytest.approx(36, abs=0.01)
    assert len(waveform.mono) == 30 * SAMPLE_RATE
    late = (waveform.window_start_s - 3) * SAMPLE_RATE
    assert lag(wanted.mono, waveform.mono) == pytest.approx(late, abs=1)


def test_a_preview_that_a_codec_made_a_little_longer_is_read_from_its_start() -> None:
    waveform = decode(encode(original(36)[: int(30.5 * RATE)], RATE, "wav"))

    assert waveform.window_start_s == 0
    assert len(waveform.mono) == 30 * SAMPLE_RATE
    assert waveform.seconds == 30.5


def test_samples_at_the_models_rate_are_left_alone() -> None:
    samples = noise(6)[:, None]

    waveform = decode(encode(samples, SAMPLE_RATE, "wav_float"))

    np.testing.assert_array_equal(waveform.mono, samples[:, 0])


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "a web page"),
        (b'\n<?xml version="1.0"?><Error/>', "a web page"),
        (b'{"error": {"type": "DataException"}}', "a text or data file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "a picture"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(64), "a picture"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"PK\x03\x04" + bytes(64), "an archive"),
        (b"MThd\x00\x00\x00\x06" + bytes(64), "a MIDI file"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(64), "Windows Media"),
        (b"Dear curator, please listen to my song.", "not audio of a kind"),
        (bytes(5000), "not audio of a kind"),
        (b"\xff\xfb\x90\x64" + bytes(2000), "not audio of a kind"),
    ],
)
def test_what_is_not_audio_is_refused_by_name(data: bytes, told: str) -> None:
    with pytest.raises(NotAudioError, match=told) as caught:
        decode(data)

    assert caught.value.kind == "not_audio"


def test_a_video_without_sound_is_refused() -> None:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = 64
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), dtype=np.uint8))
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))

    with pytest.raises(NotAudioError, match="without sound"):
        decode(buffer.getvalue())


@pytest.mark.parametrize("kind", ["wav", "mp3", "m4a", "webm_live"])
def test_less_than_five_seconds_are_too_short(kind: str) -> None:
    with pytest.raises(TooShortError, match=r"4\.[67] s of audio; at least 5 s"):
        decode(encode(original()[: int(4.6 * RATE)], RATE, kind))


def test_more_than_twenty_minutes_are_refused_before_they_are_decoded() -> None:
    silence = np.zeros((21 * 60 * 8000, 1), dtype=np.float32)

    with pytest.raises(TooLongError, match="21 minutes"):
        decode(encode(silence, 8000, "flac"))


def test_more_channels_and_a_higher_rate_than_music_has_are_refused() -> None:
    samples = np.zeros((8 * 192_000, 8), dtype=np.float32)

    with pytest.raises(TooLongError, match="8 channels at 192000 Hz"):
        decode(encode(samples, 192_000, "wav"))


@pytest.mark.parametrize("rate", [1, 4000, 655_350])
def test_a_sample_rate_that_no_music_has_is_refused(rate: int) -> None:
    data = bytearray(encode(original(), RATE, "wav"))
    data[24:28] = rate.to_bytes(4, "little")

    with pytest.raises(AudioError):
        decode(bytes(data))


@pytest.mark.parametrize("kind", ["wav", "ogg", "m4a"])
def test_silence_is_refused(kind: str) -> None:
    with pytest.raises(SilentAudioError, match="nothing to hear"):
        decode(encode(np.zeros((6 * RATE, 2), dtype=np.float32), RATE, kind))


def test_channels_that_cancel_each_other_are_refused_as_silence() -> None:
    one = tone(440, 6, rate=RATE)

    with pytest.raises(SilentAudioError, match="cancel"):
        decode(encode(np.stack([one, -one], axis=1), RATE, "wav"))


def test_very_quiet_music_is_not_silence() -> None:
    quiet = original() * np.float32(0.01)

    assert level_db(decode(encode(quiet, RATE, "wav24")).mono) > -70


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_samples_are_refused(value: float) -> None:
    samples = original().copy()
    samples[1000, 0] = value

    with pytest.raises(CorruptAudioError, match="not samples"):
        decode(encode(samples, RATE, "wav_float"))


def test_decoding_twice_gives_the_same_bits() -> None:
    for kind in ("mp3", "m4a", "ogg", "opus"):
        np.testing.assert_array_equal(decode(encoded(kind)).mono, decoded(kind).mono)


def test_clicks_stay_where_they_are() -> None:
    track = clicks(60, seconds=6, rate=RATE)

    mono = decode(encode(track[:, None], RATE, "flac")).mono

    assert abs(int(np.argmax(np.abs(mono[: SAMPLE_RATE // 2]))) - np.argmax(np.abs(track)) / 2) < 2
