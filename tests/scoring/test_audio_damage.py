"""Audio that lost its end, its middle or its index: an error, or played over where it is little."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.audio import SAMPLE_RATE, decode
from scoring.errors import (
    AudioError,
    CorruptAudioError,
    NotAudioError,
    TruncatedAudioError,
)
from tests.scoring.conftest import KINDS, noise, with_ffmpeg
from tests.scoring.encoded import RATE, attempt, decoded, encoded, original

# Kinds that say in their headers how long they are or where they end.
SELF_MEASURED = sorted(KINDS.keys() - {"aac", "mp3", "lame", "mp3_without_xing", "webm_live"})


@pytest.mark.parametrize("kind", SELF_MEASURED)
@settings(max_examples=25, deadline=None)
@given(at=st.floats(0, 1, exclude_max=True))
def test_a_file_that_lost_its_end_is_never_taken_for_a_short_one(kind: str, at: float) -> None:
    data = encoded(kind)

    with pytest.raises((TruncatedAudioError, NotAudioError)) as caught:
        decode(data[: int(at * len(data))])

    # The first bytes alone do not always tell what they begin.
    assert isinstance(caught.value, TruncatedAudioError) or at * len(data) < 64


@pytest.mark.parametrize("kind", ["mp3", "lame"])
@settings(max_examples=25, deadline=None)
@given(at=st.floats(0, 1))
def test_an_mp3_with_a_xing_header_loses_at_most_a_few_frames(kind: str, at: float) -> None:
    data = encoded(kind)

    got = attempt(data[: int(at * len(data))])

    # A tag at the end may be missing, and damaged frames are skipped: 0.25 s are let pass.
    assert isinstance(got, AudioError) or len(got.stereo) / RATE == pytest.approx(8, abs=0.25)


@settings(max_examples=25, deadline=None)
@given(at=st.floats(0, 1))
def test_bare_aac_is_as_long_as_its_frames(at: float) -> None:
    data = encoded("aac")

    got = attempt(data[: int(at * len(data))])

    assert isinstance(got, AudioError) or len(got.stereo) / RATE == pytest.approx(
        got.seconds, abs=0.05
    )


@settings(max_examples=300, deadline=None)
@given(
    head=st.sampled_from(
        [
            b"",
            b"ID3\x04\x00\x00\x00\x00\x00\x05",
            b"RIFF\xff\xff\xff\xffWAVEfmt ",
            b"FORM\x00\x00\x10\x00AIFF",
            b"fLaC\x00\x00\x00\x22",
            b"OggS\x00\x02",
            b"\x00\x00\x00\x18ftypM4A ",
            b"\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01\x18\x53\x80\x67\x80",
            b"\xff\xfb\x90\x64",
            b"\xff\xf1\x50\x80",
        ]
    ),
    tail=st.binary(max_size=600),
)
def test_no_bytes_raise_anything_but_an_audio_error(head: bytes, tail: bytes) -> None:
    with pytest.raises(AudioError) as caught:
        decode(head + tail)

    assert str(caught.value).endswith((".", "needed."))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_damage_raises_an_audio_error_or_is_played_over(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(encoded(kind))
    anywhere = st.integers(0, len(damaged) - 1) | st.integers(0, 300)
    for at in data.draw(st.lists(anywhere, min_size=1, max_size=6)):
        damaged[at] = data.draw(st.integers(0, 255))

    got = attempt(bytes(damaged))

    assert isinstance(got, AudioError) or np.isfinite(got.mono).all()


def test_an_index_without_samples_is_told_from_samples_without_an_index() -> None:
    data = encoded("m4a")
    index_at = data.index(b"moov") - 4

    with pytest.raises(TruncatedAudioError):
        decode(data[:index_at])


def test_a_wav_written_to_a_pipe_may_leave_its_size_open() -> None:
    data = bytearray(encoded("wav"))
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"

    assert decode(bytes(data)).seconds == pytest.approx(8, abs=0.01)


@pytest.mark.parametrize("kind", ["mp3", "flac", "aac"])
def test_an_id3_tag_in_front_is_skipped(kind: str) -> None:
    tag = b"ID3\x04\x00\x00\x00\x00\x02\x00" + bytes(256)

    np.testing.assert_array_equal(decode(tag + encoded(kind)).mono, decoded(kind).mono)


def test_a_file_that_ends_inside_its_id3_tag_is_cut_off() -> None:
    with pytest.raises(TruncatedAudioError):
        decode(b"ID3\x04\x00\x00\x00\x10\x00\x00" + bytes(256))


def test_junk_before_the_first_mp3_frame_is_skipped() -> None:
    np.testing.assert_array_equal(decode(bytes(1000) + encoded("mp3")).mono, decoded("mp3").mono)


def test_an_mp3_of_changing_bit_rate_is_heard_to_its_end_without_a_xing_header() -> None:
    dense = encoded("mp3_without_xing")
    sparse = with_ffmpeg("mp3", "libmp3lame", bit_rate=48_000, write_xing="0")(original(), RATE)

    waveform = decode(dense + sparse)

    # From the first bit rate alone the length would be guessed as ten seconds.
    assert waveform.seconds == pytest.approx(16, abs=0.2)
    assert len(waveform.mono) / SAMPLE_RATE == pytest.approx(16, abs=0.2)


def test_an_mp3_with_a_hole_is_damaged_but_one_lost_frame_is_played_over() -> None:
    whole = encoded("lame")
    start, second = len(whole) // 2, 24_000

    lost_one = decode(whole[:start] + bytes(600) + whole[start + 600 :])
    with pytest.raises(CorruptAudioError, match="damaged"):
        decode(whole[:start] + bytes(second) + whole[start + second :])

    assert len(lost_one.stereo) / RATE == pytest.approx(8, abs=0.25)


@pytest.mark.parametrize(("declared", "whole"), [(0, True), (300_000, False)])
def test_the_size_in_a_vbri_header_is_compared(declared: int, whole: bool) -> None:  # noqa: FBT001
    data = bytearray(encoded("mp3_without_xing"))
    header = data.index(b"\xff\xfb") + 36
    data[header : header + 14] = b"VBRI" + bytes(6) + declared.to_bytes(4, "big")

    got = attempt(bytes(data))

    assert isinstance(got, TruncatedAudioError) != whole


def test_an_aac_stream_is_damaged_where_many_frames_are() -> None:
    data = bytearray(encoded("m4a"))
    start = data.index(b"mdat") + 20_000
    data[start : start + 60_000] = noise(60_000 / RATE, rate=RATE).tobytes()[:60_000]

    with pytest.raises(CorruptAudioError):
        decode(bytes(data))


def test_an_ogg_that_is_damaged_between_its_pages_is_refused() -> None:
    data = bytearray(encoded("ogg"))
    page = data.index(b"OggS", len(data) // 2)
    data[page : page + 4] = b"oops"

    with pytest.raises(CorruptAudioError, match="damaged"):
        decode(bytes(data))
