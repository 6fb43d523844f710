"""What if it were faster, quieter, with less bass, without its intro: heard again, not guessed.

The samples are really changed and measured again, and only facts come back. No score is computed
here, so that none can reach an artist.
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Final

import av
import av.error
import av.filter
import numpy as np

from scoring.attributes import SignalAttributes, measure
from scoring.audio import SHORTEST_S, Floats, Waveform, decode, to_mono
from scoring.errors import EditError
from scoring.features import analyse
from scoring.model import Model, Traits

# Beyond these it is another piece of music, and the tools leave audible damage.
MOST_TEMPO_PERCENT: Final = 25.0
MOST_GAIN_DB: Final = 24.0
LOWEST_CUT_HZ: Final = 20.0
HIGHEST_CUT_HZ: Final = 1_000.0
LONGEST_INTRO_S: Final = 300.0

# A second-order Butterworth filter: 12 dB an octave, as a mixing desk's low-cut has.
_CUT_ORDER: Final = 2
_PLANAR_FLOAT: Final = "fltp"
_BLOCK: Final = 65_536
_SILENT_DB: Final = -120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Changes to a recording. The intro goes first, then low-cut, tempo and gain.

    `tempo_percent` changes the speed and leaves the pitch.
    """

    tempo_percent: float = 0.0
    gain_db: float = 0.0
    low_cut_hz: float | None = None
    skip_intro_s: float = 0.0

    def __post_init__(self) -> None:
        """Raise EditError where a change is out of its range, or where there is none."""
        for name, value, least, most, unit in (
            ("tempo", self.tempo_percent, -MOST_TEMPO_PERCENT, MOST_TEMPO_PERCENT, " %"),
            ("gain", self.gain_db, -MOST_GAIN_DB, MOST_GAIN_DB, " dB"),
            ("low-cut", self.low_cut_hz, LOWEST_CUT_HZ, HIGHEST_CUT_HZ, " Hz"),
            ("skipped intro", self.skip_intro_s, 0.0, LONGEST_INTRO_S, " s"),
        ):
            if value is not None and not least <= value <= most:
                raise EditError(
                    f"A {name} of {value:g}{unit} cannot be tried: {least:g} to {most:g}{unit} can."
                )
        if not (self.tempo_percent or self.gain_db or self.low_cut_hz or self.skip_intro_s):
            raise EditError(
                "Nothing would change. Say what to try: another tempo or gain, a low-cut, or"
                " without the intro."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What can be measured of a clip. `start_s` is where in the file it was heard.

    `peak_db` is the highest sample in dB of full scale: over 0 it would clip.
    """

    start_s: float
    seconds: float
    signal: SignalAttributes
    peak_db: float
    traits: Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    edit: Edit
    before: Facts
    after: Facts

    @property
    def tempo_by_edit(self) -> float:
        """The tempo that the edit makes of the one before; what is measured may disagree."""
        return self.before.signal.tempo_bpm * (1 + self.edit.tempo_percent / 100)


def what_if(model: Model, data: bytes, edit: Edit) -> WhatIf:
    """Hear an encoded clip as it is and as `edit` makes it, or raise AudioError."""
    before = decode(data)
    source = decode(data, skip_s=edit.skip_intro_s) if edit.skip_intro_s else before
    return WhatIf(
        edit=edit,
        before=facts_of(model, before),
        after=facts_of(model, edited(source, edit)),
    )


def facts_of(model: Model, waveform: Waveform) -> Facts:
    """Measure a clip."""
    features = analyse(waveform.mono)
    peak = float(np.abs(waveform.stereo).max())
    return Facts(
        start_s=waveform.window_start_s,
        seconds=len(waveform.stereo) / waveform.stereo_rate,
        signal=measure(waveform, features),
        peak_db=20 * math.log10(peak) if peak > 0 else _SILENT_DB,
        traits=model.predict(features.logmel).traits,
    )


def edited(waveform: Waveform, edit: Edit) -> Waveform:
    """Change the samples of a clip; the intro is skipped where it is decoded."""
    samples = waveform.stereo
    if edit.low_cut_hz is not None:
        samples = _low_cut(samples, waveform.stereo_rate, edit.low_cut_hz)
    if edit.tempo_percent:
        samples = _stretched(samples, waveform.stereo_rate, 1 + edit.tempo_percent / 100)
    if len(samples) < SHORTEST_S * waveform.stereo_rate:
        raise EditError(
            f"Only {len(samples) / waveform.stereo_rate:.1f} s would be left to hear; at least"
            f" {SHORTEST_S:.0f} s are needed."
        )
    if edit.gain_db:
        samples = samples * np.float32(10 ** (edit.gain_db / 20))
    return replace(waveform, stereo=samples, mono=to_mono(samples, waveform.stereo_rate))


def _low_cut(samples: Floats, rate: int, hertz: float) -> Floats:
    import scipy.signal  # noqa: PLC0415 - 1.5 s and 100 MiB, for this alone

    stages = scipy.signal.butter(_CUT_ORDER, hertz, "highpass", fs=rate, output="sos")
    return np.asarray(scipy.signal.sosfilt(stages, samples, axis=0), dtype=np.float32)


def _stretched(samples: Floats, rate: int, speed: float) -> Floats:
    """Change the speed with FFmpeg's atempo: it shifts pieces of the wave, and keeps attacks.

    A phase vocoder (librosa.effects.time_stretch) smears them and costs 3 dB of loudness; the
    figures are in docs/explanations.md.
    """
    channels = samples.shape[1]
    layout = {1: "mono", 2: "stereo"}.get(channels, f"{channels}c")
    graph = _filter(rate, layout, speed)
    blocks = []
    for start in range(0, len(samples), _BLOCK):
        block = np.ascontiguousarray(samples[start : start + _BLOCK].T)
        frame = av.AudioFrame.from_ndarray(block, format=_PLANAR_FLOAT, layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        graph.push(frame)
        blocks += _pulled(graph)
    graph.push(None)
    blocks += _pulled(graph)
    return np.ascontiguousarray(np.concatenate(blocks, axis=1).T, dtype=np.float32)


def _filter(rate: int, layout: str, speed: float) -> av.filter.Graph:
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=rate, format=_PLANAR_FLOAT, layout=layout, time_base=Fraction(1, rate)
    )
    # It would hand out interleaved samples otherwise.
    chain = (
        source,
        graph.add("atempo", f"{speed:.6f}"),
        graph.add("aformat", f"sample_fmts={_PLANAR_FLOAT}"),
        graph.add("abuffersink"),
    )
    for one, after in pairwise(chain):
        one.link_to(after)
    graph.configure()
    return graph


def _pulled(graph: av.filter.Graph) -> list[Floats]:
    """Return the frames that are ready."""
    ready: list[Floats] = []
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return ready
        if isinstance(frame, av.AudioFrame):
            ready.append(np.asarray(frame.to_ndarray(), dtype=np.float32))
