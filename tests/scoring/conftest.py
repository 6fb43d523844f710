"""Sounds with known answers, and files of every kind made of them."""

import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import soundfile

Floats = npt.NDArray[np.float32]

RATE = 22_050
FIXTURES = Path(__file__).resolve().parents[2] / "../shared/data/fixtures_cc_music"
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def tone(hertz: float, seconds: float, *, rate: int = RATE, level: float = 0.3) -> Floats:
    t = np.arange(round(seconds * rate)) / rate
    return np.asarray(level * np.sin(2 * np.pi * hertz * t), dtype=np.float32)


def note(midi: float, seconds: float, *, harmonics: int = 1) -> Floats:
    """A note that swells and fades in 10 ms; each harmonic is a little quieter than the last."""
    hertz = 440 * 2 ** ((midi - 69) / 12)
    parts = [tone(k * hertz, seconds, level=0.1 / k) for k in range(1, harmonics + 1)]
    t = np.arange(len(parts[0])) / RATE
    edge = np.clip(np.minimum(t, seconds - t) / 0.01, 0, 1)
    return np.asarray(np.sum(parts, axis=0) * edge, dtype=np.float32)


def chord(tonic: int, *, minor: bool, seconds: float = 8, midi: float = 72) -> Floats:
    degrees = (0, 3 if minor else 4, 7)
    notes = [note(midi + tonic + d, seconds) for d in degrees]
    return np.asarray(np.sum(notes, axis=0), dtype=np.float32)


def scale(tonic: int, *, minor: bool, midi: float = 60) -> Floats:
    """Harmonic minor or major, upwards, twice; the tonic lasts twice as long as the others."""
    degrees = (0, 2, 3, 5, 7, 8, 11, 12) if minor else (0, 2, 4, 5, 7, 9, 11, 12)
    notes = [note(midi + tonic + d, 1 if d % 12 == 0 else 0.5, harmonics=6) for d in degrees]
    return np.concatenate(notes * 2)


def clicks(bpm: float, *, seconds: float = 30, rate: int = RATE) -> Floats:
    t = np.arange(round(0.03 * rate)) / rate
    click = 0.8 * np.sin(2 * np.pi * 1000 * t) * np.exp(-t / 0.006)
    track = np.zeros(round(seconds * rate), dtype=np.float32)
    for start in (np.arange(0, seconds - 0.05, 60 / bpm) * rate).round().astype(int):
        track[start : start + len(click)] += click[: len(track) - start]
    return track


def noise(seconds: float = 8, *, level: float = 0.1, seed: int = 1, rate: int = RATE) -> Floats:
    samples = np.random.default_rng(seed).standard_normal(round(seconds * rate))
    return np.asarray(level * samples, dtype=np.float32)


def music(seconds: float = 8, *, rate: int = 44_100, seed: int = 0) -> Floats:
    """Stereo notes that never repeat, with a beat: (samples, 2), for comparing encodings."""
    random = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate)) / rate
    sides = np.zeros((len(t), 2))
    for start in range(0, len(t), rate // 8):
        hertz = 110 * 2 ** (random.integers(0, 48) / 12)
        after = t[: len(t) - start][: 2 * rate]
        sound = (
            np.sin(2 * np.pi * hertz * after) * np.exp(-4 * after) * np.clip(after / 0.005, 0, 1)
        )
        sides[start : start + len(sound)] += sound[:, None] * random.uniform(0.02, 0.12, 2)
    beat = clicks(120, seconds=seconds, rate=rate) / 4
    return np.asarray(sides + beat[:, None], dtype=np.float32)


def encode(samples: Floats, rate: int, kind: str) -> bytes:
    """Return a file of one of KINDS; `samples` is (samples, channels)."""
    return KINDS[kind](samples, rate)


def with_libsndfile(container: str, subtype: str) -> Callable[[Floats, int], bytes]:
    def write(samples: Floats, rate: int) -> bytes:
        buffer = io.BytesIO()
        with soundfile.SoundFile(
            buffer, "w", rate, samples.shape[1], format=container, subtype=subtype
        ) as file:
            # Its Vorbis encoder crashes on some seconds in one piece.
            for start in range(0, len(samples), 4096):
                file.write(samples[start : start + 4096])
        return buffer.getvalue()

    return write


def with_ffmpeg(
    container: str,
    codec: str,
    *,
    rate: int | None = None,
    bit_rate: int = 192_000,
    **options: str,
) -> Callable[[Floats, int], bytes]:
    def write(samples: Floats, source_rate: int) -> bytes:
        buffer = io.BytesIO()
        layout = "stereo" if samples.shape[1] == 2 else "mono"
        target_rate = rate or source_rate
        with av.open(buffer, "w", format=container, options=options) as out:
            stream = out.add_stream(codec, rate=target_rate, layout=layout)
            assert isinstance(stream, av.AudioStream)
            if codec in {"aac", "libmp3lame", "libopus"}:
                stream.bit_rate = bit_rate
            stream.codec_context.open(strict=False)
            resampler = av.AudioResampler(
                format=stream.codec_context.format,
                layout=layout,
                rate=target_rate,
                frame_size=stream.codec_context.frame_size or 1024,
            )
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples.T), format="fltp", layout=layout
            )
            frame.sample_rate, frame.pts, frame.time_base = source_rate, 0, Fraction(1, source_rate)
            for part in (*resampler.resample(frame), *resampler.resample(None)):
                out.mux(stream.encode(part))
            out.mux(stream.encode(None))
        return buffer.getvalue()

    return write


KINDS: dict[str, Callable[[Floats, int], bytes]] = {
    "wav": with_libsndfile("WAV", "PCM_16"),
    "wav24": with_libsndfile("WAV", "PCM_24"),
    "wav_float": with_libsndfile("WAV", "FLOAT"),
    "aiff": with_libsndfile("AIFF", "PCM_16"),
    "flac": with_libsndfile("FLAC", "PCM_16"),
    "ogg": with_libsndfile("OGG", "VORBIS"),
    "mp3": with_libsndfile("MP3", "MPEG_LAYER_III"),
    "lame": with_ffmpeg("mp3", "libmp3lame"),
    "mp3_without_xing": with_ffmpeg("mp3", "libmp3lame", write_xing="0"),
    "m4a": with_ffmpeg("mp4", "aac"),
    "m4a_fragments": with_ffmpeg(
        "mp4", "aac", movflags="frag_keyframe+empty_moov+default_base_moof", frag_duration="1000000"
    ),
    "alac": with_ffmpeg("mp4", "alac"),
    "aac": with_ffmpeg("adts", "aac"),
    "opus": with_ffmpeg("ogg", "libopus", rate=48_000),
    "ogg_flac": with_ffmpeg("ogg", "flac"),
    "webm": with_ffmpeg("webm", "libopus", rate=48_000),
    "webm_live": with_ffmpeg("webm", "libopus", rate=48_000, live="1"),
    "mka": with_ffmpeg("matroska", "pcm_s16le"),
    "mka_bytes": with_ffmpeg("matroska", "pcm_u8"),
}
