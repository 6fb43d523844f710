"""From the bytes of a clip to everything Earmark says about it. Runs in a child process."""

from pathlib import Path

from scoring.analysis import Analysis, Attributes, Score, Third
from scoring.attributes import SignalAttributes, measure
from scoring.audio import decode
from scoring.explain import moved, reasons
from scoring.features import analyse
from scoring.model import Level, Model, Prediction, Traits


class Scorer:
    """Scores clips with one model."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @classmethod
    def load(cls, model_file: Path) -> "Scorer":
        """Return a scorer with the model of a file, or raise ModelError."""
        return cls(Model.load(model_file))

    @property
    def model_version(self) -> str:
        return self._model.version

    def score(self, data: bytes) -> Analysis:
        """Return the analysis of an encoded clip, or raise AudioError."""
        waveform = decode(data)
        features = analyse(waveform.mono)
        signal = measure(waveform, features)
        prediction = self._model.predict(features.logmel)
        segments = moved(self._model, features.logmel, prediction, start_s=waveform.window_start_s)
        return Analysis(
            score=_score(prediction),
            attributes=_attributes(signal, prediction.traits),
            mood=prediction.mood,
            reasons=reasons(prediction, segments, self._model.card.known),
            segments=segments,
            embedding=prediction.embedding,
            logmel=features.logmel,
            model_version=self._model.version,
            seconds=waveform.seconds,
        )


def _score(prediction: Prediction) -> Score:
    span, chances = prediction.percentile, prediction.level
    return Score(
        percentile=span.median,
        low=span.low,
        high=span.high,
        p_low=chances.low,
        p_medium=chances.medium,
        p_high=chances.high,
        level=_third(chances),
    )


def _third(chances: Level) -> Third:
    """Return the most likely third; the middle one where two are equally likely."""
    ordered = ((chances.medium, Third.MEDIUM), (chances.low, Third.LOW), (chances.high, Third.HIGH))
    return max(ordered, key=lambda pair: pair[0])[1]


def _attributes(signal: SignalAttributes, traits: Traits) -> Attributes:
    return Attributes(
        tempo_bpm=signal.tempo_bpm,
        tempo_alt_bpm=signal.tempo_alt_bpm,
        tempo_confidence=signal.tempo_confidence,
        key=signal.key,
        key_confidence=signal.key_confidence,
        loudness_lufs=signal.loudness_lufs,
        energy=traits.energy,
        danceability=traits.danceability,
        acousticness=traits.acousticness,
        valence=traits.valence,
        instrumentalness=traits.instrumentalness,
        speechiness=traits.speechiness,
    )
