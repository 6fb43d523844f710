"""May this model file serve? Every check that it has to pass, with the figure it reached.

Nothing of the file is run before its card, its hash and its golden outputs were found right, and
speed is compared with the model in use: a limit by the clock would depend on the machine.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scoring import card, golden
from scoring.audio import decode
from scoring.errors import ModelError
from scoring.features import analyse
from scoring.model import OUTPUTS, Model, Prediction, read_card
from scoring.runtime import REFUSALS, InferenceSession, SessionOptions

Floats = NDArray[np.float32]

LARGEST_BYTES = 3_000_000
# Six decibels more or less are one turn of a knob, and no other music.
GAIN_DB = 6.0
MOST_POINTS = 1.0
# A model this many times as slow as the one in use would be felt at every submission.
MOST_TIMES_SLOWER = 4.0

# Frames of 5 to 30 seconds at 22,050 / 1,024 a second.
_LENGTHS = (108, 162, 216, 323, 431, 646)
_ROUNDS = 7


class Listening(Protocol):
    """What is needed of the model in use: to be heard at work."""

    def predict(self, logmel: Floats, /) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A model with all that comes with it, read once: what is checked is what is installed."""

    content: bytes
    card: str
    golden: bytes | None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at; `told` says what was found."""

    name: str
    ok: bool
    told: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Heard:
    """A bundled clip as the model takes it, and the same clip quieter and louder."""

    name: str
    logmel: Floats
    quieter: Floats
    louder: Floats


def read_parcel(onnx: Path) -> Parcel:
    """Read a model, its card and its golden outputs, or raise ModelError."""
    beside = golden.path_beside(onnx)
    try:
        if onnx.stat().st_size > LARGEST_BYTES:
            # Before it is read: it might be a film.
            raise ModelError(f"{onnx.name} is larger than {LARGEST_BYTES / 1e6:.0f} MB.")
        content = onnx.read_bytes()
        outputs = beside.read_bytes() if beside.is_file() else None
    except OSError as error:
        raise ModelError(f"The model {onnx.name} cannot be read: {error.strerror}.") from error
    return Parcel(content=content, card=card.read(onnx), golden=outputs)


def examine(parcel: Parcel, *, clips: Mapping[str, bytes], in_use: Listening) -> Iterator[Check]:
    """Yield each check as it is made, and stop after the first that makes the others senseless."""
    for look_at in (_card, _file, _golden_file):
        check = look_at(parcel)
        yield check
        if not check.ok:
            return
    session = _open(parcel.content)
    if session is None:
        yield Check(name="file", ok=False, told="onnxruntime cannot open it")
        return
    names = _names(session)
    yield names
    if not names.ok:
        return
    try:
        yield _parity(session, parcel)
        heard = [_hear(name, content) for name, content in clips.items()]
        yield _missing_inputs(session, heard[0].logmel)
        model = Model(session, read_card(parcel.card))
        yield _lengths(model, heard)
        yield _gain(model, heard)
        yield _speed(model, in_use, max(heard, key=lambda clip: clip.logmel.shape[1]).logmel)
    except (*REFUSALS, ValueError) as error:
        yield Check(name="run", ok=False, told=f"it fails on a clip: {_first_line(error)}")


def _card(parcel: Parcel) -> Check:
    try:
        left_out = card.missing(card.parse(parcel.card))
        version = read_card(parcel.card).version
    except ModelError as error:
        return Check(name="card", ok=False, told=str(error))
    if left_out:
        return Check(name="card", ok=False, told=f"it leaves out: {', '.join(left_out)}")
    return Check(name="card", ok=True, told=f"complete, {version}")


def _file(parcel: Parcel) -> Check:
    size = len(parcel.content)
    if size > LARGEST_BYTES:
        most = f"{LARGEST_BYTES / 1e6:.0f} MB"
        return Check(name="file", ok=False, told=f"{size / 1e6:.2f} MB are more than {most}")
    if parcel.sha256 != read_card(parcel.card).sha256:
        return Check(name="file", ok=False, told="its SHA-256 is not the one in its card")
    return Check(name="file", ok=True, told=f"{size / 1e6:.2f} MB, SHA-256 as in its card")


def _golden_file(parcel: Parcel) -> Check:
    named = card.parse(parcel.card).golden
    if parcel.golden is None or named is None:
        return Check(name="golden", ok=False, told="there is no .golden.npz beside it")
    if hashlib.sha256(parcel.golden).hexdigest() != named.sha256:
        return Check(name="golden", ok=False, told="its SHA-256 is not the one in the card")
    return Check(name="golden", ok=True, told="SHA-256 as in the card")


def _open(content: bytes) -> InferenceSession | None:
    options = SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 4
    try:
        return InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except REFUSALS:
        return None


def _names(session: InferenceSession) -> Check:
    needed = [f"{one.name} {one.type}" for one in session.get_inputs()]
    outputs = tuple(one.name for one in session.get_outputs())
    if needed != ["logmel tensor(float)"]:
        return Check(name="names", ok=False, told=f"it needs {', '.join(needed)}, not only logmel")
    if not set(OUTPUTS) <= set(outputs):
        told = f"it gives {', '.join(outputs)}, not {', '.join(OUTPUTS)}"
        return Check(name="names", ok=False, told=told)
    return Check(name="names", ok=True, told=f"logmel in; {', '.join(OUTPUTS)} out")


def _parity(session: InferenceSession, parcel: Parcel) -> Check:
    if parcel.golden is None:
        raise ValueError("a parcel without golden outputs came past its check")
    apart = golden.difference(session, golden.from_bytes(parcel.golden))
    told = f"{apart:.1e} from the trained net, {golden.PARITY:.0e} allowed"
    return Check(name="parity", ok=apart <= golden.PARITY, told=told)


def _missing_inputs(session: InferenceSession, logmel: Floats) -> Check:
    """Say whether an input whose mask is 0 is without effect; most models have none but logmel."""
    optional = {one.name: one for one in session.get_overridable_initializers()}
    without = session.run(OUTPUTS, {"logmel": logmel[None]})
    for name, one in optional.items():
        mask = f"{name}_mask"
        if name.endswith("_mask"):
            continue
        if mask not in optional:
            return Check(name="missing inputs", ok=False, told=f"{name} has no mask {mask}")
        fed = {
            "logmel": logmel[None],
            name: np.full(one.shape, 7.0, np.float32),
            mask: np.zeros(optional[mask].shape, np.float32),
        }
        masked = session.run(OUTPUTS, fed)
        if not all(np.array_equal(a, b) for a, b in zip(without, masked, strict=True)):
            return Check(name="missing inputs", ok=False, told=f"{name} counts though masked")
    told = "masked ones have no effect" if optional else "logmel is all that it takes"
    return Check(name="missing inputs", ok=True, told=told)


def _lengths(model: Model, heard: Sequence[_Heard]) -> Check:
    for clip in heard:
        for frames in _LENGTHS:
            if frames > clip.logmel.shape[1]:
                break
            fault = unsound(model.predict(clip.logmel[:, :frames]))
            if fault:
                told = f"{fault} ({clip.name}, {frames} frames)"
                return Check(name="any length", ok=False, told=told)
    told = f"sound outputs on {len(heard)} clips of 5 to 30 s"
    return Check(name="any length", ok=True, told=told)


def unsound(prediction: Prediction) -> str:
    """Return what cannot be right in a prediction, or "" where all of it can be."""
    span, chances, mood, traits = (
        prediction.percentile,
        prediction.level,
        prediction.mood,
        prediction.traits,
    )
    shares = (chances.low, chances.medium, chances.high)
    moods = (mood.happy, mood.tense, mood.sad, mood.calm)
    heard = tuple(getattr(traits, name) for name in type(traits).__dataclass_fields__)
    numbers = (span.low, span.median, span.high, *shares, *moods, *heard)
    if not np.isfinite(numbers).all() or not np.isfinite(prediction.embedding).all():
        return "an output is not finite"
    if not 0 <= span.low <= span.median <= span.high <= 100:
        return f"{span.low:.1f}, {span.median:.1f}, {span.high:.1f} is no interval of 0 to 100"
    if max(abs(sum(shares) - 1), abs(sum(moods) - 1)) > 1e-3:
        return "chances do not add up to 1"
    if not all(0 <= share <= 1 for share in (*shares, *moods, *heard)):
        return "a share is not between 0 and 1"
    return ""


def _gain(model: Model, heard: Sequence[_Heard]) -> Check:
    worst = max(moved_by_gain(model, clip.logmel, (clip.quieter, clip.louder)) for clip in heard)
    told = f"{GAIN_DB:.0f} dB move the score by {worst:.2f} points, {MOST_POINTS:.0f} allowed"
    return Check(name="gain", ok=worst <= MOST_POINTS, told=told)


def moved_by_gain(model: Model, logmel: Floats, others: Sequence[Floats]) -> float:
    """Return how many points the median of a clip is away from that of its other levels."""
    own = model.predict(logmel).percentile.median
    return max(abs(model.predict(other).percentile.median - own) for other in others)


def _speed(model: Model, in_use: Listening, logmel: Floats) -> Check:
    times = _times_slower(lambda: model.predict(logmel), lambda: in_use.predict(logmel))
    told = f"{times:.2f} times the CPU time of the model in use, {MOST_TIMES_SLOWER:.0f} allowed"
    return Check(name="speed", ok=times <= MOST_TIMES_SLOWER, told=told)


def _times_slower(new: Callable[[], object], old: Callable[[], object]) -> float:
    """Return the ratio of CPU times; they take turns, so that both meet the same machine."""
    spent: dict[str, list[float]] = {"new": [], "old": []}
    for _ in range(_ROUNDS + 1):
        for name, work in (("new", new), ("old", old)):
            started = time.process_time()
            work()
            spent[name].append(time.process_time() - started)
    # The first round warms both up.
    return median(spent["new"][1:]) / max(median(spent["old"][1:]), 1e-6)


def _hear(name: str, content: bytes) -> _Heard:
    mono = decode(content).mono
    factor = np.float32(10 ** (GAIN_DB / 20))
    return _Heard(
        name=name,
        logmel=analyse(mono).logmel,
        quieter=analyse(mono / factor).logmel,
        louder=analyse(mono * factor).logmel,
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
