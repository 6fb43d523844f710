"""Audio in: bytes of any usual format become a clip of at most thirty seconds, in memory.

libsndfile reads mp3, ogg, flac, wav and aiff; FFmpeg (through PyAV) reads m4a, aac and webm, and
ogg files that libsndfile does not know. Both give the same samples to within 0.05 dB and no lag.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import av
import av.error
import numpy as np
import numpy.typing as npt
import soundfile
import soxr
from av.audio.stream import AudioStream
from av.container import InputContainer

from scoring.containers import Container, Found, cut_off, identify
from scoring.errors import (
    CorruptAudioError,
    NotAudioError,
    SilentAudioError,
    TooLongError,
    TooShortError,
)

Floats = npt.NDArray[np.float32]

SAMPLE_RATE: Final = 22_050
"""The model's rate in hertz."""

WINDOW_S: Final = 30.0
SHORTEST_S: Final = 5.0
LONGEST_S: Final = 20 * 60.0

# A preview of thirty seconds comes out a little longer after a codec has padded it. Up to here
# the first thirty seconds are read, so that all encodings of one preview start alike.
_SLACK_S: Final = 1.0

# Thirty seconds of stereo at 192 kHz: 46 MB. More channels or higher rates are no music release.
_MOST_VALUES: Final = int(WINDOW_S) * 192_000 * 2

# Telephones; and K-weighting needs the shelf at 1.7 kHz to lie within the band.
_LOWEST_RATE: Final = 8_000

# BS.1770 hears nothing under -70 LUFS; a clip under this RMS level is silent to it as a whole.
_SILENCE_RMS: Final = 10 ** (-70 / 20)

# Containers round their lengths, codecs pad the last frame or drop the first, and a damaged mp3
# frame is skipped.
_LENGTH_TOLERANCE_S: Final = 0.25

# Of about 25 ms each, so that they stay within the tolerance.
_MOST_DAMAGED_PACKETS: Final = 8

_BLOCK_FRAMES: Final = 65_536

# FFmpeg is three times as fast with Opus, and the only one that knows the others.
_FOR_LIBSNDFILE: Final = frozenset(
    {Container.WAV, Container.AIFF, Container.FLAC, Container.OGG, Container.MP3}
)

# What FFmpeg's integer sample formats call 1; an unsigned byte has its zero there, too.
_FULL_SCALE: Final = {
    "u8": np.float32(2**7),
    "s16": np.float32(2**15),
    "s32": np.float32(2**31),
}

_FFMPEG_NAMES: Final = {
    Container.ADTS: "aac",
    Container.MP4: "mp4",
    Container.MATROSKA: "matroska",
    Container.MP3: "mp3",
    Container.OGG: "ogg",
    Container.OPUS: "ogg",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waveform:
    """Up to thirty seconds of a clip, and where they come from.

    `stereo` is (samples, channels) at `stereo_rate`, as the file has it: for the loudness.
    `mono` is (samples,) at SAMPLE_RATE, the mean of the channels: for everything else.
    `seconds` is the length of the whole source, `window_start_s` where in it the clip starts.
    """

    stereo: Floats
    stereo_rate: int
    mono: Floats
    seconds: float
    window_start_s: float


def decode(data: bytes, *, skip_s: float = 0.0) -> Waveform:
    """Decode a whole file in memory, or raise an AudioError.

    Of a source longer than 31 s only the middle 30 s are decoded and kept; of any other, the
    first 30 s. With `skip_s` the file is heard as if it began that much later.
    """
    found = identify(data)
    clip = _read(found, skip_s)
    if not np.isfinite(clip.samples).all():
        raise CorruptAudioError("The file holds numbers that are not samples. Export it again.")
    mono = to_mono(clip.samples, clip.rate)
    if np.sqrt(np.mean(np.square(mono, dtype=np.float64))) < _SILENCE_RMS:
        raise SilentAudioError(
            "There is nothing to hear in the file, or its two channels cancel each other out."
            " Please send another one."
        )
    return Waveform(
        stereo=clip.samples,
        stereo_rate=clip.rate,
        mono=mono,
        seconds=clip.seconds,
        window_start_s=clip.start_s,
    )


def to_mono(samples: Floats, rate: int) -> Floats:
    """Mix (samples, channels) to the mean of the channels and resample it to SAMPLE_RATE.

    Adding up the columns takes a twentieth of the time of numpy's mean over the short axis.
    """
    mixed: Floats = sum(samples.T[1:], start=samples.T[0]) / np.float32(samples.shape[1])
    if rate == SAMPLE_RATE:
        return mixed
    resampled: Floats = soxr.resample(mixed, rate, SAMPLE_RATE, quality="HQ")
    return resampled


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Clip:
    samples: Floats
    rate: int
    seconds: float
    start_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """The frames of the source to keep."""

    start: int
    frames: int


def _window(seconds: float, rate: int, channels: int, skip_s: float) -> _Window:
    """Choose the frames to keep, or refuse the source for its length or its size."""
    if rate < _LOWEST_RATE:
        raise CorruptAudioError(
            f"The file says it has {rate} samples a second, which is too few for music."
            " Export it at 44,100 or 48,000 Hz."
        )
    if seconds < SHORTEST_S:
        raise TooShortError(
            f"The file holds {seconds:.1f} s of audio; at least {SHORTEST_S:.0f} s are needed."
        )
    if seconds > LONGEST_S:
        raise TooLongError(
            f"The file holds {seconds / 60:.0f} minutes of audio; {LONGEST_S / 60:.0f} minutes"
            " are the most. Send one track, or thirty seconds of it."
        )
    left_s = seconds - skip_s
    if left_s < SHORTEST_S:
        raise TooShortError(
            f"The file holds {seconds:.1f} s of audio; without the first {skip_s:g} s fewer than"
            f" the {SHORTEST_S:.0f} s that are needed would be left."
        )
    kept_s = min(left_s, WINDOW_S)
    if kept_s * rate * channels > _MOST_VALUES:
        raise TooLongError(
            f"The file has {channels} channels at {rate} Hz, which is more than can be read."
            " Send it in stereo at 44,100 or 48,000 Hz."
        )
    start_s = skip_s + ((left_s - kept_s) / 2 if left_s > WINDOW_S + _SLACK_S else 0.0)
    return _Window(start=round(start_s * rate), frames=round(kept_s * rate))


def _read(found: Found, skip_s: float) -> _Clip:
    if found.container not in _FOR_LIBSNDFILE:
        return _read_with_ffmpeg(found, skip_s)
    try:
        clip = _read_with_libsndfile(found, skip_s)
    except soundfile.LibsndfileError as error:
        if found.container is not Container.OGG:
            raise _damaged() from error
        clip = None
    return clip or _read_with_ffmpeg(found, skip_s)


def _damaged() -> CorruptAudioError:
    return CorruptAudioError("The audio in the file is damaged. Please export it again.")


def _read_with_libsndfile(found: Found, skip_s: float) -> _Clip | None:
    """Read the clip, or return None for an mp3 that libsndfile would not read to its end."""
    with soundfile.SoundFile(_Bytes(found.content)) as file:
        rate = file.samplerate
        seconds = found.seconds or file.frames / rate
        # An mp3 without a Xing header: the length is a guess, and nothing is read beyond it.
        if file.frames < round(seconds * rate):
            return None
        window = _window(seconds, rate, file.channels, skip_s)
        if found.container is Container.FLAC:
            _check_last_sample(file)
        file.seek(window.start)
        samples: Floats = file.read(window.frames, dtype="float32", always_2d=True)
    missing = window.frames - len(samples)
    if found.container is Container.MP3:
        # It stops for good at some kinds of damage that FFmpeg plays over.
        if missing > _LENGTH_TOLERANCE_S * rate:
            return None
    elif missing:
        raise cut_off()
    return _Clip(samples=samples, rate=rate, seconds=seconds, start_s=window.start / rate)


class _Bytes(io.BytesIO):
    """libsndfile seeks before the start of damaged files, which io.BytesIO answers by raising."""

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return super().seek(max(offset, 0) if whence == io.SEEK_SET else offset, whence)


def _check_last_sample(file: soundfile.SoundFile) -> None:
    """A flac declares its length in samples, so it is whole if its last sample is there."""
    try:
        file.seek(file.frames - 1)
        last = file.read(1)
    except soundfile.LibsndfileError as error:
        raise cut_off() from error
    if not len(last):
        raise cut_off()


def _read_with_ffmpeg(found: Found, skip_s: float) -> _Clip:
    try:
        with _open(found) as source:
            if not source.streams.audio:
                raise NotAudioError("The file is a video without sound.")
            stream = source.streams.audio[0]
            if stream.codec_context is None:
                raise NotAudioError("The sound in the file is of a kind that cannot be read.")
            stream.codec_context.thread_count = 1
            seconds = found.seconds or _declared_seconds(source) or _demuxed_seconds(found)
            return _read_stream(source, stream, seconds, skip_s)
    # Changes of the layout in the middle are a ValueError of PyAV's queue.
    except (av.error.FFmpegError, ValueError) as error:
        raise _damaged() from error


def _open(found: Found) -> InputContainer:
    return av.open(io.BytesIO(found.content), "r", format=_FFMPEG_NAMES[found.container])


def _declared_seconds(source: InputContainer) -> float:
    return (source.duration or 0) / av.time_base


def _demuxed_seconds(found: Found) -> float:
    """Return where the last packet ends: browsers record webm without declaring a length."""
    with _open(found) as source:
        return max(
            (
                float((packet.pts + (packet.duration or 0)) * packet.time_base)
                for packet in source.demux(audio=0)
                if packet.pts is not None and packet.time_base
            ),
            default=0.0,
        )


def _read_stream(
    source: InputContainer, stream: AudioStream, seconds: float, skip_s: float
) -> _Clip:
    rate = stream.codec_context.sample_rate
    window = _window(seconds, rate, stream.codec_context.channels, skip_s)
    position, kept, blocks = 0, 0, []
    for block in _blocks(source, stream):
        part = block[max(0, window.start - position) :][: window.frames - kept]
        position += len(block)
        if len(part):
            blocks.append(part)
            kept += len(part)
        if kept == window.frames:
            break
    if kept < window.frames - _LENGTH_TOLERANCE_S * rate:
        # The size of an mp3 has been compared already, so that it must have lost its middle.
        raise _damaged() if source.format.name == "mp3" else cut_off()
    return _Clip(
        samples=np.concatenate(blocks), rate=rate, seconds=seconds, start_s=window.start / rate
    )


def _blocks(source: InputContainer, stream: AudioStream) -> Iterator[Floats]:
    """Decode blocks of (samples, channels): many small frames are slow to turn into arrays."""
    fifo = av.AudioFifo()
    for frame in _frames(source, stream):
        frame.pts = None  # The queue refuses gaps, and the samples are counted anyway.
        fifo.write(frame)
        if fifo.samples >= _BLOCK_FRAMES and (full := fifo.read()):
            yield _samples(full)
    if rest := fifo.read():
        yield _samples(rest)


def _frames(source: InputContainer, stream: AudioStream) -> Iterator[av.AudioFrame]:
    """Decode frame by frame, and play over a few damaged packets as any player does."""
    damaged = 0
    for packet in source.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError as error:
            damaged += 1
            if damaged > _MOST_DAMAGED_PACKETS:
                raise _damaged() from error
        else:
            yield from frames


def _samples(frame: av.AudioFrame) -> Floats:
    """Return (samples, channels) between -1 and 1."""
    values = frame.to_ndarray()
    by_sample = (
        values.T if frame.format.is_planar else values.reshape(-1, len(frame.layout.channels))
    )
    samples: Floats = np.ascontiguousarray(by_sample, dtype=np.float32)
    kind = frame.format.name.removesuffix("p")
    if kind in _FULL_SCALE:
        samples = samples / _FULL_SCALE[kind]
    return samples - 1 if kind == "u8" else samples
